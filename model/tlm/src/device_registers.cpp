// The register map of the device model: abi/sallyport.rdl, as the generated register block of the RTL answers.
#include <array>
#include <bit>
#include <cstdio>

#include "sallyport/regs.hpp"
#include "sallyport/tlm/device_model.hpp"

namespace sallyport::tlm {

namespace {

constexpr std::uint32_t kMagic = 0x534C5950;
constexpr std::uint32_t kRtlVersion = 1;
/// What register block and core answer to: the host's address space.
constexpr std::uint32_t kWord = 4;

bool in(std::uint32_t address, std::uint32_t base, std::uint32_t octets) { return address - base < octets; }
bool in_ring(std::uint32_t address) { return in(address, regs::kRingAddress, regs::kRingOctets); }
bool in_staging(std::uint32_t address) { return in(address, regs::kStagingAddress, regs::kStagingOctets); }
bool in_buffer(std::uint32_t address) { return in(address, regs::kTestBufferAddress, regs::kTestBufferOctets); }

/// Holes in the block of single registers.
bool is_register(std::uint32_t address) {
  const bool hole = address == regs::kCmdResultAddress + kWord || address == regs::kCmdResultAddress + 2 * kWord ||
                    (address > regs::kEccFatalAddress && address < regs::kAlarmLoAddress) ||
                    address == regs::kWatchdogAddress + kWord;
  return address <= regs::kTestStatusAddress && !hole;
}

bool exists(std::uint32_t address) {
  return address % kWord == 0 &&
         (is_register(address) || in_ring(address) || in_staging(address) || in_buffer(address));
}

Error nothing_at(const char* what, std::uint32_t address) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "register %s at 0x%04x: there is nothing", what, address);
  return {ErrorCode::kBusFailure, text.data()};
}

std::uint32_t log2(std::uint32_t power) { return static_cast<std::uint32_t>(std::countr_zero(power)); }

}  // namespace

Result<std::uint32_t> DeviceModel::peek(std::uint32_t address) const {
  if (!exists(address)) return nothing_at("read", address);
  if (in_ring(address)) return ring_.word((address - regs::kRingAddress) / kWord);
  if (in_buffer(address)) return loopback_.word((address - regs::kTestBufferAddress) / kWord);
  return register_value(address);
}

Result<std::uint32_t> DeviceModel::read32(std::uint32_t address) {
  advance(kAccessClocks);
  return peek(address);
}

Result<void> DeviceModel::write(std::uint32_t address, std::uint32_t value, std::uint32_t bits) {
  advance(kAccessClocks);
  if (!exists(address)) return nothing_at("write", address);
  if (in_staging(address)) {
    staging_.write_half((address - regs::kStagingAddress) / kWord, value);
  } else if (in_buffer(address)) {
    loopback_.set_word((address - regs::kTestBufferAddress) / kWord, value);
  } else {
    store(address, value, bits);
  }
  return {};
}

std::uint32_t DeviceModel::register_value(std::uint32_t address) const {
  const std::uint64_t now = now_ns();
  switch (address) {
    case regs::kIdAddress:
      return kMagic;
    case regs::kVersionAddress:
      return kRtlVersion << regs::kVersionRtlShift | std::uint32_t{abi::kAbiVersion} << regs::kVersionAbiShift;
    case regs::kCaps0Address: {
      const bool full = form_.profile == Profile::kFull;
      return log2(form_.num_sas) << regs::kCaps0Log2SasShift | log2(form_.window) << regs::kCaps0Log2WindowShift |
             1U << regs::kCaps0LanesShift | static_cast<std::uint32_t>(form_.profile) << regs::kCaps0ProfileShift |
             abi::kStagingSlots << regs::kCaps0StagingSlotsShift |
             (full ? 0U : form_.engines) << regs::kCaps0EnginesShift;
    }
    case regs::kCaps1Address:
      return form_.ring_depth << regs::kCaps1RingDepthShift | std::uint32_t{form_.max_packet}
                                                                  << regs::kCaps1MaxPacketShift;
    case regs::kStatusAddress:
      return regs::kStatusBootDoneMask | regs::kStatusSimMask | (quiet() ? regs::kStatusIdleMask : 0U) |
             (interrupt_pending() ? regs::kStatusIrqMask : 0U);
    case regs::kControlAddress:
      return control_;
    case regs::kTimeLoAddress:
      return static_cast<std::uint32_t>(now);
    case regs::kTimeHiAddress:
      return static_cast<std::uint32_t>(now >> 32U);
    case regs::kCmdTargetAddress:
      return target_;
    case regs::kCmdArg1Address:
      return arg1_;
    case regs::kCmdArg2Address:
      return arg2_;
    case regs::kCmdGoAddress:
      return go_;
    case regs::kCmdStatusAddress:
      return status_;
    case regs::kCmdResultAddress:
      return result_;
    case regs::kEvHeadAddress:
      return ring_.head();
    case regs::kEvTailAddress:
      return ring_.tail();
    case regs::kEvLateAddress:
      return ring_.late();
    case regs::kAlarmLoAddress:
      return alarm_low_;
    case regs::kAlarmHiAddress:
      return alarm_high_;
    case regs::kWatchdogAddress:
      return watchdog_;
    case regs::kTestGoAddress:
      return test_go_;
    case regs::kTestAbortAddress:
      return test_abort_;
    case regs::kTestStatusAddress:
      return loopback_.status();
    default:  // the staging bank and the counts of memory errors read as 0
      return table_.snapshot().word(address);
  }
}

