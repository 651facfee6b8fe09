// What the firmware tells, as the agent wants to know it.
#include "sallyport/ike/driver_backend.hpp"

namespace sallyport::ike {

namespace {

ChildEventKind kind_of(abi::EventKind event) {
  switch (event) {
    case abi::EventKind::kSoftOctets:
    case abi::EventKind::kSoftPackets:
    case abi::EventKind::kSoftSeq:
    case abi::EventKind::kIcvSoft:
      return ChildEventKind::kSoft;
    case abi::EventKind::kHard:
    case abi::EventKind::kSeqEnd:
    case abi::EventKind::kIcvLimit:
    case abi::EventKind::kMemory:
      break;
  }
  return ChildEventKind::kHard;
}

}  // namespace

void DriverBackend::on_notice(const Notice& notice) {
  if (const auto* event = std::get_if<SaEvent>(&notice)) {
    if (const auto child = holder(event->ref)) told(*child, kind_of(event->event));
  } else if (const auto* request = std::get_if<RekeyRequest>(&notice)) {
    if (const auto child = holder(request->inbound)) told(*child, ChildEventKind::kRekeyWanted);
  } else if (const auto* transition = std::get_if<EntryTransition>(&notice)) {
    take_transition(*transition);
  } else if (const auto* load = std::get_if<LoadWarning>(&notice)) {
    warn("rekeying needs " + std::to_string(load->load / 10) + " % of the table's rekey reserve");
  }
}

// Entries that we give back are not held any more when the news comes; what still is went by itself.
void DriverBackend::take_transition(const EntryTransition& transition) {
  if (transition.to != abi::EntryState::kErasing && transition.to != abi::EntryState::kFree) return;
  const auto child = holder(transition.ref);
  if (!child) return;
  if (transition.direction == Direction::kOutbound) {
    // Where traffic goes out on it the agent has to know; else it was about to go, and the inbound half is still good.
    const bool in_use = routes_.drop(*child);
    drop_outbound(*child);
    if (in_use) tell_gone(*child, *find(*child));
    return;
  }
  let_go(transition.ref, *child);
  tell_gone(*child, *find(*child));
}

void DriverBackend::tell_gone(ChildHandle child, Pair& pair) {
  if (pair.told_gone) return;  // of its other half
  pair.told_gone = true;
  told(child, ChildEventKind::kGone);
}

}  // namespace sallyport::ike
