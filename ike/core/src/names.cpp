#include <array>

#include "sallyport/ike/agent.hpp"
#include "sallyport/ike/counters.hpp"
#include "sallyport/ike/endpoint.hpp"

namespace sallyport::ike {

std::string Endpoint::to_string() const {
  const std::string text = address.to_string();
  return (address.version == 6 ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

std::string_view name(Counter counter) {
  static constexpr std::array<std::string_view, kCounters> kNames{"messages_in",
                                                                  "messages_out",
                                                                  "malformed",
                                                                  "unknown_spi",
                                                                  "not_authentic",
                                                                  "fragments_dropped",
                                                                  "answered_again",
                                                                  "outside_window",
                                                                  "retransmissions",
                                                                  "timeouts",
                                                                  "cookies_asked",
                                                                  "half_open_refused",
                                                                  "rate_refused",
                                                                  "ike_up",
                                                                  "ike_failed",
                                                                  "ike_rekeys",
                                                                  "ike_collisions",
                                                                  "children_up",
                                                                  "child_rekeys_ours",
                                                                  "child_rekeys_peers",
                                                                  "child_collisions",
                                                                  "child_rekeys_failed",
                                                                  "redundant_deleted_here",
                                                                  "deletes_unconfirmed",
                                                                  "refused_full",
                                                                  "temporary_failures_sent",
                                                                  "temporary_failures_received",
                                                                  "duplicate_children",
                                                                  "duplicate_children_deleted",
                                                                  "queues_refused",
                                                                  "count_negotiated",
                                                                  "count_ignored",
                                                                  "children_expired"};
  return kNames.at(static_cast<std::size_t>(counter));
}

std::string_view name(AgentEventKind kind) {
  switch (kind) {
    case AgentEventKind::kIkeUp:
      return "ike_up";
    case AgentEventKind::kIkeFailed:
      return "ike_failed";
    case AgentEventKind::kIkeRekeyed:
      return "ike_rekeyed";
    case AgentEventKind::kIkeDown:
      return "ike_down";
    case AgentEventKind::kChildUp:
      return "child_up";
    case AgentEventKind::kChildFailed:
      return "child_failed";
    case AgentEventKind::kChildRekeyed:
      return "child_rekeyed";
    case AgentEventKind::kChildDown:
      return "child_down";
    case AgentEventKind::kCollision:
      return "collision";
    case AgentEventKind::kDuplicate:
      return "duplicate";
    case AgentEventKind::kWarning:
      return "warning";
    case AgentEventKind::kKeyLog:
      return "key_log";
  }
  return "?";
}

}  // namespace sallyport::ike
