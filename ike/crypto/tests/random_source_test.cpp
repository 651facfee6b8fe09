#include "sallyport/ike/random_source.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::from_hex;
using testing::random_bytes;
using testing::to_hex;

Bytes key_stream(const KeyStream::Key& key, std::uint64_t first_block, std::size_t size) {
  KeyStream stream(key, first_block);
  Bytes out(size);
  stream.fill(out);
  return out;
}

// OpenSSL's IV is block counter (32 bits) and nonce (96 bits), all little endian; ours is a counter of 64 bits and 0.
Bytes openssl_key_stream(const KeyStream::Key& key, std::uint64_t first_block, std::size_t size) {
  std::array<std::uint8_t, 16> iv{};
  for (std::size_t i = 0; i < 8; ++i) iv[i] = static_cast<std::uint8_t>(first_block >> (8 * i));
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  Bytes out(size);
  int done = 0;
  EXPECT_EQ(EVP_EncryptInit(context.get(), EVP_chacha20(), key.data(), iv.data()), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context.get(), out.data(), &done, out.data(), static_cast<int>(size)), 1);
  return out;
}

// RFC 8439 A.1, cases 1, 2 and 3.
TEST(KeyStream, IsThatOfRfc8439) {
  EXPECT_EQ(to_hex(key_stream({}, 0, 128)),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
  KeyStream::Key one{};
  one[31] = 1;
  EXPECT_EQ(to_hex(key_stream(one, 1, 32)), "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a");
}

TEST(KeyStream, IsOpenSslsForAnyKeyAndBlock) {
  SeededRandom random(0x5eed);
  // 2^32 - 1: the counter's carry. OpenSSL's would not carry into its nonce, so the blocks are compared one by one.
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{0xfffffffe}, std::uint64_t{0x123456789abcdef}}) {
    KeyStream::Key key{};
    random.fill(key);
    const Bytes ours = key_stream(key, first, 4 * 64);
    for (std::uint64_t block = 0; block < 4; ++block) {
      EXPECT_EQ(to_hex(View(ours).subspan(block * 64, 64)), to_hex(openssl_key_stream(key, first + block, 64)))
          << "block " << first + block;
    }
  }
}

TEST(KeyStream, DoesNotDependOnTheSizesAskedFor) {
  const KeyStream::Key key{7};
  const Bytes whole = key_stream(key, 0, 500);
  KeyStream stream(key);
  Bytes pieces;
  for (std::size_t size = 0; pieces.size() < whole.size(); ++size) {
    Bytes piece(std::min(size, whole.size() - pieces.size()));
    stream.fill(piece);
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(pieces, whole);
}

// openssl enc -chacha20 -K 0807060504030201<48 zeros> -iv 0 -in /dev/zero | head -c 16
TEST(SeededRandom, GivesTheSameOctetsForTheSameSeedEverywhere) {
  SeededRandom random(0x0102030405060708);
  EXPECT_EQ(to_hex(random_bytes(random, 16)), "4c466893597795d7a71ab52cf9309297");
  SeededRandom other(0x0102030405060709);
  SeededRandom same(0x0102030405060708);
  EXPECT_NE(random_bytes(other, 16), random_bytes(same, 16));
}

TEST(RandomSource, BelowGivesEveryNumberAboutEquallyOften) {
  SeededRandom random(3);
  std::array<unsigned, 7> seen{};
  for (unsigned i = 0; i < 7000; ++i) ++seen.at(random.below(seen.size()));
  // 1000 each; 5 standard deviations are 146.
  for (const unsigned count : seen) EXPECT_NEAR(count, 1000, 146);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(RandomSource, BelowThrowsUnfairDrawsAway) {
  // 2^64 mod 2^63+1 = 2^63-1: smaller draws are unfair. The first one is, the second is not.
  testing::FixedRandom random(from_hex("7ffffffffffffffe 8000000000000005"));
  EXPECT_EQ(random.below((std::uint64_t{1} << 63) + 1), 4U);
  EXPECT_EQ(random.left(), 0U);
}

// Origins that fail from a certain draw on.
unsigned draws_left = 0;
bool failing_origin(std::span<std::uint8_t> out) {
  if (draws_left == 0) {
    out.front() = 0x55;  // half done
    return false;
  }
  --draws_left;
  std::fill(out.begin(), out.end(), std::uint8_t{0xab});
  return true;
}

TEST(SystemRandom, IsNotMadeWithoutRandomness) {
  draws_left = 0;
  const auto random = SystemRandom::make(&failing_origin);
  ASSERT_FALSE(random);
  EXPECT_EQ(random.error().code, ErrorCode::kIo);
}

TEST(SystemRandom, GoesOnFromItsSeedWhenTheSystemFails) {
  draws_left = 2;
  const auto made = SystemRandom::make(&failing_origin);
  ASSERT_TRUE(made);
  SystemRandom* const random = made->get();
  EXPECT_EQ(random_bytes(*random, 4), from_hex("abababab"));
  EXPECT_EQ(random->failures(), 0U);
  // The seed is 32 times 0xab. Its stream gives the next key, then the octets.
  KeyStream::Key key{};
  key.fill(0xab);
  KeyStream first(key);
  first.fill(key);
  Bytes expected(40);
  first.fill(expected);
  EXPECT_EQ(random_bytes(*random, 40), expected);
  KeyStream second(key);
  second.fill(key);
  second.fill(expected);
  EXPECT_EQ(random_bytes(*random, 40), expected);
  EXPECT_EQ(random->failures(), 2U);
}

TEST(SystemRandom, GivesNoTwoEqual) {
  const auto made = SystemRandom::make();
  ASSERT_TRUE(made);
  SystemRandom* const random = made->get();
  const Bytes one = random_bytes(*random, 32);
  EXPECT_NE(one, random_bytes(*random, 32));
  EXPECT_NE(one, Bytes(32));
  EXPECT_EQ(random->failures(), 0U);
}

}  // namespace
}  // namespace sallyport::ike
