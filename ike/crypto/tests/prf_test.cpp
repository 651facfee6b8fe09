#include "sallyport/ike/prf.hpp"

#include <numeric>

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::from_hex;
using testing::joined;
using testing::openssl_hmac;
using testing::random_bytes;
using testing::to_hex;

constexpr PrfId kAll[] = {PrfId::kHmacSha2_256, PrfId::kHmacSha2_384, PrfId::kHmacSha2_512};

View octets(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

struct HmacExample {
  PrfId prf;
  std::size_t key_size;  // octets 0, 1, 2, ...
  std::string_view text;
  std::string_view mac;
};

// NIST, "Examples with Intermediate Values": HMAC-SHA256, -SHA384, -SHA512. Keys of one block, shorter, longer, odd.
constexpr HmacExample kNist[] = {
    {PrfId::kHmacSha2_256, 64, "Sample message for keylen=blocklen",
     "8bb9a1db9806f20df7f77b82138c7914d174d59e13dc4d0169c9057b133e1d62"},
    {PrfId::kHmacSha2_256, 32, "Sample message for keylen<blocklen",
     "a28cf43130ee696a98f14a37678b56bcfcbdd9e5cf69717fecf5480f0ebdf790"},
    {PrfId::kHmacSha2_256, 100, "Sample message for keylen=blocklen",
     "bdccb6c72ddeadb500ae768386cb38cc41c63dbb0878ddb9c7a38a431b78378d"},
    {PrfId::kHmacSha2_256, 49, "Sample message for keylen<blocklen, with truncated tag",
     "27a8b157839efeac98df070b331d5936"},
    {PrfId::kHmacSha2_384, 128, "Sample message for keylen=blocklen",
     "63c5daa5e651847ca897c95814ab830bededc7d25e83eef9195cd45857a37f448947858f5af50cc2b1b730ddf29671a9"},
    {PrfId::kHmacSha2_384, 48, "Sample message for keylen<blocklen",
     "6eb242bdbb582ca17bebfa481b1e23211464d2b7f8c20b9ff2201637b93646af5ae9ac316e98db45d9cae773675eeed0"},
    {PrfId::kHmacSha2_384, 200, "Sample message for keylen=blocklen",
     "5b664436df69b0ca22551231a3f0a3d5b4f97991713cfa84bff4d0792eff96c27dccbbb6f79b65d548b40e8564cef594"},
    {PrfId::kHmacSha2_384, 49, "Sample message for keylen<blocklen, with truncated tag",
     "c48130d3df703dd7cdaa56800dfbd2ba2458320e6e1f98fe"},
    {PrfId::kHmacSha2_512, 128, "Sample message for keylen=blocklen",
     "fc25e240658ca785b7a811a8d3f7b4ca48cfa26a8a366bf2cd1f836b05fcb024bd36853081811d6c"
     "ea4216ebad79da1cfcb95ea4586b8a0ce356596a55fb1347"},
    {PrfId::kHmacSha2_512, 64, "Sample message for keylen<blocklen",
     "fd44c18bda0bb0a6ce0e82b031bf2818f6539bd56ec00bdc10a8a2d730b3634de2545d639b0f2cf7"},
    {PrfId::kHmacSha2_512, 200, "Sample message for keylen=blocklen",
     "d93ec8d2de1ad2a9957cb9b83f14e76ad6b5e0cce285079a127d3b14bccb7aa7286d4ac0d4ce6421"
     "5f2bc9e6870b33d97438be4aaa20cda5c5a912b48b8e27f3"},
    {PrfId::kHmacSha2_512, 49, "Sample message for keylen<blocklen, with truncated tag",
     "00f3e9a77bb0f06de15f160603e42b5028758808596664c03e1ab8fb2b076778"},
};

TEST(Prf, IsHmacOfNistsExamples) {
  for (const HmacExample& example : kNist) {
    Bytes key(example.key_size);
    std::iota(key.begin(), key.end(), std::uint8_t{0});
    const auto mac = prf(example.prf, key, {octets(example.text)});
    ASSERT_TRUE(mac);
    EXPECT_EQ(to_hex(mac->expose()).substr(0, example.mac.size()), example.mac)
        << to_text(example.prf) << ", key of " << example.key_size;
  }
}

struct IkeExample {
  PrfId prf;
  std::string_view nonce_i, nonce_r, spi_i, spi_r, secret, skeyseed, material, new_secret, new_skeyseed;
};

// NIST CAVP, IKEv2 key derivation (SP 800-135). "material" is cut to its 132 octets.
constexpr IkeExample kCavp[] = {
    {PrfId::kHmacSha2_256, "3f302be1abcb28e1", "8c332ee006064c9b", "40dac39e1e1a8640", "8619a1cf9a6e4c07",
     "0f4d257d7a58fc4545c7d7a88119eee5d5c9690c5b4c989171d3abbfd99d1d29",
     "5f00d1bd2c58ec224b1e6b71fa0f19a1faa7a193952c444411b47c1a9d8ba6fe",
     "0b137d669b0947d7d026d593f0305ad401ff0c471357d695778a9c7f4b4869ece98aca531188d16041b3bb936d2dbb3b4993a6e768a809160"
     "de45d0283f273a6cdf6854379e31be72b8d3d1fa990cf9c5b015ca9f918a7df6253c958114a09d4e1c19bdcd4db14b29d98db1a74ad405c58"
     "8662c14a04d0d36aa4ab55e90f8986d12d4aad",
     "25f3b12d6f282739256e39bf54eda53b60ffcf379bb7bcc90c27b4c4c578616c",
     "2d63f6debc92048b4fef3889c4c99ca67d6496e0fac14a2bca9a2d6566ff2398"},
    {PrfId::kHmacSha2_384, "fd1b572a8e735591", "6013b0ef88dacd3d", "2116ad07ce61f749", "24880e55f11a65b7",
     "d3288cd87565101e88fe3bad918f31939d8dd26ff1071f8b2d7f447524e58d7c",
     "69fe7a1ac94adaeb711295f5fe004b1a8d6a0b65d05692758ce8ad2f7a45f59d7d0b596f51f7dfcf3330061888f6a94f",
     "4f904c2025c90c817ea5ff9b662a6fdb445a73b57cdf09eacd379b95e1f03cacb04cd6deeda4f952191dd9bc1f7a9502471a648d74dc06d38"
     "112de48a42501f6b1a3ad55c2099cd9a648e5f17e5bf3e34bf9b5953decb768a34f875fe2b78dca0c2fcca81ec1a412006dfaed38fa06882e"
     "61f4c148105fb8e231fdb33c4d484c001721d4",
     "3358f620539473aee8d07e779764c4c6a9aabddc79a28e136b3bac021dbde44a",
     "e0548c1682e13bce454026b3b1bdf42985b24e4e7408095a7c529de38c3d1fcb04c9fe6868042a34c9614c6c99e3fcea"},
};

TEST(Prf, MakesTheKeysOfCavp) {
  for (const IkeExample& example : kCavp) {
    const Bytes nonce_i = from_hex(example.nonce_i);
    const Bytes nonce_r = from_hex(example.nonce_r);
    const auto skeyseed = prf(example.prf, joined({nonce_i, nonce_r}), {from_hex(example.secret)});
    ASSERT_TRUE(skeyseed);
    EXPECT_EQ(to_hex(skeyseed->expose()), example.skeyseed);
    Bytes material(132);
    ASSERT_TRUE(prf_plus(example.prf, skeyseed->expose(),
                         {nonce_i, nonce_r, from_hex(example.spi_i), from_hex(example.spi_r)}, material));
    EXPECT_EQ(to_hex(material), example.material);
    const View sk_d = View(material).first(skeyseed->size());
    const auto rekeyed = prf(example.prf, sk_d, {from_hex(example.new_secret), nonce_i, nonce_r});
    ASSERT_TRUE(rekeyed);
    EXPECT_EQ(to_hex(rekeyed->expose()), example.new_skeyseed);
  }
}

TEST(Prf, IsOpenSslsHmacForKeysAndInputsOfAllSizes) {
  SeededRandom random(11);
  for (const PrfId id : kAll) {
    for (std::size_t size = 0; size <= 300; ++size) {
      const Bytes key = random_bytes(random, size);
      const Bytes input = random_bytes(random, random.below(300));
      const auto mac = prf(id, key, {input});
      ASSERT_TRUE(mac);
      ASSERT_EQ(to_hex(mac->expose()), to_hex(openssl_hmac(testing::digest_name(id), key, input)))
          << to_text(id) << ", key of " << size << ", input of " << input.size();
    }
  }
}

TEST(Prf, PartsAreTheirWhole) {
  SeededRandom random(12);
  for (const PrfId id : kAll) {
    const Bytes key = random_bytes(random, 32);
    const Bytes input = random_bytes(random, 200);
    const auto whole = prf(id, key, {input});
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
      const auto parts = prf(id, key, {View(input).first(cut), {}, View(input).subspan(cut)});
      ASSERT_TRUE(whole && parts);
      ASSERT_EQ(to_hex(parts->expose()), to_hex(whole->expose())) << "cut at " << cut;
    }
  }
}

