// The device model by itself: forms, time, what stays of writes, the packet streams. That it answers as the RTL does is
// tests/tlm's business.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "sallyport/regs.hpp"
#include "sallyport/tlm/device_model.hpp"

namespace sallyport::tlm {
namespace {

constexpr std::uint32_t kSpi = 0x4001;  // entry 1 of 64
constexpr std::uint16_t kOut = 2;
constexpr std::uint16_t kIn = 1;

std::unique_ptr<DeviceModel> make(const DeviceForm& form = {}) {
  auto made = DeviceModel::create(form);
  EXPECT_TRUE(made) << (made ? "" : made.error().text);
  return std::move(*made);
}

class Device : public testing::Test {
 protected:
  std::uint32_t read(std::uint32_t address) {
    const auto value = device_->read32(address);
    EXPECT_TRUE(value) << address;
    return value ? *value : 0;
  }
  void write(std::uint32_t address, std::uint32_t value) { EXPECT_TRUE(device_->write32(address, value)) << address; }
  abi::CmdCode command(abi::Op op, std::uint16_t index, std::uint16_t generation = 0, std::uint32_t arg1 = 0) {
    write(regs::kCmdTargetAddress, index | std::uint32_t{generation} << regs::kCmdTargetGenerationShift);
    write(regs::kCmdArg1Address, arg1);
    const std::uint32_t seq = (read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift) + 1;
    write(regs::kCmdGoAddress, seq << regs::kCmdGoSeqShift | static_cast<std::uint32_t>(op));
    return static_cast<abi::CmdCode>((read(regs::kCmdStatusAddress) & regs::kCmdStatusCodeMask) >>
                                     regs::kCmdStatusCodeShift);
  }
  /// A tunnel from entry kOut to entry kIn, open. @param hard_packets 0: no limit.
  void open_tunnel(std::uint64_t hard_packets = 0) {
    for (const bool inbound : {false, true}) {
      model::SaConfig config;
      config.head.spi = kSpi;
      config.head.path_mtu = 1'500;
      config.set(abi::SaFlag::kTunnel);
      config.ports = {0, 0xFFFF, 0, 0xFFFF};
      config.out.ttl = 64;
      if (inbound) config.set(abi::SaFlag::kInbound);
      if (!inbound) config.hard_packets = hard_packets;
      const auto image = model::encode_image(config, model::SaSecret());
      for (std::uint32_t w = 0; w < image.size(); ++w) {
        write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
        write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32U));
      }
      ASSERT_EQ(command(abi::Op::kCommit, inbound ? kIn : kOut), abi::CmdCode::kOk);
    }
    write(regs::kControlAddress, regs::kControlEnableMask | regs::kControlIrqEnableMask);
  }
  static PacketIn plain(std::size_t octets, std::uint32_t cookie = 0) {
    abi::OutDesc desc;
    desc.index = kOut;
    desc.generation = 1;
    desc.length = static_cast<std::uint16_t>(octets);
    desc.next_header = 4;
    desc.flags = 1;
    desc.cookie = cookie;
    PacketIn out{.descriptor = desc.pack(), .octets = std::vector<std::uint8_t>(octets)};
    out.octets[0] = 0x45;
    model::store<2>(out.octets, 2, octets);
    return out;
  }
  static PacketIn sealed(const PacketOut& out) {
    abi::InDesc desc;
    desc.length = static_cast<std::uint16_t>(out.octets.size());
    desc.cookie = out.status.cookie;
    return {.descriptor = desc.pack(), .octets = out.octets};
  }

  std::unique_ptr<DeviceModel> device_ = make();
};

