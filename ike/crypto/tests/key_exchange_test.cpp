#include "sallyport/ike/key_exchange.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::FixedRandom;
using testing::from_hex;
using testing::joined;
using testing::random_bytes;
using testing::to_hex;

constexpr KeMethod kAll[] = {KeMethod::kCurve25519, KeMethod::kEcp256,   KeMethod::kEcp384,  KeMethod::kEcp521,
                             KeMethod::kModp2048,   KeMethod::kModp3072, KeMethod::kModp4096};
constexpr KeMethod kEcp[] = {KeMethod::kEcp256, KeMethod::kEcp384, KeMethod::kEcp521};
constexpr KeMethod kModp[] = {KeMethod::kModp2048, KeMethod::kModp3072, KeMethod::kModp4096};

KeyExchange made(KeMethod method, RandomSource& random) {
  auto exchange = KeyExchange::make(method, random);
  EXPECT_TRUE(exchange) << (exchange ? "" : exchange.error().text);
  return *std::move(exchange);
}

KeyExchange made_of(KeMethod method, std::string_view scalar) {
  FixedRandom random(from_hex(scalar));
  KeyExchange out = made(method, random);
  EXPECT_EQ(random.left(), 0U);
  return out;
}

std::string agreed(const KeyExchange& ours, View peer) {
  const auto secret = ours.agree(peer);
  EXPECT_TRUE(secret) << (secret ? "" : secret.error().text);
  return secret ? to_hex(secret->expose()) : "";
}

void expect_refused(const KeyExchange& ours, View peer, std::string_view what) {
  const auto secret = ours.agree(peer);
  ASSERT_FALSE(secret) << what;
  EXPECT_EQ(secret.error().code, ErrorCode::kMalformedInput) << what;
  EXPECT_NE(secret.error().text.find(to_text(ours.method())), std::string::npos) << secret.error().text;
}

struct Example {
  KeMethod method;
  std::string_view scalar_i, public_i, scalar_r, public_r, secret;
};

// RFC 7748 6.1; RFC 5903 8.1, 8.2, 8.3.
constexpr Example kExamples[] = {
    {KeMethod::kCurve25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {KeMethod::kEcp256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
     "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
     "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {KeMethod::kEcp384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa"
     "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571"
     "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
    {KeMethod::kEcp521,
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f595"
     "7b2639bab072462f68c27a57382d4a52",
     "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564941885"
     "942af5a7f4601723c4195d176ced3e"
     "017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a"
     "6a7f1507438bf01beb6ca3926f9582",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cc"
     "a7458aa4a4effc311f5cb151685eb9",
     "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d"
     "4ef2d0433ced2b6171640012d9460f"
     "015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57"
     "091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715"
     "a3a8cc3151f2bee417996d19f3ddea"},
};

TEST(KeyExchange, IsThatOfTheRfcs) {
  for (const Example& example : kExamples) {
    const KeyExchange initiator = made_of(example.method, example.scalar_i);
    const KeyExchange responder = made_of(example.method, example.scalar_r);
    EXPECT_EQ(to_hex(initiator.public_value()), example.public_i);
    EXPECT_EQ(to_hex(responder.public_value()), example.public_r);
    EXPECT_EQ(agreed(initiator, responder.public_value()), example.secret);
    EXPECT_EQ(agreed(responder, initiator.public_value()), example.secret);
  }
}

TEST(KeyExchange, BothSidesAgreeAndSizesAreAsStated) {
  for (const KeMethod method : kAll) {
    SeededRandom random(21);
    const KeyExchange initiator = made(method, random);
    const KeyExchange responder = made(method, random);
    EXPECT_EQ(initiator.method(), method);
    EXPECT_NE(to_hex(initiator.public_value()), to_hex(responder.public_value()));
    EXPECT_EQ(initiator.public_value().size(), public_value_size(method)) << to_text(method);
    const std::string secret = agreed(initiator, responder.public_value());
    EXPECT_EQ(secret, agreed(responder, initiator.public_value()));
    EXPECT_EQ(secret.size(), 2 * shared_secret_size(method)) << to_text(method);
  }
}

TEST(KeyExchange, IsDrawnFromTheSourceOnly) {
  for (const KeMethod method : kAll) {
    SeededRandom one(22);
    SeededRandom same(22);
    SeededRandom other(23);
    const KeyExchange exchange = made(method, one);
    EXPECT_EQ(to_hex(exchange.public_value()), to_hex(made(method, same).public_value()));
    EXPECT_NE(to_hex(exchange.public_value()), to_hex(made(method, other).public_value()));
    // And as much was drawn: both sources stand at the same place.
    EXPECT_EQ(random_bytes(one, 8), random_bytes(same, 8));
  }
}

TEST(KeyExchange, MovesButStaysWhole) {
  SeededRandom random(24);
  KeyExchange first = made(KeMethod::kEcp256, random);
  const KeyExchange second = made(KeMethod::kEcp256, random);
  const std::string secret = agreed(first, second.public_value());
  const KeyExchange moved = std::move(first);
  EXPECT_EQ(agreed(moved, second.public_value()), secret);
}

TEST(KeyExchange, RefusesOtherSizes) {
  for (const KeMethod method : kAll) {
    SeededRandom random(25);
    const KeyExchange ours = made(method, random);
    Bytes peer(ours.public_value().begin(), ours.public_value().end());
    peer.push_back(0);
    expect_refused(ours, peer, "one octet more");
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, peer.size() / 2, peer.size() - 2}) {
      expect_refused(ours, View(peer).first(size), std::to_string(size) + " octets");
    }
  }
}

