#pragma once
/// @file
/// Octets of the count-based SA extension (draft-liu-ipsecme-ikev2-rekey-redundant-sas, with choices of our own where
/// it is silent). All numbers in network order.
///
///     Vendor ID, in IKE_SA_INIT          COUNT_BASED_SA_PROPOSED, one or more of     COUNT_BASED_SA_SELECTED
///      0      16 "sallyport-cbsa-1"       0  2 ENCR transform ID                      0  2 Rekey Value
///     16       2 type PROPOSED            2  2 Rekey Value                            2  8 Life Time
///     18       2 type SELECTED            4  8 Life Time Minimum
///                                        12  8 Life Time Maximum
///
/// Life times are octets encrypted. The draft says "Transforms of Type 2" for the first field; it means type 1, the
/// encryption algorithm: type 2 is the PRF, which ESP does not have.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"

namespace sallyport::ike {

/// Notify types that one side understands. Each side sends with the numbers that the peer announced.
struct CountNotifyTypes {
  NotifyType proposed{45056};
  NotifyType selected{45057};

  /// Both in the private-use range of status types, 40960..65535, and not the same.
  [[nodiscard]] bool valid() const;
  friend bool operator==(const CountNotifyTypes&, const CountNotifyTypes&) = default;
};

inline constexpr std::string_view kCountVendorName = "sallyport-cbsa-1";
inline constexpr std::size_t kCountVendorIdSize = 20;

/// Data of our Vendor ID payload.
[[nodiscard]] std::array<std::uint8_t, kCountVendorIdSize> count_vendor_id(const CountNotifyTypes& ours);
/// The peer's numbers. Nothing: another vendor's ID, another length, or numbers that are not valid().
[[nodiscard]] std::optional<CountNotifyTypes> parse_count_vendor_id(View data);

/// Life times that one side accepts, in octets, both inclusive.
struct CountRange {
  std::uint64_t minimum = 1;
  std::uint64_t maximum = 0;

  [[nodiscard]] bool empty() const { return minimum > maximum; }
  [[nodiscard]] bool contains(std::uint64_t life) const { return life >= minimum && life <= maximum; }
  friend bool operator==(const CountRange&, const CountRange&) = default;
};
/// Life times in both; maybe empty.
[[nodiscard]] CountRange intersection(const CountRange& a, const CountRange& b);

/// One structure of COUNT_BASED_SA_PROPOSED.
struct CountStructure {
  EncrId encr{};
  std::uint16_t rekey_value = 0;
  CountRange range;

  friend bool operator==(const CountStructure&, const CountStructure&) = default;
};
using CountOffer = std::vector<CountStructure>;
inline constexpr std::size_t kCountStructureSize = 20;

/// COUNT_BASED_SA_SELECTED.
struct CountSelected {
  std::uint16_t rekey_value = 0;
  std::uint64_t life = 0;

  friend bool operator==(const CountSelected&, const CountSelected&) = default;
};
inline constexpr std::size_t kCountSelectedSize = 10;

/// Why a notify was ignored. The SA comes up all the same, under local limits; each reason has its counter.
enum class CountIgnored : std::uint8_t {
  kNone,                 ///< It was not.
  kNotAnnounced,         ///< The peer sent no Vendor ID of ours, so it cannot mean this.
  kRepeated,             ///< The notify stands twice in one message.
  kLength,               ///< PROPOSED: not 20, 40, ... octets. SELECTED: not 10.
  kMinimumZero,          ///< A structure's minimum is 0.
  kMinimumAboveMaximum,  ///< A structure's range is empty.
  kDuplicateTransform,   ///< Two structures with one transform ID.
  kNoStructure,          ///< None for the transform that was picked.
  kRangesDoNotMeet,      ///< No life time suits both.
  kUnsolicited,          ///< SELECTED although nothing was proposed for the transform that was picked.
  kOutsideOffer,         ///< SELECTED with a life time that was not on offer.
};
inline constexpr std::size_t kCountIgnoredReasons = 11;
/// For counters and logs, e.g. "minimum_above_maximum".
[[nodiscard]] std::string_view name(CountIgnored reason);

/// Notification data; empty for no structures: then no notify is sent.
[[nodiscard]] Bytes encode(const CountOffer& offer);
[[nodiscard]] Bytes encode(const CountSelected& selected);

struct DecodedCountOffer {
  CountOffer offer;  ///< Empty when ignored.
  CountIgnored ignored = CountIgnored::kNone;
};
/// Rule 2. Of several faults: the length, then from the front a minimum of 0 or an empty range, then IDs that are there
/// twice.
[[nodiscard]] DecodedCountOffer decode_count_offer(View data);

/// Nothing: not 10 octets.
[[nodiscard]] std::optional<CountSelected> decode_count_selected(View data);

}  // namespace sallyport::ike
