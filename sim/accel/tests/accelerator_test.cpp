// The Verilated accelerator as a C++ object: boots, answers on the bus, gives each packet one status, keeps time,
// records.
#include "accel/accelerator.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "sallyport/regs.hpp"
#include "support/profile_under_test.hpp"
#include "support/test_folder.hpp"

namespace sallyport::sim {
namespace {

constexpr std::uint32_t kMagic = 0x534C5950;

std::unique_ptr<Accelerator> make(AcceleratorOptions options = {}) {
  options.profile = test::profile_under_test();
  auto made = Accelerator::create(options);
  EXPECT_TRUE(made) << (made ? "" : made.error().text);
  auto accelerator = std::move(made).value();
  EXPECT_TRUE(accelerator->write32(regs::kControlAddress, regs::kControlEnableMask));
  return accelerator;
}

PacketIn nameless_packet(std::size_t octets, std::uint32_t cookie) {
  abi::OutDesc desc;
  desc.index = 5;  // nothing lives there
  desc.length = static_cast<std::uint16_t>(octets);
  desc.next_header = 4;
  desc.flags = 1;
  desc.cookie = cookie;
  PacketIn in{desc.pack(), std::vector<std::uint8_t>(octets, 0)};
  in.octets[0] = 0x45;
  in.octets[2] = static_cast<std::uint8_t>(octets >> 8U);
  in.octets[3] = static_cast<std::uint8_t>(octets);
  in.octets[8] = 64;
  in.octets[9] = 17;
  return in;
}

TEST(Accelerator, RefusesImpossibleOptions) {
  for (const double stall : {-0.1, 1.0, 2.0}) {
    AcceleratorOptions options;
    options.stall = stall;
    const auto made = Accelerator::create(options);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  }
  for (const std::uint64_t period : {0U, 999U, 1'000'001U}) {
    AcceleratorOptions options;
    options.period_ps = period;
    EXPECT_FALSE(Accelerator::create(options));
  }
}

TEST(Accelerator, BothVariantsBootAndSayTheirSize) {
  for (const auto variant : {Variant::k64Sas, Variant::k1024Sas}) {
    AcceleratorOptions options;
    options.variant = variant;
    auto accelerator = make(options);
    const auto id = accelerator->read32(regs::kIdAddress);
    ASSERT_TRUE(id);
    EXPECT_EQ(*id, kMagic);
    const auto caps = accelerator->read32(regs::kCaps0Address);
    ASSERT_TRUE(caps);
    EXPECT_EQ(1U << ((*caps & regs::kCaps0Log2SasMask) >> regs::kCaps0Log2SasShift), table_entries(variant));
    EXPECT_EQ(1U << ((*caps & regs::kCaps0Log2WindowMask) >> regs::kCaps0Log2WindowShift), replay_window(variant));
    EXPECT_EQ((*caps & regs::kCaps0ProfileMask) != 0, test::profile_under_test() == Profile::kFull);
    EXPECT_TRUE(accelerator->idle());
  }
}

TEST(Accelerator, EveryPacketGetsOneStatusInOrderWithAndWithoutStalls) {
  for (const double stall : {0.0, 0.5}) {
    AcceleratorOptions options;
    options.stall = stall;
    auto accelerator = make(options);
    constexpr std::uint32_t kPackets = 20;
    for (std::uint32_t i = 0; i < kPackets; ++i) accelerator->push(Direction::kOutbound, nameless_packet(40 + i, i));
    EXPECT_EQ(accelerator->in_flight(Direction::kOutbound), kPackets);
    std::uint32_t next = 0;
    for (int batches = 0; batches < 10'000 && next < kPackets; ++batches) {
      accelerator->run(1'000);
      while (auto out = accelerator->pop(Direction::kOutbound)) {
        EXPECT_EQ(out->status.cookie, next++);
        EXPECT_EQ(out->status.verdict, static_cast<std::uint8_t>(abi::Verdict::kStaleGeneration));
        EXPECT_TRUE(out->octets.empty());
      }
    }
    EXPECT_EQ(next, kPackets);
    accelerator->run(100);
    EXPECT_TRUE(accelerator->idle());
    EXPECT_EQ(accelerator->stream_faults(), 0U);
  }
}

TEST(Accelerator, SkippedTimeCountsAsTime) {
  auto accelerator = make();
  const std::uint64_t before = accelerator->now_ns();
  const std::uint64_t evaluated = accelerator->clocks_evaluated();
  accelerator->skip(1'000'000);
  EXPECT_EQ(accelerator->now_ns(), before + 10'000'000);
  EXPECT_EQ(accelerator->clocks_evaluated(), evaluated);
}

class AcceleratorTrace : public test::FolderTest {};

TEST_F(AcceleratorTrace, RecordsOneWindow) {
  const auto trace = path("window.fst");
  {
    auto accelerator = make();
    const std::uint64_t now = accelerator->clocks_passed();
    EXPECT_FALSE(accelerator->trace({trace.string(), 0, now - 1}));
    ASSERT_TRUE(accelerator->trace({trace.string(), now + 10, now + 20}));
    EXPECT_FALSE(accelerator->trace({trace.string(), now + 10, now + 20}));
    accelerator->run(9);
    EXPECT_FALSE(std::filesystem::exists(trace));
    accelerator->run(50);
  }
  EXPECT_GT(std::filesystem::file_size(trace), 0U);
}

}  // namespace
}  // namespace sallyport::sim
