// Malformed, stale, replayed and out-of-order requests are answered with an error and change nothing.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class MailboxTest : public FirmwareFixture {};

abi::MailboxReserve plain_reserve(std::uint32_t seq) {
  abi::MailboxReserve request;
  request.version = abi::kAbiVersion;
  request.command = static_cast<std::uint8_t>(MailboxCommand::kReserve);
  request.seq = seq;
  request.owner = 1;
  return request;
}

TEST_F(MailboxTest, HelloTellsSizesAndOccupancy) {
  const auto now = info();
  EXPECT_EQ(now.version, abi::kAbiVersion);
  EXPECT_EQ(now.num_sas, 64);
  EXPECT_EQ(now.free, 64);
  EXPECT_EQ(now.reserve, 4);
  EXPECT_EQ(now.emergency, 2);
  EXPECT_EQ(now.quota_owners, 8);
}

// A host that died after it had written keys, and the one that comes after it.
TEST_F(MailboxTest, HelloForgetsWhatWasStaged) {
  stage(0, 0x1000, true);
  stage(3, 0x2000, false);
  ASSERT_FALSE(staging_empty());
  hello();
  EXPECT_TRUE(staging_empty());
}

TEST_F(MailboxTest, AnswersRepeatTheHead) {
  const auto answer = reserve();
  EXPECT_EQ(answer.seq, seq_);
  EXPECT_EQ(answer.command, static_cast<std::uint8_t>(MailboxCommand::kReserve));
  EXPECT_EQ(answer.free, 63);
}

TEST_F(MailboxTest, AnotherVersionIsRefusedAndTold) {
  auto request = plain_reserve(seq_ + 1);
  request.version = 0x0103;
  const auto answer = abi::MailboxAnswer::unpack(firmware_.handle(request.pack()));
  EXPECT_EQ(answer.code, static_cast<std::uint8_t>(MailboxCode::kBadVersion));
  EXPECT_EQ(answer.version, abi::kAbiVersion);
  EXPECT_EQ(answer.expected, abi::kAbiVersion);
  EXPECT_EQ(reserve().code, 0) << "the number was not spent";
}

TEST_F(MailboxTest, AReplayIsNotServedAgain) {
  const auto request = plain_reserve(++seq_).pack();
  EXPECT_EQ(code_of(firmware_.handle(request)), MailboxCode::kOk);
  EXPECT_EQ(code_of(firmware_.handle(request)), MailboxCode::kReplayed);
  EXPECT_EQ(info().larval, 1);
}

TEST_F(MailboxTest, OutOfOrderIsRefusedUntilHello) {
  EXPECT_EQ(code_of(firmware_.handle(plain_reserve(seq_ + 2).pack())), MailboxCode::kBadSequence);
  EXPECT_EQ(code_of(firmware_.handle(plain_reserve(seq_ - 1).pack())), MailboxCode::kBadSequence);
  seq_ = 5'000;
  hello();
  EXPECT_EQ(reserve().code, 0);
  EXPECT_EQ(info().larval, 1);
}

TEST_F(MailboxTest, TheNumberWrapsAround) {
  seq_ = UINT32_MAX - 1;
  hello();
  EXPECT_EQ(seq_, UINT32_MAX);
  EXPECT_EQ(reserve().code, 0);
  EXPECT_EQ(seq_, 0U);
}

TEST_F(MailboxTest, UnknownCommandsAreRefused) {
  for (const unsigned command : {0U, 16U, 255U}) {
    EXPECT_EQ(code(static_cast<MailboxCommand>(command), abi::MailboxHello{}), MailboxCode::kBadCommand) << command;
  }
}

TEST_F(MailboxTest, UnusedOctetsMustBeZero) {
  abi::MailboxReserve request;
  request.owner = 1;
  request.reserved6 = 1;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  abi::MailboxQuery query;
  query.reserved0 = 1;
  EXPECT_EQ(code(MailboxCommand::kQuery, query), MailboxCode::kBadMessage);
  EXPECT_EQ(info().larval, 0);
}

TEST_F(MailboxTest, FieldsOutOfRangeAreRefused) {
  abi::MailboxReserve request;
  request.owner = kNone;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  request.owner = 1;
  request.pool = 3;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  request.pool = 0;
  request.claim = 2;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  abi::MailboxCounter counter;
  counter.verdict = abi::kVerdictCount;
  EXPECT_EQ(code(MailboxCommand::kCounter, counter), MailboxCode::kBadMessage);
  expect_consistent();
}

