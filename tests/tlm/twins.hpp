#pragma once
/// @file
/// The Verilated accelerator and the TLM model side by side: what is done to one is done to the other, and every answer
/// is compared. Times are not: CMD_STATUS.busy, clocks, time stamps.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "accel/accelerator.hpp"
#include "device.hpp"
#include "traffic.hpp"

namespace sallyport::test {

class Twins {
 public:
  /// Both have 64 entries and the profile under test; packets are let in.
  explicit Twins(std::uint64_t seed);

  Traffic& traffic() { return traffic_; }

  // ---- registers
  /// A read of both. Bits that differ by nature are 0: the management core of STATUS.
  std::uint32_t read(std::uint32_t address);
  void write(std::uint32_t address, std::uint32_t value);
  /// Every register that one access compares: command, events, control. And the new records of the ring.
  void compare_registers();
  void compare_snapshot(std::uint32_t index);
  void compare_counters();

  // ---- commands
  abi::CmdCode command(abi::Op op, std::uint32_t index, std::uint16_t generation, std::uint32_t arg1 = 0,
                       std::uint32_t arg2 = 0);
  void stage(unsigned slot, model::ImageView image);
  /// Stages and commits; the SA is at its index from then on, if it was taken.
  abi::CmdCode install(TestSa sa);
  /// The SA that was last installed in an entry, if any.
  std::optional<TestSa>& sa(std::uint32_t index) { return sas_[index]; }
  /// The entry's generation, by a snapshot.
  std::uint16_t generation(std::uint32_t index);
  void take_events(std::uint32_t tail);

  // ---- packets
  /// Through both, and out of both; gives what came out.
  std::vector<std::uint8_t> packet(Direction direction, const PacketIn& packet);
  /// Through the loopback of both; CONTROL is as before afterwards.
  void loopback(Direction direction, const PacketIn& packet);
  /// Lets both do what they do by themselves: late events take their time in the RTL.
  void settle();

  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint32_t events() const { return head_; }
  sim::Accelerator& rtl() { return *rtl_; }
  sim::Accelerator& tlm() { return *tlm_; }

 private:
  PacketOut through(sim::Accelerator& accelerator, Direction direction, const PacketIn& packet);
  std::vector<std::uint8_t> loop(Device& device, Direction direction, const PacketIn& packet);

  Traffic traffic_;
  std::unique_ptr<sim::Accelerator> rtl_, tlm_;
  Device rtl_device_, tlm_device_;
  std::array<std::optional<TestSa>, 64> sas_;
  std::uint32_t head_ = 0;
  std::uint64_t packets_ = 0;
};

}  // namespace sallyport::test
