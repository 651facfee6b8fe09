// The whole agent against a peer that may say anything: datagrams as they are, and messages that are authentic, because
// whoever has authenticated may still lie. An input is a list of steps:
//
//   0 n octets   a datagram from the peer's address (n: 2 octets, big endian, as below)
//   1 x p n octets   an authentic request: exchange type x, inner payloads that begin with type p
//   2 x p n octets   the same as a response, with the ID of a request that the agent waits for, or the last one
//   3 t          t times 10 ms pass
//   4 k          an event of kind k of the first Child SA
//   5            the agent is asked to rekey a Child SA; 6: its IKE SA; 7: to end it; 8: messages are exchanged as they
//   should be
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pair_world.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike::testing {
namespace {

class Steps {
 public:
  Steps(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  View octets() {
    const std::size_t high = octet();
    const std::size_t wanted = high << 8U | octet();
    const View taken = rest_.first(std::min(wanted, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  View rest_;
};

// Keys of the IKE SA as the debug line tells them: SPIi, SPIr, SK_ei, SK_er, ...
IkeKeys keys_of(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t from = 0;
  for (std::size_t to = line.find(','); fields.size() < 4; to = line.find(',', from)) {
    fields.push_back(line.substr(from, to - from));
    from = to + 1;
  }
  IkeKeys keys;
  keys.sk_ei = std::move(*SecretBytes::from_hex(fields[2]));
  keys.sk_er = std::move(*SecretBytes::from_hex(fields[3]));
  return keys;
}

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

void run(Steps steps) {
  PairWorld::Terms terms;
  terms.b.key_log = true;
  PairWorld world(terms);
  ConnectionConfig a = psk_connection(true);
  ConnectionConfig b = psk_connection(false);
  expect(world.load(a, b).ok(), "connections load");
  expect(world.a.agent.initiate(0, "to-b").ok(), "A begins");
  world.run_for(2 * kSecond);
  expect(!world.b.agent.sessions().empty(), "B is up");
  const SessionReport session = world.b.agent.sessions().front();
  std::string line;
  for (const AgentEvent& event : world.b.events) {
    if (event.kind == AgentEventKind::kKeyLog) line = event.text;
  }
  const IkeKeys keys = keys_of(line);
  // Far from the IVs that the real A uses.
  auto sealer = Sealer::make(session.suite, keys, Side::kInitiator, IvCounter(std::uint64_t{1} << 60U));
  expect(sealer.ok(), "keys fit");
  // The real A is out of the way unless it is asked for.
  bool real = false;
  world.on_the_way = [&](bool, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (real) return message;
    return {};
  };
  std::uint32_t request = 2;
  std::uint32_t response = 0;
  const auto authentic = [&](bool answer) {
    Header header;
    header.initiator_spi = session.initiator_spi;
    header.responder_spi = session.responder_spi;
    header.initiator = true;
    header.response = answer;
    header.exchange = static_cast<ExchangeType>(steps.octet());
    header.message_id = answer ? response++ : request++;
    const auto first = static_cast<PayloadType>(steps.octet());
    auto sealed = sealer->seal(header, first, steps.octets(), kMaximumMessage, false, world.a.random);
    if (!sealed) return;
    for (Bytes& datagram : *sealed) {
      world.b.agent.receive(world.now, {{kAddressB, kIkePort}, {kAddressA, kIkePort}, false, std::move(datagram)});
    }
  };
  for (unsigned step = 0; step < 64 && !steps.done(); ++step) {
    switch (steps.octet() % 9) {
      case 0: {
        const View octets = steps.octets();
        world.b.agent.receive(world.now,
                              {{kAddressB, kIkePort}, {kAddressA, kIkePort}, false, {octets.begin(), octets.end()}});
        break;
      }
      case 1:
        authentic(false);
        break;
      case 2:
        authentic(true);
        break;
      case 3:
        world.run_for(steps.octet() * 10 * kMillisecond);
        break;
      case 4: {
        const auto sessions = world.b.agent.sessions();
        const auto kind = static_cast<ChildEventKind>(steps.octet() % 5);
        if (!sessions.empty() && !sessions.front().children.empty()) {
          world.b.agent.on_child_event(world.now, {sessions.front().children.front().handle, kind});
        }
        break;
      }
      case 5: {
        const auto sessions = world.b.agent.sessions();
        if (!sessions.empty() && !sessions.front().children.empty()) {
          static_cast<void>(
              world.b.agent.rekey_child(world.now, sessions.front().id, sessions.front().children.front().id));
        }
        break;
      }
      case 6:
        static_cast<void>(world.b.agent.rekey_ike(world.now, session.id));
        break;
      case 7:
        static_cast<void>(world.b.agent.terminate(world.now, session.id));
        break;
      default:
        real = true;
        world.run_for(kSecond);
        real = false;
        break;
    }
    world.run_for(0);
  }
  // However it went on: what the agent told its table made sense, and in the end nothing is left that nobody owns.
  real = true;
  world.run_for(400 * kSecond);
  expect(world.b.backend.complaints().empty(), "commands to the table make sense");
  std::size_t children = 0;
  for (const SessionReport& report : world.b.agent.sessions()) children += report.children.size();
  std::size_t pairs = 0;
  for (const auto& [handle, pair] : world.b.backend.pairs()) pairs += pair.state == PairState::kDraining ? 0 : 1;
  expect(pairs == children, "the table holds the agent's Child SAs and no other");
}

}  // namespace
}  // namespace sallyport::ike::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sallyport::ike::testing::run({data, size});
  return 0;
}
