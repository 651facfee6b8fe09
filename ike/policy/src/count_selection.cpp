#include "sallyport/ike/count_selection.hpp"

#include <algorithm>

namespace sallyport::ike {
namespace {

const CountStructure* find(const CountOffer& offer, EncrId encr) {
  const auto found = std::find_if(offer.begin(), offer.end(), [encr](const auto& s) { return s.encr == encr; });
  return found == offer.end() ? nullptr : &*found;
}

// What is accepted for a cipher; an empty range where nothing is said about it.
CountRange range_of(std::span<const CipherRange> accepted, const CipherKey& cipher) {
  const auto found =
      std::find_if(accepted.begin(), accepted.end(), [&cipher](const auto& a) { return a.cipher == cipher; });
  return found == accepted.end() ? CountRange{} : found->range;
}

}  // namespace

std::vector<CipherKey> ciphers(const SaPayload& offer) {
  std::vector<CipherKey> all;
  for (const Proposal& proposal : offer.proposals) {
    if (proposal.protocol != ProtocolId::kEsp) continue;
    for (const Transform& transform : proposal.transforms) {
      if (transform.type != TransformType::kEncr) continue;
      const CipherKey cipher{EncrId(transform.id), transform.key_bits.value_or(0)};
      if (std::find(all.begin(), all.end(), cipher) == all.end()) all.push_back(cipher);
    }
  }
  return all;
}

CountOffer build_count_offer(const SaPayload& offer, std::span<const CipherRange> accepted, std::uint16_t rekey_value) {
  CountOffer structures;
  for (const CipherKey& cipher : ciphers(offer)) {
    const CountRange range = range_of(accepted, cipher);
    const auto same_id = [&cipher](const CountStructure& s) { return s.encr == cipher.encr; };
    const auto found = std::find_if(structures.begin(), structures.end(), same_id);
    if (found == structures.end()) {
      structures.push_back({cipher.encr, rekey_value, range});
    } else {
      found->range = intersection(found->range, range);
    }
  }
  // A minimum of 0 may not be sent; no life time of 0 is meant by it.
  for (CountStructure& s : structures) s.range.minimum = std::max<std::uint64_t>(s.range.minimum, 1);
  std::erase_if(structures, [](const CountStructure& s) { return s.range.empty(); });
  return structures;
}

CountOutcome select_count(std::span<const View> proposed, const CipherKey& picked, const CountRange& own,
                          std::uint16_t rekey_value) {
  if (proposed.empty()) return {};
  if (proposed.size() > 1) return {{}, CountIgnored::kRepeated};
  const DecodedCountOffer decoded = decode_count_offer(proposed.front());
  if (decoded.ignored != CountIgnored::kNone) return {{}, decoded.ignored};
  const CountStructure* structure = find(decoded.offer, picked.encr);
  if (structure == nullptr) return {{}, CountIgnored::kNoStructure};
  const CountRange both = intersection(structure->range, own);
  if (both.empty()) return {{}, CountIgnored::kRangesDoNotMeet};
  return {NegotiatedCount{both.maximum, structure->rekey_value, rekey_value}, CountIgnored::kNone};
}

CountSelected selected_answer(const NegotiatedCount& negotiated) {
  return {negotiated.responder_value, negotiated.life};
}

CountOutcome check_count_answer(const CountOffer& sent, const CipherKey& picked, std::span<const View> selected) {
  if (selected.empty()) return {};
  if (selected.size() > 1) return {{}, CountIgnored::kRepeated};
  const CountStructure* structure = find(sent, picked.encr);
  if (structure == nullptr) return {{}, CountIgnored::kUnsolicited};
  const std::optional<CountSelected> answer = decode_count_selected(selected.front());
  if (!answer) return {{}, CountIgnored::kLength};
  if (!structure->range.contains(answer->life)) return {{}, CountIgnored::kOutsideOffer};
  return {NegotiatedCount{answer->life, structure->rekey_value, answer->rekey_value}, CountIgnored::kNone};
}

std::uint64_t local_life(const CountRange& own, std::uint64_t hard) {
  if (own.empty()) return hard;
  return hard == 0 ? own.maximum : std::min(hard, own.maximum);
}

}  // namespace sallyport::ike