TEST(DeviceForm, ImpossibleOnesAreRefusedWithTheirMember) {
  const auto error = [](const DeviceForm& form) {
    const auto made = DeviceModel::create(form);
    EXPECT_FALSE(made);
    return made ? std::string() : made.error().text;
  };
  EXPECT_NE(error({.num_sas = 63}).find("num_sas"), std::string::npos);
  EXPECT_NE(error({.num_sas = 32'768}).find("num_sas"), std::string::npos);
  EXPECT_NE(error({.window = 96}).find("window"), std::string::npos);
  EXPECT_NE(error({.engines = 9}).find("engines"), std::string::npos);
  EXPECT_NE(error({.ring_depth = 512}).find("ring_depth"), std::string::npos);
  EXPECT_NE(error({.max_packet = 1'500}).find("max_packet"), std::string::npos);
  EXPECT_NE(error({.period_ps = 0}).find("period_ps"), std::string::npos);
  EXPECT_TRUE(DeviceModel::create({.num_sas = 16'384, .window = 1'024, .profile = Profile::kFull}));
}

TEST_F(Device, SaysWhatItIs) {
  device_ = make({.num_sas = 1'024, .window = 128, .profile = Profile::kFull, .ring_depth = 64, .max_packet = 9'600});
  EXPECT_EQ(read(regs::kCaps0Address), 4U << 24 | 1U << 20 | 1U << 16 | 7U << 8 | 10U);
  EXPECT_EQ(read(regs::kCaps1Address), 9'600U << 16 | 64U);
  EXPECT_EQ(read(regs::kStatusAddress) & (regs::kStatusCoreMask | regs::kStatusCoreRulesMask), 0U);
}

TEST_F(Device, RepeatedAndLateCommandsDoNothing) {
  open_tunnel();
  write(regs::kCmdTargetAddress, kOut | 1U << regs::kCmdTargetGenerationShift);
  const std::uint32_t seq = read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift;
  for (const std::uint32_t wrong : {seq, seq + 2, seq - 1}) {
    write(regs::kCmdGoAddress, wrong << regs::kCmdGoSeqShift | static_cast<std::uint32_t>(abi::Op::kErase));
  }
  EXPECT_EQ(read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift, seq);
  EXPECT_EQ(command(abi::Op::kErase, kOut, 1), abi::CmdCode::kOk);
}

TEST_F(Device, FlipIsNoOperationHere) { EXPECT_EQ(command(abi::Op::kFlip, 1), abi::CmdCode::kBadOp); }

TEST_F(Device, GenerationsPassOverZero) {
  // As many tenants as there are numbers.
  for (int i = 0; i < 65'536; ++i) {
    ASSERT_EQ(command(abi::Op::kReserve, 0), abi::CmdCode::kOk);
    const auto generation = static_cast<std::uint16_t>(read(regs::kCmdResultAddress));
    ASSERT_NE(generation, 0) << i;
    ASSERT_EQ(command(abi::Op::kErase, 0, generation), abi::CmdCode::kOk);
  }
  EXPECT_EQ(read(regs::kCmdResultAddress) & regs::kCmdResultGenerationMask, 1U);
}

TEST_F(Device, PacketsWaitForControlAndWhatIsInsideComesOut) {
  open_tunnel();
  write(regs::kControlAddress, 0);
  device_->push(Direction::kOutbound, plain(1'000));
  device_->push(Direction::kOutbound, plain(1'000));
  EXPECT_FALSE(device_->idle());
  EXPECT_EQ(device_->next_change(), kNever);
  EXPECT_NE(read(regs::kStatusAddress) & regs::kStatusIdleMask, 0U) << "nothing is inside";
  write(regs::kControlAddress, regs::kControlEnableMask);
  device_->advance(1);
  EXPECT_EQ(read(regs::kStatusAddress) & regs::kStatusIdleMask, 0U);
  write(regs::kControlAddress, 0);
  device_->advance(100'000);
  EXPECT_TRUE(device_->pop(Direction::kOutbound));
  EXPECT_FALSE(device_->pop(Direction::kOutbound)) << "the second one never began";
  EXPECT_EQ(device_->in_flight(Direction::kOutbound), 1U);
}

TEST_F(Device, RunEndsWithAPacketOrTheInterrupt) {
  open_tunnel(2);
  EXPECT_EQ(device_->run(500), 500U);
  for (std::uint32_t i = 0; i < 2; ++i) device_->push(Direction::kOutbound, plain(64, i));
  // The second one takes the SA to its hard limit as it is admitted, while the first one is inside.
  EXPECT_LT(device_->run(100'000), 1'000U);
  EXPECT_TRUE(device_->interrupt_pending());
  EXPECT_FALSE(device_->pop(Direction::kOutbound));
  for (int i = 0; i < 2; ++i) {
    EXPECT_LT(device_->run(100'000), 1'000U);
    EXPECT_TRUE(device_->pop(Direction::kOutbound));
  }
  EXPECT_TRUE(device_->idle());
  write(regs::kEvTailAddress, read(regs::kEvHeadAddress));
  EXPECT_FALSE(device_->interrupt_pending());
}

TEST_F(Device, TheLoopbackRefusesWhatItMust) {
  open_tunnel();
  const auto run = [&](std::uint32_t lane) {
    const std::uint32_t seq = (read(regs::kTestStatusAddress) >> regs::kTestStatusSeqShift) + 1;
    write(regs::kTestGoAddress, seq << regs::kTestGoSeqShift | lane << regs::kTestGoLaneShift);
    return read(regs::kTestStatusAddress) & ~regs::kTestStatusSeqMask;
  };
  write(regs::kTestBufferAddress, 0x0100'0200);  // entry 2, generation 1
  EXPECT_EQ(run(0), regs::kTestStatusRefusedMask) << "packets are let in";
  write(regs::kControlAddress, 0);
  EXPECT_EQ(run(1), regs::kTestStatusRefusedMask) << "no such lane";
  write(regs::kTestBufferAddress + 4, 0xF101);  // 497 octets
  EXPECT_EQ(run(0), regs::kTestStatusRefusedMask);
  write(regs::kTestBufferAddress + 4, 0xF001);
  EXPECT_EQ(run(0), 16U << regs::kTestStatusOctetsShift) << "a status, and no packet";
}

TEST_F(Device, KeysAreGoneFromTheSlotWithTheCommit) {
  open_tunnel();
  EXPECT_EQ(command(abi::Op::kErase, kOut, 1), abi::CmdCode::kOk);
  EXPECT_EQ(command(abi::Op::kCommit, kOut), abi::CmdCode::kBadImage) << "the slot is zero";
  EXPECT_EQ(read(regs::kStagingAddress), 0U);
}

// The cost of it in the processor; a figure for the log.
TEST_F(Device, PacketsASecond) {
  open_tunnel();
  constexpr int kPackets = 20'000;
  for (const std::size_t octets : {64U, 1'400U}) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kPackets; ++i) {
      device_->push(Direction::kOutbound, plain(octets));
      device_->run(100'000);
      const auto esp = device_->pop(Direction::kOutbound);
      ASSERT_TRUE(esp);
      device_->push(Direction::kInbound, sealed(*esp));
      device_->run(100'000);
      const auto opened = device_->pop(Direction::kInbound);
      ASSERT_TRUE(opened);
      ASSERT_EQ(static_cast<abi::Verdict>(opened->status.verdict), abi::Verdict::kOk);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%zu octets: %.0f packets/s, sealed and opened by turns\n", octets, 2 * kPackets / seconds);
  }
  const auto begin = std::chrono::steady_clock::now();
  constexpr int kReads = 1'000'000;
  for (int i = 0; i < kReads; ++i) ASSERT_TRUE(device_->read32(regs::kEvHeadAddress));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%.1f million register reads/s\n", kReads / seconds / 1e6);
}

}  // namespace
}  // namespace sallyport::tlm
