#pragma once
/// @file
/// The mailbox to the firmware: the port that carries messages, and the client that numbers and checks them.
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sallyport/abi.hpp"
#include "sallyport/result.hpp"

namespace sallyport {

/// A message as it travels (abi.toml, "mailbox").
using MailboxMessage = std::array<std::uint8_t, 64>;

/// Carries messages to and from the firmware, wherever that runs. One thread at a time.
class MailboxPort {
 public:
  virtual ~MailboxPort() = default;
  /// Sends a request and waits for its answer.
  virtual Result<MailboxMessage> exchange(const MailboxMessage& request) = 0;
  /// The oldest notice, if there is one.
  virtual Result<std::optional<MailboxMessage>> take_notice() = 0;
};

/// What a mailbox code that is not ok means for its user; empty where its name says all.
const char* mailbox_advice(abi::MailboxCode code);
/// Makes an Error of a mailbox code that is not ok. `device_code` is shown where the device refused.
Error mailbox_error(abi::MailboxCommand command, abi::MailboxCode code, std::uint8_t device_code);

/// Numbers requests, checks answers.
class MailboxClient {
 public:
  explicit MailboxClient(MailboxPort& port) : port_(port) {}

  /// Starts a session.
  Result<abi::MailboxInfo> hello();
  /// Sends `request` (its head is filled in here). An answer that is no answer to it is kMalformedInput, a code other
  /// than ok an error that names it. After an error about the order of requests a new session is started: look what
  /// holds, then go on.
  template <class Answer, class Request>
  Result<Answer> ask(abi::MailboxCommand command, Request request) {
    request.version = static_cast<std::uint16_t>(abi::kAbiVersion);
    request.command = static_cast<std::uint8_t>(command);
    request.code = 0;
    request.seq = ++seq_;
    const auto answer = exchange(command, request.pack());
    if (!answer) return answer.error();
    return Answer::unpack(*answer);
  }
  MailboxPort& port() { return port_; }
  /// Code of the last answer; ok before the first.
  [[nodiscard]] abi::MailboxCode last_code() const { return last_code_; }

 private:
  Result<MailboxMessage> exchange(abi::MailboxCommand command, const MailboxMessage& request);

  MailboxPort& port_;
  std::uint32_t seq_ = 0;
  abi::MailboxCode last_code_ = abi::MailboxCode::kOk;
};

}  // namespace sallyport
