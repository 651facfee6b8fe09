#include "twins.hpp"

#include <cstdio>
#include <cstdlib>

#include "sallyport/regs.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {

namespace {

constexpr std::uint64_t kManyClocks = 1'000'000;
constexpr std::uint64_t kEventClocks = 200;

std::unique_ptr<sim::Accelerator> make(sim::Machine machine, std::uint64_t seed) {
  sim::AcceleratorOptions options;
  options.machine = machine;
  options.profile = profile_under_test();
  options.seed = seed;
  auto made = sim::Accelerator::create(options);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().text.c_str());
    std::abort();
  }
  return std::move(made).value();
}

}  // namespace

Twins::Twins(std::uint64_t seed)
    : traffic_(seed, 64),
      rtl_(make(sim::Machine::kRtl, seed)),
      tlm_(make(sim::Machine::kTlm, seed)),
      rtl_device_(*rtl_),
      tlm_device_(*tlm_) {}

std::uint32_t Twins::read(std::uint32_t address) {
  constexpr std::uint32_t kOfTheCore = regs::kStatusCoreMask | regs::kStatusCoreRulesMask;
  const std::uint32_t hidden = address == regs::kStatusAddress ? kOfTheCore : 0;
  const auto rtl = rtl_->read32(address);
  const auto tlm = tlm_->read32(address);
  EXPECT_EQ(rtl.ok(), tlm.ok()) << "read at " << address;
  if (!rtl || !tlm) return 0;
  EXPECT_EQ(*rtl & ~hidden, *tlm & ~hidden) << "register at " << address;
  return *tlm & ~hidden;
}

void Twins::write(std::uint32_t address, std::uint32_t value) {
  EXPECT_EQ(rtl_->write32(address, value).ok(), tlm_->write32(address, value).ok()) << "write at " << address;
}

void Twins::compare_registers() {
  for (const std::uint32_t address :
       {regs::kStatusAddress, regs::kControlAddress, regs::kCmdTargetAddress, regs::kCmdArg1Address,
        regs::kCmdArg2Address, regs::kCmdGoAddress, regs::kCmdStatusAddress, regs::kCmdResultAddress,
        regs::kEvTailAddress, regs::kEvLateAddress, regs::kEccCorrectedAddress, regs::kEccFatalAddress}) {
    read(address);
  }
  const std::uint32_t head = read(regs::kEvHeadAddress);
  constexpr std::uint32_t kRecords = 256;
  constexpr std::uint32_t kWords = 6;  // and two of time
  for (; head_ != head; ++head_) {
    for (std::uint32_t w = 0; w < kWords; ++w) read(regs::kRingAddress + head_ % kRecords * 32 + 4 * w);
  }
}

void Twins::compare_snapshot(std::uint32_t index) {
  command(abi::Op::kSnapshot, index, 0);
  for (std::uint32_t at = regs::kSnapSeqLoAddress; at <= regs::kSnapInfoAddress; at += 4) read(at);
}

void Twins::compare_counters() {
  // Numbers of verdicts and some that are none.
  constexpr std::uint32_t kNumbers = 128;
  for (std::uint32_t which = 0; which < kNumbers; ++which) {
    command(abi::Op::kCounter, 0, 0, which);
    read(regs::kSnapCounterLoAddress);
    read(regs::kSnapCounterHiAddress);
  }
}

abi::CmdCode Twins::command(abi::Op op, std::uint32_t index, std::uint16_t generation, std::uint32_t arg1,
                            std::uint32_t arg2) {
  const auto rtl = rtl_device_.command(op, index, generation, arg1, arg2);
  const auto tlm = tlm_device_.command(op, index, generation, arg1, arg2);
  EXPECT_EQ(rtl.code, tlm.code) << "operation " << static_cast<unsigned>(op) << " on " << index << ": "
                                << abi::name(rtl.code) << ", model " << abi::name(tlm.code);
  EXPECT_EQ(rtl.generation, tlm.generation) << static_cast<unsigned>(op);
  EXPECT_EQ(rtl.state, tlm.state) << static_cast<unsigned>(op);
  EXPECT_EQ(rtl.dead, tlm.dead) << static_cast<unsigned>(op);
  return tlm.code;
}

void Twins::stage(unsigned slot, model::ImageView image) {
  for (std::uint32_t w = 0; w < image.size(); ++w) {
    const std::uint32_t at = regs::kStagingAddress + 8 * (slot * abi::kSlotWords + w);
    write(at, static_cast<std::uint32_t>(image[w]));
    write(at + 4, static_cast<std::uint32_t>(image[w] >> 32U));
  }
}

