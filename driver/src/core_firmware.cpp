#include "sallyport/core_firmware.hpp"

#include <string>

#include "sallyport/core_regs.hpp"
#include "sallyport/regs.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMessageOctets = MailboxMessage{}.size();
// A check of the image takes two clocks a word, a wipe one; each poll takes tens.
constexpr int kPolls = 100'000;
// For an answer: longer than the device's watchdog waits before it starts a hung firmware again.
constexpr std::uint64_t kPatienceNs = 6'000'000'000;
constexpr int kRetries = 3;  // of a read that has no effect
// How often, while an answer is waited for, the core is asked whether it still runs.
constexpr int kLookEvery = 64;
constexpr std::size_t kLargestImage = 0x10000;

abi::CoreState state_of(std::uint32_t status) {
  return static_cast<abi::CoreState>((status & core_regs::kCoreStatusStateMask) >> core_regs::kCoreStatusStateShift);
}
abi::CoreCheck check_of(std::uint32_t status) {
  return static_cast<abi::CoreCheck>((status & core_regs::kCoreStatusCheckMask) >> core_regs::kCoreStatusCheckShift);
}

// Of an image: the first octet is the lowest of a word, as memory is on the core.
std::uint32_t word_of(std::span<const std::uint8_t, 4> octets) {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < octets.size(); ++i) word |= static_cast<std::uint32_t>(octets[i]) << 8 * i;
  return word;
}

Error not_running(abi::CoreState state) {
  return {ErrorCode::kBadState,
          std::string("the management core is in state ") + abi::name(state) + ": load a firmware image"};
}

Result<void> need_core(Bus& bus) {
  const auto status = bus.read32(regs::kStatusAddress);
  if (!status) return status.error();
  if ((*status & regs::kStatusCoreMask) != 0) return {};
  return Error{ErrorCode::kNotFound, "the device has no management core: use the hosted firmware"};
}

}  // namespace

Result<std::unique_ptr<CoreFirmware>> CoreFirmware::load(Bus& bus, std::span<const std::uint8_t> image) {
  if (const auto there = need_core(bus); !there) return there.error();
  const auto caps = bus.read32(core_regs::kCoreCapsAddress);
  if (!caps) return caps.error();
  const std::size_t room = std::size_t{1} << (*caps & core_regs::kCoreCapsLog2ImageMask);
  if (image.empty() || image.size() % 4 != 0 || image.size() > room || image.size() > kLargestImage) {
    return Error{ErrorCode::kInvalidArgument, "the firmware image has " + std::to_string(image.size()) +
                                                  " octets; the device takes whole words, up to " +
                                                  std::to_string(room) + " octets"};
  }
  std::unique_ptr<CoreFirmware> firmware(new CoreFirmware(bus));
  if (const auto stopped = firmware->stop(); !stopped) return stopped.error();
  for (std::size_t at = 0; at < image.size(); at += 4) {
    const std::uint32_t word = word_of(std::span(image).subspan(at).first<4>());
    if (const auto done = bus.write32(abi::kHostImage + static_cast<std::uint32_t>(at), word); !done) {
      return done.error();
    }
  }
  if (const auto started = firmware->command(abi::CoreOp::kStart); !started) return started.error();
  const auto state = firmware->wait_while(abi::CoreState::kCheck);
  if (!state) return state.error();
  if (*state != abi::CoreState::kRun) {
    const auto status = bus.read32(core_regs::kCoreStatusAddress);
    if (!status) return status.error();
    return Error{ErrorCode::kInvalidArgument,
                 std::string("the device refuses the firmware image: ") + abi::name(check_of(*status))};
  }
  if (const auto learned = firmware->learn_numbers(); !learned) return learned.error();
  return firmware;
}

Result<std::unique_ptr<CoreFirmware>> CoreFirmware::attach(Bus& bus) {
  if (const auto there = need_core(bus); !there) return there.error();
  std::unique_ptr<CoreFirmware> firmware(new CoreFirmware(bus));
  const auto state = firmware->wait_while(abi::CoreState::kCheck);
  if (!state) return state.error();
  if (*state != abi::CoreState::kRun) return not_running(*state);
  if (const auto learned = firmware->learn_numbers(); !learned) return learned.error();
  // A request of the host before us may be under way: its answer must not be taken for ours.
  if (const auto settled = firmware->wait_for(firmware->request_); !settled) return settled.error();
  return firmware;
}

