#include "sallyport/tlm/loopback.hpp"

#include <algorithm>

namespace sallyport::tlm {

bool Loopback::start(std::uint32_t value, Go& go) {
  constexpr std::uint32_t kNumbers = 0x10000;
  const std::uint32_t seq = value >> regs::kTestGoSeqShift;
  if (busy() || seq != ((status_ >> regs::kTestStatusSeqShift) + 1) % kNumbers) return false;
  status_ = seq << regs::kTestStatusSeqShift | regs::kTestStatusBusyMask;
  go.inbound = (value & regs::kTestGoInboundMask) != 0;
  go.lane = (value & regs::kTestGoLaneMask) >> regs::kTestGoLaneShift;
  return true;
}

void Loopback::refuse() {
  status_ &= ~regs::kTestStatusBusyMask;
  status_ |= regs::kTestStatusRefusedMask;
}

void Loopback::finish(const abi::StatusDesc& status, std::span<const std::uint8_t> packet) {
  const auto head = status.pack();
  const std::size_t kept = std::min(packet.size(), kLongest);
  std::copy(head.begin(), head.end(), buffer_.begin());
  std::copy_n(packet.begin(), kept, buffer_.begin() + head.size());
  status_ &= ~regs::kTestStatusBusyMask;
  status_ |= static_cast<std::uint32_t>(head.size() + kept) << regs::kTestStatusOctetsShift;
  if (kept != packet.size()) status_ |= regs::kTestStatusOverflowMask;
}

std::uint32_t Loopback::word(std::size_t at) const {
  if (busy()) return 0;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out |= static_cast<std::uint32_t>(buffer_[4 * at + i]) << 8 * i;
  return out;
}

void Loopback::set_word(std::size_t at, std::uint32_t value) {
  if (busy()) return;
  for (std::size_t i = 0; i < 4; ++i) buffer_[4 * at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

}  // namespace sallyport::tlm
