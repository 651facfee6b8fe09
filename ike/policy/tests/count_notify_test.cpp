// Octets of the extension, worked out by hand.
#include "sallyport/ike/count_notify.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

Bytes octets(std::initializer_list<int> values) { return Bytes(values.begin(), values.end()); }

// AES-GCM-16 (20 = 0x14), value 0x1234, 1,000,000 (0x0f4240) to 2^40.
const Bytes kOneStructure = octets({0x00, 0x14, 0x12, 0x34, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40, 0, 0, 1, 0, 0, 0, 0, 0});

CountStructure structure(EncrId encr, std::uint64_t minimum, std::uint64_t maximum) {
  return {encr, 0x1234, {minimum, maximum}};
}

TEST(CountVendorId, IsSixteenCharactersAndTwoNumbers) {
  const auto id = count_vendor_id({});
  const std::string text(id.begin(), id.begin() + 16);
  EXPECT_EQ(text, "sallyport-cbsa-1");
  EXPECT_EQ(Bytes(id.begin() + 16, id.end()), octets({0xb0, 0x00, 0xb0, 0x01}));  // 45056, 45057
  EXPECT_EQ(parse_count_vendor_id(id), CountNotifyTypes{});
}

TEST(CountVendorId, CarriesOtherNumbersToo) {
  const CountNotifyTypes numbers{NotifyType(65535), NotifyType(40960)};
  const auto id = count_vendor_id(numbers);
  EXPECT_EQ(Bytes(id.begin() + 16, id.end()), octets({0xff, 0xff, 0xa0, 0x00}));
  EXPECT_EQ(parse_count_vendor_id(id), numbers);
}

TEST(CountVendorId, NumbersOutsideThePrivateRangeAreIgnored) {
  const auto parsed = [](int proposed, int selected) {
    return parse_count_vendor_id(count_vendor_id({NotifyType(proposed), NotifyType(selected)})).has_value();
  };
  EXPECT_TRUE(parsed(40'960, 40'961));
  EXPECT_TRUE(parsed(65'535, 65'534));
  EXPECT_FALSE(parsed(40'959, 45'057));
  EXPECT_FALSE(parsed(45'056, 40'959));
  EXPECT_FALSE(parsed(16'430, 45'057));  // a status that means something else
  EXPECT_FALSE(parsed(8'192, 8'193));    // private, but errors
  EXPECT_FALSE(parsed(0, 0));
  EXPECT_FALSE(parsed(45'056, 45'056));  // one number for both
}

TEST(CountVendorId, OnlyExactlyThisIdCounts) {
  const auto id = count_vendor_id({});
  for (std::size_t size = 0; size < id.size(); ++size) {
    EXPECT_FALSE(parse_count_vendor_id(View(id).first(size))) << size;
  }
  Bytes longer(id.begin(), id.end());
  longer.push_back(0);
  EXPECT_FALSE(parse_count_vendor_id(longer));
  for (std::size_t at = 0; at < 16; ++at) {
    auto other = id;
    other[at] ^= 1;
    EXPECT_FALSE(parse_count_vendor_id(other)) << at;
  }
}

TEST(CountOffer, IsTwentyOctetsAStructure) {
  EXPECT_EQ(encode(CountOffer{structure(EncrId::kAesGcm16, 1'000'000, std::uint64_t{1} << 40)}), kOneStructure);
  EXPECT_TRUE(encode(CountOffer{}).empty());
}

TEST(CountOffer, ReadsWhatItWrites) {
  const CountOffer offer{structure(EncrId::kAesGcm16, 1, UINT64_MAX), structure(EncrId::kAesCbc, 5, 5),
                         structure(EncrId(65535), 7, 8)};
  const auto decoded = decode_count_offer(encode(offer));
  EXPECT_EQ(decoded.ignored, CountIgnored::kNone);
  EXPECT_EQ(decoded.offer, offer);
}