TEST_F(MailboxTest, CountersComeFromTheDevice) {
  device_.set_verdict_counter(true, abi::Verdict::kReplay, 0x1'0000'0007);
  abi::MailboxCounter request;
  request.inbound = 1;
  request.verdict = static_cast<std::uint8_t>(abi::Verdict::kReplay);
  EXPECT_EQ(ask(MailboxCommand::kCounter, request).value, 0x1'0000'0007U);
}

TEST_F(MailboxTest, QueryGivesOneEntryOrTheNextInUse) {
  reserve();
  const auto second = reserve(9);
  abi::MailboxQuery query;
  query.index = second.in_index;
  auto entry = ask<abi::MailboxEntry>(MailboxCommand::kQuery, query);
  EXPECT_EQ(entry.spi, second.spi);
  EXPECT_EQ(entry.owner, 9);
  EXPECT_EQ(entry.inbound, 1);
  EXPECT_EQ(entry.state, static_cast<std::uint8_t>(EntryState::kLarval));
  query = {};
  query.next = 1;
  query.index = 1;
  EXPECT_EQ(ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).index, 1);
  query.index = 2;
  EXPECT_EQ(code(MailboxCommand::kQuery, query), MailboxCode::kNoMore);
  query.next = 0;
  query.index = 64;
  EXPECT_EQ(code(MailboxCommand::kQuery, query), MailboxCode::kBadIndex);
}

TEST_F(MailboxTest, PolicyIsReplacedWholeOrNotAtAll) {
  abi::MailboxPolicy policy;
  policy.reserve = 10;
  policy.emergency = 3;
  policy.soft_from = 5'000;
  policy.soft_span = 5'001;
  policy.drain_ns = 7;
  policy.bound_ns = 8;
  policy.round_ns = 9;
  EXPECT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kBadPolicy);
  EXPECT_EQ(info().reserve, 4);
  policy.soft_span = 5'000;
  EXPECT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kOk);
  EXPECT_EQ(info().reserve, 10);
  EXPECT_EQ(info().drain_ns, 7U);
  policy.bound_ns = 0;
  EXPECT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kBadPolicy);
}

TEST_F(MailboxTest, RandomOctetsChangeNothing) {
  std::mt19937_64 random(99);
  const unsigned before = device_.operations();
  for (int i = 0; i < 200'000; ++i) {
    Message message;
    for (auto& octet : message) octet = static_cast<std::uint8_t>(random());
    message[0] = 0;
    if (i % 2 == 0) message[1] = abi::kAbiVersion;
    ASSERT_NE(code_of(firmware_.handle(message)), MailboxCode::kOk);
  }
  EXPECT_EQ(device_.operations(), before);
}

TEST_F(MailboxTest, RandomBodiesInOrderNeverUpsetTheTable) {
  std::mt19937_64 random(4);
  unsigned served = 0;
  for (int i = 0; i < 100'000; ++i) {
    Message message{};
    message[1] = abi::kAbiVersion;
    message[2] = static_cast<std::uint8_t>(1 + random() % abi::kMailboxCommandCount);
    ++seq_;
    for (unsigned b = 0; b < 4; ++b) message[4 + b] = static_cast<std::uint8_t>(seq_ >> (24 - 8 * b));
    // Few octets, mostly small, so that some requests hit entries that exist.
    for (std::uint64_t n = random() % 8; n > 0; --n) {
      message[8 + random() % (random() % 8 == 0 ? 56 : 24)] = static_cast<std::uint8_t>(random() % (n == 1 ? 256 : 4));
    }
    served += code_of(firmware_.handle(message)) == MailboxCode::kOk ? 1U : 0U;
    firmware_.poll();
    notices();
    if (i % 128 == 0) expect_consistent();
  }
  EXPECT_GT(served, 1'000U) << "the test is no test";
  expect_consistent();
}

TEST_F(MailboxTest, ABrokenBusIsAnErrorAndNoMore) {
  device_.break_bus_after(0);
  EXPECT_EQ(reserve().code, static_cast<std::uint8_t>(MailboxCode::kBus));
  EXPECT_FALSE(firmware_.poll());
  device_.break_bus_after(-1);
  EXPECT_EQ(reserve().code, 0);
  expect_consistent();
}

}  // namespace
}  // namespace sallyport::fw::test
