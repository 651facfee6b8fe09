// What the image's start.S does with memory that a restart leaves alone, on core, bus and memories, where bits can be
// flipped.
#include <gtest/gtest.h>

#include "mcu_machine.hpp"
#include "sallyport/abi.hpp"
#include "sallyport/core_regs.hpp"

namespace sallyport::test {
namespace {

// Behind the mailbox, as link.ld.in places it; the program reads its fourth word.
constexpr std::uint32_t kKept = kDataBase + abi::kMailboxOctets + 12;
constexpr std::uint32_t kTold = kDeviceBase + 0x100;

class KeptWord : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(machine_.load_elf(SALLYPORT_KEEPER));
    ASSERT_TRUE(machine_.store(kKept, 0x1234));
    machine_.pins().locked_i = 1;
  }
  /// From reset to sleep, or to giving up.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> run() {
    machine_.writes.clear();
    machine_.run_core(true);
    for (int i = 0; i < 60'000; ++i) machine_.step();
    machine_.run_core(false);
    for (int i = 0; i < 10; ++i) machine_.step();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (const auto& write : machine_.writes) out.emplace_back(write.address, write.value);
    return out;
  }
  void flip(std::uint64_t mask) {
    auto& pins = machine_.pins();
    pins.flip_data_i = 1;
    pins.flip_addr_i = static_cast<std::uint16_t>((kKept - kDataBase) / 4);
    pins.flip_mask_i = mask;
    machine_.step();
    pins.flip_data_i = 0;
  }
  using Writes = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  McuMachine machine_;
};

TEST_F(KeptWord, StaysOverRestarts) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run(), (Writes{{kTold, 0x1234}}));
  flip(0x10);
  EXPECT_EQ(run(), (Writes{{kTold, 0x1234}})) << "one bit is mended by the memory";
}

// Else whoever reads it at the next start would fail there again, and so for ever.
TEST_F(KeptWord, ThatCannotBeReadIsZeroAtTheNextStart) {
  constexpr std::uint32_t kLoadFault = 5;
  flip(0x8'0000'0001);
  const auto failed = run();
  ASSERT_EQ(failed.size(), 3U);
  EXPECT_EQ(failed[0], (std::pair{core_devices::kFaultCauseAddress, kLoadFault}));
  EXPECT_EQ(failed[1].first, core_devices::kFaultPcAddress);
  EXPECT_EQ(failed[2].first, core_devices::kGiveUpAddress);
  EXPECT_EQ(run(), (Writes{{kTold, 0}}));
}

}  // namespace
}  // namespace sallyport::test