Result<void> CoreFirmware::learn_numbers() {
  const auto bell = bus_.read32(core_regs::kRequestBellAddress);
  if (!bell) return bell.error();
  const auto tail = bus_.read32(core_regs::kNoticeTailAddress);
  if (!tail) return tail.error();
  request_ = *bell;
  head_ = tail_ = *tail;
  return {};
}

Result<void> CoreFirmware::command(abi::CoreOp op) {
  const auto status = bus_.read32(core_regs::kCoreStatusAddress);
  if (!status) return status.error();
  const std::uint32_t seq = ((*status >> core_regs::kCoreStatusSeqShift) + 1) & UINT16_MAX;
  const std::uint32_t word = seq << core_regs::kCoreCommandSeqShift | static_cast<std::uint32_t>(op);
  if (const auto done = bus_.write32(core_regs::kCoreCommandAddress, word); !done) return done.error();
  // The number moves a clock after the write, so this is long over by the time it can be read.
  const auto after = bus_.read32(core_regs::kCoreStatusAddress);
  if (!after) return after.error();
  if (*after >> core_regs::kCoreStatusSeqShift == seq) return {};
  return Error{ErrorCode::kBusFailure, std::string("the management core did not take the command ") + abi::name(op)};
}

Result<abi::CoreState> CoreFirmware::wait_while(abi::CoreState state) {
  for (int i = 0; i < kPolls; ++i) {
    const auto status = bus_.read32(core_regs::kCoreStatusAddress);
    if (!status) return status.error();
    if (state_of(*status) != state) return state_of(*status);
  }
  return Error{ErrorCode::kBusFailure, std::string("the management core does not leave state ") + abi::name(state)};
}

Result<void> CoreFirmware::stop() {
  if (auto done = command(abi::CoreOp::kStop); !done) return done;
  const auto state = wait_while(abi::CoreState::kWipe);
  if (!state) return state.error();
  return {};
}

Result<void> CoreFirmware::restart() {
  const auto before = bus_.read32(core_regs::kCoreStatusAddress);
  if (!before) return before.error();
  if (state_of(*before) != abi::CoreState::kRun) return not_running(state_of(*before));
  if (auto done = command(abi::CoreOp::kRestart); !done) return done;
  const auto after = wait_while(abi::CoreState::kCheck);
  if (!after) return after.error();
  return still_runs();
}

Result<CoreState> CoreFirmware::state() {
  CoreState out;
  const auto status = bus_.read32(core_regs::kCoreStatusAddress);
  const auto restarts = bus_.read32(core_regs::kCoreRestartsAddress);
  const auto ecc = bus_.read32(core_regs::kCoreEccAddress);
  const auto cause = bus_.read32(core_regs::kCoreFaultCauseAddress);
  const auto pc = bus_.read32(core_regs::kCoreFaultPcAddress);
  for (const auto* word : {&status, &restarts, &ecc, &cause, &pc}) {
    if (!*word) return word->error();
  }
  out.state = state_of(*status);
  out.check = check_of(*status);
  out.cause =
      static_cast<abi::CoreCause>((*status & core_regs::kCoreStatusCauseMask) >> core_regs::kCoreStatusCauseShift);
  out.asleep = (*status & core_regs::kCoreStatusAsleepMask) != 0;
  out.watchdog_restarts = static_cast<std::uint16_t>(*restarts);
  out.fault_restarts = static_cast<std::uint16_t>(*restarts >> core_regs::kCoreRestartsFaultShift);
  out.corrected = static_cast<std::uint16_t>(*ecc);
  out.fatal = static_cast<std::uint16_t>(*ecc >> core_regs::kCoreEccFatalShift);
  out.fault_cause = *cause;
  out.fault_pc = *pc;
  return out;
}

