// Rules between the values of a scenario.
#include <fmt/format.h>

#include <cstring>
#include <set>

#include "scenario/scenario.hpp"

namespace sallyport::sim {

namespace {

constexpr std::uint16_t kWhole = 10'000;
constexpr std::uint16_t kLeastMtuV6 = 1'280;

/// Cipher octets of the smallest packet there is: a bare IPv4 header in tunnel mode, an empty payload in transport
/// mode, padded.
constexpr std::uint64_t least_octets(SaMode mode) { return mode == SaMode::kTunnel ? 24 : 4; }

std::uint8_t family_of(const std::optional<IpPrefix>& prefix) { return prefix ? prefix->address.version : 0; }

Error impossible(std::string text) { return Error{ErrorCode::kInvalidArgument, std::move(text)}; }

}  // namespace

std::optional<TunnelRule> check_tunnel(const TunnelConfig& tunnel) {
  if (tunnel.name.empty()) return TunnelRule{"name", "missing"};
  if (tunnel.name.size() > 64) return TunnelRule{"name", "longer than 64 octets"};
  if (tunnel.key_bits != 128 && tunnel.key_bits != 256) {
    return TunnelRule{"key_bits", fmt::format("{}: AES-GCM here has 128 or 256", tunnel.key_bits)};
  }
  if (tunnel.soft.from + tunnel.soft.span > kWhole) {
    return TunnelRule{"fuzz_percent", "soft_percent + fuzz_percent is above 100"};
  }
  if (tunnel.hard_octets != 0 && tunnel.hard_octets < least_octets(tunnel.mode)) {
    return TunnelRule{"hard_octets",
                      fmt::format("{}: no packet fits below {}", tunnel.hard_octets, least_octets(tunnel.mode))};
  }
  const bool v6_outer = tunnel.mode == SaMode::kTunnel && tunnel.outer_v6;
  if (v6_outer && tunnel.path_mtu < kLeastMtuV6) {
    return TunnelRule{"path_mtu", fmt::format("{} is below the least MTU of IPv6, {}", tunnel.path_mtu, kLeastMtuV6)};
  }
  if (tunnel.mode == SaMode::kTransport && tunnel.tfc_units != 0) {
    return TunnelRule{"tfc_padding", "only in tunnel mode"};
  }
  if (tunnel.mode == SaMode::kTransport && tunnel.outer_v6) return TunnelRule{"outer", "only in tunnel mode"};
  std::set<std::uint8_t> families{tunnel.family, family_of(tunnel.source), family_of(tunnel.destination)};
  families.erase(0);
  if (families.size() > 1) return TunnelRule{"source", "family, source and destination are of different IP versions"};
  return std::nullopt;
}

Result<void> check_scenario(const Scenario& scenario) {
  if (scenario.name.empty() || scenario.name.size() > 64) return impossible("run.name: must have 1 to 64 octets");
  if (scenario.tunnels.empty()) return impossible("tunnel: there is none, so no packet could pass");
  std::set<std::string> names;
  for (const auto& tunnel : scenario.tunnels) {
    if (const auto rule = check_tunnel(tunnel)) {
      return impossible(fmt::format("tunnel \"{}\": {}: {}", tunnel.name, rule->key, rule->cause));
    }
    if (!names.insert(tunnel.name).second)
      return impossible(fmt::format("tunnel: two have the name \"{}\"", tunnel.name));
  }
  if (scenario.accelerator.machine == Machine::kTlm) {
    if (scenario.firmware == FirmwarePlace::kCore) {
      return impossible("accelerator.firmware: the TLM accelerator has no management core; \"hosted\" runs over it");
    }
    if (scenario.accelerator.stall != 0.0) {
      return impossible("accelerator.stall: the TLM accelerator has no streams that could pause");
    }
    if (scenario.trace.wanted()) return impossible("trace: the TLM accelerator has no waveforms");
  }
  // Each tunnel is a pair; while it is replaced there are two.
  const std::uint64_t entries = table_entries(scenario.accelerator.variant);
  const std::uint64_t wanted = scenario.tunnels.size() * 2 + std::max<std::uint64_t>(scenario.rekey.reserve, 2);
  if (wanted > entries) {
    return impossible(fmt::format("tunnel: {} tunnels and a reserve of {} need {} entries; accelerator.entries is {}",
                                  scenario.tunnels.size(), scenario.rekey.reserve, wanted, entries));
  }
  if (scenario.gateway_a.address4 == scenario.gateway_b.address4) {
    return impossible("gateway_b.address4: is gateway A's too");
  }
  if (scenario.gateway_a.address6 == scenario.gateway_b.address6) {
    return impossible("gateway_b.address6: is gateway A's too");
  }
  if (scenario.link.reorder > 0 && scenario.rekey.drain_ns <= scenario.link.reorder_delay_ns) {
    return impossible(fmt::format(
        "rekey.drain_us: {} is not above link.reorder_delay_us, {}: packets held back would find their SA gone",
        static_cast<double>(scenario.rekey.drain_ns) / 1e3, static_cast<double>(scenario.link.reorder_delay_ns) / 1e3));
  }
  const auto& trace = scenario.trace;
  if (trace.from && trace.to && *trace.to < *trace.from) {
    return impossible(fmt::format("trace.to: {} is before trace.from, {}", *trace.to, *trace.from));
  }
  if (!trace.on.empty() && !is_trace_event(trace.on)) {
    return impossible(fmt::format("trace.on: \"{}\" is no event kind and no drop reason", trace.on));
  }
  return {};
}

bool is_trace_event(const std::string& name) {
  for (unsigned i = 0; i < abi::kEventKindCount; ++i) {
    if (name == abi::name(static_cast<abi::EventKind>(i))) return true;
  }
  for (unsigned i = 0; i < abi::kVerdictCount; ++i) {
    const auto verdict = static_cast<abi::Verdict>(i);
    if (verdict != abi::Verdict::kOk && verdict != abi::Verdict::kDummy && name == abi::name(verdict)) return true;
  }
  return false;
}

}  // namespace sallyport::sim
