#pragma once
/// @file
/// What the agent has given up and the mailbox did not take: it stays ours until it is gone.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sallyport/device.hpp"
#include "sallyport/sa_handle.hpp"

namespace sallyport::ike {

/// Whether an entry in this state stays until somebody does something about it.
[[nodiscard]] bool stays(abi::EntryState state);
/// The mailbox itself failed: to ask it for the next one is of no use now.
[[nodiscard]] bool is_out_of_reach(const Error& error);

/// A list of handles, no longer than the table; the oldest is let go when it is full, and then a sweep is wanted.
/// Cost: one request to give up, and nothing while the list is empty.
class Leftovers {
 public:
  enum class How : std::uint8_t {
    kRetire,  ///< The inbound half drains first.
    kErase,
  };

  /// `device` must outlive it.
  explicit Leftovers(Device& device) : device_(device) {}
  /// Gives the entries back. An error: they are kept for retry.
  Result<void> give_up(SaHandle handle, How how);
  Result<void> give_up(sallyport::Reservation reservation);
  /// Once more for each; stops when the mailbox cannot be reached. The first error.
  Result<void> retry();
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Something was lost sight of since the last call.
  [[nodiscard]] bool take_sweep_wanted() { return std::exchange(sweep_wanted_, false); }
  /// Since the last call something was given up that had gone by itself, in part at least.
  [[nodiscard]] bool take_surprise() { return std::exchange(surprise_, false); }
  /// Entries that are still to go; not present ones among them.
  [[nodiscard]] std::vector<SaRef> refs() const;
  /// Whether this tenant is there and does not leave by itself; yes when nobody knows.
  [[nodiscard]] bool is_there(SaRef ref);

 private:
  // One of the two holds something.
  struct Leftover {
    SaHandle handle;
    sallyport::Reservation reservation;
    How how = How::kErase;
    [[nodiscard]] bool holds() const { return handle.holds() || reservation.holds(); }
  };
  Result<void> give_up(Leftover one);
  Result<void> go(Leftover& one);

  Device& device_;
  std::vector<Leftover> entries_;  // oldest first
  bool sweep_wanted_ = false;
  bool surprise_ = false;
};

}  // namespace sallyport::ike