TEST(KeyExchange, RefusesMethodsThatItHasNot) {
  SeededRandom random(26);
  for (const KeMethod method : {KeMethod::kNone, KeMethod::kModp1024, KeMethod::kCurve448, KeMethod::kMlKem768}) {
    const auto exchange = KeyExchange::make(method, random);
    ASSERT_FALSE(exchange);
    EXPECT_EQ(exchange.error().code, ErrorCode::kInvalidArgument);
  }
}

// --- Curve25519 ---

// All values of u with a result of zeros for every scalar, and their forms that are not reduced mod 2^255-19.
constexpr std::string_view kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(Curve25519, RefusesPointsOfSmallOrder) {
  SeededRandom random(31);
  const KeyExchange ours = made(KeMethod::kCurve25519, random);
  for (const std::string_view text : kSmallOrder) {
    Bytes peer = from_hex(text);
    expect_refused(ours, peer, text);
    peer.back() |= 0x80;  // this bit is not looked at
    expect_refused(ours, peer, text);
  }
}

TEST(Curve25519, IgnoresTheHighestBit) {
  SeededRandom random(32);
  const KeyExchange ours = made(KeMethod::kCurve25519, random);
  Bytes peer = random_bytes(random, 32);
  peer.back() &= 0x7f;
  const std::string secret = agreed(ours, peer);
  peer.back() |= 0x80;
  EXPECT_EQ(agreed(ours, peer), secret);
}

