#pragma once
/// @file
/// The event ring as registers show it: records, EV_HEAD, EV_TAIL, EV_LATE.
#include <cstdint>
#include <vector>

#include "sallyport/abi.hpp"

namespace sallyport::tlm {

/// Bit 0 of EventRecord::flags.
inline constexpr std::uint8_t kEventLate = 1;
/// Bit 1: unit of `hard` is packets.
inline constexpr std::uint8_t kEventPackets = 2;
/// Bit 2.
inline constexpr std::uint8_t kEventInbound = 4;

class EventRing {
 public:
  /// @param depth records, 1 and more.
  explicit EventRing(std::size_t depth) : records_(depth) {}

  /// A record can be put.
  [[nodiscard]] bool room() const { return head_ - tail_ < records_.size(); }
  /// Numbers the record and puts it. Only with room.
  void put(abi::EventRecord record);
  /// A write to EV_TAIL: a move forward, not past the head; anything else does nothing.
  void take(std::uint32_t tail);

  [[nodiscard]] std::uint32_t head() const { return head_; }
  [[nodiscard]] std::uint32_t tail() const { return tail_; }
  [[nodiscard]] std::uint32_t late() const { return late_; }
  [[nodiscard]] std::size_t depth() const { return records_.size(); }
  /// Word `at` of the memory RING, modulo its size.
  [[nodiscard]] std::uint32_t word(std::size_t at) const;

 private:
  static constexpr std::size_t kWords = abi::EventRecord::kOctets / 4;

  std::vector<abi::EventRecord::Words> records_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t late_ = 0;
};

}  // namespace sallyport::tlm
