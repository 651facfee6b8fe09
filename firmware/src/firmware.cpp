#include "sallyport/fw/firmware.hpp"

#include "sallyport/fw/patience.hpp"
#include "sallyport/fw/self_test.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw {
namespace {

using abi::MailboxCode;
using abi::MailboxCommand;

// 16,384 entries of some 100 words at one word a clock: looked at so often, a few clocks a look, any boot sweep has
// ended. Where looks are quick it has a second in any case.
constexpr std::uint64_t kBootNs = 1'000'000'000;
constexpr std::uint32_t kLeastBootLooks = 400'000;
constexpr std::uint32_t kMostBootLooks = 4'000'000;

// Every answer begins as its request does.
template <class Answer>
Answer answer_to(const abi::MailboxHead& head, MailboxCode code) {
  Answer answer;
  answer.version = static_cast<std::uint16_t>(abi::kAbiVersion);
  answer.command = head.command;
  answer.code = static_cast<std::uint8_t>(code);
  answer.seq = head.seq;
  return answer;
}

}  // namespace

MailboxCode Firmware::start(abi::CoreCause cause) {
  started_ = MailboxCode::kNotStarted;
  return started_ = take_over(cause == abi::CoreCause::kWatchdog || cause == abi::CoreCause::kFault);
}

MailboxCode Firmware::take_over(bool after_failure) {
  if (!random_.usable()) return MailboxCode::kNoRandom;
  const auto version = bus_.read32(regs::kVersionAddress);
  if (!version) return MailboxCode::kBus;
  if ((*version & regs::kVersionAbiMask) != abi::kAbiVersion) return MailboxCode::kBadVersion;
  bool booted = false;
  for (Patience patience(bus_, kBootNs, kLeastBootLooks, kMostBootLooks); !booted && patience.another();) {
    const auto status = bus_.read32(regs::kStatusAddress);
    if (!status) return MailboxCode::kBus;
    booted = (*status & regs::kStatusBootDoneMask) != 0;
  }
  const auto caps = bus_.read32(regs::kCaps0Address);
  if (!booted || !caps || !port_.sync() || !events_.start()) return MailboxCode::kBus;
  MailboxCode code = manager_.start((*caps & regs::kCaps0Log2SasMask) >> regs::kCaps0Log2SasShift);
  if (code != MailboxCode::kOk) return code;
  const auto control = bus_.read32(regs::kControlAddress);
  if (!control) return MailboxCode::kBus;
  // The run before this one failed while SAs were at work and the ports shut, so in its known answers: they are not
  // tried again and again while the packets wait.
  const bool failed_there = after_failure && (*control & regs::kControlEnableMask) == 0 &&
                            table_.count(abi::EntryState::kFree) != table_.size();
  if (!failed_there) code = known_answers((*caps & regs::kCaps0LanesMask) >> regs::kCaps0LanesShift);
  if (code != MailboxCode::kOk) return code;
  if (!bus_.write32(regs::kControlAddress, regs::kControlEnableMask | regs::kControlIrqEnableMask)) {
    return MailboxCode::kBus;
  }
  return MailboxCode::kOk;
}

MailboxCode Firmware::known_answers(unsigned lanes) {
  // What an interrupted test left is free again by now: nobody was told of it. A wrong answer is asked for again with
  // another entry, because a word that went wrong meanwhile is no defect of the path.
  SelfTestResult result = SelfTestResult::kNotRun;
  for (const std::uint16_t index : {table_.last_free(), table_.oldest_free()}) {
    if (index == kNone) break;
    result = SelfTest(bus_, port_).run(index, lanes);
    // Its tenants have had generations.
    if (!manager_.look_again(index)) return MailboxCode::kBus;
    if (result != SelfTestResult::kFailed) break;
  }
  manager_.telemetry().loopback = result == SelfTestResult::kPassed;
  if (result == SelfTestResult::kFailed || result == SelfTestResult::kLeft) return MailboxCode::kSelfTest;
  return result == SelfTestResult::kBus ? MailboxCode::kBus : MailboxCode::kOk;
}

MailboxCode Firmware::check(const Words& request, const abi::MailboxHead& head) const {
  if (head.version != abi::kAbiVersion) return MailboxCode::kBadVersion;
  const auto command = static_cast<MailboxCommand>(head.command);
  if (command != MailboxCommand::kHello) {
    if (!in_session_) return MailboxCode::kBadSequence;
    if (head.seq == last_seq_) return MailboxCode::kReplayed;
    if (head.seq != last_seq_ + 1) return MailboxCode::kBadSequence;
  }
  const std::size_t used = abi::request_octets(command);
  if (used == 0) return MailboxCode::kBadCommand;
  if (head.code != 0) return MailboxCode::kBadMessage;
  // No early end: all are looked at in the same time, and it is less work for each.
  std::uint32_t rest = used % 4 == 0 ? 0 : request[used / 4] & UINT32_MAX >> (used % 4 * 8);
  for (std::size_t i = (used + 3) / 4; i < request.size(); ++i) rest |= request[i];
  if (rest != 0) return MailboxCode::kBadMessage;
  return started_;
}

