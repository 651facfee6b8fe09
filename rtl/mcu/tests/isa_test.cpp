// The RISC-V unit tests that matter to firmware, RV32I, M, C and machine mode, on the Verilated core: each is a program
// that says whether the core did right.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "mcu_machine.hpp"

namespace sallyport::test {
namespace {

std::vector<std::string> programs() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SALLYPORT_ISA_TESTS)) {
    if (entry.path().extension() == ".elf") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Isa : public testing::TestWithParam<std::string> {};

TEST_P(Isa, Passes) {
  for (const unsigned wait : {0U, 3U}) {
    McuMachine machine;
    machine.wait = wait;
    ASSERT_TRUE(machine.load_elf(std::string(SALLYPORT_ISA_TESTS) + "/" + GetParam() + ".elf"));
    machine.run_core(true);
    while (machine.writes.empty() && machine.clocks < 400'000) machine.step();
    ASSERT_FALSE(machine.writes.empty()) << "no verdict";
    EXPECT_EQ(machine.writes[0].address, kDeviceBase);
    EXPECT_EQ(machine.writes[0].value, 1U) << "case " << machine.writes[0].value / 2 << " failed";
    EXPECT_EQ(machine.fatal, 0U);
    EXPECT_EQ(machine.pins().double_fault_o, 0);
  }
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(RiscvTests, Isa, testing::ValuesIn(programs()), name_of);

TEST(IsaTests, AllAreThere) { EXPECT_GE(programs().size(), 55U); }

}  // namespace
}  // namespace sallyport::test
