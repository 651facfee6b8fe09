#include "peer_config.hpp"

#include <fstream>
#include <iterator>

#include "need.hpp"

namespace sallyport::ike {

namespace {

using nlohmann::json;

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Credentials credentials(const json& config) {
  Credentials credentials;
  if (config.contains("local_id"))
    credentials.local_id = need(Identity::parse(config["local_id"].get<std::string>()), "local_id");
  credentials.remote_id = need(IdentityPattern::parse(config.value("remote_id", "%any")), "remote_id");
  if (config.contains("psk")) {
    auto secrets = std::make_shared<PskStore>();
    secrets->add({}, need(SharedSecret::parse(config["psk"].get<std::string>()), "psk"));
    credentials.secrets = std::move(secrets);
  }
  if (config.contains("certificate")) {
    credentials.local = AuthKind::kCertificate;
    credentials.remote = AuthKind::kCertificate;
    const Bytes pem = read_file(config["certificate"]);
    auto chain = need(Certificate::from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()}), "certificate");
    auto key = need(PrivateKey::from_pem(read_file(config["key"])), "key");
    credentials.certificates.push_back(
        std::make_shared<OwnCertificate>(need(OwnCertificate::make(std::move(chain), std::move(key)), "certificate")));
    const Bytes ca = read_file(config["ca"]);
    auto anchors = need(Certificate::from_pem({reinterpret_cast<const char*>(ca.data()), ca.size()}), "ca");
    credentials.trust = std::make_shared<TrustStore>(need(TrustStore::make(std::move(anchors)), "ca"));
  }
  return credentials;
}

SelectorSet selectors(const json& list) {
  SelectorSet set;
  for (const auto& text : list) set.push_back(need(parse_selector(text.get<std::string>()), "selector"));
  return set;
}

ConnectionConfig connection(const json& config, const std::string& name, std::uint16_t owner) {
  ConnectionConfig connection;
  connection.name = name;
  connection.owner = Owner{owner};
  connection.local = need(IpAddress::parse(config["local"].get<std::string>()), "local");
  connection.remote = need(IpAddress::parse(config["remote"].get<std::string>()), "remote");
  connection.credentials = credentials(config);
  if (config.contains("ike")) connection.proposals = need(parse_ike_proposals(config["ike"].get<std::string>()), "ike");
  connection.force_encapsulation = config.value("encap", false);
  connection.fragmentation = config.value("fragmentation", true);
  connection.fragment_octets = config.value("fragment_octets", 1252);
  connection.counts.enabled = config.value("counts", true);
  connection.counts.peak.octets = config.value("peak_octets", connection.counts.peak.octets);
  connection.counts.peak.packets = config.value("peak_packets", connection.counts.peak.packets);
  connection.liveness_time = config.value("liveness_ms", 0) * kMillisecond;
  if (config.value("unique_children", "keep") == "newest") connection.unique_children = UniqueChildren::kNewest;
  connection.same_traffic_limit = config.value("same_traffic_limit", 0U);
  connection.window = config.value("window", 1);
  if (config.contains("retransmit_ms")) {
    connection.retransmission.first = config["retransmit_ms"].get<std::uint64_t>() * kMillisecond;
  }
  for (const auto& entry : config["children"]) {
    ChildConfig child;
    child.name = entry["name"];
    child.tunnel = entry.value("mode", "tunnel") == "tunnel";
    if (entry.contains("local_ts")) child.local = selectors(entry["local_ts"]);
    if (entry.contains("remote_ts")) child.remote = selectors(entry["remote_ts"]);
    if (entry.contains("esp")) child.proposals = need(parse_esp_proposals(entry["esp"].get<std::string>()), "esp");
    child.start = entry.value("start", true);
    child.limits.octets = entry.value("octets", std::uint64_t{0});
    child.limits.packets = entry.value("packets", std::uint64_t{0});
    connection.children.push_back(std::move(child));
  }
  return connection;
}

std::string numbered(std::string text, unsigned number) {
  const auto at = text.find("{i}");
  return at == std::string::npos ? text : text.replace(at, 3, std::to_string(number));
}

}  // namespace

std::vector<ConnectionConfig> connections(const json& config) {
  std::vector<ConnectionConfig> out;
  if (!config.contains("copies")) {
    out.push_back(connection(config, "peer", 1));
    return out;
  }
  const auto copies = config["copies"].get<unsigned>();
  for (unsigned i = 0; i < copies; ++i) {
    json one = config;
    for (const char* id : {"local_id", "remote_id"}) one[id] = numbered(config[id].get<std::string>(), i);
    const std::string host = std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
    for (json& child : one["children"]) {
      child["local_ts"] = {config["local_net"].get<std::string>() + "." + host};
      child["remote_ts"] = {config["remote_net"].get<std::string>() + "." + host};
    }
    out.push_back(connection(one, "peer" + std::to_string(i), static_cast<std::uint16_t>(i + 1)));
  }
  return out;
}

}  // namespace sallyport::ike
