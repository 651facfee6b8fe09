#include "sallyport/mailbox.hpp"

namespace sallyport {
namespace {

using abi::MailboxCode;

ErrorCode kind_of(MailboxCode code) {
  switch (code) {
    case MailboxCode::kBadVersion:
      return ErrorCode::kVersionMismatch;
    case MailboxCode::kBadCommand:
    case MailboxCode::kBadMessage:
    case MailboxCode::kBadIndex:
    case MailboxCode::kBadLimits:
    case MailboxCode::kBadImage:
    case MailboxCode::kBadSlot:
    case MailboxCode::kBadPolicy:
    case MailboxCode::kBadOwner:
      return ErrorCode::kInvalidArgument;
    case MailboxCode::kBadSequence:
    case MailboxCode::kReplayed:
    case MailboxCode::kBadState:
    case MailboxCode::kNotKeyed:
    case MailboxCode::kNotStarted:
      return ErrorCode::kBadState;
    case MailboxCode::kFull:
    case MailboxCode::kQuota:
      return ErrorCode::kFull;
    case MailboxCode::kStaleGeneration:
      return ErrorCode::kStaleGeneration;
    case MailboxCode::kNoMore:
      return ErrorCode::kNotFound;
    case MailboxCode::kBus:
      return ErrorCode::kBusFailure;
    case MailboxCode::kOk:
    case MailboxCode::kMemory:
    case MailboxCode::kNoRandom:
    case MailboxCode::kSelfTest:
    case MailboxCode::kDevice:
      break;
  }
  return ErrorCode::kRefusedByDevice;
}

}  // namespace

const char* mailbox_advice(MailboxCode code) {
  switch (code) {
    case MailboxCode::kFull:
      return "no entry is left for this pool; wait for one to be freed";
    case MailboxCode::kQuota:
      return "the owner holds as many entries as it may";
    case MailboxCode::kStaleGeneration:
      return "the entry has another tenant; drop the handle";
    case MailboxCode::kNoRandom:
      return "the device's noise source has failed its tests; it cannot be used";
    case MailboxCode::kSelfTest:
      return "the device's packet path gave a wrong answer in its self-test; no packet is let in, replace the device";
    case MailboxCode::kNotKeyed:
      return "the replacement is not active";
    case MailboxCode::kBadState:
      return "the entry's state does not allow it";
    case MailboxCode::kBadSequence:
    case MailboxCode::kReplayed:
      return "an earlier answer was lost; a new session is open, query what holds";
    case MailboxCode::kNotStarted:
      return "the firmware has not taken over the table yet";
    case MailboxCode::kBadVersion:
      return "driver and firmware are of different ABI versions";
    case MailboxCode::kBus:
      return "the device's registers did not answer";
    case MailboxCode::kMemory:
      return "uncorrectable memory error in the entry";
    case MailboxCode::kBadImage:
      return "the image contradicts itself or the reservation";
    case MailboxCode::kBadLimits:
      return "the limits contradict each other";
    case MailboxCode::kBadPolicy:
      return "the reserve leaves no entry, the soft interval ends above the hard limit, or the guard beyond the bound";
    default:
      return "";
  }
}

Error mailbox_error(abi::MailboxCommand command, MailboxCode code, std::uint8_t device_code) {
  std::string text = std::string(abi::name(command)) + ": the firmware answered " + abi::name(code);
  if (device_code != 0) {
    text += std::string(" (device: ") + abi::name(static_cast<abi::CmdCode>(device_code)) + ")";
  }
  if (const char* what = mailbox_advice(code); *what != '\0') text += std::string(": ") + what;
  return {kind_of(code), text};
}

Result<abi::MailboxInfo> MailboxClient::hello() {
  return ask<abi::MailboxInfo>(abi::MailboxCommand::kHello, abi::MailboxHello{});
}

Result<MailboxMessage> MailboxClient::exchange(abi::MailboxCommand command, const MailboxMessage& request) {
  const auto answer = port_.exchange(request);
  if (!answer) return answer.error();
  const auto head = abi::MailboxAnswer::unpack(*answer);
  const auto code = static_cast<MailboxCode>(head.code);
  const std::string where = std::string(abi::name(command)) + ": ";
  if (head.version != abi::kAbiVersion) {
    return Error{ErrorCode::kVersionMismatch, where + "the firmware speaks mailbox ABI version " +
                                                  std::to_string(head.version) + ", the driver " +
                                                  std::to_string(abi::kAbiVersion)};
  }
  if (head.seq != seq_ || head.command != static_cast<std::uint8_t>(command) || head.code >= abi::kMailboxCodeCount) {
    return Error{ErrorCode::kMalformedInput, where + "the answer (number " + std::to_string(head.seq) +
                                                 ") is not one to request " + std::to_string(seq_)};
  }
  last_code_ = code;
  if (code == MailboxCode::kOk) return *answer;
  // Answers of their own kind carry no device code there; they are refused only before the device is asked.
  const bool own = command == abi::MailboxCommand::kQuery;
  const Error error = mailbox_error(command, code, own ? std::uint8_t{0} : head.device_code);
  if (code == MailboxCode::kBadSequence || code == MailboxCode::kReplayed) {
    static_cast<void>(hello());
    last_code_ = code;
  }
  return error;
}

}  // namespace sallyport
