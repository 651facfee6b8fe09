#pragma once
/// @file
/// One direction of the packet side, as time sees it: what waits, what is inside, what has come out. What becomes of a
/// packet is decided elsewhere, when it begins.
#include <cstdint>
#include <deque>
#include <optional>

#include "sallyport/bus.hpp"
#include "sallyport/tlm/costs.hpp"

namespace sallyport::tlm {

/// Clock of something that does not happen.
inline constexpr std::uint64_t kNever = UINT64_MAX;

class PacketPath {
 public:
  void push(PacketIn packet) { waiting_.push_back(std::move(packet)); }
  /// The oldest packet that has come out, if any.
  std::optional<PacketOut> pop();

  /// Clock at which the next packet begins, not before `now`; kNever while nothing waits.
  [[nodiscard]] std::uint64_t next_begin(std::uint64_t now) const;
  /// Takes the packet that begins.
  PacketIn begin();
  /// It will come out as `out`. @param now the clock of its begin.
  void inside(std::uint64_t now, PacketClocks clocks, PacketOut out);
  /// Clock at which the next packet comes out; kNever when none is inside.
  [[nodiscard]] std::uint64_t next_done() const { return inside_.empty() ? kNever : inside_.front().done; }
  /// The oldest packet inside has come out.
  void complete();
  /// Clock at which the oldest packet that nobody has popped came out; kNever when there is none.
  [[nodiscard]] std::uint64_t output_at() const { return done_.empty() ? kNever : done_.front().done; }

  /// Nothing is inside; packets may wait.
  [[nodiscard]] bool quiet() const { return inside_.empty(); }
  /// Nothing waits either.
  [[nodiscard]] bool empty() const { return inside_.empty() && waiting_.empty(); }
  /// Pushed and not popped.
  [[nodiscard]] std::size_t in_flight() const { return waiting_.size() + inside_.size() + done_.size(); }

 private:
  struct Leaving {
    std::uint64_t done;
    PacketOut packet;
  };
  std::deque<PacketIn> waiting_;
  std::deque<Leaving> inside_;
  std::deque<Leaving> done_;
  std::uint64_t free_at_ = 0;  ///< Clock from which a packet can begin.
};

}  // namespace sallyport::tlm