Words Firmware::handle(const Words& request) {
  const auto head = abi::MailboxHead::from_words({request[0], request[1]});
  MailboxCode code = check(request, head);
  const bool in_order =
      code != MailboxCode::kBadVersion && code != MailboxCode::kBadSequence && code != MailboxCode::kReplayed;
  if (in_order) {
    last_seq_ = head.seq;
    in_session_ = true;
  }
  const auto command = static_cast<MailboxCommand>(head.command);
  if (code == MailboxCode::kOk) {
    // Of a host that died between writing a key and asking for its installation.
    if (command == MailboxCommand::kHello && !manager_.clear_staging()) code = MailboxCode::kBus;
  }
  if (code == MailboxCode::kOk) {
    if (command == MailboxCommand::kHello || command == MailboxCommand::kInfo) return info(head);
    if (command == MailboxCommand::kQuery) return query(request, head);
    if (command == MailboxCommand::kHistogram) return histogram(request, head);
    if (command == MailboxCommand::kLoad) return load(head);
  }
  auto answer = answer_to<abi::MailboxAnswer>(head, code);
  if (code == MailboxCode::kOk) answer.code = static_cast<std::uint8_t>(serve(request, command, answer));
  if (code == MailboxCode::kBadVersion) answer.expected = static_cast<std::uint8_t>(abi::kAbiVersion);
  answer.free = table_.available();
  return answer.words();
}

MailboxCode Firmware::serve(const Words& request, MailboxCommand command, abi::MailboxAnswer& answer) {
  switch (command) {
    case MailboxCommand::kReserve:
      return manager_.reserve(abi::MailboxReserve::from_words(request), answer);
    case MailboxCommand::kInstallPair:
    case MailboxCommand::kInstallOne:
      return manager_.install(abi::MailboxInstall::from_words(request), answer);
    case MailboxCommand::kSupersede:
      return manager_.supersede(abi::MailboxPair::from_words(request));
    case MailboxCommand::kRetire:
      return manager_.retire(abi::MailboxPair::from_words(request));
    case MailboxCommand::kMarkRedundant:
      return manager_.mark_redundant(abi::MailboxPair::from_words(request));
    case MailboxCommand::kErase:
      return manager_.erase(abi::MailboxPair::from_words(request));
    case MailboxCommand::kCounter:
      return counter(abi::MailboxCounter::from_words(request), answer);
    case MailboxCommand::kSetPolicy:
      return set_policy(abi::MailboxPolicy::from_words(request));
    case MailboxCommand::kSetQuota:
      return set_quota(abi::MailboxQuota::from_words(request), answer);
    case MailboxCommand::kHello:
    case MailboxCommand::kInfo:
    case MailboxCommand::kQuery:
    case MailboxCommand::kHistogram:
    case MailboxCommand::kLoad:
      break;  // have answers of their own
  }
  return MailboxCode::kBadCommand;
}

Words Firmware::info(const abi::MailboxHead& head) const {
  using S = abi::EntryState;
  auto answer = answer_to<abi::MailboxInfo>(head, MailboxCode::kOk);
  answer.num_sas = table_.size();
  answer.reserve = manager_.policy().reserve;
  answer.emergency = manager_.policy().emergency;
  answer.claimed = table_.claims();
  answer.free = table_.count(S::kFree);
  answer.larval = table_.count(S::kLarval);
  answer.active = table_.count(S::kActive);
  answer.overlap = table_.count(S::kOverlap);
  answer.draining = table_.count(S::kDraining);
  answer.redundant = table_.count(S::kRedundant);
  answer.erasing = table_.count(S::kErasing);
  answer.quota_owners = owners_.size();
  answer.refused_full = manager_.refused_full();
  answer.refused_quota = manager_.refused_quota();
  answer.notices = notices_.number();
  answer.lost = static_cast<std::uint32_t>(notices_.lost());
  answer.time = bus_.now_ns();
  answer.drain_ns = manager_.policy().drain_ns;
  return answer.words();
}

