#include "sallyport/ike/agent.hpp"

#include <algorithm>
#include <utility>

#include "agent_impl.hpp"
#include "child_tasks.hpp"
#include "ike_tasks.hpp"
#include "init.hpp"
#include "negotiation.hpp"

namespace sallyport::ike {

Agent::Impl::Impl(const AgentConfig& config, SaBackend& backend, RandomSource& random)
    : services{config_, backend, random, {}, {}, {}, {}, 0}, config_(config), half_open_(config_), cookies_(random) {}

Result<std::string> Agent::Impl::load(ConnectionConfig connection) {
  if (const auto fine = connection.check(); !fine) return fine.error();
  for (const auto& other : services.directory.connections) {
    if (other->name == connection.name) {
      return Error{ErrorCode::kInvalidArgument, "connection '" + connection.name + "' is there already"};
    }
    if (other->owner == connection.owner) {
      return Error{ErrorCode::kInvalidArgument, "connections '" + other->name + "' and '" + connection.name +
                                                    "' have one owner number: give each its own"};
    }
  }
  std::string sizing;
  for (const ChildConfig& child : connection.children) {
    sizing += child.name + ": " + size_child(connection, child, true, connection.counts.t_ike).text + '\n';
  }
  services.directory.connections.push_back(std::make_unique<ConnectionConfig>(std::move(connection)));
  return sizing;
}

Session& Agent::Impl::make_session(const ConnectionConfig& config) {
  const std::uint32_t number = next_session_++;
  Slot& slot = sessions_[number];
  slot.session = std::make_unique<Session>(services, SessionId{number}, config);
  services.directory.sessions.push_back(slot.session.get());
  return *slot.session;
}

Result<SessionId> Agent::Impl::initiate(TimeNs now, std::string_view name) {
  services.now = now;
  const ConnectionConfig* config = services.directory.connection(name);
  if (config == nullptr) return Error{ErrorCode::kNotFound, "no connection '" + std::string(name) + "'"};
  if (!config->remote || !config->local) {
    return Error{ErrorCode::kInvalidArgument,
                 "connection '" + config->name + "' names no local and remote address: it can only answer"};
  }
  Session& session = make_session(*config);
  IkeSa& ike = session.add_ike(true, {*config->local, kIkePort}, {*config->remote, config->remote_port});
  const SessionId id = session.id();
  const auto begun = begin_init(session, ike);
  if (!begun) session.close(AgentEventKind::kIkeFailed, begun.error().text);
  settle(session);
  if (!begun) return begun.error();
  return id;
}

Session* Agent::Impl::find(SessionId id) {
  const auto found = sessions_.find(id.value);
  return found == sessions_.end() ? nullptr : found->second.session.get();
}

void Agent::Impl::settle(Session& session) {
  session.pump();
  session.reap();
  if (session.peer().initial_contact) {
    session.peer().initial_contact = false;
    end_others(session);
  }
  const IkeSa* ike = session.current();
  const std::uint32_t number = session.id().value;
  Slot& slot = sessions_.at(number);
  if (slot.half_open && (session.closed() || ike == nullptr || ike->state != IkeState::kAuth)) {
    if (session.closed()) {
      half_open_.remove(*slot.half_open, session);
    } else {
      half_open_.finish(*slot.half_open, session, services.now);
    }
    slot.half_open.reset();
  }
  if (session.closed()) {
    half_open_.down(number);
    deadlines_.erase({slot.deadline, number});
    std::erase(services.directory.sessions, &session);
    sessions_.erase(number);
    return;
  }
  if (ike != nullptr && ike->state == IkeState::kEstablished) half_open_.up(number, ike->remote().address);
  const TimeNs deadline = session.next_deadline();
  if (deadline == slot.deadline) return;
  deadlines_.erase({slot.deadline, number});
  slot.deadline = deadline;
  if (deadline != kNever) deadlines_.emplace(deadline, number);
}

void Agent::Impl::end_others(Session& session) {
  // answer_auth() has closed them, so that their entries were free for the first child. Here they go.
  std::vector<Session*> gone;
  for (Session* other : services.directory.sessions) {
    if (other != &session && other->closed()) gone.push_back(other);
  }
  for (Session* other : gone) settle(*other);
}

void Agent::Impl::on_child_event(TimeNs now, const ChildEvent& event) {
  services.now = now;
  const auto place = services.directory.children.find(event.child.value);
  if (place == services.directory.children.end()) return;
  Session& session = *place->second.session;
  session.on_child_event(place->second.child, event.kind);
  settle(session);
}

void Agent::Impl::advance(TimeNs now) {
  services.now = now;
  // Each once: whatever is due again at the same moment waits for the next call, so that nobody is kept here for ever.
  std::vector<std::uint32_t> due;
  for (auto next = deadlines_.begin(); next != deadlines_.end() && next->first <= now; ++next) {
    due.push_back(next->second);
  }
  for (const std::uint32_t number : due) {
    const auto slot = sessions_.find(number);
    if (slot == sessions_.end() || slot->second.deadline > now) continue;
    deadlines_.erase({slot->second.deadline, number});
    slot->second.deadline = kNever;
    slot->second.session->advance(now);
    settle(*slot->second.session);
  }
}

TimeNs Agent::Impl::next_deadline() const { return deadlines_.empty() ? kNever : deadlines_.begin()->first; }

std::vector<SessionReport> Agent::Impl::reports() const {
  std::vector<SessionReport> reports;
  for (const auto& [number, slot] : sessions_) reports.push_back(slot.session->report());
  return reports;
}

// The public face.

Agent::Agent(const AgentConfig& config, SaBackend& backend, RandomSource& random)
    : impl_(std::make_unique<Impl>(config, backend, random)) {}
Agent::~Agent() = default;

Result<std::string> Agent::load(ConnectionConfig connection) { return impl_->load(std::move(connection)); }
Result<SessionId> Agent::initiate(TimeNs now, std::string_view connection) { return impl_->initiate(now, connection); }
void Agent::receive(TimeNs now, const UdpMessage& message) { impl_->receive(now, message); }
void Agent::on_child_event(TimeNs now, const ChildEvent& event) { impl_->on_child_event(now, event); }
void Agent::advance(TimeNs now) { impl_->advance(now); }
TimeNs Agent::next_deadline() const { return impl_->next_deadline(); }
const Counters& Agent::counters() const { return impl_->services.counters; }
std::vector<SessionReport> Agent::sessions() const { return impl_->reports(); }

std::optional<UdpMessage> Agent::next_message() {
  auto& out = impl_->services.out;
  if (out.empty()) return {};
  std::optional<UdpMessage> message(std::move(out.front()));
  out.pop_front();
  return message;
}

std::optional<AgentEvent> Agent::next_event() {
  auto& events = impl_->services.events;
  if (events.empty()) return {};
  std::optional<AgentEvent> event(std::move(events.front()));
  events.pop_front();
  return event;
}

}  // namespace sallyport::ike