TEST(CountOffer, LengthsThatAreNoMultipleOfTwentyAreIgnored) {
  Bytes data = kOneStructure;
  data.insert(data.end(), kOneStructure.begin(), kOneStructure.end());
  data[21] = 12;  // another ID
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto decoded = decode_count_offer(View(data).first(size));
    const bool whole = size == 20 || size == 40;
    EXPECT_EQ(decoded.ignored, whole ? CountIgnored::kNone : CountIgnored::kLength) << size;
    EXPECT_EQ(decoded.offer.size(), whole ? size / 20 : 0);
  }
  EXPECT_EQ(decode_count_offer(Bytes(65'540, 1)).ignored, CountIgnored::kLength);  // above any notify's length
}

TEST(CountOffer, RangesMustBeRanges) {
  const auto reason = [](std::uint64_t minimum, std::uint64_t maximum) {
    return decode_count_offer(encode(CountOffer{structure(EncrId::kAesGcm16, minimum, maximum)})).ignored;
  };
  EXPECT_EQ(reason(1, 1), CountIgnored::kNone);
  EXPECT_EQ(reason(1, UINT64_MAX), CountIgnored::kNone);
  EXPECT_EQ(reason(0, 1), CountIgnored::kMinimumZero);
  EXPECT_EQ(reason(0, 0), CountIgnored::kMinimumZero);
  EXPECT_EQ(reason(1, 0), CountIgnored::kMinimumAboveMaximum);
  EXPECT_EQ(reason(101, 100), CountIgnored::kMinimumAboveMaximum);
}

TEST(CountOffer, AnIdMayStandThereOnce) {
  const CountOffer twice{structure(EncrId::kAesGcm16, 1, 2), structure(EncrId::kAesCbc, 1, 2),
                         structure(EncrId::kAesGcm16, 3, 4)};
  const auto decoded = decode_count_offer(encode(twice));
  EXPECT_EQ(decoded.ignored, CountIgnored::kDuplicateTransform);
  EXPECT_TRUE(decoded.offer.empty());
}

TEST(CountOffer, OneBadStructureSpoilsAll) {
  const CountOffer second_bad{structure(EncrId::kAesGcm16, 1, 2), structure(EncrId::kAesCbc, 0, 2)};
  EXPECT_EQ(decode_count_offer(encode(second_bad)).ignored, CountIgnored::kMinimumZero);
  EXPECT_TRUE(decode_count_offer(encode(second_bad)).offer.empty());
}

TEST(CountOffer, TheLargestNotifyIsRead) {
  CountOffer offer;
  for (int id = 0; id < 3'276; ++id) offer.push_back(structure(EncrId(id), 1, 2));
  EXPECT_EQ(decode_count_offer(encode(offer)).offer, offer);
  offer.back().encr = EncrId(0);
  EXPECT_EQ(decode_count_offer(encode(offer)).ignored, CountIgnored::kDuplicateTransform);
}

TEST(CountSelected, IsTenOctets) {
  const CountSelected selected{0xabcd, 0x0102030405060708};
  const Bytes data = octets({0xab, 0xcd, 1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(encode(selected), data);
  EXPECT_EQ(decode_count_selected(data), selected);
  for (std::size_t size = 0; size < 10; ++size) EXPECT_FALSE(decode_count_selected(View(data).first(size)));
  EXPECT_FALSE(decode_count_selected(Bytes(11)));
}

TEST(CountRanges, Intersect) {
  EXPECT_EQ(intersection({10, 20}, {15, 30}), (CountRange{15, 20}));
  EXPECT_EQ(intersection({10, 20}, {20, 30}), (CountRange{20, 20}));
  EXPECT_TRUE(intersection({10, 20}, {21, 30}).empty());
  EXPECT_TRUE(CountRange{}.empty());
}

TEST(CountIgnored, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCountIgnoredReasons; ++i) names.insert(name(CountIgnored(i)));
  EXPECT_EQ(names.size(), kCountIgnoredReasons);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(CountOffer, RandomOctetsAreReadOrRefusedForAReason) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Bytes data(20 * (1 + random.below(4)) + (random.below(8) == 0 ? random.below(20) : 0));
    random.fill(data);
    // Small numbers, so that equal IDs and ranges of both kinds come up.
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = i % 20 % 8 == 3 || i % 20 == 1 ? data[i] & 3U : 0;
    const auto decoded = decode_count_offer(data);
    EXPECT_EQ(decoded.offer.empty(), decoded.ignored != CountIgnored::kNone);
    if (!decoded.offer.empty()) {
      EXPECT_EQ(encode(decoded.offer), data);
    }
  }
}

}  // namespace
}  // namespace sallyport::ike
