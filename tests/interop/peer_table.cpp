#include "peer_table.hpp"

#include <unistd.h>

#include "need.hpp"

namespace sallyport::ike {

namespace {

using nlohmann::json;
using testing::RecordedPair;
using testing::RecordingBackend;

/// As a kernel takes them: the salt behind the key. Nothing secret is ever protected by them.
std::string to_hex(const DirectionKeys& keys) {
  std::string text;
  for (const auto part : {keys.key.expose(), keys.salt.expose()}) {
    for (const std::uint8_t octet : part) {
      text += "0123456789abcdef"[octet >> 4];
      text += "0123456789abcdef"[octet & 15];
    }
  }
  return text;
}

json entries_in_use(Device& device) {
  json entries = json::object();
  const auto occupancy = need(device.occupancy(), "occupancy");
  for (std::size_t i = 0; i < occupancy.entries.size(); ++i) {
    if (occupancy.entries[i] > 0) entries[abi::name(static_cast<abi::EntryState>(i))] = occupancy.entries[i];
  }
  return entries;
}

}  // namespace

Table make_table(const json& config) {
  Table table;
  if (!config.contains("accelerator")) {
    table.recorder = std::make_unique<RecordingBackend>(static_cast<std::uint64_t>(::getpid()),
                                                        config.value("pairs", 64), config.value("reserve", 4));
    return table;
  }
  const json& wanted = config["accelerator"];
  AcceleratorEndTerms terms;
  terms.options.profile = wanted.value("profile", "compact") == "full" ? sim::Profile::kFull : sim::Profile::kCompact;
  terms.options.machine = wanted.value("machine", "rtl") == "tlm" ? sim::Machine::kTlm : sim::Machine::kRtl;
  terms.options.variant = wanted.value("entries", 64) == 1024 ? sim::Variant::k1024Sas : sim::Variant::k64Sas;
  terms.reserve = wanted.value("reserve", std::uint16_t{4});
  terms.firmware_on_core = wanted.value("firmware", "core") == "core";
  terms.tun = wanted.value("tun", "");
  terms.local = need(IpAddress::parse(config["local"].get<std::string>()), "local");
  table.accelerator = need(AcceleratorEnd::make(terms), "accelerator");
  return table;
}

json status(Agent& agent, Table& table) {
  json sessions = json::array();
  for (const SessionReport& session : agent.sessions()) {
    json children = json::array();
    for (const ChildReport& child : session.children) {
      const RecordedPair* pair = table.recorder ? table.recorder->inbound(child.spi_in) : nullptr;
      children.push_back({{"id", child.id.value},
                          {"name", child.name},
                          {"spi_in", child.spi_in.value},
                          {"spi_out", child.spi_out.value},
                          {"suite", to_string(child.suite)},
                          {"tunnel", child.tunnel},
                          {"udp", child.udp},
                          {"state", child.state},
                          {"local_ts", to_text(child.local)},
                          {"remote_ts", to_text(child.remote)},
                          {"esn", pair != nullptr && pair->config.esn},
                          {"key_in", pair == nullptr ? std::string() : to_hex(pair->config.inbound)},
                          {"key_out", pair == nullptr ? std::string() : to_hex(pair->config.outbound)},
                          {"counted", child.count.has_value()}});
    }
    sessions.push_back({{"id", session.id.value},
                        {"state", session.state},
                        {"initiator", session.initiator},
                        {"suite", to_string(session.suite)},
                        {"spi_i", to_text(session.initiator_spi)},
                        {"spi_r", to_text(session.responder_spi)},
                        {"remote_id", session.remote_id},
                        {"remote", session.remote.to_string()},
                        {"nat_here", session.nat_here},
                        {"nat_there", session.nat_there},
                        {"children", children}});
  }
  json counters;
  for (std::size_t i = 0; i < kCounters; ++i) {
    counters[std::string(name(static_cast<Counter>(i)))] = agent.counters()[static_cast<Counter>(i)];
  }
  json whole = {{"status", sessions}, {"counters", counters}, {"complaints", json::array()}};
  if (table.recorder) {
    whole["pairs"] = table.recorder->size();
    whole["complaints"] = table.recorder->complaints();
  } else {
    whole["entries"] = entries_in_use(table.accelerator->device());
    whole["packets"] = table.accelerator->packets();
  }
  return whole;
}

}  // namespace sallyport::ike
