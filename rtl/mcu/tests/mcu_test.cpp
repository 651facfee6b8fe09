// Memories, bus and clock of the management core.
//
// SALLYPORT_SEED in the environment is another run.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "mcu_machine.hpp"
#include "support/environment.hpp"

namespace sallyport::test {
namespace {

std::uint64_t seed() { return from_environment("SALLYPORT_SEED", 1); }

void flip(McuMachine& machine, std::uint32_t address, std::uint64_t mask) {
  auto& pins = machine.pins();
  const bool data = address >= kDataBase;
  (data ? pins.flip_data_i : pins.flip_image_i) = 1;
  pins.flip_addr_i = static_cast<std::uint16_t>((address - (data ? kDataBase : kImageBase)) / 4);
  pins.flip_mask_i = mask;
  machine.step();
  pins.flip_data_i = pins.flip_image_i = 0;
}

std::string program(const char* name) { return std::string(SALLYPORT_MCU_PROGRAMS) + "/" + name + ".elf"; }

void run_until(McuMachine& machine, std::size_t writes) {
  const std::uint64_t end = machine.clocks + 20'000;
  while (machine.writes.size() < writes && machine.clocks < end) machine.step();
  ASSERT_EQ(machine.writes.size(), writes);
}

TEST(McuRam, ZeroAfterWipeAndEveryWordItsOwn) {
  McuMachine machine;
  constexpr std::pair<std::uint32_t, std::uint32_t> kRams[] = {{kImageBase, kImageOctets}, {kDataBase, kRamOctets}};
  for (const auto& [base, octets] : kRams) {
    for (std::uint32_t at = 0; at < octets; at += 4) ASSERT_EQ(machine.load(base + at), 0U);
    for (std::uint32_t at = 0; at < octets; at += 4) ASSERT_TRUE(machine.store(base + at, base + 0x9E37'79B9 * at));
  }
  for (const auto& [base, octets] : kRams) {
    for (std::uint32_t at = 0; at < octets; at += 4) ASSERT_EQ(machine.load(base + at), base + 0x9E37'79B9 * at);
  }
  machine.wipe();
  for (std::uint32_t at = 0; at < kRamOctets; at += 4) ASSERT_EQ(machine.load(kDataBase + at), 0U);
  EXPECT_EQ(machine.corrected + machine.fatal, 0U);
}

TEST(McuRam, OctetsAndBrokenBits) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed()));
  std::mt19937_64 random(seed());
  McuMachine machine;
  constexpr std::uint32_t kWords = 8;  // few, so that they meet
  std::array<std::uint32_t, kWords> want{};
  std::array<int, kWords> broken{};  // bits that are wrong
  std::uint64_t corrected = 0, fatal = 0;
  for (int n = 0; n < 20'000; ++n) {
    const std::uint32_t word = static_cast<std::uint32_t>(random() % kWords);
    const std::uint32_t at = kDataBase + 4 * word;
    switch (random() % 4) {
      case 0: {
        const auto value = static_cast<std::uint32_t>(random());
        const auto octets = static_cast<unsigned>(random() % 16);
        const bool whole = octets == 0xF;
        if (!whole && broken[word] == 1) ++corrected;
        if (!whole && broken[word] == 2) ++fatal;
        ASSERT_EQ(machine.store(at, value, octets), whole || broken[word] != 2);
        if (!whole && broken[word] == 2) break;
        broken[word] = 0;
        for (unsigned b = 0; b < 4; ++b) {
          if ((octets >> b & 1U) != 0) want[word] = (want[word] & ~(0xFFU << 8 * b)) | (value & 0xFFU << 8 * b);
        }
        break;
      }
      case 1:
        if (broken[word] != 0) break;
        broken[word] = 1 + static_cast<int>(random() % 2);
        {
          const std::uint64_t one = random() % 39;
          const std::uint64_t other = (one + 1 + random() % 38) % 39;
          flip(machine, at, std::uint64_t{1} << one | (broken[word] == 2 ? std::uint64_t{1} << other : 0));
        }
        break;
      default:
        if (broken[word] == 2) {
          ASSERT_EQ(machine.load(at), std::nullopt);
          ++fatal;
        } else {
          ASSERT_EQ(machine.load(at), want[word]);
          corrected += static_cast<std::uint64_t>(broken[word]);
          broken[word] = 0;  // mended in the memory, too
        }
        break;
    }
    ASSERT_EQ(machine.corrected, corrected);
    ASSERT_EQ(machine.fatal, fatal);
  }
  EXPECT_GT(corrected, 200U);
  EXPECT_GT(fatal, 200U);
}

TEST(McuBus, NobodyThereAndLocked) {
  McuMachine machine;
  for (const std::uint32_t address :
       {kImageBase + kImageOctets, kDataBase - 4, kDataBase + kRamOctets, 0x4000'0000U, 0xFFFF'FFFCU}) {
    EXPECT_FALSE(machine.store(address, 1)) << std::hex << address;
    EXPECT_EQ(machine.load(address), std::nullopt) << std::hex << address;
  }
  EXPECT_TRUE(machine.store(kImageBase + 8, 5));
  machine.pins().locked_i = 1;
  EXPECT_FALSE(machine.store(kImageBase + 8, 6));
  EXPECT_FALSE(machine.store(kImageBase + 8, 6, 1));
  EXPECT_EQ(machine.load(kImageBase + 8), 5U);
  EXPECT_TRUE(machine.store(kDataBase + 8, 6));
  machine.read = [](std::uint32_t address) { return address; };
  EXPECT_EQ(machine.load(kDeviceBase + 40), kDeviceBase + 40);
}

// A program goes on as if it were alone while the loader takes the memories in turn and bits fall over.
TEST(McuBus, LoaderAndCoreAtOnce) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed()));
  std::mt19937_64 random(seed());
  for (const char* name : {"rv32ui-lw", "rv32ui-sb", "rv32um-div", "rv32uc-rvc"}) {
    McuMachine machine;
    ASSERT_TRUE(machine.load_elf(std::string(SALLYPORT_ISA_TESTS) + "/" + name + ".elf"));
    machine.run_core(true);
    while (machine.writes.empty() && machine.clocks < 400'000) {
      const std::uint32_t at =
          (random() % 2 == 0 ? kImageBase : kDataBase) + 4 * static_cast<std::uint32_t>(random() % 512);
      ASSERT_TRUE(machine.load(at).has_value());
      if (random() % 2 == 0) flip(machine, at, std::uint64_t{1} << random() % 39);
      ASSERT_TRUE(machine.load(at).has_value());
    }
    ASSERT_FALSE(machine.writes.empty());
    EXPECT_EQ(machine.writes[0].value, 1U) << name;
    EXPECT_GT(machine.corrected, 10U);
    EXPECT_EQ(machine.fatal, 0U);
  }
}

