#pragma once
/// @file
/// The accelerator as its documents describe it: SA table, ESP both ways, verdicts, counts, events. Written from the
/// RFCs, abi.toml and guarantees.md, never from the RTL, so that the two can be compared octet for octet.
#include <array>
#include <optional>
#include <vector>

#include "sallyport/abi.hpp"
#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/octets.hpp"
#include "sallyport/model/sa_entry.hpp"

namespace sallyport::model {

/// Answer to a command, as CMD_STATUS and CMD_RESULT give it.
struct CommandResult {
  abi::CmdCode code = abi::CmdCode::kOk;
  std::uint16_t generation = 0;
  abi::EntryState state = abi::EntryState::kFree;
  abi::DeadReason dead = abi::DeadReason::kAlive;
};

/// What became of a packet: its status, its octets if the verdict is ok, the events it raised in order.
struct PacketResult {
  abi::StatusDesc status{};
  Octets octets;
  Events events;
  [[nodiscard]] abi::Verdict verdict() const { return static_cast<abi::Verdict>(status.verdict); }
};

/// Golden accelerator. Packets are handled one after another in the order of the calls, which is what the device
/// guarantees for each direction. One thread.
class GoldenAccelerator {
 public:
  /// @param num_sas entries, a power of two, 1..65536. @param window replay window, 32 or more.
  /// @param max_packet longest packet that the device takes, octets (CAPS1.max_packet).
  explicit GoldenAccelerator(std::uint32_t num_sas, std::uint32_t window, std::uint16_t max_packet = 10240);

  // ---- commands (abi.toml, op); `generation` must be the entry's where the operation asks for it
  CommandResult reserve(std::uint32_t index, std::uint32_t spi);
  CommandResult commit(std::uint32_t index, std::uint16_t generation, ImageView image);
  CommandResult set_state(std::uint32_t index, std::uint16_t generation, abi::EntryState state);
  CommandResult kill(std::uint32_t index, std::uint16_t generation);
  CommandResult erase(std::uint32_t index, std::uint16_t generation);
  /// The first half of `erase`: the key is gone and the entry is `erasing`, for as long as events of it wait to be told
  /// (G3). `release` is the second half.
  CommandResult begin_erase(std::uint32_t index, std::uint16_t generation);
  /// Sets an entry that is `erasing` free; any other stays as it is. `index` below num_sas.
  void release(std::uint32_t index);
  CommandResult write_firmware_word(std::uint32_t index, std::uint16_t generation, std::uint64_t word);
  /// An uncorrectable memory error in an entry was found (G10).
  Events memory_fault(std::uint32_t index);
  /// Tests only: counts as after a long life. For inbound SAs `sequence` is the top of the window.
  void preset(std::uint32_t index, std::uint64_t sequence, std::uint64_t octets, std::uint64_t packets,
              std::uint64_t icv_failures);

  // ---- packets
  PacketResult outbound(const abi::OutDesc& desc, OctetView packet);
  PacketResult inbound(const abi::InDesc& desc, OctetView packet);

  // ---- trying a packet: what a packet of this entry can change, kept and put back
  struct Checkpoint;
  [[nodiscard]] Checkpoint checkpoint(std::uint32_t index) const;
  void roll_back(const Checkpoint& to);

  // ---- what it holds; `index` below num_sas
  [[nodiscard]] std::uint32_t num_sas() const { return static_cast<std::uint32_t>(entries_.size()); }
  [[nodiscard]] const SaEntry& entry(std::uint32_t index) const { return entries_[index].sa; }
  /// Packets that got this verdict (ok and dummy are counted too).
  [[nodiscard]] std::uint64_t outbound_count(abi::Verdict verdict) const {
    return outbound_counts_[static_cast<std::size_t>(verdict)];
  }
  [[nodiscard]] std::uint64_t inbound_count(abi::Verdict verdict) const {
    return inbound_counts_[static_cast<std::size_t>(verdict)];
  }

 private:
  struct Slot {
    SaEntry sa;
    std::optional<EspCodec> codec;
  };
  using Counts = std::array<std::uint64_t, abi::kVerdictCount>;

  [[nodiscard]] CommandResult answer(std::uint32_t index, abi::CmdCode code) const;
  [[nodiscard]] std::optional<CommandResult> refuse_target(std::uint32_t index, std::uint16_t generation) const;
  [[nodiscard]] abi::Verdict judge_record(std::uint16_t announced, OctetView packet, bool exact, IpView& ip) const;
  abi::Verdict send(const abi::OutDesc& desc, OctetView packet, PacketResult& result);
  abi::Verdict receive(const abi::InDesc& desc, OctetView packet, PacketResult& result);
  static abi::Verdict deliver_tunnel(const SaConfig& sa, const IpView& outer, OctetView payload,
                                     std::uint8_t next_header, Octets& out);
  static abi::Verdict deliver_transport(const SaConfig& sa, OctetView packet, const IpView& outer, OctetView payload,
                                        std::uint8_t next_header, Octets& out);

  std::vector<Slot> entries_;
  std::uint16_t max_packet_;
  std::uint16_t ip_id_ = 0;
  Counts outbound_counts_{};
  Counts inbound_counts_{};
};

/// Of one entry; no command may come between keeping and putting back.
struct GoldenAccelerator::Checkpoint {
  std::optional<SaEntry> sa;  ///< Nothing for an index that the table does not have.
  std::uint32_t index = 0;
  std::uint16_t ip_id = 0;
  Counts outbound_counts{};
  Counts inbound_counts{};
};

}  // namespace sallyport::model
