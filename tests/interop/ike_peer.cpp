// One end for interoperability tests: the agent on real sockets, commanded by lines of JSON on standard input, telling
// what happens by lines of JSON on standard output. Its Child SAs are in a table that keeps them and carries nothing,
// or
// ("accelerator" in CONFIG) in a simulated accelerator that carries what comes through a TUN device.
//
//   ike_peer CONFIG.json
//
// {"do": "initiate" | "rekey_child" | "rekey_ike" | "delete_child" | "initiate_child" | "terminate" | "probe" |
// "status" |
//  "hear" | "quit", "session": N, "child": N or name}
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <queue>
#include <thread>

#include "need.hpp"
#include "peer_config.hpp"
#include "peer_load.hpp"
#include "peer_table.hpp"
#include "sallyport/ike/udp_shell.hpp"

namespace sallyport::ike {
namespace {

using nlohmann::json;

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

Result<void> carry_out(Agent& agent, Table& table, TimeNs now, const json& command) {
  const std::string what = command["do"];
  const SessionId session{command.value("session", 0U)};
  if (what == "status") {
    print(status(agent, table));
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
  if (what == "drain" && table.recorder) {
    table.recorder->drain();
    return {};
  }
  return Error{ErrorCode::kInvalidArgument, "no command '" + what + "'"};
}

int run(const char* path) {
  std::ifstream file(path);
  const json config = json::parse(file, nullptr, false);
  if (config.is_discarded()) fail(std::string(path) + ": no JSON");
  auto random = need(SystemRandom::make(), "randomness");
  Table table = make_table(config);
  AgentConfig agent_config;
  agent_config.unix_time_at_start = UnixTime{
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  agent_config.cookie_threshold = config.value("cookie_threshold", 30);
  agent_config.half_open_per_address = config.value("half_open_per_address", agent_config.half_open_per_address);
  agent_config.init_rate_per_address = config.value("init_rate_per_address", agent_config.init_rate_per_address);
  agent_config.key_log = config.value("key_log", false);
  Agent agent(agent_config, table.backend(), *random);
  for (const ConnectionConfig& connection : connections(config)) need(agent.load(connection), connection.name);
  Load load(agent);
  std::unique_ptr<UdpShell> shell;
  UdpShell::Handlers handlers;
  const bool quiet = config.value("quiet", false);
  handlers.on_event = [&](const AgentEvent& event) {
    load.on_event(shell->now(), event);
    if (quiet && table.recorder) table.recorder->drain();  // long runs: nobody looks at what drains
    if (!quiet)
      print({{"event", name(event.kind)},
             {"child", event.child},
             {"text", event.text},
             {"session", event.session.value}});
  };
  if (table.accelerator) {
    handlers.on_esp = [&table](const Endpoint& from, View packet) { table.accelerator->take_esp(from, packet); };
  }
  shell = need(UdpShell::open(agent, {need(IpAddress::parse(config["local"].get<std::string>()), "local")}, handlers),
               "sockets");
  if (table.accelerator) need(table.accelerator->attach(agent, *shell), "accelerator");
  Commands commands(*shell);
  print({{"ready", true}});
  for (;;) {
    shell->run_for(std::chrono::hours(1));
    while (const auto line = commands.next()) {
      const json command = json::parse(*line, nullptr, false);
      if (command.is_discarded() || !command.contains("do")) fail("no command: " + *line);
      if (command["do"] == "quit") {
        if (table.accelerator) table.accelerator->detach();
        return 0;
      }
      if (const auto said = load.command(shell->now(), command)) {
        print(*said);
        shell->flush();
        continue;
      }
      const auto done = carry_out(agent, table, shell->now(), command);
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
