#pragma once
/// @file
/// Two agents and a network between them, from one seed. Loss, delay, doubling and reordering of IKE and of ESP
/// packets.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recording_backend.hpp"
#include "sallyport/ike/agent.hpp"

namespace sallyport::ike::testing {

struct NetworkTerms {
  TimeNs delay = 5 * kMillisecond;  ///< One way.
  TimeNs jitter = 0;                ///< Uniform, added: packets overtake each other.
  unsigned loss = 0;                ///< Of each packet, in 1/1,000.
  unsigned doubled = 0;             ///< In 1/1,000.
};

struct PacketCounts {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost_on_link = 0;
  std::uint64_t no_sa = 0;  ///< Arrived at an end that had no SA for it: lost traffic.
  std::uint64_t nothing_to_send_on = 0;
  std::uint64_t wrong_key = 0;
  std::uint64_t past_hard = 0;  ///< Dropped by the sender because H would be passed.
};

/// One end.
struct End {
  End(const AgentConfig& config, std::uint64_t seed, std::size_t pairs, std::size_t reserve)
      : random(seed), backend(seed ^ 0x5A11, pairs, reserve), agent(config, backend, random) {}
  SeededRandom random;
  RecordingBackend backend;
  Agent agent;
  std::vector<AgentEvent> events;
  PacketCounts packets;  ///< Of this end's sending.

  [[nodiscard]] std::size_t count(AgentEventKind kind) const;
  [[nodiscard]] std::string log() const;
};

class PairWorld {
 public:
  struct Terms {
    std::uint64_t seed = 1;
    NetworkTerms network;
    std::size_t pairs = 64;
    std::size_t reserve = 8;
    TimeNs guard = 50 * kMillisecond;  ///< A retired pair drains so long.
    AgentConfig a;
    AgentConfig b;
  };
  explicit PairWorld(const Terms& terms);

  End a;
  End b;
  TimeNs now = 0;

  /// Both connections, "a" of A and "b" of B, told about each other.
  Result<void> load(const ConnectionConfig& for_a, const ConnectionConfig& for_b);
  /// Runs until then, or until `done`.
  void run_until(TimeNs end, const std::function<bool()>& done = {});
  void run_for(TimeNs time) { run_until(now + time); }
  /// One packet of so many octets from this end at this moment.
  void send_packet(End& from, std::uint64_t octets);
  /// Constant traffic from now on: a packet each `interval`; 0: none.
  void traffic(End& from, TimeNs interval, std::uint64_t octets);
  /// Lets a test see, change (by returning something else) or drop an IKE message on its way.
  std::function<std::optional<UdpMessage>(bool from_a, const UdpMessage&)> on_the_way;
  NetworkTerms network;

 private:
  struct Arrival {
    bool to_b;
    UdpMessage message;
    bool esp = false;
    Spi spi;
    Bytes key;
    std::uint64_t octets = 0;
  };
  struct Source {
    TimeNs interval = 0;
    TimeNs next = kNever;
    std::uint64_t octets = 0;
  };
  End& other(End& end) { return &end == &a ? b : a; }
  void collect(End& end);
  void put_on_link(Arrival arrival);
  void arrive(Arrival& arrival);
  void check_limits(End& end, RecordedPair& pair);
  void advance(End& end);

  SeededRandom random_;
  TimeNs guard_;
  std::multimap<TimeNs, Arrival> link_;
  std::multimap<TimeNs, End*> drains_;
  std::map<End*, std::size_t> draining_;
  std::map<End*, Source> sources_;
};

/// A connection with one child "net" between 10.1.0.0/16 at A and 10.2.0.0/16 at B, and a pre-shared key.
[[nodiscard]] ConnectionConfig psk_connection(bool of_a);
inline const IpAddress kAddressA = *IpAddress::parse("192.0.2.1");
inline const IpAddress kAddressB = *IpAddress::parse("192.0.2.2");

}  // namespace sallyport::ike::testing
