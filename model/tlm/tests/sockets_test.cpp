// The TLM-2.0 module by its sockets: what it refuses, what things cost, packets both ways, a driver at its registers.
//
// SystemC elaborates once, so all tests share one world, built in sc_main.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "driver_bench.hpp"
#include "raw_bench.hpp"
#include "sallyport/regs.hpp"
#include "sallyport/tlm/tlm_accelerator.hpp"

namespace sallyport::tlm::test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using sc_core::SC_ZERO_TIME;

RawBench* raw = nullptr;
DriverBench* driven = nullptr;

constexpr std::uint32_t kMagic = 0x534C5950;

TEST(Registers, AnAccessHasItsCost) {
  Access read{.address = regs::kIdAddress};
  // Time that an access before this one took from the device has passed for this caller too.
  raw->send(read);
  ASSERT_EQ(read.status, ::tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read.word(), kMagic);
  const sc_time before = read.delay;
  raw->send(read);
  EXPECT_EQ(read.delay - before, sc_time(4 * 10, SC_NS)) << "four clocks of 10 ns";
  Access early{.address = regs::kIdAddress};
  raw->send(early);
  EXPECT_EQ(early.delay, read.delay + sc_time(40, SC_NS)) << "who comes early waits for the device";
  Access late{.address = regs::kIdAddress, .delay = sc_time(1, SC_US) + early.delay};
  raw->send(late);
  EXPECT_EQ(late.delay, sc_time(1'040, SC_NS) + early.delay);
}

TEST(Registers, BadAccessesAreAnsweredForWhatTheyAre) {
  const auto status = [](Access access) {
    raw->send(access);
    return access.status;
  };
  for (const std::uint64_t address :
       {0x38ULL, 0x94ULL, 0x1000ULL, 0x3000ULL, 0x6000ULL, 0x1'0000ULL, 0x1'0000'0000ULL}) {
    EXPECT_EQ(status({.address = address}), ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
    EXPECT_EQ(status({.address = address, .write = true}), ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
  }
  for (const std::uint64_t address : {1ULL, 2ULL, 3ULL, 0x8002ULL}) {
    EXPECT_EQ(status({.address = address}), ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << "not aligned: " << address;
  }
  for (const std::size_t octets : {1U, 2U, 3U, 5U, 8U, 64U}) {
    EXPECT_EQ(status({.data = Octets(octets)}), ::tlm::TLM_BURST_ERROR_RESPONSE) << octets;
  }
  EXPECT_EQ(status({.streaming = 2}), ::tlm::TLM_BURST_ERROR_RESPONSE) << "the same two octets over and over";
  EXPECT_EQ(status({.ignore = true}), ::tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST(Registers, ByteEnablesChooseTheOctetsOfAWrite) {
  const std::uint32_t at = regs::kCmdTargetAddress;
  raw->write(at, 0x11223344);
  Access some{.address = at, .write = true, .data = {0xAA, 0xBB, 0xCC, 0xDD}, .enables = {0xFF, 0, 0, 0xFF}};
  raw->send(some);
  ASSERT_EQ(some.status, ::tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(raw->read(at), 0xDD2233AA);
  // A number that is not written starts nothing.
  Access op_only{.address = regs::kCmdGoAddress, .write = true, .data = {0, 0, 1, 0}, .enables = {0xFF, 0xFF, 0, 0}};
  raw->send(op_only);
  EXPECT_EQ(op_only.status, ::tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(raw->read(regs::kCmdStatusAddress), 0U);

  const auto refused = [](bool write, Octets enables) {
    Access access{.address = regs::kCmdTargetAddress, .write = write, .enables = std::move(enables)};
    raw->send(access);
    return access.status == ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  };
  EXPECT_TRUE(refused(true, {0xFF, 0xFF}));
  EXPECT_TRUE(refused(true, {0xFF, 0x0F, 0, 0}));
  EXPECT_TRUE(refused(false, {0xFF, 0xFF, 0, 0}));
  EXPECT_FALSE(refused(false, {0xFF, 0xFF, 0xFF, 0xFF}));
}

TEST(Registers, DebugReadsWordsAndTakesNoTime) {
  const std::uint64_t clock = raw->device().clock();
  Access words{.address = regs::kIdAddress, .data = Octets(12)};
  EXPECT_EQ(raw->debug(words), 12U);
  EXPECT_EQ(words.word(), kMagic);
  Access to_the_end{.address = regs::kCmdResultAddress, .data = Octets(12)};
  EXPECT_EQ(raw->debug(to_the_end), 4U) << "there is nothing behind it";
  Access odd{.address = 2};
  EXPECT_EQ(raw->debug(odd), 0U);
  raw->write(regs::kStagingAddress, 0x5EC2E7);
  Access key{.address = regs::kStagingAddress, .data = {1, 1, 1, 1}};
  EXPECT_EQ(raw->debug(key), 4U);
  EXPECT_EQ(key.word(), 0U) << "nothing staged is read back (G5)";
  Access write{.address = regs::kControlAddress, .write = true, .data = {1, 0, 0, 0}};
  EXPECT_EQ(raw->debug(write), 0U);
  EXPECT_EQ(raw->device().clock(), clock + 4) << "the write of the staged word, and nothing else";
  EXPECT_EQ(raw->read(regs::kControlAddress), 0U);
}

TEST(Packets, BadOnesAreAnsweredForWhatTheyAre) {
  const auto status = [](Access access) {
    raw->send_packet(access);
    return access.status;
  };
  const Octets descriptor(16);
  EXPECT_EQ(status({.write = true, .data = Octets(15)}), ::tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(status({.write = true, .data = Octets(16 + 65'536)}), ::tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(status({.write = false, .data = descriptor}), ::tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(status({.address = 1, .write = true, .data = descriptor}), ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << "lane 1";
  EXPECT_EQ(status({.write = true, .data = descriptor, .enables = Octets(16, 0xFF)}),
            ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
}

TEST(Packets, ComeOutAtTheirTimeAndWhileNothingHappensNothingIsScheduled) {
  raw->settle();
  EXPECT_FALSE(sc_core::sc_pending_activity());
  // Not let in yet.
  abi::OutDesc desc;
  desc.index = 3;
  desc.length = 28;
  desc.next_header = 4;
  desc.flags = 1;
  desc.cookie = 77;
  const auto head = desc.pack();
  Access packet{.write = true, .data = Octets(head.begin(), head.end())};
  packet.data.resize(16 + 28);
  packet.data[16] = 0x45;
  packet.data[16 + 3] = 28;
  raw->send_packet(packet);
  EXPECT_EQ(packet.status, ::tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(packet.delay, sc_time(2 * 10, SC_NS)) << "two beats";
  sc_core::sc_start(1, SC_US);
  EXPECT_TRUE(raw->received().empty());
  EXPECT_FALSE(sc_core::sc_pending_activity()) << "it waits for CONTROL, and costs nothing";

  raw->write(regs::kControlAddress, regs::kControlEnableMask);
  const sc_time begin = sc_core::sc_time_stamp() + sc_time(40, SC_NS);
  sc_core::sc_start(10, SC_US);
  ASSERT_EQ(raw->received().size(), 1U);
  const RawBench::Received& got = raw->received()[0];
  EXPECT_EQ(got.status.cookie, 77U);
  EXPECT_EQ(static_cast<abi::Verdict>(got.status.verdict), abi::Verdict::kStaleGeneration);
  EXPECT_TRUE(got.packet.empty());
  EXPECT_EQ(got.time, begin + sc_time((2 + 28) * 10, SC_NS)) << "a packet that is dropped: its beats and 28 clocks";
  EXPECT_FALSE(sc_core::sc_pending_activity());
}

// The driver, its firmware hosted, in an SC_THREAD over the register socket; packets by the others.
TEST(Driver, SealsOpensAndHearsOfTheSoftLimit) {
  driven->go();
  for (int ms = 0; ms < 1'000 && !driven->done(); ++ms) sc_core::sc_start(1, sc_core::SC_MS);
  ASSERT_TRUE(driven->done());
  EXPECT_EQ(driven->error(), "");
  EXPECT_EQ(driven->identical(), DriverBench::kPackets);
  EXPECT_GT(driven->events(), 0U);
  EXPECT_GT(driven->interrupts(), 0U);
  EXPECT_EQ(driven->refused_outputs(), 0U);
}

}  // namespace
}  // namespace sallyport::tlm::test

int sc_main(int argc, char** argv) {
  using namespace sallyport::tlm::test;
  testing::InitGoogleTest(&argc, argv);
  ::tlm::tlm_global_quantum::instance().set(sc_core::sc_time(1, sc_core::SC_US));
  RawBench raw_bench("raw");
  DriverBench driver_bench("driven");
  raw = &raw_bench;
  driven = &driver_bench;
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  return RUN_ALL_TESTS();
}

// SystemC's entry, not GoogleTest's.
int main(int argc, char** argv) { return sc_core::sc_elab_and_sim(argc, argv); }
