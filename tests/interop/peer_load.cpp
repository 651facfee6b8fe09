#include "peer_load.hpp"

namespace sallyport::ike {

using nlohmann::json;

void Load::set_up(TimeNs now, const std::string& connection) {
  if (!agent_.initiate(now, connection)) ++failed_;
}

void Load::rekey(TimeNs now, SessionId session, ChildId child) {
  if (!agent_.rekey_child(now, session, child)) ++failed_;
}

std::optional<json> Load::command(TimeNs now, const json& command) {
  const std::string what = command["do"];
  const std::uint64_t rounds = command.value("rounds", std::uint64_t{1});
  if (what == "load_setup") {
    const auto copies = command.value("copies", 1U);
    for (unsigned i = 0; i < copies; ++i) {
      const std::string name = "peer" + std::to_string(i);
      set_ups_left_[name] = rounds;
      wanted_ += rounds;
      set_up(now, name);
    }
  } else if (what == "load_rekey") {
    for (const SessionReport& session : agent_.sessions()) {
      for (const ChildReport& child : session.children) {
        if (child.state != "installed") continue;
        rekeys_left_[session.id.value] = rounds;
        wanted_ += rounds;
        rekey(now, session.id, child.id);
        break;
      }
    }
  } else if (what == "load_children") {
    const SessionId session = agent_.sessions().front().id;
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      if (!agent_.initiate_child(now, session, "c" + std::to_string(i))) ++failed_;
    }
    wanted_ += rounds;
  } else if (what != "load") {
    return {};
  }
  return json{{"done", what},
              {"ok", true},
              {"error", ""},
              {"set_ups", set_ups_},
              {"rekeys", rekeys_},
              {"failed", failed_},
              {"why", why_},
              {"children", children_},
              {"left", wanted_ - set_ups_ - rekeys_ - children_}};
}

void Load::on_event(TimeNs now, const AgentEvent& event) {
  switch (event.kind) {
    case AgentEventKind::kChildUp: {
      if (event.child.starts_with("c")) ++children_;
      const auto left = set_ups_left_.find(event.connection);
      if (left == set_ups_left_.end() || left->second == 0) return;
      ++set_ups_;
      if (--left->second > 0) static_cast<void>(agent_.terminate(now, event.session));
      return;
    }
    case AgentEventKind::kIkeDown: {
      const auto left = set_ups_left_.find(event.connection);
      if (left != set_ups_left_.end() && left->second > 0) set_up(now, event.connection);
      return;
    }
    case AgentEventKind::kChildRekeyed: {
      const auto left = rekeys_left_.find(event.session.value);
      if (left == rekeys_left_.end() || left->second == 0 || !event.child_id || event.text == "by the peer") return;
      ++rekeys_;
      if (--left->second > 0) rekey(now, event.session, *event.child_id);
      return;
    }
    case AgentEventKind::kIkeFailed:
    case AgentEventKind::kChildFailed:
      ++failed_;
      why_ = event.connection + " " + event.child + ": " + event.text;
      return;
    default:
      return;
  }
}

}  // namespace sallyport::ike
