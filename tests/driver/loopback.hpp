#pragma once
/// @file
/// One Verilated accelerator that talks to itself: what its outbound side makes, its inbound side opens. Its firmware
/// runs on the management core or on the host (firmware_under_test.hpp).
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/firmware_port.hpp"
#include "sallyport/packet.hpp"

namespace sallyport::test {

using Packet = std::vector<std::uint8_t>;

/// Opened, nothing in the table; 64 entries unless asked otherwise.
class Loopback : public ::testing::Test {
 protected:
  explicit Loopback(sim::Variant variant = sim::Variant::k64Sas) : variant_(variant) {}
  void SetUp() override;

  static SaConfig half(Direction direction, std::uint8_t key_octet);
  static InstallOptions options(std::uint16_t owner);
  /// For the rekey of a pair of owner 1.
  static InstallOptions rekey_of(const SaPair& old, abi::Pool pool = abi::Pool::kRekey);
  /// An SA pair of owner 1 whose outbound half sends to its own inbound half. 0 = no limit.
  SaPair install(std::uint64_t hard_octets = 0, std::uint64_t hard_packets = 0, std::uint8_t key_octet = 1) {
    return install(options(1), hard_octets, hard_packets, key_octet);
  }
  SaPair install(const InstallOptions& with, std::uint64_t hard_octets, std::uint64_t hard_packets,
                 std::uint8_t key_octet);
  /// A UDP packet of `octets` octets.
  static Packet ipv4_packet(std::size_t octets, std::uint8_t seed = 0);

  /// Runs until a status comes out in this direction.
  PacketOut pass(Direction direction, PacketIn packet);
  PacketOut seal(SaRef sa, const Packet& packet, SaMode mode = SaMode::kTunnel);
  PacketOut open(const Packet& esp);
  static abi::Verdict verdict(const PacketOut& out) { return static_cast<abi::Verdict>(out.status.verdict); }
  /// Seals and opens; the packet must come back as it was.
  void round_trip(const SaPair& pair, const Packet& packet, SaMode mode = SaMode::kTunnel);

  /// A new session with the firmware.
  void open_device();
  /// The firmware starts again, on the table as it is.
  void restart_firmware();
  /// Lets device time pass and the firmware do what is due.
  void wait_ns(std::uint64_t ns);
  /// Events since the last call.
  std::vector<SaEvent> events();
  unsigned entries(abi::EntryState state);
  abi::EntryState state(SaIndex index) { return device_->query(index)->state; }

  std::unique_ptr<sim::Accelerator> accelerator_;
  std::unique_ptr<FirmwarePort> firmware_;
  std::optional<Device> device_;
  std::optional<EventQueue> queue_;
  std::vector<EntryTransition> transitions_;

 private:
  sim::Variant variant_;
  std::uint32_t cookie_ = 0;
};

}  // namespace sallyport::test