TEST(Prf, ResultMayBeTheKey) {
  Bytes key(32, 5);
  const auto expected = prf(PrfId::kHmacSha2_256, key, {key});
  ASSERT_TRUE(expected && prf_into(PrfId::kHmacSha2_256, key, {key}, key));
  EXPECT_EQ(to_hex(key), to_hex(expected->expose()));
}

TEST(Prf, RefusesWhatItHasNot) {
  const auto result = prf(PrfId::kAes128Xcbc, Bytes(16), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  Bytes out(32);
  EXPECT_EQ(prf_plus(PrfId::kHmacSha1, Bytes(16), {}, out).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(prf_into(PrfId::kHmacSha2_384, Bytes(16), {}, out).error().code, ErrorCode::kInvalidArgument);
}

// RFC 7296 2.13, word for word.
Bytes plain_prf_plus(const char* digest, View key, View seed, std::size_t size) {
  Bytes out;
  Bytes block;
  for (std::uint8_t number = 1; out.size() < size; ++number) {
    block = openssl_hmac(digest, key, joined({block, seed, Bytes{number}}));
    out.insert(out.end(), block.begin(), block.end());
  }
  out.resize(size);
  return out;
}

TEST(PrfPlus, IsThatOfRfc7296ForAllSizes) {
  SeededRandom random(13);
  for (const PrfId id : kAll) {
    const Bytes key = random_bytes(random, 64);
    const Bytes seed = random_bytes(random, 80);
    const std::size_t most = 255 * (id == PrfId::kHmacSha2_256 ? 32 : id == PrfId::kHmacSha2_384 ? 48 : 64);
    const Bytes expected = plain_prf_plus(testing::digest_name(id), key, seed, most);
    for (std::size_t size = 0; size <= 500; ++size) {
      Bytes out(size);
      ASSERT_TRUE(prf_plus(id, key, {View(seed).first(30), View(seed).subspan(30)}, out));
      ASSERT_EQ(to_hex(out), to_hex(View(expected).first(size))) << size;
    }
    Bytes all(most);
    ASSERT_TRUE(prf_plus(id, key, {seed}, all));
    EXPECT_EQ(all, expected);
    Bytes more(most + 1);
    const auto refused = prf_plus(id, key, {seed}, more);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

// One use leaves nothing behind for the next, whatever their order.
TEST(PrfPlus, CallsDoNotMix) {
  const Bytes key(40, 1);
  Bytes first(100);
  ASSERT_TRUE(prf_plus(PrfId::kHmacSha2_512, key, {key}, first));
  const auto once = prf(PrfId::kHmacSha2_512, key, {key});
  Bytes other(70);
  ASSERT_TRUE(prf_plus(PrfId::kHmacSha2_512, Bytes(300, 2), {key}, other));
  Bytes second(100);
  ASSERT_TRUE(prf_plus(PrfId::kHmacSha2_512, key, {key}, second));
  EXPECT_EQ(first, second);
  const auto again = prf(PrfId::kHmacSha2_512, key, {key});
  EXPECT_EQ(to_hex(once->expose()), to_hex(again->expose()));
}

TEST(EqualConstantTime, ComparesEveryOctetAndTheSize) {
  const Bytes a(33, 7);
  EXPECT_TRUE(equal_constant_time(a, a));
  EXPECT_TRUE(equal_constant_time({}, {}));
  EXPECT_FALSE(equal_constant_time(a, View(a).first(32)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    Bytes b = a;
    b[i] ^= 1;
    EXPECT_FALSE(equal_constant_time(a, b)) << i;
  }
}

}  // namespace
}  // namespace sallyport::ike
