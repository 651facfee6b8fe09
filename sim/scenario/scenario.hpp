#pragma once
/// @file
/// A scenario: everything that a run of the simulated world depends on. From a TOML file (docs in scenarios/demo.toml).
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/sa_config.hpp"

namespace sallyport::sim {

/// Where the firmware of the accelerators runs.
enum class FirmwarePlace : std::uint8_t {
  kCore,    ///< Cross-compiled, on the management core inside the Verilated accelerator.
  kHosted,  ///< In the simulator's own process, over the register bus.
};

/// When the source offers the capture's packets.
enum class Pace : std::uint8_t {
  kCapture,   ///< As recorded, `speed` times faster.
  kSaturate,  ///< The next packet as soon as the accelerator has taken one of the last few.
};

struct TrafficConfig {
  Pace pace = Pace::kCapture;
  double speed = 1.0;  ///< 0.001..1,000,000.
};

/// One end of the tunnels.
struct GatewayConfig {
  IpAddress address4;  ///< Outer address for tunnels over IPv4.
  IpAddress address6;  ///< Outer address for tunnels over IPv6.
};

/// The way from gateway A to gateway B.
struct LinkConfig {
  std::uint64_t delay_ns = 0;          ///< Propagation; up to 10 s.
  std::uint64_t rate_mbit = 0;         ///< Serialisation, Mbit/s; 0: takes no time.
  double loss = 0.0;                   ///< Probability, a packet; 0..1.
  double reorder = 0.0;                ///< Probability that a packet is held back; 0..1.
  std::uint64_t reorder_delay_ns = 0;  ///< How long it is held back; up to 10 s.
};

/// What starts a rekey at gateway A.
enum class RekeyStart : std::uint8_t {
  kEvent,  ///< The soft event.
  kPaced,  ///< The firmware, which asks when there is room, at or before the soft event.
};

/// How SAs are replaced. Roles are fixed: gateway A, whose outbound SA counts, starts every rekey.
struct RekeyConfig {
  std::uint64_t exchange_ns = 0;  ///< From the soft event to the keys at A: a round trip of key exchange; up to 10 s.
  std::uint64_t drain_ns = 1'000'000;  ///< How long an old inbound entry is kept after its Delete; 1 ns..10 s.
  std::uint16_t reserve = 4;           ///< Free entries kept for rekeys.
  RekeyStart start = RekeyStart::kEvent;
  std::uint8_t window = 8;                  ///< Paced: rekeys of the one IKE SA at once, 1..31.
  std::uint64_t round_ns = 1'000'000;       ///< Paced: the firmware looks at all rates so often at most; 1 us..10 s.
  std::uint64_t bound_ns = 10'000'000'000;  ///< How long a superseded SA is kept at most; 1 us..1,000 s.
};

/// A tunnel: an SA pair between the gateways and the traffic that goes through it.
struct TunnelConfig {
  std::string name;
  SaMode mode = SaMode::kTunnel;
  bool outer_v6 = false;                ///< Tunnel mode: outer header.
  std::optional<UdpEncapsulation> udp;  ///< ESP in UDP.
  std::uint16_t key_bits = 256;         ///< 128 or 256.
  bool esn = true;
  bool decrement_ttl = false;
  DfRule df = DfRule::kCopy;
  std::uint16_t path_mtu = 1500;
  std::uint8_t tfc_units = 0;  ///< TFC padding in units of 4 octets, 0..127; tunnel mode.
  std::uint8_t family = 0;     ///< 4, 6; 0: both.
  std::optional<IpPrefix> source;
  std::optional<IpPrefix> destination;
  std::uint8_t protocol = 0;       ///< 0: any.
  std::uint64_t hard_octets = 0;   ///< 0: no limit.
  std::uint64_t hard_packets = 0;  ///< 0: no limit.
  SoftInterval soft{8000, 500};    ///< From soft_percent and fuzz_percent.
};

/// A window of a waveform.
struct TraceConfig {
  std::optional<std::uint64_t> from;  ///< Clock; with `on`: clocks after the event.
  std::optional<std::uint64_t> to;    ///< Clock, inclusive; with `on`: clocks after the event.
  std::string on;                     ///< Name of an event kind or verdict (abi.toml); empty: none.
  [[nodiscard]] bool wanted() const { return from || to || !on.empty(); }
};

struct Scenario {
  std::string name = "run";
  std::uint64_t seed = 1;
  std::filesystem::path capture;        ///< Empty: must come from the command line.
  bool strict = false;                  ///< Frames without a whole IP packet are errors.
  std::uint64_t settle_ns = 1'000'000;  ///< How long the world goes on after the last packet; up to 100 s.
  std::uint64_t sample_ns = 1'000'000;  ///< Interval of utilisation samples; 1 us..100 s.
  AcceleratorOptions accelerator;       ///< Of both gateways; its seed is derived from `seed`.
  FirmwarePlace firmware = FirmwarePlace::kCore;
  TrafficConfig traffic;
  GatewayConfig gateway_a;
  GatewayConfig gateway_b;
  LinkConfig link;
  RekeyConfig rekey;
  std::vector<TunnelConfig> tunnels;  ///< The first that matches a packet takes it.
  TraceConfig trace;
};

/// Reads and checks a scenario file. A relative capture path is taken from the file's own folder.
/// Errors name file, line, key and cause: kNotFound, kIo, kMalformedInput (no TOML, unknown key, wrong type),
/// kInvalidArgument (an impossible value).
Result<Scenario> read_scenario(const std::filesystem::path& path);

/// A rule that a tunnel breaks.
struct TunnelRule {
  const char* key;  ///< The key of a [[tunnel]] table to change.
  std::string cause;
};
/// The first rule that a tunnel breaks by itself, if any.
std::optional<TunnelRule> check_tunnel(const TunnelConfig& tunnel);

/// The rules that hold between values, also after the command line has changed some: names the key and cause.
Result<void> check_scenario(const Scenario& scenario);

/// Whether `name` is the name of an event kind or of a verdict that is a drop, as TraceConfig::on wants it.
bool is_trace_event(const std::string& name);

}  // namespace sallyport::sim
