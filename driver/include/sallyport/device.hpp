#pragma once
/// @file
/// An accelerator with its firmware: discovery, reserve and install, pictures of the table.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sallyport/abi.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/mailbox.hpp"
#include "sallyport/result.hpp"
#include "sallyport/sa_config.hpp"
#include "sallyport/sa_handle.hpp"
#include "sallyport/sa_types.hpp"

namespace sallyport {

/// What the ID and capability registers say.
struct DeviceInfo {
  std::uint16_t abi_version = 0;
  std::uint16_t rtl_version = 0;
  std::uint16_t num_sas = 0;
  std::uint16_t replay_window = 0;  ///< Packets.
  std::uint8_t lanes = 0;
  std::uint8_t profile = 0;  ///< 0 compact, 1 full.
  std::uint8_t engines = 0;  ///< AES engines of the compact profile; 0 in the full one.
  std::uint8_t staging_slots = 0;
  std::uint16_t ring_depth = 0;  ///< Event records.
  std::uint16_t max_packet = 0;  ///< Octets.
  bool simulation = false;
};

/// Entries by state and what the firmware counts, at one time.
struct Occupancy {
  std::uint64_t time_ns = 0;
  std::array<std::uint16_t, abi::kEntryStateCount> entries{};  ///< By state; they sum to num_sas.
  std::uint16_t num_sas = 0;
  std::uint16_t reserve = 0;    ///< Free entries kept for rekeys.
  std::uint16_t emergency = 0;  ///< Free entries kept for rekeys close to their hard limit.
  std::uint16_t claimed = 0;    ///< Free entries promised to outbound halves.
  std::uint32_t refused_full = 0;
  std::uint32_t refused_quota = 0;
  std::uint32_t notices = 0;  ///< Number of the newest notice.
  std::uint32_t notices_lost = 0;
};

/// One entry's state and counters, taken together.
struct EntryReport {
  SaRef ref;
  Spi spi;
  abi::EntryState state = abi::EntryState::kFree;
  abi::DeadReason dead = abi::DeadReason::kAlive;
  Direction direction = Direction::kOutbound;
  std::uint8_t raised = 0;  ///< Events so far, a bit each by event_kind.
  OwnerId owner;
  std::uint16_t partner = kNoEntry;
  std::uint64_t sequence = 0;  ///< Outbound last used, inbound highest accepted.
  Octets octets;
  Packets packets;
  std::uint64_t icv_failures = 0;
  std::uint64_t time_ns = 0;  ///< Of the picture.
};

/// What the host sets.
struct DevicePolicy {
  std::uint16_t reserve = 0;    ///< R.
  std::uint16_t emergency = 0;  ///< E; R + E < num_sas.
  SoftInterval soft{8000, 500};
  /// Reorder guard: a retired inbound SA stays so long after its last packet. bound_ns at most.
  std::uint64_t drain_ns = 50'000'000;
  /// A superseded, redundant or retired SA stays so long at most; 2.4 h at most.
  std::uint64_t bound_ns = 60'000'000'000;
  std::uint64_t round_ns = 10'000'000;  ///< Rates of paced SAs are looked at so often at most.
};

/// Lets the firmware say when an SA is to be rekeyed (RekeyRequest), because only it knows how much room there is.
struct PaceTerms {
  std::uint16_t ike_sa = 0;  ///< Number of the IKE SA, below half of the number of SAs. Its children share its window.
  std::uint8_t window = 1;   ///< Exchanges of this IKE SA at once, 1..31.
  std::uint64_t t_ike_ns = 0;  ///< 99.9th percentile of a rekey on it, more than 0.
  bool designated = false;     ///< This end is to rekey: it may be asked before the soft limit.
};

/// Which SA a reservation is to replace.
struct RekeyOf {
  SaRef inbound;     ///< Inbound half of the old SA.
  bool here = true;  ///< Started by this end, not by the peer.
};

/// What rekeying asks of the reserve, and how it went. Counts are modulo 2^32.
struct RekeyLoad {
  std::uint32_t load = 0;  ///< F in 1/1,000: above 1,000 the reserve does not suffice.
  std::uint16_t paced = 0;
  std::uint16_t waiting = 0;
  std::uint16_t under_way = 0;
  std::uint32_t asked = 0;
  std::uint32_t early = 0;  ///< Of those asked for: before the soft limit.
  std::uint32_t failed = 0;
  std::uint32_t refused_peer = 0;
  std::uint32_t forced = 0;  ///< Drains.
  std::uint32_t late = 0;    ///< SAs that died before their replacement was keyed.
  std::uint64_t ike_ns = 0;
  std::uint64_t drain_ns = 0;
  bool noise_failed = false;  ///< Random numbers come from the noise source's last good seed.
  bool loopback = false;      ///< When the firmware started, the packet path gave its known answers. Else they were not
                              ///< tried: no entry was free, or a packet that was under way did not end.
  std::uint16_t faulty = 0;   ///< Entries out of use since then, for their memory.
  std::uint16_t unpaced = 0;  ///< Pairs at work that `load` knows nothing of: not paced, or installed before the
                              ///< firmware started again.
};

/// Counts of times by powers of two: bucket b holds 2^(b+7) ns to less than 2^(b+8) ns.
using TimeHistogram = std::array<std::uint32_t, 32>;

/// How to reserve and install.
struct InstallOptions {
  OwnerId owner;
  abi::Pool pool =
      abi::Pool::kEstablished;    ///< Reserve: the others need `rekey`. Install: that of the reservation counts.
  SoftInterval soft;              ///< Both 0: the policy's.
  bool claim_outbound = true;     ///< Reserve: promise an entry to the outbound half too.
  std::optional<RekeyOf> rekey;   ///< Reserve: for the rekey of this SA.
  std::optional<PaceTerms> pace;  ///< Install: the firmware asks for the rekey.
};

/// The driver's main object. Moves; handles made by it stay valid as long as bus and mailbox live.
class Device {
 public:
  /// Reads the ID and capability registers and greets the firmware. kNotFound: no accelerator answers there;
  /// kVersionMismatch: another ABI in the device or the firmware; kBusFailure; kMalformedInput: capabilities that
  /// cannot be.
  static Result<Device> open(Bus& bus, MailboxPort& mailbox);

