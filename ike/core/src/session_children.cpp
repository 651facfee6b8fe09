// Child SAs of a session: when they are rekeyed, which one carries traffic, how they go.
#include <utility>

#include "child_tasks.hpp"
#include "session.hpp"

namespace sallyport::ike {

namespace {

constexpr TimeNs kHour = 3'600 * kSecond;

bool same_traffic(const Child& a, const SelectorSet& local, const SelectorSet& remote, bool tunnel) {
  return a.tunnel == tunnel && same(a.local, local) && same(a.remote, remote);
}

// Whatever is under way with it already: until its successor is in use it carries what its predecessor did.
bool may_take_over(const Child& child) {
  return child.replaces && child.state != ChildState::kRedundant && child.state != ChildState::kDeleting;
}

bool same_traffic(const Child& a, const Child& b) { return same_traffic(a, b.local, b.remote, b.tunnel); }

}  // namespace

void Session::tell(AgentEventKind kind, const Child* child, std::string text) {
  AgentEvent event;
  event.kind = kind;
  event.time = services_.now;
  event.session = id_;
  event.connection = config_->name;
  if (child != nullptr) {
    event.child = child->config->name;
    event.child_id = child->id;
    event.spi_in = child->spi_in;
    event.spi_out = child->spi_out;
  }
  event.text = std::move(text);
  services_.events.push_back(std::move(event));
}

void Session::tell(AgentEventKind kind, const std::string& child_name, std::string text) {
  tell(kind, nullptr, std::move(text));
  services_.events.back().child = child_name;
}

Child& Session::add_child(Child child) {
  Child& added = children_.add(std::move(child));
  services_.directory.children.insert_or_assign(added.handle.value, Directory::ChildPlace{this, added.id});
  look_at(added.id, std::min(added.soft_at, added.hard_at));
  return added;
}

void Session::want_rekey(Child& child) {
  if (child.state != ChildState::kInstalled || child.rekey_queued) return;
  child.rekey_queued = true;
  child.retry_at = kNever;
  if (child.failures == 0) child.wanted = services_.now;
  enqueue(make_child_task(*child.config, child.id));
}

void Session::take_over(Child& next) {
  SaBackend& backend = services_.backend;
  const bool rekeyed = next.replaces.has_value();
  Child* old = rekeyed ? children_.find(*next.replaces) : nullptr;
  next.replaces.reset();
  if (old != nullptr) backend.supersede(old->handle, next.handle);
  backend.use_outbound(next.handle);
  next.outbound = true;
  if (old != nullptr) {
    // What is to go out goes out on the new one: the old entry is not needed any more.
    backend.drop_outbound(old->handle);
    old->outbound = false;
  }
  if (rekeyed) {
    next.duplicate = old != nullptr && old->duplicate;
    return;
  }
  services_.count(Counter::kChildrenUp);
  // Legal (RFC 7296 1.3.1, RFC 9611), but on a table of fixed size worth knowing.
  for (const auto& [number, other] : children_.all()) {
    if (number == next.id.value || other.state == ChildState::kRedundant || !same_traffic(other, next)) continue;
    next.duplicate = true;
    services_.count(Counter::kDuplicates);
    tell(AgentEventKind::kDuplicate, &next, "there is a Child SA for this traffic already");
    break;
  }
  tell(AgentEventKind::kChildUp, &next, to_string(next.suite));
}

Child* Session::hand_over(Child& old) {
  std::optional<ChildId> heir = old.replaced_by;
  const auto ours = rekeys_.find(old.id);
  if (ours != rekeys_.end() && ours->second) heir = ours->second->made;
  Child* next = heir ? children_.find(*heir) : nullptr;
  if (next != nullptr && may_take_over(*next)) take_over(*next);
  return next;
}

bool Session::known_to_peer(const Child& child) const {
  if (!child.made_by) return true;
  for (const auto& ike : ikes_) {
    if (ike->own_spi() != child.made_by->ike || ike->state == IkeState::kDeleted) continue;
    // An answer is kept until a request comes that shows that the peer has it.
    return std::as_const(*ike).replies().place(child.made_by->id) == ReplyWindow::Place::kOutside;
  }
  return true;  // the peer went on to another IKE SA
}

unsigned Session::carrying(const SelectorSet& local, const SelectorSet& remote, bool tunnel) const {
  unsigned number = 0;
  for (const auto& entry : children_.all()) {
    const Child& child = entry.second;
    const bool in_use = child.state == ChildState::kInstalled || child.state == ChildState::kRekeying;
    if (in_use && !child.replaces && same_traffic(child, local, remote, tunnel)) ++number;
  }
  return number;
}

void Session::delete_older(const Child& newer) {
  if (config_->unique_children != UniqueChildren::kNewest || services_.now < may_delete_older_) return;
  for (const ChildId id : children_.ids()) {
    if (id == newer.id) break;  // the rest is newer still
    Child& older = *children_.find(id);
    if (older.state != ChildState::kInstalled || !same_traffic(older, newer)) continue;
    // Not again and again: a peer that makes up for each would have us do so for ever.
    may_delete_older_ = services_.now + kHour;
    services_.count(Counter::kDuplicatesDeleted);
    tell(AgentEventKind::kChildDown, &older, "a newer one carries the same traffic");
    want_delete(older);
  }
}

void Session::keep_predecessor(const Child& child) {
  Child* old = child.replaces ? children_.find(*child.replaces) : nullptr;
  if (old == nullptr || old->replaced_by != child.id || old->state != ChildState::kReplaced) return;
  old->state = ChildState::kInstalled;
  old->replaced_by.reset();
  old->gone_by = kNever;
}

void Session::want_delete(Child& child) {
  if (child.state == ChildState::kDeleting) return;
  if (child.state != ChildState::kRedundant) child.state = ChildState::kDeleting;
  child.gone_by = kNever;
  enqueue(delete_child_task(child.id), true);
}

void Session::retire(Child& child) {
  const ChildId id = child.id;
  hand_over(child);
  services_.directory.children.erase(child.handle.value);
  looks_.erase({child.look, id});
  services_.backend.retire(child.handle);
  children_.remove(id);
}

void Session::on_child_event(ChildId id, ChildEventKind kind) {
  Child* child = children_.find(id);
  if (child == nullptr) return;
  switch (kind) {
    case ChildEventKind::kSoft:
    case ChildEventKind::kRekeyWanted:
      // Refused a moment ago: not at once again.
      if (child->retry_at == kNever || child->retry_at <= services_.now) want_rekey(*child);
      break;
    case ChildEventKind::kHard:
      child->dead = true;
      if (child->state == ChildState::kInstalled || child->state == ChildState::kRekeying) {
        services_.count(Counter::kExpired);
        tell(AgentEventKind::kWarning, child, "reached its hard limit before it was replaced");
      }
      want_rekey(*child);
      break;
    case ChildEventKind::kFirstPacket:
      // The peer uses it, so it has processed our answer (RFC 7296 2.8).
      if (may_take_over(*child)) {
        take_over(*child);
      } else if (child->duplicate) {
        delete_older(*child);
      }
      break;
    case ChildEventKind::kGone:
      tell(AgentEventKind::kChildDown, child, "its table entries were taken back");
      if (child->state != ChildState::kDeleting && child->state != ChildState::kRedundant) want_delete(*child);
      break;
  }
}

}  // namespace sallyport::ike
