#include "sallyport/ike/proposal_choice.hpp"

#include <algorithm>

#include "octets.hpp"
#include "transform_match.hpp"

namespace sallyport::ike {
namespace {

ProposalShape shape_of(IkeOffer kind) { return {ProtocolId::kIke, kind == IkeOffer::kRekey ? 8U : 0U, true}; }
ProposalShape shape_of(ChildExchange exchange) {
  return {ProtocolId::kEsp, 4, exchange == ChildExchange::kCreateChildSa};
}

const Transform* find(const Proposal& proposal, TransformType type) {
  const auto found = std::find_if(proposal.transforms.begin(), proposal.transforms.end(),
                                  [type](const Transform& t) { return t.type == type; });
  return found == proposal.transforms.end() ? nullptr : &*found;
}

std::optional<KeMethod> method_of(const Proposal& chosen) {
  const Transform* ke = find(chosen, TransformType::kKe);
  if (ke == nullptr || ke->id == 0) return std::nullopt;
  return KeMethod(ke->id);
}

// Of proposals that have one transform of each mandatory type.
IkeChoice ike_choice(Proposal chosen) {
  IkeChoice choice;
  const Transform& encr = *find(chosen, TransformType::kEncr);
  choice.suite.encr = EncrId(encr.id);
  choice.suite.key_bits = encr.key_bits.value_or(0);
  const Transform* integ = find(chosen, TransformType::kInteg);
  if (integ != nullptr && integ->id != 0) choice.suite.integ = IntegId(integ->id);
  choice.suite.prf = PrfId(find(chosen, TransformType::kPrf)->id);
  choice.suite.ke = method_of(chosen).value_or(KeMethod::kNone);
  choice.peer_spi = IkeSpi(number_of(chosen.spi));
  choice.chosen = std::move(chosen);
  return choice;
}

ChildChoice child_choice(Proposal chosen) {
  ChildChoice choice;
  const Transform& encr = *find(chosen, TransformType::kEncr);
  choice.suite.encr = EncrId(encr.id);
  choice.suite.key_bits = encr.key_bits.value_or(0);
  choice.suite.esn = find(chosen, TransformType::kSn)->id == static_cast<std::uint16_t>(SnId::kEsn);
  choice.suite.ke = method_of(chosen);
  choice.peer_spi = Spi(static_cast<std::uint32_t>(number_of(chosen.spi)));
  choice.chosen = std::move(chosen);
  return choice;
}

struct Best {
  Match match;
  const Proposal* proposal = nullptr;
};

// Why none of our templates meets a proposal: the type at which the one that came furthest failed.
class Reasons {
 public:
  void add_fault(const Proposal& proposal, std::string_view fault) {
    text_ += (text_.empty() ? "proposal " : "; proposal ") + std::to_string(proposal.number) + " ";
    text_ += fault;
  }
  void add_mismatch(const Proposal& proposal, std::size_t furthest) {
    add_fault(proposal, "has no acceptable " + to_text(kTypesByPreference[furthest]));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Result<Proposal> choose(const SaPayload& offer, std::span<const ProposalTemplate> ours, const ProposalShape& shape) {
  struct Candidate {
    const Proposal* proposal;
    std::size_t furthest;
  };
  std::vector<Candidate> candidates;
  Reasons reasons;
  for (const Proposal& proposal : offer.proposals) {
    const std::string fault = shape_fault(proposal, shape);
    if (fault.empty()) {
      candidates.push_back({&proposal, 0});
    } else {
      reasons.add_fault(proposal, fault);
    }
  }
  for (const ProposalTemplate& wanted : ours) {
    if (wanted.protocol != shape.protocol) continue;
    Best best;
    for (Candidate& candidate : candidates) {
      std::size_t failed = 0;
      auto found = match(*candidate.proposal, wanted, shape, failed);
      if (!found) {
        candidate.furthest = std::max(candidate.furthest, failed);
      } else if (best.proposal == nullptr || found->rank < best.match.rank) {
        best = {std::move(*found), candidate.proposal};
      }
    }
    if (best.proposal != nullptr) {
      return Proposal{best.proposal->number, best.proposal->protocol, best.proposal->spi,
                      std::move(best.match.transforms)};
    }
  }
  for (const Candidate& candidate : candidates) reasons.add_mismatch(*candidate.proposal, candidate.furthest);
  return Error{ErrorCode::kNotFound, "no proposal chosen: " + reasons.text()};
}

SaPayload answer(Proposal chosen, Bytes spi) {
  chosen.spi = std::move(spi);
  return SaPayload{{std::move(chosen)}};
}

Error bad_answer(const std::string& text) { return {ErrorCode::kMalformedInput, "the peer's answer " + text}; }

bool offered_as_none(const Proposal& offered, TransformType type) {
  if (type != TransformType::kInteg && type != TransformType::kKe) return false;
  return std::any_of(offered.transforms.begin(), offered.transforms.end(),
                     [type](const Transform& t) { return t.type == type && t.id == 0; });
}

// Whether a transform of the answer may be there: as it was offered, or a NONE that says what goes without saying.
bool may_stand(const Proposal& offered, const Transform& transform) {
  const auto& list = offered.transforms;
  if (std::find(list.begin(), list.end(), transform) != list.end()) return true;
  const bool none = transform == Transform::integ(IntegId::kNone) || transform == Transform::ke(KeMethod::kNone);
  return none && find(offered, transform.type) == nullptr;
}

// A mandatory type that is not there, by what is there.
std::optional<TransformType> missing_type(const Proposal& chosen) {
  const Transform* encr = find(chosen, TransformType::kEncr);
  if (encr == nullptr) return TransformType::kEncr;
  const Transform* integ = find(chosen, TransformType::kInteg);
  if (!is_aead(EncrId(encr->id)) && (integ == nullptr || integ->id == 0)) return TransformType::kInteg;
  if (chosen.protocol == ProtocolId::kEsp) {
    return find(chosen, TransformType::kSn) == nullptr ? std::optional(TransformType::kSn) : std::nullopt;
  }
  if (find(chosen, TransformType::kPrf) == nullptr) return TransformType::kPrf;
  return method_of(chosen) ? std::nullopt : std::optional(TransformType::kKe);
}

Result<Proposal> check(const SaPayload& offered, const SaPayload& answer, const ProposalShape& shape) {
  if (answer.proposals.size() != 1) return bad_answer("has " + std::to_string(answer.proposals.size()) + " proposals");
  const Proposal& chosen = answer.proposals.front();
  const auto asked = std::find_if(offered.proposals.begin(), offered.proposals.end(),
                                  [&chosen](const Proposal& p) { return p.number == chosen.number; });
  if (asked == offered.proposals.end()) {
    return bad_answer("has proposal " + std::to_string(chosen.number) + ", which was not offered");
  }
  if (const std::string fault = shape_fault(chosen, shape); !fault.empty()) return bad_answer(fault);
  for (const Transform& transform : chosen.transforms) {
    if (!may_stand(*asked, transform)) {
      return bad_answer("has " + to_text(transform) + ", which was not offered in proposal " +
                        std::to_string(chosen.number));
    }
    if (find(chosen, transform.type) != &transform) {
      return bad_answer("has more than one transform of type " + to_text(transform.type));
    }
  }
  for (const Transform& transform : asked->transforms) {
    if (find(chosen, transform.type) == nullptr && !offered_as_none(*asked, transform.type)) {
      return bad_answer("has no transform of type " + to_text(transform.type));
    }
  }
  if (const auto missing = missing_type(chosen)) return bad_answer("has no transform of type " + to_text(*missing));
  return chosen;
}

}  // namespace

Result<IkeChoice> choose_ike(const SaPayload& offer, std::span<const ProposalTemplate> ours, IkeOffer kind) {
  auto chosen = choose(offer, ours, shape_of(kind));
  if (!chosen) return chosen.error();
  return ike_choice(std::move(*chosen));
}

Result<ChildChoice> choose_child(const SaPayload& offer, std::span<const ProposalTemplate> ours,
                                 ChildExchange exchange) {
  auto chosen = choose(offer, ours, shape_of(exchange));
  if (!chosen) return chosen.error();
  return child_choice(std::move(*chosen));
}

SaPayload answer_ike(const IkeChoice& choice, std::optional<IkeSpi> spi) {
  return answer(choice.chosen, spi ? octets_of(spi->value, 8) : Bytes{});
}

SaPayload answer_child(const ChildChoice& choice, Spi spi) { return answer(choice.chosen, octets_of(spi.value, 4)); }

Result<IkeChoice> check_ike_answer(const SaPayload& offered, const SaPayload& answer, IkeOffer kind) {
  auto chosen = check(offered, answer, shape_of(kind));
  if (!chosen) return chosen.error();
  return ike_choice(std::move(*chosen));
}

Result<ChildChoice> check_child_answer(const SaPayload& offered, const SaPayload& answer, ChildExchange exchange) {
  auto chosen = check(offered, answer, shape_of(exchange));
  if (!chosen) return chosen.error();
  return child_choice(std::move(*chosen));
}

std::optional<KeMethod> method_to_ask_for(KeMethod chosen, std::optional<KeMethod> received) {
  if (chosen == KeMethod::kNone || received == chosen) return std::nullopt;
  return chosen;
}

std::optional<KeMethod> method_to_ask_for(const ChildSuite& chosen, std::optional<KeMethod> received) {
  return method_to_ask_for(chosen.ke.value_or(KeMethod::kNone), received);
}

bool may_retry_with(const SaPayload& offered, KeMethod sent, KeMethod asked_for) {
  if (asked_for == sent || asked_for == KeMethod::kNone) return false;
  return std::any_of(offered.proposals.begin(), offered.proposals.end(), [asked_for](const Proposal& proposal) {
    const auto& list = proposal.transforms;
    return std::find(list.begin(), list.end(), Transform::ke(asked_for)) != list.end();
  });
}

}  // namespace sallyport::ike
