// RFC 7296 2.8.1: the exchange with the lowest of four nonces is redundant, and both ends say so.
#include "sallyport/ike/nonce_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

Bytes nonce(std::initializer_list<int> octets) {
  Bytes out(octets.begin(), octets.end());
  return out;
}

TEST(NonceOrder, ComparesOctetByOctetAsUnsignedNumbers) {
  EXPECT_TRUE(lower_nonce(nonce({1, 2, 3}), nonce({1, 2, 4})));
  EXPECT_FALSE(lower_nonce(nonce({1, 2, 4}), nonce({1, 2, 3})));
  EXPECT_TRUE(lower_nonce(nonce({0x7f, 0xff}), nonce({0x80, 0x00})));  // memcmp, not signed characters
  EXPECT_TRUE(lower_nonce(nonce({0, 255, 255}), nonce({1})));  // the first octet that differs decides, not the length
}

TEST(NonceOrder, OfALikeOnesTheShorterIsLower) {
  EXPECT_TRUE(lower_nonce(nonce({1, 2}), nonce({1, 2, 0})));
  EXPECT_FALSE(lower_nonce(nonce({1, 2, 0}), nonce({1, 2})));
  EXPECT_TRUE(lower_nonce(nonce({}), nonce({0})));
  EXPECT_FALSE(lower_nonce(nonce({1, 2}), nonce({1, 2})));
}

// All 24 ways to hand four nonces to two exchanges: the one that got the lowest goes, seen from either end.
TEST(NonceOrder, BothEndsAgreeForEveryDistribution) {
  const std::array<Bytes, 4> nonces{nonce({1}), nonce({1, 0}), nonce({2, 9}), nonce({200, 1, 1})};
  std::array<int, 4> place{0, 1, 2, 3};
  do {
    const auto at = [&](int i) { return View(nonces[static_cast<std::size_t>(place[static_cast<std::size_t>(i)])]); };
    const ExchangeNonces a{at(0), at(1)};
    const ExchangeNonces b{at(2), at(3)};
    const bool a_has_lowest = place[0] == 0 || place[1] == 0;
    EXPECT_EQ(redundant_rekey(a, b), a_has_lowest ? Redundant::kOurs : Redundant::kPeers);
    EXPECT_EQ(redundant_rekey(b, a), a_has_lowest ? Redundant::kPeers : Redundant::kOurs);
  } while (std::next_permutation(place.begin(), place.end()));
}

TEST(NonceOrder, ALowestNonceInBothExchangesLeavesItToTheOthers) {
  const Bytes low = nonce({1});
  const Bytes middle = nonce({2});
  const Bytes high = nonce({3});
  EXPECT_EQ(redundant_rekey({low, middle}, {high, low}), Redundant::kOurs);
  EXPECT_EQ(redundant_rekey({high, low}, {low, middle}), Redundant::kPeers);
  EXPECT_EQ(redundant_rekey({low, high}, {high, low}), Redundant::kEqual);
}

TEST(NonceOrder, RandomNoncesOfAnyLegalLength) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::array<Bytes, 4> nonces;
    for (Bytes& n : nonces) {
      n.resize(16 + random.below(241));
      random.fill(n);
      if (random.below(2) == 0) std::fill(n.begin(), n.begin() + 16, 7);  // long equal beginnings
    }
    const auto lowest = std::min_element(nonces.begin(), nonces.end()) - nonces.begin();
    const ExchangeNonces a{nonces[0], nonces[1]};
    const ExchangeNonces b{nonces[2], nonces[3]};
    EXPECT_EQ(redundant_rekey(a, b), lowest < 2 ? Redundant::kOurs : Redundant::kPeers);
    EXPECT_EQ(redundant_rekey(b, a), lowest < 2 ? Redundant::kPeers : Redundant::kOurs);
  }
}

}  // namespace
}  // namespace sallyport::ike
