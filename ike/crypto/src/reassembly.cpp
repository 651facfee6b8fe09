#include "sallyport/ike/reassembly.hpp"

#include <algorithm>
#include <numeric>

namespace sallyport::ike {

std::string_view name(FragmentDrop why) {
  switch (why) {
    case FragmentDrop::kBadNumber:
      return "bad_number";
    case FragmentDrop::kTooMany:
      return "too_many";
    case FragmentDrop::kTotalShrank:
      return "total_shrank";
    case FragmentDrop::kDuplicate:
      return "duplicate";
    case FragmentDrop::kNotAuthentic:
      return "not_authentic";
    case FragmentDrop::kHeaderDiffers:
      return "header_differs";
    case FragmentDrop::kTooLarge:
      return "too_large";
    case FragmentDrop::kNoRoom:
      return "no_room";
  }
  return "?";
}

Reassembler::Verdict Reassembler::add(View message, const Header& header, const FragmentView& skf, Opener& opener) {
  const auto dropped = [](FragmentDrop why) { return Verdict{Outcome::kDropped, why, {}}; };
  if (skf.number == 0 || skf.number > skf.total) return dropped(FragmentDrop::kBadNumber);
  if (skf.total > limits_.fragments) return dropped(FragmentDrop::kTooMany);
  auto begun = std::find_if(begun_.begin(), begun_.end(),
                            [&header](const Begun& one) { return one.message_id == header.message_id; });
  const auto by_number = [](const Piece& piece, std::uint16_t number) { return piece.number < number; };
  if (begun == begun_.end()) {
    if (begun_.size() >= limits_.messages) return dropped(FragmentDrop::kNoRoom);
  } else if (skf.total < begun->total) {
    return dropped(FragmentDrop::kTotalShrank);
  } else if (skf.total == begun->total) {
    const auto at = std::lower_bound(begun->pieces.begin(), begun->pieces.end(), skf.number, by_number);
    if (at != begun->pieces.end() && at->number == skf.number) return dropped(FragmentDrop::kDuplicate);
  }

  auto opened = opener.open(message, skf);
  if (!opened) return dropped(FragmentDrop::kNotAuthentic);

  if (begun == begun_.end()) {
    begun = begun_.insert(begun, Begun{});
    begun->message_id = header.message_id;
    begun->exchange = header.exchange;
    begun->initiator = header.initiator;
    begun->response = header.response;
  } else if (header.exchange != begun->exchange || header.initiator != begun->initiator ||
             header.response != begun->response) {
    return dropped(FragmentDrop::kHeaderDiffers);
  }
  if (skf.total > begun->total) {  // the first, or the sender has made its fragments smaller
    begun->total = skf.total;
    begun->octets = 0;
    begun->pieces.clear();
  }
  begun->octets += opened->inner.size();
  if (begun->octets > limits_.octets) {
    begun_.erase(begun);
    return dropped(FragmentDrop::kTooLarge);
  }
  if (skf.number == 1) begun->first_inner = opened->first_inner;
  const auto at = std::lower_bound(begun->pieces.begin(), begun->pieces.end(), skf.number, by_number);
  begun->pieces.insert(at, Piece{skf.number, std::move(opened->inner)});
  if (begun->pieces.size() < begun->total) return {Outcome::kMore, {}, {}};

  Bytes whole;
  whole.reserve(begun->octets);
  for (const Piece& piece : begun->pieces) {
    whole.insert(whole.end(), piece.inner.view().begin(), piece.inner.view().end());
  }
  Verdict verdict{Outcome::kComplete, {}, {begun->first_inner, Plaintext(std::move(whole))}};
  begun_.erase(begun);
  return verdict;
}

void Reassembler::forget_below(std::uint32_t message_id) {
  std::erase_if(begun_, [message_id](const Begun& one) { return one.message_id < message_id; });
}

void Reassembler::forget(std::uint32_t message_id) {
  std::erase_if(begun_, [message_id](const Begun& one) { return one.message_id == message_id; });
}

std::size_t Reassembler::octets() const {
  return std::accumulate(begun_.begin(), begun_.end(), std::size_t{0},
                         [](std::size_t sum, const Begun& one) { return sum + one.octets; });
}

}  // namespace sallyport::ike
