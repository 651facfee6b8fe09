// The client checks every answer, and recovers its session.
#include "sallyport/mailbox.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "fake_bus.hpp"
#include "sa_fixtures.hpp"

namespace sallyport::test {
namespace {

/// Loses or changes answers of another port.
class TamperingPort final : public MailboxPort {
 public:
  explicit TamperingPort(MailboxPort& inner) : inner_(inner) {}
  Result<MailboxMessage> exchange(const MailboxMessage& request) override {
    if (std::exchange(drop_next, false)) return Error{ErrorCode::kBusFailure, "the request was lost"};
    auto answer = inner_.exchange(request);
    if (lose_next) {
      lose_next = false;
      return Error{ErrorCode::kBusFailure, "the answer was lost"};
    }
    if (std::exchange(flip_next, false)) (*answer)[7] ^= 0x80;
    if (flip_octet >= 0) (*answer)[static_cast<std::size_t>(flip_octet)] ^= 0x80;
    return answer;
  }
  Result<std::optional<MailboxMessage>> take_notice() override { return inner_.take_notice(); }

  bool drop_next = false;
  bool lose_next = false;
  bool flip_next = false;
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

// It was installed, and nobody holds it: both halves go.
TEST_F(ClientTest, APairWhoseAnswerWasLostIsErased) {
  auto device = Device::open(bus_, *port_);
  ASSERT_TRUE(device);
  for (const bool flip : {false, true}) {
    auto reservation = device->reserve({});
    ASSERT_TRUE(reservation);
    auto out = outbound_tunnel(0xC0FFEE01);
    (flip ? port_->flip_next : port_->lose_next) = true;
    const auto pair = device->install(*reservation, inbound_tunnel(), out, {});
    ASSERT_FALSE(pair);
    EXPECT_FALSE(reservation->holds());
    EXPECT_EQ(fake_.count(abi::EntryState::kFree), 64U);
  }
  // One that did not reach the firmware leaves the reservation.
  auto reservation = device->reserve({});
  ASSERT_TRUE(reservation);
  port_->drop_next = true;
  ASSERT_FALSE(device->install(*reservation, inbound_tunnel(), outbound_tunnel(0xC0FFEE01), {}));
  EXPECT_TRUE(reservation->holds());
  EXPECT_EQ(fake_.count(abi::EntryState::kLarval), 1U);
  EXPECT_TRUE(device->install(*reservation, inbound_tunnel(), outbound_tunnel(0xC0FFEE01), {}));
}

// Nobody knows its SPI; those that are known stay.
TEST_F(ClientTest, AReservationWhoseAnswerWasLostIsErased) {
  auto device = Device::open(bus_, *port_);
  ASSERT_TRUE(device);
  const auto kept = device->reserve(options(1));
  ASSERT_TRUE(kept);
  const auto others = device->reserve(options(2));
  ASSERT_TRUE(others);
  for (const bool flip : {false, true}) {
    (flip ? port_->flip_next : port_->lose_next) = true;
    EXPECT_FALSE(device->reserve(options(1)));
    EXPECT_EQ(fake_.count(abi::EntryState::kLarval), 2U);
    EXPECT_EQ(device->occupancy()->claimed, 2);
  }
  EXPECT_EQ(device->query(kept->ref().index)->ref, kept->ref());
  EXPECT_EQ(device->query(others->ref().index)->ref, others->ref());
  port_->drop_next = true;
  EXPECT_FALSE(device->reserve(options(1)));
  EXPECT_EQ(fake_.count(abi::EntryState::kLarval), 2U);
  EXPECT_TRUE(device->reserve(options(1)));
}

TEST_F(ClientTest, AnInboundSaWhoseAnswerWasLostIsErasedAlone) {
  auto device = Device::open(bus_, *port_);
  ASSERT_TRUE(device);
  const auto outbound = device->install_outbound(outbound_tunnel(0xC0FFEE01), options(1));
  ASSERT_TRUE(outbound);
  auto reservation = device->reserve(options(1));
  port_->lose_next = true;
  ASSERT_FALSE(device->install_inbound(*reservation, inbound_tunnel(), options(1), outbound->out().index));
  EXPECT_FALSE(reservation->holds());
  EXPECT_EQ(fake_.count(abi::EntryState::kActive), 1U);
  EXPECT_EQ(device->query(outbound->out().index)->partner, kNoEntry);
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
