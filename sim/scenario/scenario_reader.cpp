// The keys of a scenario file. What each means stands in scenario.hpp, what a user reads in scenarios/demo.toml.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "scenario/scenario.hpp"
#include "scenario/toml_section.hpp"

namespace sallyport::sim {

namespace {

constexpr std::uint64_t kTenSeconds = 10'000'000'000;
constexpr std::uint64_t kHundredSeconds = 100'000'000'000;
constexpr std::uint64_t kLongestTrace = 1'000'000'000'000;
constexpr std::uint64_t kLargestLimit = std::uint64_t{1} << 62U;

void address(TomlSection& section, const char* key, std::uint8_t version, IpAddress& value) {
  if (!section.has(key)) {
    section.impossible(key, "missing");
    return;
  }
  std::string text;
  section.text(key, text);
  const auto parsed = IpAddress::parse(text);
  if (!parsed) {
    section.impossible(key, parsed.error().text);
  } else if (parsed->version != version) {
    section.impossible(key, fmt::format("\"{}\" is not an IPv{} address", text, version));
  } else {
    value = *parsed;
  }
}

void prefix(TomlSection& section, const char* key, std::optional<IpPrefix>& value) {
  if (!section.has(key)) return;
  std::string text;
  section.text(key, text);
  const auto parsed = IpPrefix::parse(text);
  if (!parsed) {
    section.impossible(key, parsed.error().text);
  } else {
    value = *parsed;
  }
}

void read_run(TomlSection section, Scenario& scenario, const std::filesystem::path& folder) {
  section.text("name", scenario.name);
  section.number("seed", scenario.seed, 0, INT64_MAX);
  std::string capture;
  section.text("capture", capture);
  if (!capture.empty()) scenario.capture = folder / capture;
  section.flag("strict", scenario.strict);
  section.microseconds("settle_us", scenario.settle_ns, 0, kHundredSeconds);
  section.microseconds("sample_us", scenario.sample_ns, 1'000, kHundredSeconds);
  section.finish();
}

void read_accelerator(TomlSection section, AcceleratorOptions& options, FirmwarePlace& firmware) {
  std::uint64_t entries = table_entries(options.variant);
  section.number("entries", entries, 1, 65'536);
  if (entries == table_entries(Variant::k1024Sas)) {
    options.variant = Variant::k1024Sas;
  } else if (entries != table_entries(Variant::k64Sas)) {
    section.impossible("entries",
                       fmt::format("{}: the simulation is built for tables of 64 and of 1024 entries", entries));
  }
  section.choice<Profile>("profile", options.profile, {{"compact", Profile::kCompact}, {"full", Profile::kFull}});
  section.number("period_ps", options.period_ps, 1'000, 1'000'000);
  section.choice<Machine>("machine", options.machine, {{"rtl", Machine::kRtl}, {"tlm", Machine::kTlm}});
  section.choice<FirmwarePlace>("firmware", firmware,
                                {{"core", FirmwarePlace::kCore}, {"hosted", FirmwarePlace::kHosted}});
  section.real("stall", options.stall, 0.0, 0.99);
  section.finish();
}

void read_traffic(TomlSection section, TrafficConfig& traffic) {
  section.choice<Pace>("pace", traffic.pace, {{"capture", Pace::kCapture}, {"saturate", Pace::kSaturate}});
  section.real("speed", traffic.speed, 0.001, 1e6);
  section.finish();
}

void read_gateway(TomlSection section, GatewayConfig& gateway) {
  address(section, "address4", 4, gateway.address4);
  address(section, "address6", 6, gateway.address6);
  section.finish();
}

void read_link(TomlSection section, LinkConfig& link) {
  section.microseconds("delay_us", link.delay_ns, 0, kTenSeconds);
  section.number("rate_mbit", link.rate_mbit, 0, 1'000'000);
  section.real("loss", link.loss, 0.0, 1.0);
  section.real("reorder", link.reorder, 0.0, 1.0);
  section.microseconds("reorder_delay_us", link.reorder_delay_ns, 0, kTenSeconds);
  section.finish();
}

void read_rekey(TomlSection section, RekeyConfig& rekey) {
  section.microseconds("exchange_us", rekey.exchange_ns, 0, kTenSeconds);
  section.microseconds("drain_us", rekey.drain_ns, 1, kTenSeconds);
  section.number("reserve", rekey.reserve, 0, 1'023);
  section.choice<RekeyStart>("start", rekey.start, {{"event", RekeyStart::kEvent}, {"paced", RekeyStart::kPaced}});
  section.number("window", rekey.window, 1, 31);
  section.microseconds("round_us", rekey.round_ns, 1'000, kTenSeconds);
  section.microseconds("bound_us", rekey.bound_ns, 1'000, 100 * kTenSeconds);
  section.finish();
}

void read_trace(TomlSection section, TraceConfig& trace) {
  std::uint64_t clock = 0;
  section.number("from", clock, 0, kLongestTrace);
  if (section.has("from")) trace.from = clock;
  section.number("to", clock, 0, kLongestTrace);
  if (section.has("to")) trace.to = clock;
  section.text("on", trace.on);
  section.finish();
}

void read_limits(TomlSection& section, TunnelConfig& tunnel) {
  constexpr std::uint16_t kPerPercent = 100;
  section.number("hard_octets", tunnel.hard_octets, 0, kLargestLimit);
  section.number("hard_packets", tunnel.hard_packets, 0, kLargestLimit);
  std::uint16_t soft = tunnel.soft.from / kPerPercent;
  std::uint16_t fuzz = tunnel.soft.span / kPerPercent;
  section.number("soft_percent", soft, 1, 100);
  section.number("fuzz_percent", fuzz, 0, 99);
  tunnel.soft = {static_cast<std::uint16_t>(soft * kPerPercent), static_cast<std::uint16_t>(fuzz * kPerPercent)};
}

void read_tunnel(TomlSection section, TunnelConfig& tunnel) {
  section.text("name", tunnel.name);
  section.choice<SaMode>("mode", tunnel.mode, {{"tunnel", SaMode::kTunnel}, {"transport", SaMode::kTransport}});
  section.choice<bool>("outer", tunnel.outer_v6, {{"ipv4", false}, {"ipv6", true}});
  bool udp = false;
  section.flag("udp_encapsulation", udp);
  if (udp) tunnel.udp = UdpEncapsulation{};
  section.number("key_bits", tunnel.key_bits, 0, UINT16_MAX);
  section.flag("esn", tunnel.esn);
  section.flag("decrement_ttl", tunnel.decrement_ttl);
  section.choice<DfRule>("df", tunnel.df, {{"copy", DfRule::kCopy}, {"set", DfRule::kSet}, {"clear", DfRule::kClear}});
  section.number("path_mtu", tunnel.path_mtu, 576, UINT16_MAX);
  std::uint16_t tfc = 0;
  constexpr std::uint16_t kMostTfc = 508;
  section.number("tfc_padding", tfc, 0, kMostTfc);
  if (tfc % 4 != 0) section.impossible("tfc_padding", fmt::format("{} is no multiple of 4", tfc));
  tunnel.tfc_units = static_cast<std::uint8_t>(tfc / 4);
  section.choice<std::uint8_t>("family", tunnel.family, {{"any", 0}, {"ipv4", 4}, {"ipv6", 6}});
  prefix(section, "source", tunnel.source);
  prefix(section, "destination", tunnel.destination);
  section.number("protocol", tunnel.protocol, 0, UINT8_MAX);
  read_limits(section, tunnel);
  // Rules of one tunnel; reported here because here the line is known.
  if (const auto rule = check_tunnel(tunnel)) section.impossible(rule->key, rule->cause);
  section.finish();
}

/// Empties lines that hold only a comment. Returns the line of the first octet elsewhere that is no ASCII; 0 when there
/// is none. tomlplusplus 3.3 runs into undefined behaviour where it looks whether such a character is white space, so
/// it gets to see none.
std::size_t keep_ascii(std::string& text) {
  constexpr unsigned char kFirstForeign = 0x80;
  std::size_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t first = text.find_first_not_of(" \t", begin);
    const bool comment = first < end && text[first] == '#';
    for (std::size_t i = begin; i < end; ++i) {
      if (comment) {
        text[i] = ' ';
      } else if (static_cast<unsigned char>(text[i]) >= kFirstForeign) {
        return line;
      }
    }
    begin = end + 1;
  }
  return 0;
}

}  // namespace

Result<Scenario> read_scenario(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const bool missing = !std::filesystem::exists(path);
    return Error{missing ? ErrorCode::kNotFound : ErrorCode::kIo,
                 path.string() + (missing ? ": no such file" : ": cannot be read")};
  }
  std::ostringstream raw;
  raw << in.rdbuf();
  std::string text = raw.str();
  if (const std::size_t line = keep_ascii(text); line != 0) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("{}:{}: a character that is no ASCII; such text has its place in lines of comment",
                             path.string(), line)};
  }
  const toml::parse_result parsed = toml::parse(text, path.string());
  if (!parsed) {
    const auto& error = parsed.error();
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("{}:{}: not TOML: {}", path.string(), error.source().begin.line, error.description())};
  }

  Scenario scenario;
  TomlProblem problem(path.string());
  TomlSection root(parsed.table(), "", problem);
  const auto with = [&](const char* key, auto read, auto&... arguments) {
    if (auto section = root.section(key)) read(std::move(*section), arguments...);
  };
  const std::filesystem::path folder = path.parent_path();
  with("run", read_run, scenario, folder);
  with("accelerator", read_accelerator, scenario.accelerator, scenario.firmware);
  with("traffic", read_traffic, scenario.traffic);
  with("gateway_a", read_gateway, scenario.gateway_a);
  with("gateway_b", read_gateway, scenario.gateway_b);
  with("link", read_link, scenario.link);
  with("rekey", read_rekey, scenario.rekey);
  with("trace", read_trace, scenario.trace);
  for (auto& section : root.sections("tunnel")) read_tunnel(section, scenario.tunnels.emplace_back());
  for (const char* key : {"gateway_a", "gateway_b"}) {
    if (!root.has(key)) root.impossible(key, "missing");
  }
  root.finish();
  if (problem.first()) return *problem.first();
  if (auto checked = check_scenario(scenario); !checked) {
    return Error{checked.error().code, path.string() + ": " + checked.error().text};
  }
  return scenario;
}

}  // namespace sallyport::sim
