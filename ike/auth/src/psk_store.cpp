#include <algorithm>
#include <utility>

#include "sallyport/ike/credentials.hpp"

namespace sallyport::ike {
namespace {

IdentityMatch best_match(const std::vector<IdentityPattern>& owners, const Identity* identity) {
  IdentityMatch best = IdentityMatch::kNone;
  if (identity == nullptr) return best;
  for (const IdentityPattern& owner : owners) best = std::max(best, owner.match(*identity));
  return best;
}

}  // namespace

void PskStore::add(std::vector<IdentityPattern> owners, SharedSecret secret) {
  entries_.push_back({std::move(owners), std::move(secret)});
}

const SharedSecret* PskStore::find(const Identity& local, const Identity* remote) const {
  const SharedSecret* found = nullptr;
  std::pair<IdentityMatch, IdentityMatch> found_rank;
  for (const Entry& entry : entries_) {
    const std::pair rank(best_match(entry.owners, remote), best_match(entry.owners, &local));
    const bool none = rank.first == IdentityMatch::kNone && rank.second == IdentityMatch::kNone;
    if (none && !entry.owners.empty()) continue;
    if (found != nullptr && rank <= found_rank) continue;
    found = &entry.secret;
    found_rank = rank;
  }
  return found;
}

}  // namespace sallyport::ike
