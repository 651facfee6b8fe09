// One end for interoperability tests: the agent on real sockets, commanded by lines of JSON on standard input, telling
// what happens by lines of JSON on standard output. Its Child SAs are in a table that keeps them and carries nothing.
//
//   ike_peer CONFIG.json
//
// {"do": "initiate" | "rekey_child" | "rekey_ike" | "delete_child" | "initiate_child" | "terminate" | "probe" |
// "status" |
//  "hear" | "quit", "session": N, "child": N or name}
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <queue>
#include <thread>

#include "recording_backend.hpp"
#include "sallyport/ike/udp_shell.hpp"

namespace sallyport::ike {
namespace {

using nlohmann::json;
using testing::RecordingBackend;

[[noreturn]] void fail(const std::string& text) {
  std::cerr << "ike_peer: " << text << '\n';
  std::exit(2);
}

template <class T>
T need(Result<T> result, const std::string& what) {
  if (!result) fail(what + ": " + result.error().text);
  return std::move(*result);
}

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

ConnectionConfig connection(const json& config) {
  ConnectionConfig connection;
  connection.name = "peer";
  connection.owner = Owner{1};
  connection.local = need(IpAddress::parse(config["local"].get<std::string>()), "local");
  connection.remote = need(IpAddress::parse(config["remote"].get<std::string>()), "remote");
  connection.credentials = credentials(config);
  if (config.contains("ike")) connection.proposals = need(parse_ike_proposals(config["ike"].get<std::string>()), "ike");
  connection.force_encapsulation = config.value("encap", false);
  connection.fragmentation = config.value("fragmentation", true);
  connection.fragment_octets = config.value("fragment_octets", 1252);
  connection.counts.enabled = config.value("counts", true);
  connection.liveness_time = config.value("liveness_ms", 0) * kMillisecond;
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
    connection.children.push_back(std::move(child));
  }
  return connection;
}

json status(Agent& agent, RecordingBackend& backend) {
  json sessions = json::array();
  for (const SessionReport& session : agent.sessions()) {
    json children = json::array();
    for (const ChildReport& child : session.children) {
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
  return {
      {"status", sessions}, {"counters", counters}, {"pairs", backend.size()}, {"complaints", backend.complaints()}};
}

/// Lines of standard input, read beside the shell's loop.
class Commands {
 public:
  explicit Commands(UdpShell& shell)
      : reader_([this, &shell] {
          for (std::string line; std::getline(std::cin, line);) {
            const std::lock_guard<std::mutex> lock(mutex_);
            lines_.push(line);
            shell.stop();
          }
          const std::lock_guard<std::mutex> lock(mutex_);
          lines_.push(R"({"do": "quit"})");
          shell.stop();
        }) {}
  ~Commands() { reader_.detach(); }
  Commands(const Commands&) = delete;
  Commands& operator=(const Commands&) = delete;
  std::optional<std::string> next() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (lines_.empty()) return {};
    std::optional<std::string> line(std::move(lines_.front()));
    lines_.pop();
    return line;
  }

 private:
  std::mutex mutex_;
  std::queue<std::string> lines_;
  std::thread reader_;
};

void print(const json& line) { std::cout << line.dump() << std::endl; }

Result<void> carry_out(Agent& agent, RecordingBackend& backend, TimeNs now, const json& command) {
  const std::string what = command["do"];
  const SessionId session{command.value("session", 0U)};
  if (what == "status") {
    print(status(agent, backend));
    return {};
  }
  if (what == "initiate") {
    if (auto id = agent.initiate(now, "peer"); !id) return id.error();
    return {};
  }
  if (what == "initiate_child") return agent.initiate_child(now, session, command["child"].get<std::string>());
  if (what == "rekey_child") return agent.rekey_child(now, session, ChildId{command["child"].get<std::uint32_t>()});
  if (what == "delete_child") return agent.delete_child(now, session, ChildId{command["child"].get<std::uint32_t>()});
  if (what == "rekey_ike") return agent.rekey_ike(now, session);
  if (what == "terminate") return agent.terminate(now, session);
  if (what == "probe") return agent.probe(now, session);
  if (what == "drain") {
    backend.drain();
    return {};
  }
  return Error{ErrorCode::kInvalidArgument, "no command '" + what + "'"};
}

int run(const char* path) {
  std::ifstream file(path);
  const json config = json::parse(file, nullptr, false);
  if (config.is_discarded()) fail(std::string(path) + ": no JSON");
  auto random = need(SystemRandom::make(), "randomness");
  RecordingBackend backend(static_cast<std::uint64_t>(::getpid()), config.value("pairs", 64),
                           config.value("reserve", 4));
  AgentConfig agent_config;
  agent_config.unix_time_at_start = UnixTime{
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  agent_config.cookie_threshold = config.value("cookie_threshold", 30);
  agent_config.key_log = config.value("key_log", false);
  Agent agent(agent_config, backend, *random);
  need(agent.load(connection(config)), "connection");
  UdpShell::Handlers handlers;
  handlers.on_event = [](const AgentEvent& event) {
    print(
        {{"event", name(event.kind)}, {"child", event.child}, {"text", event.text}, {"session", event.session.value}});
  };
  auto shell =
      need(UdpShell::open(agent, {need(IpAddress::parse(config["local"].get<std::string>()), "local")}, handlers),
           "sockets");
  Commands commands(*shell);
  print({{"ready", true}});
  for (;;) {
    shell->run_for(std::chrono::hours(1));
    while (const auto line = commands.next()) {
      const json command = json::parse(*line, nullptr, false);
      if (command.is_discarded() || !command.contains("do")) fail("no command: " + *line);
      if (command["do"] == "quit") return 0;
      const auto done = carry_out(agent, backend, shell->now(), command);
      print({{"done", command["do"]}, {"ok", done.ok()}, {"error", done ? std::string() : done.error().text}});
      shell->flush();
    }
  }
}

}  // namespace
}  // namespace sallyport::ike

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ike_peer CONFIG.json\n";
    return 2;
  }
  return sallyport::ike::run(argv[1]);
}
