#include "sallyport/ike/table_use.hpp"

#include <algorithm>

namespace sallyport::ike {

Result<unsigned> TableUse::permille() {
  const std::uint64_t now = device_.bus().now_ns();
  if (in_doubt_ || now - looked_at_ >= kLookAgainNs) {
    // Even if it fails: a mailbox that does not answer is not waited for again and again.
    looked_at_ = now;
    in_doubt_ = false;
    last_ = look();
  }
  if (!last_) return last_.error();
  const unsigned table = device_.info().num_sas;
  return std::min(used_, table) * 1'000U / table;
}

Result<void> TableUse::look() {
  const auto found = device_.occupancy();
  if (!found) return found.error();
  const unsigned free = found->entries[static_cast<std::size_t>(abi::EntryState::kFree)];
  const unsigned open = free - std::min<unsigned>(free, found->claimed);
  used_ = found->num_sas - std::min<unsigned>(found->num_sas, open);
  return {};
}

}  // namespace sallyport::ike
