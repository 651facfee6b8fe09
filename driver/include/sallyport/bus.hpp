#pragma once
/// @file
/// The two ways to the accelerator: registers and packets. A transport (simulation now; Etherbone, UIO and PCI later)
/// implements both; everything above is the same for silicon and simulation.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sallyport/abi.hpp"
#include "sallyport/result.hpp"

namespace sallyport {

/// How events reach the host over a transport; stands in every report.
enum class EventDelivery : std::uint8_t { kInterrupt, kNumberedStream, kPollingOnly };

/// Register access. Calls block until the device has answered; one thread at a time. Addresses are byte offsets from
/// the start of the register block, multiples of 4, below 64 KiB (regs.hpp).
class Bus {
 public:
  virtual ~Bus() = default;
  virtual Result<std::uint32_t> read32(std::uint32_t address) = 0;
  virtual Result<void> write32(std::uint32_t address, std::uint32_t value) = 0;
  [[nodiscard]] virtual EventDelivery event_delivery() const = 0;
  /// Level of the device's interrupt line as last seen; costs no bus access.
  [[nodiscard]] virtual bool interrupt_pending() const = 0;
  /// Device time base in ns.
  [[nodiscard]] virtual std::uint64_t now_ns() const = 0;
};

/// Which half of the accelerator a packet takes.
enum class Direction : std::uint8_t { kOutbound = 0, kInbound = 1 };

/// A packet on its way in: descriptor (already packed, ABI octet order) and octets.
struct PacketIn {
  std::array<std::uint8_t, 16> descriptor{};
  std::vector<std::uint8_t> octets;
  unsigned lane = 0;  ///< Which lane takes it; a number above the device's last lane means that one.
};

/// What came of one: status descriptor, and the packet if its verdict is ok.
struct PacketOut {
  abi::StatusDesc status;
  std::vector<std::uint8_t> octets;
  unsigned lane = 0;  ///< Which lane it came out of: the one that took it in.
};

/// Packet streams, a queue each way, direction and lane. push never blocks; queues keep order within a lane.
class PacketPort {
 public:
  virtual ~PacketPort() = default;
  /// Lanes of the device; 1 and more.
  [[nodiscard]] virtual unsigned lanes() const { return 1; }
  virtual void push(Direction direction, PacketIn packet) = 0;
  /// The next status (with its packet) that has come out, if any.
  virtual std::optional<PacketOut> pop(Direction direction) = 0;
  /// Packets pushed and not yet answered by a status.
  [[nodiscard]] virtual std::size_t in_flight(Direction direction) const = 0;
};

}  // namespace sallyport
