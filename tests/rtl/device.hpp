// The accelerator's register side for tests: commands, staging, snapshots, counters, events. No driver in between, so
// that a fault of the driver cannot hide one of the hardware.
#pragma once

#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/abi.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::test {

/// SNAP registers after the operation snapshot.
struct Snapshot {
  std::uint64_t seq, octets, packets, icv_fail, fw;
  std::uint32_t spi;
  std::uint16_t generation;
  abi::EntryState state;
  abi::DeadReason dead;
  std::uint8_t raised;
};

/// One accelerator, seen through its registers. Bus errors end the test program: nothing after them means anything.
class Device {
 public:
  explicit Device(sim::Accelerator& accelerator);

  model::CommandResult command(abi::Op op, std::uint32_t index, std::uint16_t generation, std::uint32_t arg1 = 0,
                               std::uint32_t arg2 = 0);
  /// Writes the image to staging slot 0 and commits it.
  model::CommandResult commit(std::uint32_t index, std::uint16_t generation, model::ImageView image);
  Snapshot snapshot(std::uint32_t index);
  std::uint64_t counter(Direction direction, abi::Verdict verdict);
  /// Takes all events that wait in the ring.
  std::vector<abi::EventRecord> take_events();

  std::uint32_t read(std::uint32_t address);
  void write(std::uint32_t address, std::uint32_t value);
  sim::Accelerator& accelerator() { return accelerator_; }

 private:
  std::uint64_t read64(std::uint32_t low_address);

  sim::Accelerator& accelerator_;
  std::uint32_t ring_depth_;
  std::uint32_t tail_ = 0;
};

}  // namespace sallyport::test
