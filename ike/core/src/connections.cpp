#include "connections.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike {

std::vector<const ConnectionConfig*> connections_for(const Services& services, const IpAddress& local,
                                                     const IpAddress& remote, const Identity* peer,
                                                     const Contents& request) {
  std::vector<std::pair<unsigned, const ConnectionConfig*>> fitting;
  for (const auto& connection : services.directory.connections) {
    if (connection->local && *connection->local != local) continue;
    if (connection->remote && *connection->remote != remote) continue;
    unsigned score = (connection->local ? 1U : 0U) + (connection->remote ? 2U : 0U);
    if (peer != nullptr) {
      const IdentityMatch match = connection->credentials.remote_id.match(*peer);
      if (match == IdentityMatch::kNone) continue;
      score += 8U * static_cast<unsigned>(match);
      if (request.auth) {
        const bool psk = request.auth->method == AuthMethod::kSharedKey;
        if (psk != (connection->credentials.remote == AuthKind::kPsk)) continue;
      }
      if (request.idr && connection->credentials.local_id) {
        const auto wanted = Identity::from_payload(*request.idr);
        if (!wanted || !(*wanted == *connection->credentials.local_id)) continue;
        score += 4;
      }
    }
    fitting.emplace_back(score, connection.get());
  }
  std::stable_sort(fitting.begin(), fitting.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const ConnectionConfig*> connections;
  connections.reserve(fitting.size());
  for (const auto& entry : fitting) connections.push_back(entry.second);
  return connections;
}

}  // namespace sallyport::ike
