#include "sallyport/device.hpp"

#include <cstdio>

#include "sallyport/regs.hpp"

namespace sallyport {
namespace {

constexpr std::uint32_t kMagic = 0x534C5950;  // "SLYP"

std::uint32_t field(std::uint32_t word, std::uint32_t mask, unsigned shift) { return (word & mask) >> shift; }

std::string hex(std::uint32_t value) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", value);
  return text.data();
}

EntryReport report_of(const abi::MailboxEntry& entry) {
  return {.ref = {SaIndex{entry.index}, Generation{entry.generation}},
          .spi = Spi{entry.spi},
          .state = static_cast<abi::EntryState>(entry.state),
          .dead = static_cast<abi::DeadReason>(entry.dead),
          .direction = entry.inbound != 0 ? Direction::kInbound : Direction::kOutbound,
          .raised = entry.raised,
          .owner = OwnerId{entry.owner},
          .partner = entry.partner,
          .sequence = entry.sa_seq,
          .octets = Octets{entry.octets},
          .packets = Packets{entry.packets},
          .icv_failures = entry.icv_fail,
          .time_ns = entry.time};
}

}  // namespace

Result<Device> Device::open(Bus& bus, MailboxPort& mailbox) {
  const auto id = bus.read32(regs::kIdAddress);
  if (!id) return id.error();
  if (*id != kMagic) {
    return Error{ErrorCode::kNotFound,
                 "no Sallyport accelerator: the ID register reads " + hex(*id) + ", " + hex(kMagic) + " is expected"};
  }
  const auto version = bus.read32(regs::kVersionAddress);
  const auto caps0 = bus.read32(regs::kCaps0Address);
  const auto caps1 = bus.read32(regs::kCaps1Address);
  const auto status = bus.read32(regs::kStatusAddress);
  for (const auto* word : {&version, &caps0, &caps1, &status}) {
    if (!*word) return word->error();
  }
  DeviceInfo info;
  info.abi_version = static_cast<std::uint16_t>(field(*version, regs::kVersionAbiMask, regs::kVersionAbiShift));
  info.rtl_version = static_cast<std::uint16_t>(field(*version, regs::kVersionRtlMask, regs::kVersionRtlShift));
  if (info.abi_version != abi::kAbiVersion) {
    return Error{ErrorCode::kVersionMismatch, "the accelerator has ABI version " + std::to_string(info.abi_version) +
                                                  ", the driver " + std::to_string(abi::kAbiVersion) +
                                                  ": build both from one source"};
  }
  const std::uint32_t log2_sas = field(*caps0, regs::kCaps0Log2SasMask, regs::kCaps0Log2SasShift);
  const std::uint32_t log2_window = field(*caps0, regs::kCaps0Log2WindowMask, regs::kCaps0Log2WindowShift);
  info.staging_slots =
      static_cast<std::uint8_t>(field(*caps0, regs::kCaps0StagingSlotsMask, regs::kCaps0StagingSlotsShift));
  if (log2_sas > 14 || log2_window > 15 || info.staging_slots < 2) {
    return Error{ErrorCode::kMalformedInput, "the accelerator's capabilities (" + hex(*caps0) + ") cannot be: 2^" +
                                                 std::to_string(log2_sas) + " SAs, window 2^" +
                                                 std::to_string(log2_window) + ", " +
                                                 std::to_string(info.staging_slots) + " staging slots"};
  }
  info.num_sas = static_cast<std::uint16_t>(1U << log2_sas);
  info.replay_window = static_cast<std::uint16_t>(1U << log2_window);
  info.lanes = static_cast<std::uint8_t>(field(*caps0, regs::kCaps0LanesMask, regs::kCaps0LanesShift));
  info.profile = static_cast<std::uint8_t>(field(*caps0, regs::kCaps0ProfileMask, regs::kCaps0ProfileShift));
  info.engines = static_cast<std::uint8_t>(field(*caps0, regs::kCaps0EnginesMask, regs::kCaps0EnginesShift));
  info.ring_depth = static_cast<std::uint16_t>(field(*caps1, regs::kCaps1RingDepthMask, regs::kCaps1RingDepthShift));
  info.max_packet = static_cast<std::uint16_t>(field(*caps1, regs::kCaps1MaxPacketMask, regs::kCaps1MaxPacketShift));
  info.simulation = (*status & regs::kStatusSimMask) != 0;

  Device device(bus, mailbox, info);
  const auto hello = device.client_->hello();
  if (!hello) return hello.error();
  if (hello->num_sas != info.num_sas) {
    return Error{ErrorCode::kVersionMismatch, "the firmware serves a table of " + std::to_string(hello->num_sas) +
                                                  " SAs, the accelerator has " + std::to_string(info.num_sas)};
  }
  return device;
}

