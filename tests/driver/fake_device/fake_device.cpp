#include "fake_device.hpp"

#include <bit>

#include "sallyport/regs.hpp"

namespace sallyport::test {

using abi::CmdCode;
using abi::DeadReason;
using abi::EntryState;
using abi::EventKind;

namespace {
constexpr std::uint64_t kNoSoft = UINT64_MAX;

std::uint16_t next_generation(std::uint16_t generation) {
  return generation == UINT16_MAX ? std::uint16_t{1} : static_cast<std::uint16_t>(generation + 1);
}
}  // namespace

FakeDevice::FakeDevice(unsigned log2_sas, unsigned ring_depth)
    : sas_(std::size_t{1} << log2_sas),
      log2_sas_(log2_sas),
      loopback_(static_cast<std::uint16_t>(1U << log2_sas)),
      ring_(ring_depth) {}

bool FakeDevice::Sa::inbound() const { return (image[0] & 1U << static_cast<unsigned>(abi::SaFlag::kInbound)) != 0; }

unsigned FakeDevice::count(EntryState state) const {
  unsigned n = 0;
  for (const Sa& sa : sas_) n += sa.state == state ? 1 : 0;
  return n;
}

bool FakeDevice::bus_ok() {
  if (bus_left_ < 0) return true;
  if (bus_left_ == 0) return false;
  --bus_left_;
  return true;
}

std::optional<std::uint32_t> FakeDevice::read32(std::uint32_t address) {
  if (!bus_ok()) return std::nullopt;
  now_ns_ += 10;
  if (const auto value = loopback_.read(address)) return value;
  if (address >= regs::kRingAddress && address < regs::kRingAddress + ring_.size() * 32) {
    const std::uint32_t at = (address - regs::kRingAddress) / 4;
    return ring_[at / 8][at % 8];
  }
  switch (address) {
    case regs::kIdAddress:
      return id_;
    case regs::kVersionAddress:
      return 1U << 16 | abi_version_;
    case regs::kCaps0Address:
      return abi::kStagingSlots << 24 | 1U << 16 | 6U << 8 | log2_sas_;
    case regs::kCaps1Address:
      return 9'600U << 16 | static_cast<std::uint32_t>(ring_.size());
    case regs::kStatusAddress:
      return 1U | (held_ ? 0U : 2U) | (irq() ? 4U : 0U) | 8U;
    case regs::kControlAddress:
      return (enabled_ ? regs::kControlEnableMask : 0U) | (irq_enable_ ? regs::kControlIrqEnableMask : 0U);
    case regs::kCmdStatusAddress:
      return status_;
    case regs::kCmdResultAddress:
      return result_;
    case regs::kEvHeadAddress:
      return head_;
    case regs::kEvTailAddress:
      return tail_;
    case regs::kEvLateAddress:
      return late_;
    default:
      return snapshot_word(address);
  }
}

std::uint32_t FakeDevice::snapshot_word(std::uint32_t address) const {
  const std::uint64_t values[] = {snap_.seq, snap_.octets, snap_.packets, snap_.icv_fail, snap_.fw};
  if (address >= regs::kSnapSeqLoAddress && address <= regs::kSnapFwHiAddress) {
    const std::uint32_t at = (address - regs::kSnapSeqLoAddress) / 4;
    return static_cast<std::uint32_t>(values[at / 2] >> (32 * (at % 2)));
  }
  switch (address) {
    case regs::kSnapSpiAddress:
      return snap_.spi;
    case regs::kSnapInfoAddress:
      return static_cast<std::uint32_t>(snap_.raised) << 24 | static_cast<std::uint32_t>(snap_.dead) << 20 |
             static_cast<std::uint32_t>(snap_.state) << 16 | snap_.generation;
    case regs::kSnapTimeLoAddress:
      return static_cast<std::uint32_t>(snap_time_);
    case regs::kSnapTimeHiAddress:
      return static_cast<std::uint32_t>(snap_time_ >> 32);
    case regs::kSnapCounterLoAddress:
      return static_cast<std::uint32_t>(snap_counter_);
    case regs::kSnapCounterHiAddress:
      return static_cast<std::uint32_t>(snap_counter_ >> 32);
    default:
      return 0;
  }
}

bool FakeDevice::write32(std::uint32_t address, std::uint32_t value) {
  if (!bus_ok()) return false;
  now_ns_ += 10;
  const auto tenant = [this](std::uint16_t index) -> std::optional<FakeLoopback::Tenant> {
    if (index >= sas_.size() || sas_[index].state != EntryState::kActive) return std::nullopt;
    return FakeLoopback::Tenant{.generation = sas_[index].generation, .image = sas_[index].image};
  };
  if (loopback_.write(address, value, !enabled_, tenant)) return true;
  if (address >= regs::kStagingAddress && address < regs::kStagingAddress + regs::kStagingOctets) {
    const std::uint32_t at = (address - regs::kStagingAddress) / 4;
    if (at % 2 == 0) {
      staging_low_ = value;
    } else {
      staging_[at / 2 / abi::kSlotWords][at / 2 % abi::kSlotWords] =
          static_cast<std::uint64_t>(value) << 32 | staging_low_;
    }
    return true;
  }
  switch (address) {
    case regs::kControlAddress:
      enabled_ = (value & regs::kControlEnableMask) != 0;
      irq_enable_ = (value & regs::kControlIrqEnableMask) != 0;
      break;
    case regs::kCmdTargetAddress:
      target_ = value;
      break;
    case regs::kCmdArg1Address:
      arg1_ = value;
      break;
    case regs::kCmdArg2Address:
      arg2_ = value;
      break;
    case regs::kCmdGoAddress:
      go(value);
      break;
    case regs::kEvTailAddress:
      if (value - tail_ <= head_ - tail_) tail_ = value;
      deliver_waiting();
      break;
    default:
      break;
  }
  return true;
}

void FakeDevice::go(std::uint32_t value) {
  const std::uint32_t seq = value >> 16;
  if (seq == status_ >> 16) return;
  ++operations_;
  const auto op = static_cast<abi::Op>(value & 0xFF);
  const auto index = static_cast<std::uint16_t>(target_);
  CmdCode code = CmdCode::kOk;
  if (!failures_.empty() && failures_.front().op == op) {
    code = failures_.front().code;
    failures_.pop_front();
  } else {
    code = execute(op, index, static_cast<std::uint16_t>(target_ >> 16));
  }
  status_ = seq << 16 | static_cast<std::uint32_t>(code) << 8;
  if (index < sas_.size()) {
    const Sa& sa = sas_[index];
    result_ = static_cast<std::uint32_t>(sa.dead) << 20 | static_cast<std::uint32_t>(sa.state) << 16 | sa.generation;
  }
}

CmdCode FakeDevice::execute(abi::Op op, std::uint16_t index, std::uint16_t generation) {
  if (index >= sas_.size()) return CmdCode::kBadIndex;
  Sa& sa = sas_[index];
  switch (op) {
    case abi::Op::kNop:
      return CmdCode::kOk;
    case abi::Op::kReserve:
      if (sa.state != EntryState::kFree) return CmdCode::kBadState;
      // The firmware's word is what an erase or a march has left: zero.
      sa = Sa{.state = EntryState::kLarval, .generation = next_generation(sa.generation), .spi = arg2_, .fw = sa.fw};
      return CmdCode::kOk;
    case abi::Op::kCommit:
      return commit(sa, index, generation);
    case abi::Op::kSnapshot:
      snap_ = sa;
      snap_time_ = now_ns_;
      return CmdCode::kOk;
    case abi::Op::kCounter:
      snap_counter_ = counters_[arg1_ >> 6 & 1][arg1_ & 0x3F];
      return CmdCode::kOk;
    case abi::Op::kClearStaging:
      staging_[arg1_ & 3] = {};
      return CmdCode::kOk;
    case abi::Op::kMarch:
      if (sa.state != EntryState::kFree) return CmdCode::kBadState;
      sa = Sa{.generation = sa.generation};
      return CmdCode::kOk;
    case abi::Op::kVerify:
      return CmdCode::kOk;
    default:
      break;
  }
  if (sa.generation != generation) return CmdCode::kBadGeneration;
  switch (op) {
    case abi::Op::kSetState:
      return set_state(sa, static_cast<EntryState>(arg1_ & 7));
    case abi::Op::kWriteFw:
      if (sa.state == EntryState::kFree) return CmdCode::kBadState;
      sa.fw = static_cast<std::uint64_t>(arg2_) << 32 | arg1_;
      return CmdCode::kOk;
    case abi::Op::kErase: {
      if (sa.state == EntryState::kFree) return CmdCode::kBadState;
      if (sa.waiting == 0) {
        sa = Sa{.generation = sa.generation};
        return CmdCode::kOk;
      }
      // Its event is told with what it was; then all its words are zeroed.
      sa.state = EntryState::kErasing;
      return CmdCode::kOk;
    }
    default:
      return CmdCode::kBadOp;
  }
}

CmdCode FakeDevice::commit(Sa& sa, std::uint16_t index, std::uint16_t generation) {
  const bool larval = sa.state == EntryState::kLarval;
  if (!larval && sa.state != EntryState::kFree) return CmdCode::kBadState;
  if (larval && sa.generation != generation) return CmdCode::kBadGeneration;
  auto& slot = staging_[arg1_ & 3];
  Sa fresh;
  for (unsigned w = 0; w < abi::kImageWords; ++w) fresh.image[w] = slot[w];
  const auto& image = fresh.image;
  fresh.spi = static_cast<std::uint32_t>(image[0] >> 32);
  if (fresh.spi < 256 || (larval && (fresh.spi != sa.spi || !fresh.inbound()))) return CmdCode::kBadImage;
  if (fresh.inbound() && fresh.spi % sas_.size() != index) return CmdCode::kBadImage;
  for (const unsigned soft : {6U, 8U}) {
    const bool above = image[soft + 1] != 0 && image[soft] != kNoSoft && image[soft] > image[soft + 1];
    if (image[soft] == 0 || above) return CmdCode::kBadLimits;
  }
  fresh.generation = larval ? sa.generation : next_generation(sa.generation);
  fresh.state = EntryState::kActive;
  fresh.fw = sa.fw;
  sa = fresh;
  slot = {};
  return CmdCode::kOk;
}

CmdCode FakeDevice::set_state(Sa& sa, EntryState to) {
  using S = EntryState;
  const S from = sa.state;
  const bool allowed = (from == S::kActive && (to == S::kOverlap || to == S::kDraining || to == S::kRedundant)) ||
                       (from == S::kOverlap && (to == S::kDraining || to == S::kRedundant || to == S::kActive)) ||
                       (from == S::kRedundant && to == S::kDraining);
  if (!allowed) return CmdCode::kBadState;
  sa.state = to;
  return CmdCode::kOk;
}

void FakeDevice::packet(std::uint16_t index, std::uint64_t octets) {
  Sa& sa = sas_[index];
  const bool takes =
      sa.state != EntryState::kFree && sa.state != EntryState::kLarval && sa.state != EntryState::kErasing;
  if (!takes || sa.dead != DeadReason::kAlive) return;
  const std::uint64_t hard_octets = sa.image[7];
  const std::uint64_t hard_packets = sa.image[9];
  if (hard_octets != 0 && sa.octets + octets > hard_octets) {
    sa.dead = DeadReason::kHardOctets;
    raise(index, EventKind::kHard, sa.octets);
    return;
  }
  sa.octets += octets;
  ++sa.packets;
  ++sa.seq;
  if (sa.octets >= sa.image[6]) raise(index, EventKind::kSoftOctets, sa.octets);
  if (sa.packets >= sa.image[8]) raise(index, EventKind::kSoftPackets, sa.packets);
  if (hard_octets != 0 && sa.octets == hard_octets) {
    sa.dead = DeadReason::kHardOctets;
    raise(index, EventKind::kHard, sa.octets);
  } else if (hard_packets != 0 && sa.packets == hard_packets) {
    sa.dead = DeadReason::kHardPackets;
    raise(index, EventKind::kHard, sa.packets);
  }
}

void FakeDevice::raise(std::uint16_t index, EventKind kind, std::uint64_t count) {
  Sa& sa = sas_[index];
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
  if ((sa.raised & bit) != 0) return;
  sa.raised |= bit;
  last_count_[index % last_count_.size()] = count;
  if (head_ - tail_ == ring_.size()) {
    sa.waiting |= bit;
  } else {
    deliver(index, kind, false);
  }
}

void FakeDevice::deliver(std::uint16_t index, EventKind kind, bool late) {
  const Sa& sa = sas_[index];
  abi::EventRecord record;
  record.seq = ++head_;
  record.index = index;
  record.generation = sa.generation;
  record.spi = sa.spi;
  record.kind = static_cast<std::uint8_t>(kind);
  record.flags = static_cast<std::uint8_t>((late ? 1U : 0U) | (sa.inbound() ? 4U : 0U));
  record.count = last_count_[index % last_count_.size()];
  record.time_ns = now_ns_;
  const auto octets = record.pack();
  auto& words = ring_[(head_ - 1) % ring_.size()];
  for (unsigned w = 0; w < 8; ++w) {
    words[w] = 0;
    for (unsigned i = 0; i < 4; ++i) words[w] = words[w] << 8 | octets[w * 4 + i];
  }
  if (late) ++late_;
}

void FakeDevice::deliver_waiting() {
  for (std::uint16_t i = 0; i < size(); ++i) {
    Sa& sa = sas_[i];
    while (sa.waiting != 0 && head_ - tail_ < ring_.size()) {
      const int bit = std::countr_zero(sa.waiting);
      sa.waiting = static_cast<std::uint8_t>(sa.waiting & (sa.waiting - 1));
      deliver(i, static_cast<EventKind>(bit), true);
    }
    if (sa.waiting == 0 && sa.state == EntryState::kErasing) {
      sa = Sa{.generation = sa.generation};
    }
  }
}

}  // namespace sallyport::test
