#pragma once
/// @file
/// An accelerator with many SA pairs whose halves face each other, and packets for them: what the data path is measured
/// with. Registers only, no firmware.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

/// Ends the program: a figure of a broken run is worth nothing.
[[noreturn]] void give_up(const std::string& what);

/// Inner packets of a measurement, in the order of sending: sizes in octets, used over and over.
struct Mix {
  std::string name;  ///< E.g. "64" or "IMIX".
  std::vector<std::uint16_t> sizes;
  [[nodiscard]] double mean_octets() const;
  /// Octets of the ESP packets.
  [[nodiscard]] double mean_esp_octets() const;
  /// Beats of the ESP packets (tunnel mode, IPv4), a packet, on average: the limit of the bus.
  [[nodiscard]] double mean_beats() const;
  /// Beats of the ESP packets number `first` to `end` - 1.
  [[nodiscard]] std::uint64_t beats(std::uint64_t first, std::uint64_t end) const;
  /// Cipher blocks, E(J0) included, a packet, on average: the limit of a cipher that does one a clock.
  [[nodiscard]] double mean_blocks() const;
};

/// 64, 128, 256, 576, 1500, 9000 and IMIX (7 x 64, 4 x 570, 1 x 1518, spread).
std::vector<Mix> all_mixes();

/// Octets of the ESP packet (tunnel mode, IPv4) around an inner packet.
std::uint32_t esp_octets(std::uint32_t inner);

class DatapathDevice {
 public:
  /// Takes a booted accelerator and fills half of its table with outbound SAs, half with inbound ones, but for one
  /// pair. Pair p belongs to lane p modulo the number of lanes.
  DatapathDevice(std::unique_ptr<Accelerator> accelerator, unsigned key_bits);

  Accelerator& accelerator() { return *accelerator_; }
  [[nodiscard]] unsigned pairs() const { return pairs_; }

  /// `count` packets a lane, every one for another SA than the one before.
  std::vector<PacketIn> plain(const Mix& mix, std::size_t count);
  /// Pushes packets in both directions at once and runs until all have come out. A packet that is dropped, or a run
  /// that hangs, ends the program.
  struct Outcome {
    std::vector<PacketOut> esp;
    std::vector<PacketOut> plain;
    /// Beats a clock on the ESP side, outbound and inbound, of all lanes, that the packets which left stand for, while
    /// every lane was busy both ways: from the end of one packet to the end of another, so that neither what stands in
    /// buffers nor the last packets' haste counts. 0 when nothing was measured: one direction only, or too few packets.
    double esp_beats = 0;
    double plain_beats = 0;
  };
  Outcome run(const Mix& mix, std::vector<PacketIn> plain, std::vector<PacketIn> esp);
  /// Both directions at work: packets outbound first, then as many again while those come back in. So many that a lane
  /// moves `least_beats` beats of ESP or more each way, and 60 packets or more.
  Outcome both_ways(const Mix& mix, double least_beats);
  /// ESP packets as they came out, to be taken in.
  static std::vector<PacketIn> turn_around(std::vector<PacketOut> esp);

  /// Clocks from the last beat in of an outbound packet that reaches its SA's soft limit to the interrupt that says so.
  std::uint64_t event_latency();

 private:
  /// Meters of every lane, outbound first; false when a lane has not begun, or has given `most` packets.
  [[nodiscard]] bool busy(std::vector<StreamMeter>& now, std::uint64_t most) const;
  void install(unsigned pair, std::uint64_t soft_packets);
  PacketIn packet(unsigned pair, std::uint16_t octets);

  std::unique_ptr<Accelerator> accelerator_;
  unsigned key_bits_;
  unsigned pairs_;
  std::vector<std::uint16_t> generations_;  ///< Of the outbound halves.
};

}  // namespace sallyport::sim