// RFC 7748 5.2: 1,000 times k, u = X25519(k, u), k.
TEST(Curve25519, Iterates) {
  std::string k = "0900000000000000000000000000000000000000000000000000000000000000";
  std::string u = k;
  for (int i = 0; i < 1000; ++i) {
    std::string next = agreed(made_of(KeMethod::kCurve25519, k), from_hex(u));
    u = k;
    k = next;
    if (i == 0) {
      EXPECT_EQ(k, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(k, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

// --- Curves over prime fields ---

const char* curve_name(KeMethod method) {
  if (method == KeMethod::kEcp256) return "P-256";
  return method == KeMethod::kEcp384 ? "P-384" : "P-521";
}

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// The same agreement by OpenSSL's EVP_PKEY, on a key pair of its own.
struct OpenSslEcdh {
  KeyPtr key{nullptr, &EVP_PKEY_free};
  KeMethod method;

  explicit OpenSslEcdh(KeMethod m) : key(EVP_EC_gen(curve_name(m)), &EVP_PKEY_free), method(m) {}
  [[nodiscard]] Bytes public_value() const {
    Bytes out(1 + public_value_size(method));
    std::size_t size = 0;
    EXPECT_EQ(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, out.data(), out.size(), &size), 1);
    EXPECT_EQ(size, out.size());
    EXPECT_EQ(out.front(), 4);
    return {out.begin() + 1, out.end()};
  }
  [[nodiscard]] std::string agree(View peer) const {
    const Bytes point = joined({Bytes{4}, peer});
    const KeyPtr other(EVP_PKEY_new(), &EVP_PKEY_free);
    EXPECT_EQ(EVP_PKEY_copy_parameters(other.get(), key.get()), 1);
    EXPECT_EQ(EVP_PKEY_set1_encoded_public_key(other.get(), point.data(), point.size()), 1);
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), &EVP_PKEY_CTX_free);
    Bytes out(shared_secret_size(method));
    std::size_t size = out.size();
    EXPECT_EQ(EVP_PKEY_derive_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_derive_set_peer(context.get(), other.get()), 1);
    EXPECT_EQ(EVP_PKEY_derive(context.get(), out.data(), &size), 1);
    EXPECT_EQ(size, out.size());
    return to_hex(out);
  }
};

TEST(Ecp, AgreesWithOpenSslsEcdh) {
  SeededRandom random(41);
  for (const KeMethod method : kEcp) {
    for (int i = 0; i < 5; ++i) {
      const OpenSslEcdh theirs(method);
      const KeyExchange ours = made(method, random);
      EXPECT_EQ(agreed(ours, theirs.public_value()), theirs.agree(ours.public_value()));
    }
  }
}

TEST(Ecp, SecretsAreFilledUpWithZeros) {
  const OpenSslEcdh theirs(KeMethod::kEcp256);
  const Bytes peer = theirs.public_value();
  unsigned short_ones = 0;
  // One x in 256 begins with 00; that 4,000 have none has a probability of 1.6e-7.
  for (std::uint64_t seed = 0; seed < 4000 && short_ones < 3; ++seed) {
    SeededRandom random(seed);
    const KeyExchange ours = made(KeMethod::kEcp256, random);
    const std::string secret = agreed(ours, peer);
    if (secret.substr(0, 2) != "00") continue;
    ++short_ones;
    EXPECT_EQ(secret.size(), 64U);
    EXPECT_EQ(secret, theirs.agree(ours.public_value()));
  }
  EXPECT_GT(short_ones, 0U);
}

// Field primes and orders: SEC 2.
constexpr std::string_view kP256 = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
constexpr std::string_view kN256 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kG256 =
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

TEST(Ecp, RefusesWhatIsNoPointOfTheCurve) {
  SeededRandom random(42);
  for (const KeMethod method : kEcp) {
    const KeyExchange ours = made(method, random);
    const Bytes good(ours.public_value().begin(), ours.public_value().end());
    const std::size_t field = good.size() / 2;
    expect_refused(ours, Bytes(good.size()), "x = y = 0");
    expect_refused(ours, Bytes(good.size(), 0xff), "x and y beyond the field");
    Bytes bad = good;
    bad.back() ^= 1;
    expect_refused(ours, bad, "y is another number");
    bad = good;
    bad[field - 1] ^= 1;
    expect_refused(ours, bad, "x is another number");
    expect_refused(ours, joined({View(good).subspan(field), View(good).first(field)}), "x and y exchanged");
  }
}

TEST(Ecp, RefusesCoordinatesThatAreNotReduced) {
  SeededRandom random(43);
  const KeyExchange ours = made(KeMethod::kEcp256, random);
  // (0, sqrt(b)) is on the curve; the same with x = p is not to be taken.
  const Bytes y = from_hex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
  EXPECT_EQ(agreed(ours, joined({Bytes(32), y})).size(), 64U);
  expect_refused(ours, joined({from_hex(kP256), y}), "x = p");
}

TEST(Ecp, ScalarsAreOfOneToOrderMinusOne) {
  // 0, the order and all ones do not fit and are thrown away; 1 does.
  FixedRandom random(joined({Bytes(32), from_hex(kN256), Bytes(32, 0xff), Bytes(31), Bytes{1}}));
  EXPECT_EQ(to_hex(made(KeMethod::kEcp256, random).public_value()), kG256);
  EXPECT_EQ(random.left(), 0U);
  // The order less 1: minus the generator, the same x.
  Bytes most = from_hex(kN256);
  --most.back();
  EXPECT_EQ(to_hex(made_of(KeMethod::kEcp256, to_hex(most)).public_value()).substr(0, 64), kG256.substr(0, 64));
}

TEST(Ecp, ScalarsOf521BitsAreDrawnAs521Bits) {
  // The upper 7 of 528 bits are not used: the same key with and without them.
  Bytes scalar(66, 0x5a);
  scalar.front() = 0x01;
  const KeyExchange one = made_of(KeMethod::kEcp521, to_hex(scalar));
  scalar.front() = 0xff;
  EXPECT_EQ(to_hex(made_of(KeMethod::kEcp521, to_hex(scalar)).public_value()), to_hex(one.public_value()));
}

// --- MODP ---

using Bn = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

// RFC 3526: p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) pi) + offset). Beginning and end are ones; a word of pi
// says which it is. Taken from OpenSSL, checked here.
Bn prime(KeMethod method) {
  Bn p(method == KeMethod::kModp2048   ? BN_get_rfc3526_prime_2048(nullptr)
       : method == KeMethod::kModp3072 ? BN_get_rfc3526_prime_3072(nullptr)
                                       : BN_get_rfc3526_prime_4096(nullptr),
       &BN_free);
  Bytes octets(public_value_size(method));
  EXPECT_EQ(BN_bn2bin(p.get(), octets.data()), static_cast<int>(octets.size()));
  EXPECT_EQ(to_hex(View(octets).first(16)), "ffffffffffffffffc90fdaa22168c234");
  EXPECT_EQ(to_hex(View(octets).last(8)), "ffffffffffffffff");
  return p;
}

Bytes octets_of(const BIGNUM* number, std::size_t size) {
  Bytes out(size);
  EXPECT_EQ(BN_bn2binpad(number, out.data(), static_cast<int>(size)), static_cast<int>(size));
  return out;
}

// base^scalar mod p by squaring and multiplying, most significant bit first: nothing of Montgomery.
Bytes plain_power(View base, View scalar, const BIGNUM* p) {
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), &BN_CTX_free);
  const Bn factor(BN_bin2bn(base.data(), static_cast<int>(base.size()), nullptr), &BN_free);
  const Bn out(BN_new(), &BN_free);
  EXPECT_EQ(BN_one(out.get()), 1);
  for (const std::uint8_t octet : scalar) {
    for (int bit = 7; bit >= 0; --bit) {
      EXPECT_EQ(BN_mod_sqr(out.get(), out.get(), p, context.get()), 1);
      if ((octet >> bit & 1) != 0) {
        EXPECT_EQ(BN_mod_mul(out.get(), out.get(), factor.get(), p, context.get()), 1);
      }
    }
  }
  return octets_of(out.get(), static_cast<std::size_t>(BN_num_bytes(p)));
}

