// Everything that a peer or a configuration hands to the policy: PROPOSED and SELECTED data, Vendor IDs, SA offers and
// answers, traffic selectors, proposal and selector texts. The first octet says which. Whatever comes: no crash, and
// what is accepted obeys the rules.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sallyport/ike/count_based.hpp"
#include "sallyport/ike/narrowing.hpp"
#include "sallyport/ike/proposal_choice.hpp"

namespace {

using namespace sallyport::ike;

void require(bool holds) {
  if (!holds) std::abort();
}

void count_offer(View data) {
  const auto decoded = decode_count_offer(data);
  require(decoded.offer.empty() == (decoded.ignored != CountIgnored::kNone));
  if (decoded.offer.empty()) return;
  const Bytes again = encode(decoded.offer);
  require(std::equal(again.begin(), again.end(), data.begin(), data.end()));
  const CountStructure& first = decoded.offer.front();
  const std::vector<View> notifies{data};
  const CountRange own{1'000, std::uint64_t{1} << 40};
  const auto selected = select_count(notifies, {first.encr, 256}, own, 7);
  if (!selected.negotiated) return;
  require(own.contains(selected.negotiated->life) && first.range.contains(selected.negotiated->life));
  const Bytes answer = encode(selected_answer(*selected.negotiated));
  const std::vector<View> answers{answer};
  require(check_count_answer(decoded.offer, {first.encr, 256}, answers).negotiated == selected.negotiated);
  const auto found = thresholds_anyway({selected.negotiated->life, first.range.minimum});
  for (const Interval& interval : {found.designated, found.other}) {
    require(interval.first >= 1 && interval.first <= interval.last && interval.last <= selected.negotiated->life);
    const ShareInterval shares = share_interval(interval, selected.negotiated->life);
    require(shares.from >= 1 && shares.from + shares.span <= 10'000);
  }
}

void count_answer(View data) {
  const CountOffer sent{{EncrId::kAesGcm16, 1, {1'000, 1'000'000}}};
  const std::vector<View> answers{data};
  const auto outcome = check_count_answer(sent, {EncrId::kAesGcm16, 128}, answers);
  require(outcome.negotiated.has_value() == (outcome.ignored == CountIgnored::kNone));
  if (outcome.negotiated) require(sent[0].range.contains(outcome.negotiated->life));
}

void vendor_id(View data) {
  const auto types = parse_count_vendor_id(data);
  if (!types) return;
  const auto again = count_vendor_id(*types);
  require(std::equal(again.begin(), again.end(), data.begin(), data.end()));
}

void ike_offer(View data, IkeOffer kind) {
  const auto offer = SaPayload::parse(data);
  if (!offer) return;
  const auto choice = choose_ike(*offer, default_ike_proposals(), kind);
  if (!choice) return;
  require(choice->suite.integ.has_value() != is_aead(choice->suite.encr));
  require(choice->suite.ke != KeMethod::kNone);
  require((choice->peer_spi.value != 0) == (kind == IkeOffer::kRekey));
  const auto spi = kind == IkeOffer::kRekey ? std::optional(IkeSpi(1)) : std::nullopt;
  const auto checked = check_ike_answer(*offer, answer_ike(*choice, spi), kind);
  require(checked && checked->suite == choice->suite);
}

void esp_offer(View data, ChildExchange exchange) {
  const auto offer = SaPayload::parse(data);
  if (!offer) return;
  (void)ciphers(*offer);
  const auto choice = choose_child(*offer, default_esp_proposals(), exchange);
  if (!choice) return;
  require(exchange == ChildExchange::kCreateChildSa || !choice->suite.ke);
  require(choice->peer_spi.value >= 256);
  const auto checked = check_child_answer(*offer, answer_child(*choice, sallyport::Spi(256)), exchange);
  require(checked && checked->suite == choice->suite);
}

void answers(View data) {
  const auto answer = SaPayload::parse(data);
  if (!answer) return;
  const auto ike = check_ike_answer(*offer_ike(default_ike_proposals()), *answer, IkeOffer::kInitial);
  if (ike) require(ike->suite.ke != KeMethod::kNone && answer->proposals.size() == 1);
  const auto offered = offer_esp(default_esp_proposals(), sallyport::Spi(256), ChildExchange::kCreateChildSa);
  (void)check_child_answer(*offered, *answer, ChildExchange::kCreateChildSa);
}

// TSi, then TSr, their lengths before each.
void selectors(View data) {
  if (data.size() < 2) return;
  const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(data[0]) << 8 | data[1], data.size() - 2);
  const auto first = TsPayload::parse(data.subspan(2, length));
  const auto second = TsPayload::parse(data.subspan(2 + length));
  if (!first || !second) return;
  const SelectorPair asked{from_wire(*first), from_wire(*second)};
  static const SelectorPair policy{{*parse_selector("10.0.0.0/8"), *parse_selector("2001:db8::/32[udp/500-4500]")},
                                   {*parse_selector("0.0.0.0/0"), *parse_selector("2001:db8::3-2001:db8::99")}};
  for (const NarrowTo to : {NarrowTo::kAny, NarrowTo::kOnePrefix}) {
    const auto narrowed = narrow(asked, policy, to);
    if (!narrowed) continue;
    require(check_selector_answer(asked, narrowed->selectors, to) == SelectorAnswer::kGood);
    require(check_selector_answer(policy, narrowed->selectors, to) == SelectorAnswer::kGood);
    for (const Selector& selector : narrowed->selectors.initiator) {
      const auto again = parse_selector(to_text(selector));
      require(again && *again == selector);
    }
    (void)fits_transport_mode(narrowed->selectors);
  }
}

void texts(std::string_view text) {
  for (const auto& parsed : {parse_ike_proposals(text), parse_esp_proposals(text)}) {
    if (!parsed) {
      require(!parsed.error().text.empty());
      continue;
    }
    const bool ike = parsed->front().protocol == ProtocolId::kIke;
    const auto again = ike ? parse_ike_proposals(to_text(*parsed)) : parse_esp_proposals(to_text(*parsed));
    // "default" may stand for more proposals than a text may name.
    require(again ? *again == *parsed : parsed->size() > kMaxConfiguredProposals);
  }
  const auto selector = parse_selector(text);
  if (!selector) return;
  const auto again = parse_selector(to_text(*selector));
  require(selector->valid() && again && *again == *selector);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View rest(data + 1, size - 1);
  switch (data[0] % 10) {
    case 0:
      count_offer(rest);
      break;
    case 1:
      count_answer(rest);
      break;
    case 2:
      vendor_id(rest);
      break;
    case 3:
      ike_offer(rest, IkeOffer::kInitial);
      break;
    case 4:
      ike_offer(rest, IkeOffer::kRekey);
      break;
    case 5:
      esp_offer(rest, ChildExchange::kIkeAuth);
      break;
    case 6:
      esp_offer(rest, ChildExchange::kCreateChildSa);
      break;
    case 7:
      answers(rest);
      break;
    case 8:
      selectors(rest);
      break;
    default:
      texts({reinterpret_cast<const char*>(data) + 1, size - 1});
      break;
  }
  return 0;
}
