#include "sallyport/tlm/packet_path.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::tlm {

std::optional<PacketOut> PacketPath::pop() {
  if (done_.empty()) return std::nullopt;
  PacketOut out = std::move(done_.front().packet);
  done_.pop_front();
  return out;
}

std::uint64_t PacketPath::next_begin(std::uint64_t now) const {
  return waiting_.empty() ? kNever : std::max(now, free_at_);
}

PacketIn PacketPath::begin() {
  PacketIn packet = std::move(waiting_.front());
  waiting_.pop_front();
  return packet;
}

void PacketPath::inside(std::uint64_t now, PacketClocks clocks, PacketOut out) {
  free_at_ = now + clocks.service;
  // Order is kept: a packet that is done with early waits for the one before it.
  const std::uint64_t before = inside_.empty() ? 0 : inside_.back().done + 1;
  inside_.push_back({std::max(now + clocks.inside, before), std::move(out)});
}

void PacketPath::complete() {
  done_.push_back(std::move(inside_.front()));
  inside_.pop_front();
}

}  // namespace sallyport::tlm
