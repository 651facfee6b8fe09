// Clocks of the data path: how many a packet takes at every size, key length, direction and number of lanes, beside
// what the bus and the cipher allow. Exact clocks of the Verilated RTL, so every run gives the same figures; only the
// simulation speed is measured in processor time. Prints one JSON document; tools/datapath_report.py makes tables of
// it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "accel/lane_models.hpp"
#include "bench/datapath_device.hpp"
#include "sallyport/regs.hpp"

namespace {

using namespace sallyport;
using namespace sallyport::sim;
using Json = nlohmann::ordered_json;

constexpr double kLeastBeats = 12'000;
constexpr double kLeastBeatsCompact = 3'000;
constexpr double kMostUse = 1.005;  // an end may come some clocks late at a span's start, and in time at its end
constexpr double kOctetBits = 8;

struct Machine {
  const char* profile;
  unsigned lanes;
  Variant variant = Variant::k1024Sas;
};

/// AES engines of the compact profile, 0 in the full one.
unsigned engines_of(Accelerator& accelerator) {
  const auto caps = accelerator.read32(regs::kCaps0Address);
  if (!caps) give_up(caps.error().text);
  return (*caps & regs::kCaps0EnginesMask) >> regs::kCaps0EnginesShift;
}

std::unique_ptr<Accelerator> boot(const Machine& machine) {
  AcceleratorOptions options;
  options.variant = machine.variant;
  if (machine.profile == std::string("full")) options.profile = Profile::kFull;
  auto accelerator = machine.lanes == 1   ? Accelerator::create(options)
                     : machine.lanes == 2 ? boot_lanes_2(options)
                     : machine.lanes == 4 ? boot_lanes_4(options)
                                          : boot_lanes_8(options);
  if (!accelerator) give_up(accelerator.error().text);
  return std::move(*accelerator);
}

/// One row of the table. `use`: beats a clock on the ESP side.
Json row(const Machine& machine, Direction direction, unsigned key_bits, const Mix& mix, unsigned engines, double use) {
  const double bits = mix.mean_octets() * kOctetBits;
  const double rate = use / mix.mean_beats();
  const double utilisation = use / machine.lanes;
  if (use == 0 || utilisation > kMostUse)
    give_up(mix.name + " octets: " + std::to_string(use) + " beats a clock cannot be");
  Json json;
  json["profile"] = machine.profile;
  json["direction"] = direction == Direction::kOutbound ? "outbound" : "inbound";
  json["lanes"] = machine.lanes;
  json["engines"] = engines;
  json["key_bits"] = key_bits;
  json["size"] = mix.name;
  json["clocks_per_packet"] = 1 / rate;
  json["payload_bits_per_clock"] = bits * rate;
  json["esp_bits_per_clock"] = mix.mean_esp_octets() * kOctetBits * rate;
  json["bus_utilisation"] = utilisation;
  json["limit_bits_per_clock"] = bits / mix.mean_beats() * machine.lanes;
  json["beats_per_packet"] = mix.mean_beats();
  json["cipher_blocks_per_packet"] = mix.mean_blocks();
  return json;
}

/// First beat in to first beat out of one 64-octet packet in an empty device.
void add_latency(const Machine& machine, DatapathDevice& device, unsigned key_bits, Json& rows) {
  const Mix mix{"64", {64}};
  Accelerator& accelerator = device.accelerator();
  auto outcome = device.run(mix, device.plain(mix, 1), {});
  const auto out = accelerator.meters(Direction::kOutbound, 0);
  device.run(mix, {}, DatapathDevice::turn_around(std::move(outcome.esp)));
  const auto in = accelerator.meters(Direction::kInbound, 0);
  rows.push_back({{"profile", machine.profile},
                  {"lanes", machine.lanes},
                  {"engines", engines_of(accelerator)},
                  {"key_bits", key_bits},
                  {"outbound_clocks", out.out.first - out.in.first},
                  {"inbound_clocks", in.out.first - in.in.first}});
}

void measure(const Machine& machine, bool quick, Json& result) {
  for (const unsigned key_bits : {128U, 256U}) {
    DatapathDevice device(boot(machine), key_bits);
    Accelerator& accelerator = device.accelerator();
    const unsigned engines = engines_of(accelerator);
    const std::clock_t begin = std::clock();
    const std::uint64_t clocks_before = accelerator.clocks_evaluated();
    const double model_before = accelerator.model_seconds();
    std::uint64_t packets = 0;
    add_latency(machine, device, key_bits, result["latency"]);
    for (const Mix& mix : all_mixes()) {
      if (quick && mix.name != "64" && mix.name != "1500") continue;
      const double beats = machine.profile == std::string("full") ? kLeastBeats : kLeastBeatsCompact;
      const auto both = device.both_ways(mix, beats);
      result["rows"].push_back(row(machine, Direction::kOutbound, key_bits, mix, engines, both.esp_beats));
      result["rows"].push_back(row(machine, Direction::kInbound, key_bits, mix, engines, both.plain_beats));
      packets += 3 * both.esp.size();  // once out before, then both ways
    }
    result["event_latency"].push_back({{"profile", machine.profile},
                                       {"lanes", machine.lanes},
                                       {"engines", engines},
                                       {"key_bits", key_bits},
                                       {"clocks", device.event_latency()}});
    // Processor time: one thread, and the machine may have other work.
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    const auto clocks = static_cast<double>(accelerator.clocks_evaluated() - clocks_before);
    result["simulation"].push_back({{"what", "Verilated top and its C++ streams"},
                                    {"profile", machine.profile},
                                    {"lanes", machine.lanes},
                                    {"engines", engines},
                                    {"key_bits", key_bits},
                                    {"kiloclocks_per_second", clocks / seconds / 1000},
                                    {"packets_per_second", static_cast<double>(packets) / seconds},
                                    {"outside_model", 1 - (accelerator.model_seconds() - model_before) / seconds}});
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Clocks of the data path, exact, from the Verilated RTL. JSON on standard output."};
  bool quick = false;
  std::vector<unsigned> lanes{1, 2, 4, 8};
  app.add_flag("--quick", quick, "64 and 1,500 octets only");
  app.add_option("--lanes", lanes, "Lanes of the full profile: 1, 2, 4, 8")
      ->delimiter(',')
      ->check(CLI::IsMember({1, 2, 4, 8}));
  CLI11_PARSE(app, argc, argv);

  Json result;
  for (const char* part : {"rows", "latency", "event_latency", "simulation"}) result[part] = Json::array();
  for (const unsigned n : lanes) measure({"full", n}, quick, result);
  measure({"compact", 1, Variant::k64Sas}, quick, result);
  measure({"compact", 1}, quick, result);
  std::printf("%s\n", result.dump(1).c_str());
  return 0;
}
