#pragma once
/// @file
/// Ownership of table entries. Handles move and are not copied; one that goes gives its entries back: a reservation is
/// erased, an installed SA is retired (inbound drains first). Handles must not outlive the Bus and MailboxPort of their
/// Device.
#include <cstdint>
#include <memory>

#include "sallyport/mailbox.hpp"
#include "sallyport/result.hpp"
#include "sallyport/sa_types.hpp"

namespace sallyport {

/// What all handles are made of: up to two entries and what becomes of them at the end. Not for users.
class OwnedEntries {
 public:
  OwnedEntries() = default;
  OwnedEntries(std::shared_ptr<MailboxClient> client, SaRef in, SaRef out, abi::MailboxCommand at_end)
      : client_(std::move(client)), in_(in), out_(out), at_end_(at_end) {}
  ~OwnedEntries() { drop(); }
  OwnedEntries(OwnedEntries&& other) noexcept { *this = std::move(other); }
  OwnedEntries& operator=(OwnedEntries&& other) noexcept;
  OwnedEntries(const OwnedEntries&) = delete;
  OwnedEntries& operator=(const OwnedEntries&) = delete;

  [[nodiscard]] bool holds() const { return client_ != nullptr; }
  [[nodiscard]] SaRef in() const { return in_; }
  [[nodiscard]] SaRef out() const { return out_; }
  /// The request that names these entries.
  [[nodiscard]] abi::MailboxPair pair() const;
  /// Sends it. When `ends`, the entries are no longer owned, unless they could not be reached. Where one half of a pair
  /// has gone by itself (kStaleGeneration), the request is carried out for the other all the same.
  Result<void> send(abi::MailboxCommand command, const abi::MailboxPair& request, bool ends);
  /// Owns nothing any more, without telling the firmware.
  void forget();
  /// Erases the outbound half alone. It is not owned any more then, nor when it had gone by itself.
  Result<void> erase_outbound();

 private:
  void drop();

  std::shared_ptr<MailboxClient> client_;
  SaRef in_;
  SaRef out_;
  abi::MailboxCommand at_end_ = abi::MailboxCommand::kErase;
};

/// A reserved inbound entry: its SPI can be told to the peer.
class Reservation {
 public:
  Reservation() = default;
  Reservation(OwnedEntries entries, Spi spi, OwnerId owner) : entries_(std::move(entries)), spi_(spi), owner_(owner) {}
  [[nodiscard]] bool holds() const { return entries_.holds(); }
  [[nodiscard]] SaRef ref() const { return entries_.in(); }
  [[nodiscard]] Spi spi() const { return spi_; }
  [[nodiscard]] OwnerId owner() const { return owner_; }
  /// Gives the entry back now.
  Result<void> abandon() { return entries_.send(abi::MailboxCommand::kErase, entries_.pair(), true); }
  /// The entry has become an SA: nothing is given back.
  void forget() { entries_.forget(); }

 private:
  OwnedEntries entries_;
  Spi spi_;
  OwnerId owner_;
};

/// Soft limits that the firmware drew; all ones = none.
struct SoftLimits {
  Octets octets;
  Packets packets;
};

/// An installed SA, one direction or both. After retire and erase the handle is empty; what is still in the table is
/// the firmware's.
class SaHandle {
 public:
  SaHandle() = default;
  SaHandle(OwnedEntries entries, SoftLimits soft_in, SoftLimits soft_out)
      : entries_(std::move(entries)), soft_in_(soft_in), soft_out_(soft_out) {}
  [[nodiscard]] bool holds() const { return entries_.holds(); }
  /// Not present when that direction is not part of the handle.
  [[nodiscard]] SaRef in() const { return entries_.in(); }
  [[nodiscard]] SaRef out() const { return entries_.out(); }
  [[nodiscard]] SoftLimits soft_in() const { return soft_in_; }
  [[nodiscard]] SoftLimits soft_out() const { return soft_out_; }

  /// active -> overlap: `replacement` is keyed. kBadState when it is not. Halves that this handle has not are left out.
  Result<void> supersede_by(const SaHandle& replacement);
  /// active or overlap -> redundant: lost a rekey collision.
  Result<void> mark_redundant();
  /// The Delete is done: outbound is erased at once, inbound when `drain_ns` (0 = the policy's) has passed.
  Result<void> retire(std::uint64_t drain_ns = 0);
  /// Erased now.
  Result<void> erase();
  /// The outbound half alone, when nothing is to go out on it any more: its entry is free while the inbound half waits
  /// for its Delete. kStaleGeneration: it had gone by itself.
  Result<void> erase_outbound() { return entries_.erase_outbound(); }
  /// Gives up ownership; the SA stays in the table.
  void forget() { entries_.forget(); }

 private:
  OwnedEntries entries_;
  SoftLimits soft_in_;
  SoftLimits soft_out_;
};

/// Both directions, installed in one transaction.
class SaPair : public SaHandle {
 public:
  using SaHandle::SaHandle;
};

}  // namespace sallyport
