#include "sallyport/tlm/snapshot.hpp"

#include "sallyport/regs.hpp"

namespace sallyport::tlm {

namespace {
/// The half of a 64-bit value whose low half stands at `low`.
std::uint32_t half(std::uint64_t value, std::uint32_t address, std::uint32_t low) {
  return static_cast<std::uint32_t>(address == low ? value : value >> 32U);
}
}  // namespace

std::uint32_t Snapshot::word(std::uint32_t address) const {
  switch (address) {
    case regs::kSnapSeqLoAddress:
    case regs::kSnapSeqHiAddress:
      return half(seq, address, regs::kSnapSeqLoAddress);
    case regs::kSnapOctetsLoAddress:
    case regs::kSnapOctetsHiAddress:
      return half(octets, address, regs::kSnapOctetsLoAddress);
    case regs::kSnapPacketsLoAddress:
    case regs::kSnapPacketsHiAddress:
      return half(packets, address, regs::kSnapPacketsLoAddress);
    case regs::kSnapIcvFailLoAddress:
    case regs::kSnapIcvFailHiAddress:
      return half(icv_fail, address, regs::kSnapIcvFailLoAddress);
    case regs::kSnapFwLoAddress:
    case regs::kSnapFwHiAddress:
      return half(fw, address, regs::kSnapFwLoAddress);
    case regs::kSnapSpiAddress:
      return spi;
    case regs::kSnapInfoAddress:
      return static_cast<std::uint32_t>(generation) << regs::kSnapInfoGenerationShift |
             static_cast<std::uint32_t>(state) << regs::kSnapInfoStateShift |
             static_cast<std::uint32_t>(dead) << regs::kSnapInfoDeadShift |
             static_cast<std::uint32_t>(raised) << regs::kSnapInfoRaisedShift;
    case regs::kSnapTimeLoAddress:
    case regs::kSnapTimeHiAddress:
      return half(time_ns, address, regs::kSnapTimeLoAddress);
    case regs::kSnapCounterLoAddress:
    case regs::kSnapCounterHiAddress:
      return half(counter, address, regs::kSnapCounterLoAddress);
    default:
      return 0;
  }
}

}  // namespace sallyport::tlm
