#include "sallyport/ike/connection.hpp"

#include <set>

namespace sallyport::ike {

namespace {

Error wrong(const ConnectionConfig& config, const std::string& text) {
  return {ErrorCode::kInvalidArgument, "connection '" + config.name + "': " + text};
}

}  // namespace

Result<void> ConnectionConfig::check() const {
  if (name.empty()) return Error{ErrorCode::kInvalidArgument, "a connection needs a name"};
  if (const auto fine = credentials.check(); !fine) return wrong(*this, fine.error().text);
  if (proposals.empty()) return wrong(*this, "proposals: none");
  if (local && remote && local->version != remote->version) return wrong(*this, "local and remote are of two families");
  // Below that RFC 7383 2.5.1 gives no reason to go, and some headers must fit.
  if (fragment_octets < 256 || fragment_octets > kMaximumMessage) return wrong(*this, "fragment_octets: 256 to 65,503");
  if (window < 1 || window > 16) return wrong(*this, "window: 1 to 16");
  if (retransmission.sends < 1 || retransmission.sends > 64 || retransmission.factor_tenths < 10) {
    return wrong(*this, "retransmission: 1 to 64 sendings, factor 1.0 and more");
  }
  if (counts.peak.octets == 0) return wrong(*this, "the port's rate in octets is 0");
  std::set<std::string> names;
  for (const ChildConfig& child : children) {
    const std::string where = "child '" + child.name + "': ";
    if (child.name.empty() || !names.insert(child.name).second) return wrong(*this, where + "needs a name of its own");
    if (child.proposals.empty()) return wrong(*this, where + "proposals: none");
    if (child.tunnel && (child.local.empty() || child.remote.empty())) {
      return wrong(*this, where + "tunnel mode needs selectors for both sides");
    }
    if ((child.limits.octets != 0 && child.limits.octets < kSmallestLife) ||
        (child.limits.packets != 0 && child.limits.packets < kSmallestLife)) {
      return wrong(*this, where + "limits below 1,000 leave no room for a rekey");
    }
    if (child.life_time != 0 && child.rekey_time >= child.life_time) {
      return wrong(*this, where + "rekey_time must be below life_time");
    }
  }
  return {};
}

}  // namespace sallyport::ike