void DeviceModel::store(std::uint32_t address, std::uint32_t value, std::uint32_t bits) {
  const auto keep = [&](std::uint32_t& held, std::uint32_t fields) {
    held = ((held & ~bits) | (value & bits)) & fields;
  };
  switch (address) {
    case regs::kControlAddress:
      keep(control_, regs::kControlEnableMask | regs::kControlIrqEnableMask);
      break;
    case regs::kCmdTargetAddress:
      keep(target_, kAllBits);
      break;
    case regs::kCmdArg1Address:
      keep(arg1_, kAllBits);
      break;
    case regs::kCmdArg2Address:
      keep(arg2_, kAllBits);
      break;
    case regs::kCmdGoAddress:
      keep(go_, regs::kCmdGoOpMask | regs::kCmdGoSeqMask);
      if ((bits & regs::kCmdGoSeqMask) != 0) start_command();
      break;
    case regs::kEvTailAddress:
      take_events(value, bits);
      break;
    case regs::kAlarmLoAddress:
      keep(alarm_low_, kAllBits);
      break;
    case regs::kAlarmHiAddress:
      keep(alarm_high_, kAllBits);
      break;
    case regs::kWatchdogAddress:
      keep(watchdog_, regs::kWatchdogValueMask);
      break;
    case regs::kTestGoAddress:
      keep(test_go_, regs::kTestGoInboundMask | regs::kTestGoLaneMask | regs::kTestGoSeqMask);
      if ((bits & regs::kTestGoSeqMask) != 0) start_loopback();
      break;
    case regs::kTestAbortAddress:
      // No run is ever on between two accesses.
      keep(test_abort_, regs::kTestAbortSeqMask);
      break;
    default:  // read only: answered and forgotten
      break;
  }
}

void DeviceModel::take_events(std::uint32_t value, std::uint32_t bits) {
  ring_.take((ring_.tail() & ~bits) | (value & bits));
  table_.tell_waiting(now_ns());
}

void DeviceModel::start_command() {
  constexpr std::uint32_t kNumbers = 0x10000;
  const std::uint32_t seq = go_ >> regs::kCmdGoSeqShift;
  if (seq != ((status_ >> regs::kCmdStatusSeqShift) + 1) % kNumbers) return;
  Done done;
  done.command = {.op = static_cast<abi::Op>(go_ & regs::kCmdGoOpMask),
                  .index = static_cast<std::uint16_t>(target_ & regs::kCmdTargetIndexMask),
                  .generation = static_cast<std::uint16_t>(target_ >> regs::kCmdTargetGenerationShift),
                  .arg1 = arg1_,
                  .arg2 = arg2_};
  if (listener_ && done.command.op == abi::Op::kCommit) {
    const auto image = staging_.image(arg1_);
    std::copy(image.begin(), image.end(), done.image.begin());
  }
  done.result = table_.execute(done.command, now_ns());
  status_ = seq << regs::kCmdStatusSeqShift | static_cast<std::uint32_t>(done.result.code) << regs::kCmdStatusCodeShift;
  result_ = static_cast<std::uint32_t>(done.result.generation) << regs::kCmdResultGenerationShift |
            static_cast<std::uint32_t>(done.result.state) << regs::kCmdResultStateShift |
            static_cast<std::uint32_t>(done.result.dead) << regs::kCmdResultDeadShift;
  const bool key256 = done.result.code == abi::CmdCode::kOk && done.command.op == abi::Op::kCommit &&
                      table_.entry(done.command.index).config().has(abi::SaFlag::kKey256);
  if (listener_) listener_(done);
  advance(command_clocks(form_, done.command.op, key256));
}

void DeviceModel::start_loopback() {
  Loopback::Go go;
  if (!loopback_.start(test_go_, go)) return;
  const auto descriptor = loopback_.descriptor();
  // Both descriptors have their length at the same place.
  abi::InDesc::Octets head{};
  std::copy(descriptor.begin(), descriptor.end(), head.begin());
  const std::size_t length = abi::InDesc::unpack(head).length;
  if (enabled() || !quiet() || go.lane != 0 || length > Loopback::kLongest) {
    loopback_.refuse();
    return;
  }
  const Direction direction = go.inbound ? Direction::kInbound : Direction::kOutbound;
  const model::PacketResult result = table_.packet(direction, descriptor, loopback_.packet(length), false, now_ns());
  loopback_.finish(result.status, result.octets);
  advance(cost(direction, length, result).inside);
}

}  // namespace sallyport::tlm