  [[nodiscard]] const DeviceInfo& info() const { return info_; }
  Bus& bus() { return *bus_; }
  MailboxPort& mailbox() { return client_->port(); }
  /// Code of the firmware's last answer, to tell full from quota and the like.
  [[nodiscard]] abi::MailboxCode last_code() const { return client_->last_code(); }

  /// Reserves an inbound entry and its SPI. kFull: nothing left for the pool, or the owner's quota is used up. When the
  /// answer was lost (kBusFailure, or the firmware started again in between), reservations of this owner that this
  /// object has not given out are erased: nobody knows their SPIs. Where the mailbox does not answer then either, a
  /// sweep finds them later (adopt).
  Result<Reservation> reserve(const InstallOptions& options);
  /// Installs both directions in one transaction. On success the reservation is used up; on failure it stands as
  /// before, nothing is in the table, and no key is left in the staging bank. When the answer was lost (kBusFailure, or
  /// the firmware started again in between) a pair that is there all the same is erased, and the reservation with it.
  Result<SaPair> install(Reservation& reservation, const SaConfig& inbound, const SaConfig& outbound,
                         const InstallOptions& options);
  /// Installs the inbound direction alone. `partner`: outbound entry that belongs to it, if there is one. A lost answer
  /// is dealt with as by install.
  Result<SaHandle> install_inbound(Reservation& reservation, const SaConfig& inbound, const InstallOptions& options,
                                   std::optional<SaIndex> partner = std::nullopt);
  /// Installs the outbound direction alone. `partner`: the inbound entry that belongs to it; its claim is used. When
  /// the answer was lost it may be in the table, where a sweep finds it (adopt).
  Result<SaHandle> install_outbound(const SaConfig& outbound, const InstallOptions& options,
                                    std::optional<SaIndex> partner = std::nullopt);

  /// Takes over what a sweep has found (EventQueue::reconcile, query_next) and nobody holds, as after a restart of the
  /// host. An SA that works, superseded and redundant ones too: a handle, which retires it at its end; its soft limits
  /// are not known. That of the inbound half of a pair holds both halves, and for the outbound half there is an empty
  /// one, so that each entry found may be given once. A reservation is erased, because nobody can go on with its
  /// exchange; for it, and for what leaves by itself, the handle is empty. kStaleGeneration: it has gone meanwhile.
  Result<SaHandle> adopt(const EntryReport& entry);

  Result<Occupancy> occupancy();
  Result<EntryReport> query(SaIndex index);
  /// The first entry from `index` on that is not free; nothing when there is none.
  Result<std::optional<EntryReport>> query_next(SaIndex index);
  /// One verdict counter since reset.
  Result<std::uint64_t> verdict_counter(Direction direction, abi::Verdict verdict);
  Result<RekeyLoad> rekey_load();
  Result<TimeHistogram> histogram(abi::Histogram which);
  Result<void> set_policy(const DevicePolicy& policy);
  /// Most entries that `owner` may hold before new SAs are refused; nothing = no quota.
  Result<void> set_quota(OwnerId owner, std::optional<std::uint16_t> entries);

 private:
  Device(Bus& bus, MailboxPort& mailbox, const DeviceInfo& info)
      : bus_(&bus), client_(std::make_shared<MailboxClient>(mailbox)), info_(info), given_(info.num_sas) {}
  [[nodiscard]] Result<void> check_pace(const InstallOptions& options) const;
  Result<void> stage(unsigned slot, const SaConfig& config, Direction direction, std::optional<Spi> reserved);
  // Erases the SA that the reservation has become, and `pair`: its outbound half too.
  void take_back(Reservation& reservation, bool pair);
  // Erases reservations of this owner that nobody knows of.
  void take_back_unknown(OwnerId owner);
  // The entry that forms a working pair with this one; not present when there is none.
  Result<SaRef> other_half(const EntryReport& entry);
  Result<abi::MailboxAnswer> send_install(abi::MailboxCommand command, const abi::MailboxInstall& request);

  Bus* bus_;
  std::shared_ptr<MailboxClient> client_;
  DeviceInfo info_;
  std::vector<Generation> given_;  // of the last reservation of each entry that reserve has given out
};

}  // namespace sallyport