TEST(McuCpu, SleepsUntilAnInterruptComes) {
  McuMachine machine;
  ASSERT_TRUE(machine.load_elf(program("sleeper")));
  machine.run_core(true);
  for (int i = 0; i < 200; ++i) machine.step();
  for (std::uint32_t n = 1; n <= 5; ++n) {
    const std::uint64_t asleep = machine.asleep;
    for (int i = 0; i < 1000; ++i) machine.step();
    EXPECT_EQ(machine.asleep, asleep + 1000) << "the clock of a sleeping core went on";
    machine.pins().irq_external_i = 1;
    const std::uint64_t rang = machine.clocks;
    run_until(machine, n);
    if (HasFatalFailure()) return;
    EXPECT_LE(machine.clocks - rang, 20U);
    EXPECT_EQ(machine.writes.back().value, n);
    machine.pins().irq_external_i = 0;
    for (int i = 0; i < 100; ++i) machine.step();
  }
}

TEST(McuCpu, FaultsAreTrapsAndNothingMoves) {
  McuMachine machine;
  ASSERT_TRUE(machine.load_elf(program("faults")));
  const auto code = machine.load(kImageBase + 0x80);
  flip(machine, kDataBase + 0x100, 0x8'0000'0001);
  machine.pins().locked_i = 1;
  machine.read = [](std::uint32_t) { return std::nullopt; };
  machine.run_core(true);
  run_until(machine, 15);
  if (HasFatalFailure()) return;
  constexpr std::uint32_t kLoadFault = 5, kStoreFault = 7;
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> want = {
      {kLoadFault, 0x4000'0000}, {kStoreFault, 0x4000'0000}, {kStoreFault, 0},          {kStoreFault, 0},
      {kLoadFault, 0x2000'0010}, {kLoadFault, 0x1000'0100},  {kStoreFault, 0x1000'0102}};
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(machine.writes[2 * i].value, want[i].first) << i;
    // Where exactly the image was written is the program's business.
    if (want[i].second != 0) {
      EXPECT_EQ(machine.writes[2 * i + 1].value, want[i].second) << i;
    }
  }
  EXPECT_EQ(machine.writes[14].value, 77U);
  EXPECT_EQ(machine.fatal, 2U);
  EXPECT_EQ(machine.load(kImageBase + 0x80), code);
}

}  // namespace
}  // namespace sallyport::test
