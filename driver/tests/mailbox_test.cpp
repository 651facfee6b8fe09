// The client checks every answer, and recovers its session.
#include "sallyport/mailbox.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "fake_bus.hpp"

namespace sallyport::test {
namespace {

/// Loses or changes answers of another port.
class TamperingPort final : public MailboxPort {
 public:
  explicit TamperingPort(MailboxPort& inner) : inner_(inner) {}
  Result<MailboxMessage> exchange(const MailboxMessage& request) override {
    auto answer = inner_.exchange(request);
    if (lose_next) {
      lose_next = false;
      return Error{ErrorCode::kBusFailure, "the answer was lost"};
    }
    if (flip_octet >= 0) (*answer)[static_cast<std::size_t>(flip_octet)] ^= 0x80;
    return answer;
  }
  Result<std::optional<MailboxMessage>> take_notice() override { return inner_.take_notice(); }

  bool lose_next = false;
  int flip_octet = -1;

 private:
  MailboxPort& inner_;
};

class ClientTest : public DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    port_.emplace(*firmware_);
    client_.emplace(*port_);
    ASSERT_TRUE(client_->hello());
  }
  Result<abi::MailboxInfo> info() {
    return client_->ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{});
  }
  std::optional<TamperingPort> port_;
  std::optional<MailboxClient> client_;
};

TEST_F(ClientTest, AnAnswerToSomethingElseIsNotBelieved) {
  for (const int octet : {1, 2, 3, 7}) {
    port_->flip_octet = octet;
    const auto answer = info();
    ASSERT_FALSE(answer) << octet;
    EXPECT_EQ(answer.error().code, octet == 1 ? ErrorCode::kVersionMismatch : ErrorCode::kMalformedInput);
    port_->flip_octet = -1;
  }
  EXPECT_TRUE(info());
}

TEST_F(ClientTest, ALostAnswerDoesNotBlockTheNextRequest) {
  port_->lose_next = true;
  EXPECT_EQ(info().error().code, ErrorCode::kBusFailure);
  EXPECT_TRUE(info());
}

TEST_F(ClientTest, AnotherHostTakesTheSession) {
  MailboxClient other(*firmware_);
  ASSERT_TRUE(other.hello());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(other.ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{}));
  }
  const auto refused = client_->ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBadState);
  EXPECT_EQ(client_->last_code(), abi::MailboxCode::kBadSequence);
  EXPECT_TRUE(info()) << "a new session is open";
}

TEST(MailboxError, EveryCodeHasItsNameAndKind) {
  for (unsigned code = 1; code < abi::kMailboxCodeCount; ++code) {
    const Error error = mailbox_error(abi::MailboxCommand::kErase, static_cast<abi::MailboxCode>(code), 0);
    EXPECT_NE(error.text.find(abi::name(static_cast<abi::MailboxCode>(code))), std::string::npos);
    EXPECT_EQ(error.text.rfind("erase: ", 0), 0U);
  }
}

}  // namespace
}  // namespace sallyport::test
