// SPIs of an entry differ from one tenant to the next, over restarts of the firmware too, and chance is not why.
#include <map>

#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class GenerationTest : public FirmwareFixture {
 protected:
  void SetUp() override {
    random_.stuck = true;
    FirmwareFixture::SetUp();
  }
  // A firmware that knows nothing but what the device says.
  void restart() {
    storage_ = {};
    ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
    hello();
  }
  void note(const abi::MailboxAnswer& reserved) {
    ASSERT_EQ(reserved.code, 0);
    EXPECT_EQ(static_cast<std::uint16_t>(reserved.spi >> 6), reserved.in_generation);
    auto& last = given_[reserved.in_index];
    for (std::size_t k = last.size() < 16 ? 0 : last.size() - 16; k < last.size(); ++k) {
      ASSERT_NE(last[k], reserved.spi) << "entry " << reserved.in_index << ", " << last.size() - k << " SPIs ago";
    }
    last.push_back(reserved.spi);
  }
  void reserve_and_give_up() {
    const auto reserved = reserve();
    note(reserved);
    ASSERT_EQ(give_up(reserved), MailboxCode::kOk);
  }
  void outbound_tenant() {
    stage(1, kPeerSpi, false);
    auto request = pair_request({});
    request.in_index = kNone;
    request.in_generation = 0;
    request.slot_in = 0xFF;
    const auto out = ask(MailboxCommand::kInstallOne, request);
    ASSERT_EQ(out.code, 0);
    auto pair = pair_of(out);
    pair.in_index = kNone;
    pair.in_generation = 0;
    ASSERT_EQ(code(MailboxCommand::kErase, pair), MailboxCode::kOk);
  }

  std::map<std::uint16_t, std::vector<std::uint32_t>> given_;
};

TEST_F(GenerationTest, AnEntryNeverGetsOneOfItsLastSixteenSpis) {
  for (int i = 0; i < 64 * 100; ++i) ASSERT_NO_FATAL_FAILURE(reserve_and_give_up());
  EXPECT_GE(given_[5].size(), 99U) << "entries take turns";
}

TEST_F(GenerationTest, NorDoesARestartBringThemBack) {
  for (int i = 0; i < 300; ++i) {
    for (int n = 0; n < 3; ++n) ASSERT_NO_FATAL_FAILURE(reserve_and_give_up());
    ASSERT_NO_FATAL_FAILURE(restart());
  }
  EXPECT_GT(given_[0].size(), 200U) << "the first ones are always used first";
}

TEST_F(GenerationTest, NorDoTenantsInBetween) {
  std::mt19937 random(3);
  abi::MailboxAnswer pair;
  for (int i = 0; i < 5'000; ++i) {
    switch (random() % 8) {
      case 0:
      case 1:
        ASSERT_NO_FATAL_FAILURE(outbound_tenant());
        break;
      case 2:
        if (pair.in_generation != 0) {
          ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
        }
        {
          const auto reserved = reserve(1, true);
          ASSERT_NO_FATAL_FAILURE(note(reserved));
          pair = install_reserved(reserved);
        }
        break;
      case 3:
        ASSERT_NO_FATAL_FAILURE(restart());
        break;
      default:
        ASSERT_NO_FATAL_FAILURE(reserve_and_give_up());
    }
    notices();
  }
}

TEST_F(GenerationTest, WhereGenerationsComeRound) {
  for (std::uint16_t i = 0; i < 64; ++i) device_.sa(i).generation = static_cast<std::uint16_t>(UINT16_MAX - i % 20);
  ASSERT_NO_FATAL_FAILURE(restart());
  for (int i = 0; i < 64 * 40; ++i) ASSERT_NO_FATAL_FAILURE(reserve_and_give_up());
}

// The entry that the known answers use has had tenants before the first reservation.
TEST_F(GenerationTest, TheKnownAnswersCountToo) {
  EXPECT_GT(device_.sa(63).generation, 3);
  for (int i = 0; i < 64; ++i) ASSERT_NO_FATAL_FAILURE(reserve_and_give_up());
}

}  // namespace
}  // namespace sallyport::fw::test
