#include "child.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike {

std::string_view name(ChildState state) {
  switch (state) {
    case ChildState::kInstalled:
      return "installed";
    case ChildState::kRekeying:
      return "rekeying";
    case ChildState::kReplaced:
      return "replaced";
    case ChildState::kDeleting:
      return "deleting";
    case ChildState::kRedundant:
      return "redundant";
  }
  return "?";
}

Child& ChildTable::add(Child child) {
  const ChildId id = child.id;
  inbound_.insert_or_assign(child.spi_in.value, id);
  outbound_.insert_or_assign(child.spi_out.value, id);
  return children_.insert_or_assign(id.value, std::move(child)).first->second;
}

Child* ChildTable::find(ChildId id) {
  const auto found = children_.find(id.value);
  return found == children_.end() ? nullptr : &found->second;
}

Child* ChildTable::by_inbound(Spi spi) {
  const auto found = inbound_.find(spi.value);
  return found == inbound_.end() ? nullptr : find(found->second);
}

Child* ChildTable::by_outbound(Spi spi) {
  const auto found = outbound_.find(spi.value);
  return found == outbound_.end() ? nullptr : find(found->second);
}

void ChildTable::remove(ChildId id) {
  const auto found = children_.find(id.value);
  if (found == children_.end()) return;
  // The peer may have given one SPI to two of its SAs: only this one's names go.
  for (auto [map, spi] : {std::pair{&inbound_, found->second.spi_in}, std::pair{&outbound_, found->second.spi_out}}) {
    const auto named = map->find(spi.value);
    if (named != map->end() && named->second == id) map->erase(named);
  }
  children_.erase(found);
}

std::vector<ChildId> ChildTable::ids() const {
  std::vector<ChildId> ids;
  ids.reserve(children_.size());
  for (const auto& entry : children_) ids.push_back(entry.second.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace sallyport::ike
