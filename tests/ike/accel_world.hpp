#pragma once
/// @file
/// Two Sallyports in one simulated time: agents, accelerators with their firmware, real ESP between them, and a network
/// that loses, delays, doubles and reorders IKE and ESP alike. One seed gives one run.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accel/accelerator.hpp"
#include "pair_world.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/ike/driver_backend.hpp"

namespace sallyport::ike::testing {

/// Of one end's sending: what became of each packet.
struct EspCounts {
  std::uint64_t sent = 0;       ///< Plain packets.
  std::uint64_t delivered = 0;  ///< Came out at the other end as they were.
  std::uint64_t again = 0;      ///< Came a second time and were recognised.
  std::uint64_t lost_on_link = 0;
  std::uint64_t no_sa_here = 0;   ///< Nothing to go out on.
  std::uint64_t over_hard = 0;    ///< Refused by the sender's hardware: the hard limit.
  std::uint64_t no_sa_there = 0;  ///< The receiver had no SA for it, or no more one that takes it.
  std::uint64_t other = 0;        ///< Any other verdict, or other octets than were sent.
};

class AccelEnd {
 public:
  AccelEnd(const AgentConfig& config, std::uint64_t seed, const sim::AcceleratorOptions& options,
           std::uint16_t reserve);

  SeededRandom random;
  std::unique_ptr<sim::Accelerator> accelerator;
  std::unique_ptr<HostedFirmware> firmware;
  std::optional<Device> device;
  std::optional<EventQueue> queue;
  std::optional<DriverBackend> backend;
  std::optional<Agent> agent;
  std::vector<AgentEvent> events;
  EspCounts packets;
  std::vector<std::string> missing;  ///< The first packets of this end for which there was no SA.

  [[nodiscard]] std::size_t count(AgentEventKind kind) const;
  [[nodiscard]] std::string log() const;
  /// Entries that are not free.
  [[nodiscard]] unsigned entries_in_use();
  /// The next time at which the firmware has something to do.
  [[nodiscard]] TimeNs next_deadline() const;
};

/// Traffic of one end: `burst` packets `interval` apart, then nothing for `pause`.
struct TrafficTerms {
  TimeNs interval = 0;  ///< 0: none.
  std::size_t octets = 1'000;
  unsigned burst = 0;  ///< 0: without end.
  TimeNs pause = 0;
};

class AccelWorld {
 public:
  struct Terms {
    std::uint64_t seed = 1;
    NetworkTerms network;
    sim::AcceleratorOptions accelerator;
    std::uint16_t reserve = 6;
    IpAddress inner_a = *IpAddress::parse("10.1.0.1");  ///< Of the packets, IPv4.
    IpAddress inner_b = *IpAddress::parse("10.2.0.1");
    AgentConfig a;
    AgentConfig b;
  };
  explicit AccelWorld(const Terms& terms);

  AccelEnd a;
  AccelEnd b;
  TimeNs now = 0;
  NetworkTerms network;

  Result<void> load(const ConnectionConfig& for_a, const ConnectionConfig& for_b);
  void run_until(TimeNs end, const std::function<bool()>& done = {});
  void run_for(TimeNs time) { run_until(now + time); }
  void traffic(AccelEnd& from, const TrafficTerms& terms);

 private:
  struct Arrival {
    bool to_b = false;
    std::optional<UdpMessage> message;
    std::vector<std::uint8_t> esp;
    std::uint64_t number = 0;
  };
  struct Source {
    TrafficTerms terms;
    TimeNs next = kNever;
    unsigned left = 0;
  };
  AccelEnd& other(AccelEnd& end) { return &end == &a ? b : a; }
  // Device time follows the world's.
  void catch_up(AccelEnd& end) const;
  // What the firmware tells and the agent answers.
  void hear(AccelEnd& end);
  void collect(AccelEnd& end);
  void put_on_link(Arrival arrival);
  void arrive(Arrival& arrival);
  void send_packet(AccelEnd& from, std::size_t octets);
  void note_missing(AccelEnd& end, const std::string& what) const;
  [[nodiscard]] std::vector<std::uint8_t> plain_packet(bool from_a, std::uint64_t number, std::size_t octets) const;
  static std::optional<PacketOut> pass(AccelEnd& end, Direction direction, PacketIn packet);

  SeededRandom random_;
  IpAddress inner_a_;
  IpAddress inner_b_;
  std::multimap<TimeNs, Arrival> link_;
  std::map<AccelEnd*, Source> sources_;
  std::map<AccelEnd*, TimeNs> device_start_;
  std::uint64_t number_ = 0;
};

}  // namespace sallyport::ike::testing