abi::CmdCode Twins::install(TestSa sa) {
  const auto slot = static_cast<unsigned>(traffic_.below(abi::kStagingSlots));
  stage(slot, model::encode_image(sa.config, sa.secret));
  const std::uint32_t index = sa.index;
  const abi::CmdCode code = command(abi::Op::kCommit, index, generation(index), slot);
  if (code != abi::CmdCode::kOk) return code;
  sa.generation = generation(index);
  sas_[index] = std::move(sa);
  return code;
}

std::uint16_t Twins::generation(std::uint32_t index) {
  command(abi::Op::kSnapshot, index, 0);
  return static_cast<std::uint16_t>(read(regs::kSnapInfoAddress) & regs::kSnapInfoGenerationMask);
}

void Twins::take_events(std::uint32_t tail) {
  write(regs::kEvTailAddress, tail);
  settle();
}

PacketOut Twins::through(sim::Accelerator& accelerator, Direction direction, const PacketIn& packet) {
  accelerator.push(direction, packet);
  for (std::uint64_t clocks = 0; clocks < kManyClocks;) {
    clocks += accelerator.run(1'000);
    auto out = accelerator.pop(direction);
    if (!out) continue;
    // Its event is in the ring a moment later; of a packet that was refused early the rest is still on its way.
    accelerator.run(kEventClocks);
    for (; !accelerator.idle() && clocks < kManyClocks; clocks += kEventClocks) accelerator.run(kEventClocks);
    return std::move(*out);
  }
  ADD_FAILURE() << "no status came out";
  return {};
}

std::vector<std::uint8_t> Twins::packet(Direction direction, const PacketIn& packet) {
  PacketOut rtl = through(*rtl_, direction, packet);
  const PacketOut tlm = through(*tlm_, direction, packet);
  EXPECT_EQ(rtl.status.pack(), tlm.status.pack())
      << abi::name(static_cast<abi::Verdict>(rtl.status.verdict)) << ", model "
      << abi::name(static_cast<abi::Verdict>(tlm.status.verdict));
  EXPECT_EQ(rtl.octets, tlm.octets);
  ++packets_;
  return std::move(rtl.octets);
}

std::vector<std::uint8_t> Twins::loop(Device& device, Direction direction, const PacketIn& packet) {
  std::vector<std::uint8_t> octets(packet.descriptor.begin(), packet.descriptor.end());
  octets.insert(octets.end(), packet.octets.begin(), packet.octets.end());
  octets.resize(regs::kTestBufferOctets);
  for (std::uint32_t at = 0; at < octets.size(); at += 4) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(octets[at + i]) << 8 * i;
    device.write(regs::kTestBufferAddress + at, word);
  }
  const std::uint32_t seq = (device.read(regs::kTestStatusAddress) >> regs::kTestStatusSeqShift) + 1;
  device.write(regs::kTestGoAddress, seq << regs::kTestGoSeqShift | (direction == Direction::kInbound ? 1U : 0U));
  std::uint32_t status = regs::kTestStatusBusyMask;
  for (int polls = 0; (status & regs::kTestStatusBusyMask) != 0; ++polls) {
    if (polls > 10'000) {
      ADD_FAILURE() << "the loopback's run does not end";
      return {};
    }
    status = device.read(regs::kTestStatusAddress);
  }
  device.accelerator().run(kEventClocks);
  const std::uint32_t length = (status & regs::kTestStatusOctetsMask) >> regs::kTestStatusOctetsShift;
  std::vector<std::uint8_t> out;
  for (std::uint32_t at = 0; at < length; at += 4) {
    const std::uint32_t word = device.read(regs::kTestBufferAddress + at);
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(word >> 8 * i));
  }
  out.resize(length);
  return out;
}

void Twins::loopback(Direction direction, const PacketIn& packet) {
  const std::uint32_t control = read(regs::kControlAddress);
  write(regs::kControlAddress, control & ~regs::kControlEnableMask);
  EXPECT_EQ(loop(rtl_device_, direction, packet), loop(tlm_device_, direction, packet));
  read(regs::kTestStatusAddress);
  write(regs::kControlAddress, control);
}

void Twins::settle() {
  // A pass over 64 entries, twice, and what is told on the way.
  constexpr std::uint64_t kPass = 8'000;
  for (sim::Accelerator* accelerator : {rtl_.get(), tlm_.get()}) {
    std::uint64_t clocks = 0;
    while (clocks < kPass) clocks += accelerator->run(kPass - clocks);
  }
}

}  // namespace sallyport::test