std::size_t scalar_size(KeMethod method) {
  if (method == KeMethod::kModp2048) return 32;
  return method == KeMethod::kModp3072 ? 40 : 48;
}

TEST(Modp, IsPowersOfTwoModuloThePrime) {
  SeededRandom random(51);
  for (const KeMethod method : kModp) {
    const Bn p = prime(method);
    Bytes scalar = random_bytes(random, scalar_size(method));
    scalar.front() &= 0x7f;  // set by the draw
    const KeyExchange ours = made_of(method, to_hex(scalar));
    scalar.front() |= 0x80;
    EXPECT_EQ(to_hex(ours.public_value()), to_hex(plain_power(Bytes{2}, scalar, p.get())));
    Bytes peer = random_bytes(random, public_value_size(method));
    peer.front() = 0;  // below p, and with zeros in front
    peer[1] = 0;
    EXPECT_EQ(agreed(ours, peer), to_hex(plain_power(peer, scalar, p.get())));
  }
}

TEST(Modp, TakesTwoToPrimeMinusTwoOnly) {
  SeededRandom random(52);
  for (const KeMethod method : kModp) {
    const Bn p = prime(method);
    const std::size_t size = public_value_size(method);
    const KeyExchange ours = made(method, random);
    Bytes peer(size);
    expect_refused(ours, peer, "0");
    peer.back() = 1;
    expect_refused(ours, peer, "1");
    peer.back() = 2;
    EXPECT_EQ(agreed(ours, peer), to_hex(ours.public_value())) << "2^x";
    peer = octets_of(p.get(), size);
    expect_refused(ours, peer, "p");
    --peer.back();
    expect_refused(ours, peer, "p - 1");
    --peer.back();
    EXPECT_EQ(agreed(ours, peer).size(), 2 * size) << "p - 2";
    expect_refused(ours, Bytes(size, 0xff), "2^n - 1");
  }
}

TEST(Modp, SecretsAreFilledUpWithZeros) {
  SeededRandom random(53);
  const Bn p = prime(KeMethod::kModp2048);
  // One secret in 256 begins with 00; that 4,000 have none has a probability of 1.6e-7.
  const Bytes scalar(32, 0x81);
  const KeyExchange ours = made_of(KeMethod::kModp2048, to_hex(scalar));
  unsigned short_ones = 0;
  for (int i = 0; i < 4000 && short_ones == 0; ++i) {
    Bytes peer = random_bytes(random, 256);
    peer.front() = 0;
    const std::string secret = agreed(ours, peer);
    if (secret.substr(0, 2) != "00") continue;
    ++short_ones;
    EXPECT_EQ(secret, to_hex(plain_power(peer, scalar, p.get())));
  }
  EXPECT_GT(short_ones, 0U);
}

}  // namespace
}  // namespace sallyport::ike
