// The work that waits for the window, and what may go at the same time.
#include <algorithm>
#include <utility>

#include "ike_tasks.hpp"
#include "session.hpp"

namespace sallyport::ike {

void Session::enqueue(std::unique_ptr<Task> task, bool first) {
  if (terminating_ || closed_) return;
  if (first) {
    queue_.push_front(std::move(task));
  } else {
    queue_.push_back(std::move(task));
  }
}

bool Session::busy_with(TaskKind kind) const {
  for (const auto& ike : ikes_) {
    for (const Outstanding& request : std::as_const(*ike).requests().all()) {
      if (request.task && request.task->kind() == kind) return true;
    }
  }
  return false;
}

void Session::pump() {
  while (!closed_ && current_ != nullptr && current_->state == IkeState::kEstablished &&
         services_.now >= current_->usable_from && current_->requests().open() && !queue_.empty()) {
    // The first that may begin. All but the IKE SA's own rekey pass by one that waits only for a time.
    const auto next = std::find_if(queue_.begin(), queue_.end(),
                                   [this](const std::unique_ptr<Task>& task) { return may_begin(task->kind()); });
    if (next == queue_.end()) return;
    if ((*next)->kind() == TaskKind::kRekeyIke && !current_->requests().idle()) return;
    std::unique_ptr<Task> task = std::move(*next);
    queue_.erase(next);
    IkeSa& ike = *current_;
    auto request = task->begin(*this, ike);
    if (!request) continue;
    if (task->kind() == TaskKind::kDeleteIke) ike.state = IkeState::kClosing;
    if (const auto sent = ike.send_request(services_, std::move(*request), std::move(task), schedule()); !sent) {
      close(AgentEventKind::kIkeDown, sent.error().text);
    }
  }
}

bool Session::may_begin(TaskKind kind) const {
  switch (kind) {
    case TaskKind::kMakeChild:
      // Not while the IKE SA is being rekeyed by either end (RFC 7296 2.8, 2.25).
      return !ike_rekey_ && services_.now >= held_until_;
    case TaskKind::kDeleteChild:
      return !ike_rekey_;
    case TaskKind::kAuth:
    case TaskKind::kRekeyIke:
    case TaskKind::kDeleteIke:
    case TaskKind::kInform:
      break;
  }
  return true;
}

}  // namespace sallyport::ike
