#include "sallyport/ike/narrowing.hpp"

#include <algorithm>

namespace sallyport::ike {
namespace {

// Adds a selector to those that are not inside each other. A wider one takes the place of the first that it swallows.
void add_maximal(SelectorSet& set, const Selector& next) {
  const auto holds_next = [&next](const Selector& s) { return s.contains(next); };
  if (std::any_of(set.begin(), set.end(), holds_next)) return;
  const auto inside_next = [&next](const Selector& s) { return next.contains(s); };
  const auto first = std::find_if(set.begin(), set.end(), inside_next);
  if (first == set.end()) {
    set.push_back(next);
    return;
  }
  *first = next;
  set.erase(std::remove_if(first + 1, set.end(), inside_next), set.end());
}

// What is acceptable of one side, in the peer's order, no more than the wire holds.
SelectorSet acceptable(const SelectorSet& asked, const SelectorSet& policy) {
  SelectorSet both;
  for (const Selector& wish : asked) {
    for (const Selector& allowed : policy) {
      const auto common = wish.valid() && allowed.valid() ? intersection(wish, allowed) : std::nullopt;
      if (common) add_maximal(both, *common);
      if (both.size() == kMaxSelectors) return both;
    }
  }
  return both;
}

// Whether packets can match both: one family, one protocol.
bool compatible(const Selector& a, const Selector& b) {
  return a.addresses.first.version == b.addresses.first.version &&
         (a.protocol == b.protocol || a.protocol == 0 || b.protocol == 0);
}

void drop_those_without_partner(SelectorSet& side, const SelectorSet& other) {
  std::erase_if(side, [&other](const Selector& s) {
    return std::none_of(other.begin(), other.end(), [&s](const Selector& o) { return compatible(s, o); });
  });
}

// The selectors of the packet that asked for the SA, where they stand in front of the others.
SelectorSet trigger_of(const SelectorSet& asked) {
  if (asked.size() < 2 || !asked.front().addresses.single()) return {};
  return {asked.front()};
}

// A selector whose addresses are one prefix: around the packet's where there is one, else the largest.
Selector with_one_prefix(Selector selector, const SelectorSet& trigger) {
  AddressRange& range = selector.addresses;
  const bool around = !trigger.empty() && range.contains(trigger.front().addresses.first);
  range = AddressRange::of(around ? range.prefix_around(trigger.front().addresses.first) : range.largest_prefix());
  return selector;
}

struct Pick {
  Selector initiator;
  Selector responder;
};

// Whether an entry can hold both: packets can match them, and there are no ports that it cannot compare.
bool fit_an_entry(const Selector& initiator, const Selector& responder) {
  return compatible(initiator, responder) && !initiator.ports.is_opaque() && !responder.ports.is_opaque();
}

// Both of the one protocol that their packets have.
Pick of_one_protocol(Pick pair) {
  pair.initiator.protocol = pair.responder.protocol = std::max(pair.initiator.protocol, pair.responder.protocol);
  return pair;
}

// The first combination that an entry can hold. What holds the selectors of a packet that asked stands first on its
// side (add_maximal), so this is the packet's own wherever policy allows it.
std::optional<Pick> pick(const SelectorPair& sides) {
  for (const Selector& initiator : sides.initiator) {
    for (const Selector& responder : sides.responder) {
      if (fit_an_entry(initiator, responder)) return of_one_protocol({initiator, responder});
    }
  }
  return std::nullopt;
}

// Whether some combination that an entry can hold has packets that are not among those taken.
bool leaves_out(const SelectorPair& sides, const Pick& taken) {
  for (const Selector& initiator : sides.initiator) {
    for (const Selector& responder : sides.responder) {
      if (!fit_an_entry(initiator, responder)) continue;
      const Pick other = of_one_protocol({initiator, responder});
      if (!taken.initiator.contains(other.initiator) || !taken.responder.contains(other.responder)) return true;
    }
  }
  return false;
}

std::optional<Narrowed> narrow_to_one(const SelectorPair& sides, const SelectorPair& triggers) {
  const std::optional<Pick> found = pick(sides);
  if (!found) return std::nullopt;
  const Pick taken{with_one_prefix(found->initiator, triggers.initiator),
                   with_one_prefix(found->responder, triggers.responder)};
  return Narrowed{{{taken.initiator}, {taken.responder}}, leaves_out(sides, taken)};
}

}  // namespace

std::optional<Narrowed> narrow(const SelectorPair& asked, const SelectorPair& policy, NarrowTo to) {
  SelectorPair sides{acceptable(asked.initiator, policy.initiator), acceptable(asked.responder, policy.responder)};
  drop_those_without_partner(sides.initiator, sides.responder);
  drop_those_without_partner(sides.responder, sides.initiator);
  if (sides.initiator.empty() || sides.responder.empty()) return std::nullopt;
  if (to == NarrowTo::kAny) return Narrowed{std::move(sides), false};
  return narrow_to_one(sides, {acceptable(trigger_of(asked.initiator), policy.initiator),
                               acceptable(trigger_of(asked.responder), policy.responder)});
}

SelectorPair offer_selectors(const SelectorPair& policy, const std::optional<TriggerPacket>& trigger) {
  if (!trigger) return policy;
  SelectorPair pair{{trigger->initiator}, {trigger->responder}};
  pair.initiator.insert(pair.initiator.end(), policy.initiator.begin(), policy.initiator.end());
  pair.responder.insert(pair.responder.end(), policy.responder.begin(), policy.responder.end());
  return pair;
}

SelectorAnswer check_selector_answer(const SelectorPair& asked, const SelectorPair& answer, NarrowTo to) {
  if (answer.initiator.empty() || answer.responder.empty()) return SelectorAnswer::kEmpty;
  if (!subset(answer.initiator, asked.initiator) || !subset(answer.responder, asked.responder)) {
    return SelectorAnswer::kNotSubset;
  }
  if (to == NarrowTo::kOnePrefix && !entry_selectors(answer)) return SelectorAnswer::kTooWide;
  return SelectorAnswer::kGood;
}

std::optional<IpAddress> single_address(const SelectorSet& side) {
  if (side.empty()) return std::nullopt;
  const IpAddress& address = side.front().addresses.first;
  const bool all = std::all_of(side.begin(), side.end(),
                               [&address](const Selector& s) { return s.addresses == AddressRange::of(address); });
  return all ? std::optional(address) : std::nullopt;
}

bool fits_transport_mode(const SelectorPair& pair) {
  const auto initiator = single_address(pair.initiator);
  const auto responder = single_address(pair.responder);
  return initiator && responder && initiator->version == responder->version;
}

std::optional<EntrySelectors> entry_selectors(const SelectorPair& pair) {
  if (pair.initiator.size() != 1 || pair.responder.size() != 1) return std::nullopt;
  const Selector& initiator = pair.initiator.front();
  const Selector& responder = pair.responder.front();
  if (!compatible(initiator, responder) || initiator.ports.is_opaque() || responder.ports.is_opaque()) {
    return std::nullopt;
  }
  const auto initiator_prefix = initiator.addresses.prefix();
  const auto responder_prefix = responder.addresses.prefix();
  if (!initiator_prefix || !responder_prefix) return std::nullopt;
  return EntrySelectors{*initiator_prefix, *responder_prefix, std::max(initiator.protocol, responder.protocol),
                        initiator.ports, responder.ports};
}

bool same(const SelectorPair& a, const SelectorPair& b) {
  return same(a.initiator, b.initiator) && same(a.responder, b.responder);
}

}  // namespace sallyport::ike
