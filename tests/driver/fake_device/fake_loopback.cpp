#include "fake_loopback.hpp"

#include <algorithm>

namespace sallyport::test {

std::optional<std::uint32_t> FakeLoopback::read(std::uint32_t address) const {
  if (address == regs::kTestStatusAddress) return status_;
  if (address < regs::kTestBufferAddress || address >= regs::kTestBufferAddress + buffer_.size()) return std::nullopt;
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) {
    word |= static_cast<std::uint32_t>(buffer_[address - regs::kTestBufferAddress + i]) << 8 * i;
  }
  return word;
}

bool FakeLoopback::write(std::uint32_t address, std::uint32_t value, bool shut, const FindTenant& find) {
  if (address == regs::kTestGoAddress) {
    const std::uint32_t seq = value >> regs::kTestGoSeqShift;
    if ((status_ & regs::kTestStatusBusyMask) != 0 || seq != (((status_ >> regs::kTestStatusSeqShift) + 1) & 0xFFFFU))
      return true;
    status_ = seq << regs::kTestStatusSeqShift;
    if (hung_) {
      status_ |= regs::kTestStatusBusyMask;
    } else if (!shut) {
      status_ |= regs::kTestStatusRefusedMask;
    } else {
      go((value & regs::kTestGoInboundMask) != 0, find);
    }
    return true;
  }
  if (address == regs::kTestAbortAddress) return true;
  if (address < regs::kTestBufferAddress || address >= regs::kTestBufferAddress + buffer_.size()) return false;
  for (unsigned i = 0; i < 4; ++i) {
    buffer_[address - regs::kTestBufferAddress + i] = static_cast<std::uint8_t>(value >> 8 * i);
  }
  return true;
}

void FakeLoopback::go(bool inbound, const FindTenant& find) {
  abi::OutDesc::Octets head{};
  std::copy_n(buffer_.begin(), head.size(), head.begin());
  abi::OutDesc out = abi::OutDesc::unpack(head);
  const abi::InDesc in = abi::InDesc::unpack(head);
  const std::size_t length = std::min<std::size_t>(inbound ? in.length : out.length, packet().size());
  const std::span<const std::uint8_t> octets = packet().first(length);
  constexpr std::size_t kSpiAt = 20;  // behind an IPv4 header without options
  if (inbound && length >= kSpiAt + 4) {
    out.index = static_cast<std::uint16_t>((octets[kSpiAt + 2] << 8 | octets[kSpiAt + 3]) % num_sas_);
  }
  const auto tenant = find(out.index);
  if (!model_) model_ = std::make_unique<model::GoldenAccelerator>(num_sas_, 64);
  if (tenant && (index_ != out.index || generation_ != tenant->generation)) {
    static_cast<void>(model_->erase(index_, model_generation_));
    model_generation_ = model_->commit(out.index, 0, tenant->image).generation;
    index_ = out.index;
    generation_ = tenant->generation;
  }
  // The model counts generations of its own.
  const bool same = tenant && out.generation == tenant->generation;
  out.generation = static_cast<std::uint16_t>(same ? model_generation_ : model_generation_ + 1);
  const model::PacketResult result = inbound ? model_->inbound(in, octets) : model_->outbound(out, octets);
  const auto status = result.status.pack();
  std::copy(status.begin(), status.end(), buffer_.begin());
  std::copy(result.octets.begin(), result.octets.end(), packet().begin());
  if (broken_ != 0 && !result.octets.empty()) {
    --broken_;
    packet()[result.octets.size() - 1] ^= 0x40;
  }
  status_ |= static_cast<std::uint32_t>(status.size() + result.octets.size()) << regs::kTestStatusOctetsShift;
}

}  // namespace sallyport::test
