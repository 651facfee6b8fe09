// The core is started again: in the middle of its work, by its watchdog, by its host.
#include <map>

#include "core_fixture.hpp"

namespace sallyport::test {
namespace {

// Started again at any moment of a reservation: the entry is reserved or free, and the firmware knows which.
TEST_F(Core, StartedAgainAtAnyMomentOfAReservation) {
  const auto firmware = load(whole());
  auto device = Device::open(*accelerator_, *firmware);
  ASSERT_TRUE(device);
  std::vector<std::unique_ptr<CoreFirmware>> ports;  // as long as the devices that speak through them
  unsigned held = 0;
  for (std::uint64_t after = 50; after < 2'600; after += 170) {
    auto message = abi::MailboxReserve{};
    message.command = static_cast<std::uint8_t>(abi::MailboxCommand::kReserve);
    message.owner = 3;
    ASSERT_TRUE(device->occupancy());
    ring(message);
    accelerator_->run(after);
    ASSERT_TRUE(firmware->restart());
    auto again = CoreFirmware::attach(*accelerator_);
    ASSERT_TRUE(again);
    auto fresh = Device::open(*accelerator_, **again);
    ASSERT_TRUE(fresh) << fresh.error().text;
    const auto now = fresh->occupancy();
    ASSERT_TRUE(now);
    const unsigned larval = now->entries[static_cast<unsigned>(abi::EntryState::kLarval)];
    EXPECT_TRUE(larval == held || larval == held + 1) << "after " << after << " clocks: " << larval;
    EXPECT_EQ(now->entries[0] + larval, 64U);
    held = larval;
    device = std::move(*fresh);
    ports.push_back(std::move(*again));
  }
  EXPECT_GT(held, 3U) << "some were served before";
  EXPECT_LT(held, 15U) << "some were not";
}

/// A pair, installed, superseded by another, retired; at each step the core can be started again.
class CoreStartedAgain : public Core {
 protected:
  void SetUp() override {
    Core::SetUp();
    firmware_ = load(whole());
    ASSERT_NE(firmware_, nullptr);
    meet(*firmware_);
  }
  void meet(CoreFirmware& port) {
    client_ = std::make_unique<MailboxClient>(port);
    ASSERT_TRUE(client_->hello());
  }
  void restart_after(std::uint64_t clocks) {
    accelerator_->run(clocks);
    ASSERT_TRUE(firmware_->restart());
    auto again = CoreFirmware::attach(*accelerator_);
    ASSERT_TRUE(again);
    firmware_ = std::move(*again);
    meet(*firmware_);
  }
  abi::MailboxInstall prepared() {
    abi::MailboxReserve reserve;
    reserve.owner = 3;
    reserve.claim = 1;
    const auto reserved = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kReserve, reserve);
    EXPECT_TRUE(reserved);
    for (const auto direction : {Direction::kInbound, Direction::kOutbound}) {
      SaConfig sa;
      sa.direction = direction;
      sa.spi = Spi{direction == Direction::kInbound ? reserved->spi : kPeerSpi};
      sa.key = SecretBytes(std::vector<std::uint8_t>(32, 0x11));
      sa.salt = SecretBytes(std::vector<std::uint8_t>(4, 0x22));
      if (direction == Direction::kOutbound) {
        sa.outer = OuterHeader{.source = IpAddress::parse("192.0.2.1").value(),
                               .destination = IpAddress::parse("192.0.2.2").value(),
                               .dscp = std::nullopt};
      }
      EXPECT_TRUE(write_staging(*accelerator_, direction == Direction::kInbound ? 0 : 1, *encode(sa)));
    }
    abi::MailboxInstall install;
    install.command = static_cast<std::uint8_t>(abi::MailboxCommand::kInstallPair);
    install.in_index = reserved->in_index;
    install.in_generation = reserved->in_generation;
    install.owner = 3;
    install.slot_out = 1;
    install.partner = 0xFFFF;
    install.out_spi = kPeerSpi;
    return install;
  }
  abi::MailboxPair installed() {
    const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kInstallPair, prepared());
    EXPECT_TRUE(answer);
    abi::MailboxPair pair;
    pair.in_index = answer->in_index;
    pair.in_generation = answer->in_generation;
    pair.out_index = answer->out_index;
    pair.out_generation = answer->out_generation;
    return pair;
  }
  /// Entries by state.
  std::map<abi::EntryState, unsigned> entries() {
    std::map<abi::EntryState, unsigned> counts;
    abi::MailboxQuery query;
    query.next = 1;
    while (const auto entry = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, query)) {
      EXPECT_EQ(entry->owner, 3);
      ++counts[static_cast<abi::EntryState>(entry->state)];
      query.index = static_cast<std::uint16_t>(entry->index + 1);
    }
    return counts;
  }
  void erase_all() {
    abi::MailboxQuery query;
    query.next = 1;
    while (const auto entry = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, query)) {
      abi::MailboxPair pair;
      pair.in_index = pair.out_index = 0xFFFF;
      (entry->inbound != 0 ? pair.in_index : pair.out_index) = entry->index;
      (entry->inbound != 0 ? pair.in_generation : pair.out_generation) = entry->generation;
      ASSERT_TRUE(client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kErase, pair));
    }
    const auto info = client_->ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{});
    ASSERT_TRUE(info);
    EXPECT_EQ(info->free, 64);
  }

  /// Clocks after the bell: first, end, step.
  struct Moments {
    std::uint64_t first, end, step;
  };
  /// `request` rings a request, then the core is started again, sooner or later; `done` looks at the entries and says
  /// whether the request was served. Some must have been, and some not.
  template <class Request, class Done>
  void at_moments(Moments at, Request request, Done done) {
    unsigned served = 0;
    unsigned moments = 0;
    for (std::uint64_t after = at.first; after < at.end; after += at.step, ++moments) {
      request();
      restart_after(after);
      auto now = entries();
      served += done(now, after) ? 1 : 0;
      erase_all();
    }
    EXPECT_GT(served, 0U);
    EXPECT_LT(served, moments);
  }

  static constexpr std::uint32_t kPeerSpi = 0xC0FFEE01;
  using S = abi::EntryState;
  std::unique_ptr<CoreFirmware> firmware_;
  std::unique_ptr<MailboxClient> client_;
};

