#include "sallyport/ike/cookie.hpp"

#include "crypto_testing.hpp"
#include "sallyport/ike/nat_detection.hpp"

namespace sallyport::ike {
namespace {

using testing::from_hex;
using testing::joined;
using testing::random_bytes;
using testing::to_hex;

const IkeSpi kSpi{0x0102030405060708};

IpAddress address(std::string_view text) {
  auto out = IpAddress::parse(text);
  EXPECT_TRUE(out) << text;
  return *out;
}

TEST(Cookie, IsAnHmacOfTheRequestUnderTheSecret) {
  testing::FixedRandom random(Bytes(32, 0x42));
  const CookieMint mint(random);
  const Bytes nonce(32, 0x11);
  const auto cookie = mint.make(nonce, address("192.0.2.7"), kSpi);
  ASSERT_TRUE(cookie);
  const Bytes input = joined({from_hex("00 0102030405060708 04 c0000207 000000000000000000000000"), nonce});
  EXPECT_EQ(to_hex(*cookie), "00" + to_hex(testing::openssl_hmac("SHA256", Bytes(32, 0x42), input)));
}

TEST(Cookie, IsGoodForItsRequestOnly) {
  SeededRandom random(101);
  const CookieMint mint(random);
  const Bytes nonce = random_bytes(random, 32);
  for (const char* host : {"192.0.2.7", "2001:db8::7"}) {
    const auto cookie = mint.make(nonce, address(host), kSpi);
    ASSERT_TRUE(cookie);
    EXPECT_TRUE(mint.check(*cookie, nonce, address(host), kSpi));
    EXPECT_FALSE(mint.check(*cookie, nonce, address("192.0.2.8"), kSpi));
    EXPECT_FALSE(mint.check(*cookie, nonce, address("2001:db8::8"), kSpi));
    EXPECT_FALSE(mint.check(*cookie, nonce, address(host), IkeSpi{kSpi.value + 1}));
    EXPECT_FALSE(mint.check(*cookie, View(nonce).first(31), address(host), kSpi));
    EXPECT_FALSE(mint.check(*cookie, joined({nonce, Bytes{0}}), address(host), kSpi));
    Bytes other = nonce;
    other.front() ^= 1;
    EXPECT_FALSE(mint.check(*cookie, other, address(host), kSpi));
  }
  // The same 16 octets as IPv4 and as IPv6.
  const auto cookie = mint.make(nonce, address("192.0.2.7"), kSpi);
  EXPECT_FALSE(mint.check(*cookie, nonce, address("c000:207::"), kSpi));
}

TEST(Cookie, EveryChangedBitAndEveryOtherSizeIsRefused) {
  SeededRandom random(102);
  const CookieMint mint(random);
  const Bytes nonce = random_bytes(random, 16);
  const auto cookie = mint.make(nonce, address("192.0.2.7"), kSpi);
  ASSERT_TRUE(cookie);
  for (std::size_t i = 0; i < 8 * cookie->size(); ++i) {
    Cookie changed = *cookie;
    changed.at(i / 8) ^= static_cast<std::uint8_t>(1U << i % 8);
    EXPECT_FALSE(mint.check(changed, nonce, address("192.0.2.7"), kSpi)) << "bit " << i;
  }
  for (std::size_t size = 0; size < cookie->size(); ++size) {
    EXPECT_FALSE(mint.check(View(*cookie).first(size), nonce, address("192.0.2.7"), kSpi));
  }
  EXPECT_FALSE(mint.check(joined({*cookie, Bytes{0}}), nonce, address("192.0.2.7"), kSpi));
}

TEST(Cookie, IsGoodUnderThePresentAndThePreviousSecret) {
  SeededRandom random(103);
  CookieMint mint(random);
  const Bytes nonce = random_bytes(random, 16);
  const IpAddress host = address("192.0.2.7");
  std::vector<Cookie> cookies;
  // Past 256 changes: the version's octet comes round.
  for (int i = 0; i < 520; ++i) {
    cookies.push_back(*mint.make(nonce, host, kSpi));
    EXPECT_TRUE(mint.check(cookies.back(), nonce, host, kSpi)) << i;
    if (i >= 1) {
      EXPECT_TRUE(mint.check(cookies[cookies.size() - 2], nonce, host, kSpi)) << i;
    }
    if (i >= 2) {
      EXPECT_FALSE(mint.check(cookies[cookies.size() - 3], nonce, host, kSpi)) << i;
    }
    if (i >= 256) {
      EXPECT_FALSE(mint.check(cookies[cookies.size() - 257], nonce, host, kSpi)) << i;
    }
    mint.rotate(random);
  }
}

TEST(Cookie, OfASecretOfZerosIsNotGoodBeforeTheFirstChange) {
  // Version 255 would be the one before 0, under a secret that was never drawn.
  SeededRandom random(104);
  const CookieMint mint(random);
  const Bytes nonce(32);
  const Bytes input = joined({from_hex("ff 0102030405060708 04 c0000207 000000000000000000000000"), nonce});
  const Bytes cookie = joined({Bytes{0xff}, testing::openssl_hmac("SHA256", Bytes(32), input)});
  EXPECT_FALSE(mint.check(cookie, nonce, address("192.0.2.7"), kSpi));
}

// printf '\1\2\3\4\5\6\7\10\0\0\0\0\0\0\0\0\300\0\2\1\1\364' | openssl sha1, and so on.
TEST(NatDetection, IsTheSha1OfSpisAddressAndPort) {
  const auto first = nat_detection_hash(kSpi, IkeSpi{}, address("192.0.2.1"), 500);
  ASSERT_TRUE(first);
  EXPECT_EQ(to_hex(*first), "644b4575455bd6fcc1efe2be8162a9218e448e5f");
  const auto second = nat_detection_hash(kSpi, IkeSpi{0x1112131415161718}, address("192.0.2.1"), 4500);
  ASSERT_TRUE(second);
  EXPECT_EQ(to_hex(*second), "5184f43875ff7d9e3dfdc92bd1dee1a08204de3e");
  const auto third = nat_detection_hash(kSpi, IkeSpi{0x1112131415161718}, address("2001:db8::1"), 4500);
  ASSERT_TRUE(third);
  EXPECT_EQ(to_hex(*third), "1ee24423bf8f59515e0265c6d0f08be3d038f7e5");
}

}  // namespace
}  // namespace sallyport::ike
