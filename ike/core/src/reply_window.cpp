#include "reply_window.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike {

const ReplyWindow::Kept* ReplyWindow::find(std::uint32_t id) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [id](const Kept& k) { return k.id == id; });
  return found == kept_.end() ? nullptr : &*found;
}

ReplyWindow::Place ReplyWindow::place(std::uint32_t id) const {
  if (find(id) != nullptr) return Place::kAnswered;
  return id >= expected_ && id - expected_ < size_ ? Place::kNew : Place::kOutside;
}

void ReplyWindow::answered(std::uint32_t id, std::vector<Bytes> datagrams) {
  kept_.push_back({id, std::move(datagrams)});
  while (find(expected_) != nullptr) ++expected_;
  // A request X + size shows that the answer to X has come.
  const std::uint32_t newest =
      std::max_element(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) { return a.id < b.id; })->id;
  std::erase_if(kept_, [&](const Kept& k) { return k.id + std::uint64_t{size_} <= newest; });
}

const std::vector<Bytes>& ReplyWindow::answer(std::uint32_t id) const {
  static const std::vector<Bytes> kNothing;
  const Kept* kept = find(id);
  return kept == nullptr ? kNothing : kept->datagrams;
}

}  // namespace sallyport::ike