Words Firmware::query(const Words& message, const abi::MailboxHead& head) {
  const auto request = abi::MailboxQuery::from_words(message);
  auto answer = answer_to<abi::MailboxEntry>(head, MailboxCode::kOk);
  const auto refuse = [&answer](MailboxCode code) {
    answer.code = static_cast<std::uint8_t>(code);
    return answer.words();
  };
  if (request.next > 1) return refuse(MailboxCode::kBadMessage);
  std::uint16_t index = request.index;
  while (request.next == 1 && index < table_.size() && table_[index].state == abi::EntryState::kFree) ++index;
  if (index >= table_.size()) return refuse(request.next == 1 ? MailboxCode::kNoMore : MailboxCode::kBadIndex);

  Snapshot now;
  const CommandAnswer done = port_.snapshot(index, now);
  const Entry& entry = table_[index];
  answer.index = index;
  answer.inbound = entry.inbound ? 1 : 0;
  answer.owner = entry.owner;
  answer.partner = entry.partner;
  if (done.answered && done.code == abi::CmdCode::kMemory) {
    // Its words cannot be read; what the firmware knows still identifies it.
    answer.generation = entry.generation;
    answer.spi = entry.spi;
    answer.state = static_cast<std::uint8_t>(entry.state);
    answer.dead = static_cast<std::uint8_t>(abi::DeadReason::kMemory);
    return answer.words();
  }
  if (!done.ok()) return refuse(done.mailbox_code());
  answer.generation = now.generation;
  answer.spi = now.spi;
  answer.state = static_cast<std::uint8_t>(now.state);
  answer.dead = static_cast<std::uint8_t>(now.dead);
  answer.raised = now.raised;
  answer.sa_seq = now.seq;
  answer.octets = now.octets;
  answer.packets = now.packets;
  answer.icv_fail = now.icv_fail;
  answer.time = now.time;
  return answer.words();
}

Words Firmware::histogram(const Words& message, const abi::MailboxHead& head) {
  const auto request = abi::MailboxHistogram::from_words(message);
  const bool known = request.histogram < abi::kHistogramCount;
  auto answer = answer_to<abi::MailboxCounts>(head, known ? MailboxCode::kOk : MailboxCode::kBadMessage);
  if (!known) return answer.words();
  const Histogram& counts = manager_.telemetry().of(static_cast<abi::Histogram>(request.histogram));
  answer.histogram = request.histogram;
  answer.first = request.first;
  answer.buckets = Histogram::kBuckets;
  answer.total = counts.total();
  unsigned bucket = request.first;
  for (std::uint32_t* count :
       {&answer.count0, &answer.count1, &answer.count2, &answer.count3, &answer.count4, &answer.count5, &answer.count6,
        &answer.count7, &answer.count8, &answer.count9, &answer.count10, &answer.count11}) {
    *count = counts.count(bucket++);
  }
  return answer.words();
}

Words Firmware::load(const abi::MailboxHead& head) const {
  auto answer = answer_to<abi::MailboxLoad>(head, MailboxCode::kOk);
  const Pacing& pacing = manager_.pacing();
  const Telemetry& counts = manager_.telemetry();
  answer.load = static_cast<std::uint16_t>(pacing.load() < UINT16_MAX ? pacing.load() : UINT16_MAX);
  answer.paced = pacing.paced();
  answer.waiting = pacing.waiting();
  answer.under_way = pacing.under_way();
  answer.asked = counts.asked;
  answer.early = counts.early;
  answer.failed = counts.failed;
  answer.refused_peer = counts.refused_peer;
  answer.forced = counts.forced;
  answer.late = counts.late;
  answer.ike_ns = ns_of(counts.ike.value(0));
  answer.drain_ns = ns_of(counts.drain.value(0));
  answer.noise_failed = random_.healthy() ? 0 : 1;
  answer.loopback = counts.loopback ? 1 : 0;
  answer.faulty = counts.faulty;
  answer.unpaced = manager_.unpaced();
  return answer.words();
}

MailboxCode Firmware::counter(const abi::MailboxCounter& request, abi::MailboxAnswer& answer) {
  if (request.inbound > 1 || request.verdict >= abi::kVerdictCount) return MailboxCode::kBadMessage;
  const CommandAnswer done =
      port_.counter(request.inbound != 0, static_cast<abi::Verdict>(request.verdict), answer.value);
  answer.device_code = static_cast<std::uint8_t>(done.code);
  return done.mailbox_code();
}

MailboxCode Firmware::set_policy(const abi::MailboxPolicy& request) {
  const Policy policy{.reserve = request.reserve,
                      .emergency = request.emergency,
                      .soft = {request.soft_from, request.soft_span},
                      .drain_ns = request.drain_ns,
                      .bound_ns = request.bound_ns,
                      .round_ns = request.round_ns};
  return manager_.set_policy(policy) ? MailboxCode::kOk : MailboxCode::kBadPolicy;
}

MailboxCode Firmware::set_quota(const abi::MailboxQuota& request, abi::MailboxAnswer& answer) {
  if (!owners_.known(request.owner)) return MailboxCode::kBadOwner;
  settings_.set_quota(request.owner, request.quota);
  answer.value = owners_.held(request.owner);
  return MailboxCode::kOk;
}

bool Firmware::poll(std::uint32_t most) {
  const bool events_ok = poll_events(most);
  return poll_table(most) && events_ok;
}

bool Firmware::poll_events(std::uint32_t most) { return started_ == MailboxCode::kOk && events_.poll(most); }

bool Firmware::poll_table(std::uint32_t most) {
  return started_ == MailboxCode::kOk && manager_.poll(bus_.now_ns(), most);
}

std::optional<Words> Firmware::take_notice_words() {
  const auto notice = notices_.take();
  if (!notice) return std::nullopt;
  if (notice->record != 0) last_record_ = notice->record;
  return notice->words();
}

}  // namespace sallyport::fw
