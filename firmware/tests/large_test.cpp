// Tables larger than those of most tests: what counts up must not come round.
#include <memory>

#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

template <std::size_t Sas>
class Large {
 public:
  Large() {
    EXPECT_EQ(firmware_.start(), MailboxCode::kOk);
    ask<abi::MailboxInfo>(MailboxCommand::kHello, abi::MailboxHello{});
  }
  template <class Answer = abi::MailboxAnswer, class Request>
  Answer ask(MailboxCommand command, Request request) {
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(command);
    request.seq = ++seq_;
    return Answer::unpack(firmware_.handle(request.pack()));
  }
  abi::MailboxAnswer install(std::uint16_t group, std::uint64_t t_ike_ns) {
    abi::MailboxReserve reserve;
    reserve.owner = 1;
    reserve.claim = 1;
    const auto reserved = ask(MailboxCommand::kReserve, reserve);
    for (const bool inbound : {true, false}) {
      const std::uint64_t spi = inbound ? reserved.spi : 0xC0FFEE01;
      EXPECT_TRUE(write_staging(bus_, inbound ? 0 : 1, 0, spi << 32 | 1500U << 16 | (inbound ? 1U : 0U)));
    }
    abi::MailboxInstall request;
    request.in_index = reserved.in_index;
    request.in_generation = reserved.in_generation;
    request.owner = 1;
    request.slot_in = 0;
    request.slot_out = 1;
    request.partner = kNone;
    request.in_hard_octets = request.out_hard_octets = 1'000'000;
    request.out_spi = 0xC0FFEE01;
    request.soft_from = 8'000;
    request.flags = 2U | 31U << 3;
    request.group = group;
    request.t_ike = Rough{t_ike_ns}.code();
    const auto installed = ask(MailboxCommand::kInstallPair, request);
    EXPECT_EQ(installed.code, 0) << abi::name(static_cast<MailboxCode>(installed.code));
    return installed;
  }
  void poll() {
    do {
      EXPECT_TRUE(firmware_.poll());
      while (firmware_.take_notice()) {
      }
    } while (firmware_.more_to_poll());
  }
  abi::MailboxLoad load() { return ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{}); }

  sallyport::test::FakeDevice device{static_cast<unsigned>(std::bit_width(Sas) - 1), 256};

 private:
  FakeBus bus_{device};
  SeededRandom random_{1};
  std::unique_ptr<Storage<Sas, 4096, 8>> storage_ = std::make_unique<Storage<Sas, 4096, 8>>();
  Kept<8> kept_{};
  Firmware firmware_{bus_, random_, *storage_, kept_};
  std::uint32_t seq_ = 0;
};

// A host that begins rekeys unasked, all on one IKE SA.
TEST(LargeTable, MoreExchangesThanAnOctetCounts) {
  Large<1024> machine;
  std::vector<abi::MailboxAnswer> pairs;
  for (unsigned i = 0; i < 300; ++i) pairs.push_back(machine.install(7, 100 * kMs));
  std::vector<abi::MailboxAnswer> reserved;
  for (unsigned i = 0; i < 256; ++i) {
    abi::MailboxReserve request;
    request.owner = 1;
    request.pool = static_cast<std::uint8_t>(Pool::kRekey);
    request.old_index = pairs[i].in_index;
    request.old_generation = pairs[i].in_generation;
    request.starter = 1;
    reserved.push_back(machine.ask(MailboxCommand::kReserve, request));
    ASSERT_EQ(reserved.back().code, 0);
  }
  EXPECT_EQ(machine.load().under_way, 256);
  machine.device.packet(pairs[299].out_index, 850'000);
  for (int i = 0; i < 10; ++i) {
    machine.device.advance(20 * kMs);
    machine.poll();
  }
  EXPECT_EQ(machine.load().asked, 0U) << "the window is more than full";
  EXPECT_EQ(machine.load().waiting, 1);
}

// Each pair wants more of the reserve than there is by far.
TEST(LargeTable, TheLoadOfManyDoesNotComeRound) {
  Large<16384> machine;
  std::vector<abi::MailboxAnswer> pairs;
  constexpr unsigned kPairs = 1'025;
  for (unsigned i = 0; i < kPairs; ++i) pairs.push_back(machine.install(static_cast<std::uint16_t>(i), 500'000 * kMs));
  std::uint16_t most = 0;
  for (unsigned step = 0; step < 30; ++step) {
    for (const auto& pair : pairs) machine.device.packet(pair.out_index, 20'000);
    machine.device.advance(10 * kMs);
    machine.poll();
    const std::uint16_t load = machine.load().load;
    EXPECT_GE(load, most) << "after step " << step;
    most = load;
  }
  EXPECT_EQ(most, UINT16_MAX);
}

}  // namespace
}  // namespace sallyport::fw::test
