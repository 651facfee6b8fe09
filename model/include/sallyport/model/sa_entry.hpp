#pragma once
/// @file
/// One entry of the SA table: its state, its counts and what they decide. No packets and no keys' bits in here.
#include <cstdint>
#include <optional>
#include <vector>

#include "sallyport/abi.hpp"
#include "sallyport/model/lifetime.hpp"
#include "sallyport/model/replay_window.hpp"
#include "sallyport/model/sa_image.hpp"

namespace sallyport::model {

/// An event as the ring reports it, but for its number and time.
struct RaisedEvent {
  abi::EventKind kind{};
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  std::uint32_t spi = 0;
  bool inbound = false;
  bool unit_packets = false;  ///< Only kHard: the unit, octets if false.
  std::uint64_t count = 0;
  friend bool operator==(const RaisedEvent&, const RaisedEvent&) = default;
};
using Events = std::vector<RaisedEvent>;

/// Answer to an outbound packet that asks to be sent.
struct Admission {
  abi::Verdict verdict = abi::Verdict::kOk;
  std::uint64_t sequence = 0;  ///< Of an admitted packet.
  std::uint32_t largest = 0;   ///< kTooBig: largest inner packet that fits, octets.
};

/// Answer to an inbound packet that asks for its SA.
struct Lookup {
  abi::Verdict verdict = abi::Verdict::kOk;
  std::uint64_t sequence = 0;  ///< Extended if the SA has ESN.
};

/// An entry and the rules of its life (guarantees.md G1 to G4, G8, G9).
class SaEntry {
 public:
  /// @param index its number. @param window replay window.
  SaEntry(std::uint16_t index, std::uint32_t window) : index_(index), window_(window) {}

  // ---- commands
  void reserve(std::uint32_t spi);
  void install(const SaConfig& config);
  void set_state(abi::EntryState state) { state_ = state; }
  void kill();
  void release();
  void memory_fault(Events& events);
  void set_firmware_word(std::uint64_t word) { firmware_word_ = word; }
  /// Puts the counts where a long life would have put them (tests of the last numbers).
  void preset(std::uint64_t sequence, std::uint64_t octets, std::uint64_t packets, std::uint64_t icv_failures);

  // ---- packets
  /// Outbound check and count in one step (G1, G2). @param octets what the cipher will handle.
  Admission admit(std::uint16_t generation, bool tunnel, std::size_t esp_offset, std::size_t octets, Events& events);
  /// Inbound checks that need no key; moves nothing. The SPI has been compared.
  [[nodiscard]] Lookup look_up(std::uint32_t sequence_low, bool udp) const;
  /// Inbound, ICV good: replay, limits and counts in one step (G8).
  abi::Verdict accept(std::uint64_t sequence, std::size_t octets, Events& events);
  /// Inbound, ICV bad.
  void icv_failed(Events& events);

  // ---- what it holds
  [[nodiscard]] abi::EntryState state() const { return state_; }
  [[nodiscard]] abi::DeadReason dead() const { return dead_; }
  [[nodiscard]] std::uint16_t generation() const { return generation_; }
  [[nodiscard]] std::uint32_t spi() const { return config_.head.spi; }
  [[nodiscard]] const SaConfig& config() const { return config_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_.count; }
  [[nodiscard]] std::uint64_t packets() const { return packets_.count; }
  [[nodiscard]] std::uint64_t icv_failures() const { return icv_failures_; }
  /// Outbound: last number used; inbound: highest accepted.
  [[nodiscard]] std::uint64_t sequence() const { return config_.inbound() ? window_.top() : sequence_; }
  [[nodiscard]] const ReplayWindow& window() const { return window_; }
  [[nodiscard]] std::uint8_t raised() const { return raised_; }
  [[nodiscard]] std::uint64_t firmware_word() const { return firmware_word_; }

 private:
  [[nodiscard]] bool in_service(bool outbound) const;
  [[nodiscard]] abi::Verdict refused_by_limits(std::size_t octets, Events& events);
  void count(std::size_t octets, Events& events);
  void raise(abi::EventKind kind, std::uint64_t count, Events& events, bool unit_packets = false);
  void die(abi::DeadReason reason);
  void next_generation();
  [[nodiscard]] std::size_t overhead(std::size_t esp_offset) const;

  std::uint16_t index_;
  std::uint16_t generation_ = 0;
  abi::EntryState state_ = abi::EntryState::kFree;
  abi::DeadReason dead_ = abi::DeadReason::kAlive;
  SaConfig config_;
  Lifetime octets_;
  Lifetime packets_;
  std::uint64_t sequence_ = 0;
  std::uint64_t icv_failures_ = 0;
  ReplayWindow window_;
  std::uint8_t raised_ = 0;  ///< One bit a kind: raised once a generation (G3).
  std::uint64_t firmware_word_ = 0;
};

}  // namespace sallyport::model