// In the middle of the march, of a known answer, of taking the table over.
TEST_F(CoreStartedAgain, AStartThatWasCutOffLeavesNothing) {
  const auto pair = installed();
  for (std::uint64_t after = 1'000; after < 110'000; after += 9'000) {
    ASSERT_TRUE(firmware_->restart());
    restart_after(after);
    auto now = entries();
    EXPECT_EQ(now[S::kActive], 2U) << "after " << after << " clocks";
    EXPECT_EQ(now.size(), 1U) << "after " << after << " clocks";
    const auto load = client_->ask<abi::MailboxLoad>(abi::MailboxCommand::kLoad, abi::MailboxHello{});
    ASSERT_TRUE(load);
    EXPECT_EQ(load->loopback, 1) << "after " << after << " clocks";
  }
  EXPECT_TRUE(client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kRetire, pair));
}

TEST_F(CoreStartedAgain, APairIsThereOrNot) {
  at_moments(
      {300, 5'000, 350}, [&] { ring(prepared()); },
      [](auto& now, std::uint64_t after) {
        const bool whole_pair = now[S::kActive] == 2 && now[S::kLarval] == 0;
        EXPECT_TRUE(whole_pair || (now[S::kActive] == 0 && now[S::kLarval] == 1)) << "after " << after << " clocks";
        return whole_pair;
      });
}

TEST_F(CoreStartedAgain, APairIsSupersededOrNot) {
  at_moments(
      {300, 3'300, 270},
      [&] {
        auto old = installed();
        const auto fresh = installed();
        old.command = static_cast<std::uint8_t>(abi::MailboxCommand::kSupersede);
        old.new_in_index = fresh.in_index;
        old.new_in_generation = fresh.in_generation;
        old.new_out_index = fresh.out_index;
        old.new_out_generation = fresh.out_generation;
        ring(old);
      },
      [](auto& now, std::uint64_t after) {
        EXPECT_TRUE((now[S::kActive] == 4 && now[S::kOverlap] == 0) || (now[S::kActive] == 2 && now[S::kOverlap] == 2))
            << "after " << after << " clocks";
        return now[S::kOverlap] == 2;
      });
}

TEST_F(CoreStartedAgain, APairLeavesOrStays) {
  at_moments(
      {200, 2'400, 200},
      [&] {
        auto pair = installed();
        pair.command = static_cast<std::uint8_t>(abi::MailboxCommand::kRetire);
        ring(pair);
      },
      [](auto& now, std::uint64_t after) {
        EXPECT_TRUE(now[S::kActive] == 2 || now[S::kActive] == 0) << "after " << after << " clocks";
        return now[S::kActive] == 0;
      });
}

// What the watchdog does not take away: the host's policy and quotas.
class CoreKeeps : public Core {
 protected:
  void SetUp() override {
    Core::SetUp();
    firmware_ = load(whole());
    ASSERT_NE(firmware_, nullptr);
    meet();
    DevicePolicy policy;
    policy.reserve = 9;
    policy.emergency = 3;
    policy.drain_ns = 1'000'000;
    policy.bound_ns = 2'000'000;
    ASSERT_TRUE(device_->set_policy(policy));
    ASSERT_TRUE(device_->set_quota(OwnerId{5}, 2));
    ASSERT_TRUE(device_->set_quota(OwnerId{6}, 4));
  }
  void meet() {
    auto device = Device::open(*accelerator_, *firmware_);
    ASSERT_TRUE(device) << device.error().text;
    device_ = std::make_unique<Device>(std::move(*device));
  }
  // The clock on the wall moves on while the core stands: it has not fed its watchdog for long.
  void let_the_watchdog_bite() {
    const unsigned before = firmware_->state()->watchdog_restarts;
    accelerator_->skip(std::uint64_t{65'536} * 65'536 * 1'000 / accelerator_->period_ps());
    accelerator_->run(1'000);
    ASSERT_EQ(firmware_->state()->watchdog_restarts, before + 1);
    ASSERT_EQ(firmware_->state()->cause, abi::CoreCause::kWatchdog);
    meet();
  }
  void expect_kept() {
    const auto now = device_->occupancy();
    ASSERT_TRUE(now) << now.error().text;
    EXPECT_EQ(now->reserve, 9);
    EXPECT_EQ(now->emergency, 3);
    for (const auto& [owner, pairs] : {std::pair{5U, 1U}, {6U, 2U}}) {
      InstallOptions options;
      options.owner = OwnerId{static_cast<std::uint16_t>(owner)};
      std::vector<Reservation> held;
      while (auto reservation = device_->reserve(options)) held.push_back(std::move(*reservation));
      EXPECT_EQ(device_->last_code(), abi::MailboxCode::kQuota);
      EXPECT_EQ(held.size(), pairs) << "owner " << owner;
    }
  }

  std::unique_ptr<CoreFirmware> firmware_;
  std::unique_ptr<Device> device_;
};

TEST_F(CoreKeeps, PolicyAndQuotasOverAWatchdogAndARestart) {
  expect_kept();
  for (int i = 0; i < 2; ++i) {
    ASSERT_NO_FATAL_FAILURE(let_the_watchdog_bite());
    expect_kept();
  }
  ASSERT_TRUE(firmware_->restart());
  meet();
  expect_kept();
}

TEST_F(CoreKeeps, NothingOverACoreReset) {
  ASSERT_TRUE(firmware_->stop());
  firmware_ = load(whole());
  ASSERT_NE(firmware_, nullptr);
  meet();
  const auto now = device_->occupancy();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->reserve, 4);
  EXPECT_EQ(now->emergency, 2);
  InstallOptions options;
  options.owner = OwnerId{5};
  std::vector<Reservation> held;
  for (int i = 0; i < 3; ++i) {
    auto reservation = device_->reserve(options);
    ASSERT_TRUE(reservation) << reservation.error().text;
    held.push_back(std::move(*reservation));
  }
}

// The random source cannot be stuck here, but generations can be looked at.
TEST_F(CoreKeeps, SpisGoOnWithTheGenerations) {
  std::map<std::uint16_t, std::uint16_t> last;
  for (int i = 0; i < 12; ++i) {
    InstallOptions options;
    options.owner = OwnerId{1};
    for (int n = 0; n < 2; ++n) {
      const auto reservation = device_->reserve(options);
      ASSERT_TRUE(reservation) << reservation.error().text;
      const std::uint16_t generation = reservation->ref().generation.value;
      EXPECT_EQ(static_cast<std::uint16_t>(reservation->spi().value >> 6), generation);
      EXPECT_GT(generation, last[reservation->ref().index.value]);
      last[reservation->ref().index.value] = generation;
    }
    if (i % 3 != 2) continue;
    ASSERT_TRUE(firmware_->restart());
    meet();
  }
}

}  // namespace
}  // namespace sallyport::test
