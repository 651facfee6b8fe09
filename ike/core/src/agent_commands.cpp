// What a user asks of the agent.
#include <algorithm>

#include "agent_impl.hpp"
#include "child_tasks.hpp"
#include "ike_tasks.hpp"

namespace sallyport::ike {

namespace {

Error no_session(SessionId id) { return {ErrorCode::kNotFound, "no IKE SA with number " + std::to_string(id.value)}; }

Error no_child(ChildId id) { return {ErrorCode::kNotFound, "no Child SA with number " + std::to_string(id.value)}; }

// The session, when requests can go out on it.
Result<Session*> ready(Session* session, SessionId id) {
  if (session == nullptr) return no_session(id);
  if (session->current() == nullptr || session->current()->state != IkeState::kEstablished) {
    return Error{ErrorCode::kBadState, "the IKE SA is not up"};
  }
  return session;
}

}  // namespace

Result<void> Agent::initiate_child(TimeNs now, SessionId id, std::string_view child) {
  impl_->services.now = now;
  auto session = ready(impl_->find(id), id);
  if (!session) return session.error();
  const auto& children = (*session)->config().children;
  const auto config =
      std::find_if(children.begin(), children.end(), [child](const ChildConfig& c) { return c.name == child; });
  if (config == children.end()) {
    return Error{ErrorCode::kNotFound,
                 "connection '" + (*session)->config().name + "' has no child '" + std::string(child) + "'"};
  }
  (*session)->enqueue(make_child_task(*config, {}));
  impl_->settle(**session);
  return {};
}

Result<void> Agent::rekey_child(TimeNs now, SessionId id, ChildId number) {
  impl_->services.now = now;
  auto session = ready(impl_->find(id), id);
  if (!session) return session.error();
  Child* child = (*session)->children().find(number);
  if (child == nullptr) return no_child(number);
  (*session)->want_rekey(*child);
  impl_->settle(**session);
  return {};
}

Result<void> Agent::rekey_ike(TimeNs now, SessionId id) {
  impl_->services.now = now;
  auto session = ready(impl_->find(id), id);
  if (!session) return session.error();
  (*session)->begin_ike_rekey();
  impl_->settle(**session);
  return {};
}

Result<void> Agent::delete_child(TimeNs now, SessionId id, ChildId number) {
  impl_->services.now = now;
  auto session = ready(impl_->find(id), id);
  if (!session) return session.error();
  Child* child = (*session)->children().find(number);
  if (child == nullptr) return no_child(number);
  (*session)->tell(AgentEventKind::kChildDown, child, "deleted here");
  child->unwanted = true;
  (*session)->want_delete(*child);
  impl_->settle(**session);
  return {};
}

Result<void> Agent::terminate(TimeNs now, SessionId id) {
  impl_->services.now = now;
  Session* session = impl_->find(id);
  if (session == nullptr) return no_session(id);
  session->terminate();
  impl_->settle(*session);
  return {};
}

Result<void> Agent::probe(TimeNs now, SessionId id) {
  impl_->services.now = now;
  auto session = ready(impl_->find(id), id);
  if (!session) return session.error();
  (*session)->enqueue(liveness_task(), true);
  impl_->settle(**session);
  return {};
}

}  // namespace sallyport::ike
