#include "sallyport/ike/count_notify.hpp"

#include <algorithm>

#include "octets.hpp"

namespace sallyport::ike {
namespace {

constexpr bool is_private_status(NotifyType type) { return static_cast<std::uint16_t>(type) >= 40'960; }

CountIgnored fault_of(const CountStructure& next) {
  if (next.range.minimum == 0) return CountIgnored::kMinimumZero;
  if (next.range.empty()) return CountIgnored::kMinimumAboveMaximum;
  return CountIgnored::kNone;
}

}  // namespace

bool CountNotifyTypes::valid() const {
  return is_private_status(proposed) && is_private_status(selected) && proposed != selected;
}

std::array<std::uint8_t, kCountVendorIdSize> count_vendor_id(const CountNotifyTypes& ours) {
  Bytes octets(kCountVendorName.begin(), kCountVendorName.end());
  append_number(octets, static_cast<std::uint16_t>(ours.proposed), 2);
  append_number(octets, static_cast<std::uint16_t>(ours.selected), 2);
  std::array<std::uint8_t, kCountVendorIdSize> out{};
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

std::optional<CountNotifyTypes> parse_count_vendor_id(View data) {
  if (data.size() != kCountVendorIdSize) return std::nullopt;
  if (!std::equal(kCountVendorName.begin(), kCountVendorName.end(), data.begin())) return std::nullopt;
  const CountNotifyTypes types{NotifyType(number_of(data.subspan(16, 2))), NotifyType(number_of(data.subspan(18, 2)))};
  if (!types.valid()) return std::nullopt;
  return types;
}

CountRange intersection(const CountRange& a, const CountRange& b) {
  return {std::max(a.minimum, b.minimum), std::min(a.maximum, b.maximum)};
}

std::string_view name(CountIgnored reason) {
  switch (reason) {
    case CountIgnored::kNone:
      return "none";
    case CountIgnored::kNotAnnounced:
      return "not_announced";
    case CountIgnored::kRepeated:
      return "repeated";
    case CountIgnored::kLength:
      return "length";
    case CountIgnored::kMinimumZero:
      return "minimum_zero";
    case CountIgnored::kMinimumAboveMaximum:
      return "minimum_above_maximum";
    case CountIgnored::kDuplicateTransform:
      return "duplicate_transform";
    case CountIgnored::kNoStructure:
      return "no_structure";
    case CountIgnored::kRangesDoNotMeet:
      return "ranges_do_not_meet";
    case CountIgnored::kUnsolicited:
      return "unsolicited";
    case CountIgnored::kOutsideOffer:
      return "outside_offer";
  }
  return "unknown";
}

Bytes encode(const CountOffer& offer) {
  Bytes out;
  out.reserve(offer.size() * kCountStructureSize);
  for (const CountStructure& structure : offer) {
    append_number(out, static_cast<std::uint16_t>(structure.encr), 2);
    append_number(out, structure.rekey_value, 2);
    append_number(out, structure.range.minimum, 8);
    append_number(out, structure.range.maximum, 8);
  }
  return out;
}

Bytes encode(const CountSelected& selected) {
  Bytes out;
  append_number(out, selected.rekey_value, 2);
  append_number(out, selected.life, 8);
  return out;
}

DecodedCountOffer decode_count_offer(View data) {
  // Notification data is below 64 KiB, so there are no more than 3,276 structures.
  if (data.empty() || data.size() > UINT16_MAX || data.size() % kCountStructureSize != 0) {
    return {{}, CountIgnored::kLength};
  }
  CountOffer offer;
  std::vector<EncrId> ids;
  offer.reserve(data.size() / kCountStructureSize);
  ids.reserve(offer.capacity());
  for (std::size_t at = 0; at < data.size(); at += kCountStructureSize) {
    const CountStructure next{EncrId(number_of(data.subspan(at, 2))),
                              static_cast<std::uint16_t>(number_of(data.subspan(at + 2, 2))),
                              {number_of(data.subspan(at + 4, 8)), number_of(data.subspan(at + 12, 8))}};
    if (const CountIgnored fault = fault_of(next); fault != CountIgnored::kNone) return {{}, fault};
    ids.push_back(next.encr);
    offer.push_back(next);
  }
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return {{}, CountIgnored::kDuplicateTransform};
  return {std::move(offer), CountIgnored::kNone};
}

std::optional<CountSelected> decode_count_selected(View data) {
  if (data.size() != kCountSelectedSize) return std::nullopt;
  return CountSelected{static_cast<std::uint16_t>(number_of(data.subspan(0, 2))), number_of(data.subspan(2, 8))};
}

}  // namespace sallyport::ike