Result<void> CoreFirmware::still_runs() {
  const auto status = bus_.read32(core_regs::kCoreStatusAddress);
  if (!status) return status.error();
  const abi::CoreState state = state_of(*status);
  // In check it is being started again, and will answer.
  if (state == abi::CoreState::kRun || state == abi::CoreState::kCheck) return {};
  std::string text = std::string("the management core is in state ") + abi::name(state);
  if (state == abi::CoreState::kRefused) text += std::string(", check: ") + abi::name(check_of(*status));
  return Error{ErrorCode::kBusFailure, text + ": load the firmware image again"};
}

Result<void> CoreFirmware::write_request(const MailboxMessage& request) {
  std::uint32_t address = abi::kHostMailbox;
  for (const std::uint32_t word : abi::words_of(request)) {
    if (!bus_.write32(address, word)) {
      // The mailbox is closed while the core is being started again.
      if (const auto state = wait_while(abi::CoreState::kCheck); !state) return state.error();
      if (auto runs = still_runs(); !runs) return runs;
      if (auto again = bus_.write32(address, word); !again) return again;
    }
    address += 4;
  }
  return {};
}

Result<void> CoreFirmware::wait_for(std::uint32_t number) {
  const std::uint64_t begin = bus_.now_ns();
  int failures = 0;
  for (int i = 1; bus_.now_ns() - begin < kPatienceNs; ++i) {
    const auto done = bus_.read32(core_regs::kRequestDoneAddress);
    if (!done && ++failures > kRetries) return done.error();
    if (done && *done == number) return {};
    if (i % kLookEvery != 0) continue;
    if (auto runs = still_runs(); !runs) return runs;
  }
  return Error{ErrorCode::kBusFailure, "the firmware does not answer; the management core runs"};
}

Result<MailboxMessage> CoreFirmware::exchange(const MailboxMessage& request) {
  if (const auto written = write_request(request); !written) return written.error();
  ++request_;
  auto answered = bus_.write32(core_regs::kRequestBellAddress, request_);
  if (answered) answered = wait_for(request_);
  if (answered) return read_message(abi::kHostMailbox + abi::kMailboxAnswer);
  // Who asked takes it that nothing happens any more, and clears keys away: a firmware that goes on with the request
  // would commit what is left. Started again, it answers bad_sequence to whatever waits.
  static_cast<void>(restart());
  return answered.error();
}

Result<MailboxMessage> CoreFirmware::read_message(std::uint32_t address) {
  std::array<std::uint32_t, kMessageOctets / 4> words{};
  for (std::uint32_t& place : words) {
    auto word = bus_.read32(address);
    if (!word) {
      if (const auto state = wait_while(abi::CoreState::kCheck); !state) return state.error();
      word = bus_.read32(address);
    }
    if (!word) return word.error();
    place = *word;
    address += 4;
  }
  return abi::octets_of(words);
}

bool CoreFirmware::work_pending() const {
  return head_ != tail_ || bus_.interrupt_pending() || bus_.event_delivery() == EventDelivery::kPollingOnly;
}

Result<std::optional<MailboxMessage>> CoreFirmware::take_notice() {
  if (head_ == tail_) {
    if (!work_pending()) return std::optional<MailboxMessage>{};
    const auto head = bus_.read32(core_regs::kNoticeHeadAddress);
    if (!head) return head.error();
    head_ = *head;
    if (head_ == tail_) {
      // An interrupt without a notice: it has just been taken, or the core rules no more.
      if (const auto runs = still_runs(); !runs) return runs.error();
      return std::optional<MailboxMessage>{};
    }
  }
  const std::uint32_t place = tail_ % abi::kMailboxNoticeSlots * static_cast<std::uint32_t>(kMessageOctets);
  auto message = read_message(abi::kHostMailbox + abi::kMailboxNotices + place);
  if (!message) return message.error();
  if (const auto taken = bus_.write32(core_regs::kNoticeTailAddress, tail_ + 1); !taken) return taken.error();
  ++tail_;
  return std::optional<MailboxMessage>{*message};
}

}  // namespace sallyport
