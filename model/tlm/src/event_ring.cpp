#include "sallyport/tlm/event_ring.hpp"

namespace sallyport::tlm {

void EventRing::put(abi::EventRecord record) {
  record.seq = head_ + 1;
  records_[head_ % records_.size()] = record.words();
  ++head_;
  if ((record.flags & kEventLate) != 0) ++late_;
}

void EventRing::take(std::uint32_t tail) {
  // Distances from the tail in force, modulo 2^32.
  if (tail - tail_ <= head_ - tail_) tail_ = tail;
}

std::uint32_t EventRing::word(std::size_t at) const { return records_[at / kWords % records_.size()][at % kWords]; }

}  // namespace sallyport::tlm