Result<Occupancy> Device::occupancy() {
  const auto answer = client_->ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{});
  if (!answer) return answer.error();
  return Occupancy{.time_ns = answer->time,
                   .entries = {answer->free, answer->larval, answer->active, answer->overlap, answer->draining,
                               answer->redundant, answer->erasing},
                   .num_sas = answer->num_sas,
                   .reserve = answer->reserve,
                   .emergency = answer->emergency,
                   .claimed = answer->claimed,
                   .refused_full = answer->refused_full,
                   .refused_quota = answer->refused_quota,
                   .notices = answer->notices,
                   .notices_lost = answer->lost};
}

Result<EntryReport> Device::query(SaIndex index) {
  abi::MailboxQuery request;
  request.index = index.value;
  const auto answer = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, request);
  if (!answer) return answer.error();
  return report_of(*answer);
}

Result<std::optional<EntryReport>> Device::query_next(SaIndex index) {
  abi::MailboxQuery request;
  request.index = index.value;
  request.next = 1;
  const auto answer = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, request);
  if (answer) return std::optional(report_of(*answer));
  if (answer.error().code == ErrorCode::kNotFound) return std::optional<EntryReport>();
  return answer.error();
}

Result<std::uint64_t> Device::verdict_counter(Direction direction, abi::Verdict verdict) {
  abi::MailboxCounter request;
  request.inbound = direction == Direction::kInbound ? 1 : 0;
  request.verdict = static_cast<std::uint8_t>(verdict);
  const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kCounter, request);
  if (!answer) return answer.error();
  return answer->value;
}

Result<RekeyLoad> Device::rekey_load() {
  const auto answer = client_->ask<abi::MailboxLoad>(abi::MailboxCommand::kLoad, abi::MailboxHello{});
  if (!answer) return answer.error();
  return RekeyLoad{.load = answer->load,
                   .paced = answer->paced,
                   .waiting = answer->waiting,
                   .under_way = answer->under_way,
                   .asked = answer->asked,
                   .early = answer->early,
                   .failed = answer->failed,
                   .refused_peer = answer->refused_peer,
                   .forced = answer->forced,
                   .late = answer->late,
                   .ike_ns = answer->ike_ns,
                   .drain_ns = answer->drain_ns,
                   .noise_failed = answer->noise_failed != 0,
                   .loopback = answer->loopback != 0,
                   .faulty = answer->faulty,
                   .unpaced = answer->unpaced};
}

Result<TimeHistogram> Device::histogram(abi::Histogram which) {
  constexpr std::uint8_t kAtOnce = 12;
  TimeHistogram counts{};
  abi::MailboxHistogram request;
  request.histogram = static_cast<std::uint8_t>(which);
  for (request.first = 0; request.first < counts.size();
       request.first = static_cast<std::uint8_t>(request.first + kAtOnce)) {
    const auto answer = client_->ask<abi::MailboxCounts>(abi::MailboxCommand::kHistogram, request);
    if (!answer) return answer.error();
    const std::array<std::uint32_t, kAtOnce> part = {answer->count0, answer->count1, answer->count2,  answer->count3,
                                                     answer->count4, answer->count5, answer->count6,  answer->count7,
                                                     answer->count8, answer->count9, answer->count10, answer->count11};
    for (std::size_t i = 0; i < part.size() && request.first + i < counts.size(); ++i)
      counts[request.first + i] = part[i];
  }
  return counts;
}

Result<void> Device::set_policy(const DevicePolicy& policy) {
  abi::MailboxPolicy request;
  request.reserve = policy.reserve;
  request.emergency = policy.emergency;
  request.soft_from = policy.soft.from;
  request.soft_span = policy.soft.span;
  request.drain_ns = policy.drain_ns;
  request.bound_ns = policy.bound_ns;
  request.round_ns = policy.round_ns;
  const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kSetPolicy, request);
  if (!answer) return answer.error();
  return {};
}

Result<void> Device::set_quota(OwnerId owner, std::optional<std::uint16_t> entries) {
  constexpr std::uint16_t kNoQuota = 0xFFFF;
  abi::MailboxQuota request;
  request.owner = owner.value;
  request.quota = entries.value_or(kNoQuota);
  const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kSetQuota, request);
  if (!answer) return answer.error();
  return {};
}

}  // namespace sallyport
