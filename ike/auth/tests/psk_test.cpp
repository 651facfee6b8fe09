#include "sallyport/ike/psk.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fixtures.hpp"

namespace sallyport::ike {
namespace {

using test::bytes;
using test::contains;
using test::octets;
using test::to_hex;

static_assert(!std::is_copy_constructible_v<SharedSecret>);

std::string exposed(const Result<SharedSecret>& secret) { return secret ? to_hex(secret->expose()) : "refused"; }

TEST(SharedSecret, ParsesWhatUsersWrite) {
  EXPECT_EQ(exposed(SharedSecret::parse("abc")), "616263");
  EXPECT_EQ(exposed(SharedSecret::parse("0x00FF")), "00ff");
  EXPECT_EQ(exposed(SharedSecret::parse("0sYWJj")), "616263");
  EXPECT_EQ(exposed(SharedSecret::parse("0sYWI=")), "6162");
  EXPECT_EQ(exposed(SharedSecret::parse("0sYQ==")), "61");
  EXPECT_EQ(exposed(SharedSecret::parse("0sAAA=")), "0000") << "padding is not taken for zeros";
  EXPECT_EQ(exposed(SharedSecret::parse("0")), "30");
}

TEST(SharedSecret, RefusesAndDoesNotRepeat) {
  const std::string long_base64 = "0s" + std::string(2052, 'A');
  const std::string long_text(1025, 'A');
  for (const std::string& text :
       {std::string(), std::string("0x"), std::string("0s"), std::string("0x123"), std::string("0xhunter2"),
        std::string("0sYW"), std::string("0sYWJ\n"), std::string("0sY==="), std::string("0sYQ=A"),
        std::string("0shunter2!"), std::string("0sYW I"), long_base64, long_text}) {
    const auto secret = SharedSecret::parse(text);
    ASSERT_FALSE(secret) << text;
    EXPECT_FALSE(contains(secret.error().text, "hunter")) << secret.error().text;
  }
  EXPECT_TRUE(SharedSecret::parse(std::string(1024, 'A')));
}

// Made with Python's hmac: inner = hmac(b"secret", b"Key Pad for IKEv2", H); hmac(inner, bytes(range(40)), H).
TEST(PskAuth, KnownAnswers) {
  const auto secret = SharedSecret::parse("secret").value();
  Bytes octets40(40);
  for (std::size_t i = 0; i < octets40.size(); ++i) octets40[i] = static_cast<std::uint8_t>(i);
  const auto value = [&](PrfId prf) { return to_hex(psk_auth(prf, secret, octets40)->data); };
  EXPECT_EQ(value(PrfId::kHmacSha2_256), "5267f67b116db69ad2e25c7a0fb74b4d0b496628594b5d43ff9506d13ce72cdb");
  EXPECT_EQ(value(PrfId::kHmacSha2_384),
            "5282224bfb02a680fe5e50765ccefabcc88b19f997a1317bfeba231fa0bb177037dfcca69cf94af38b87a0d0597d05c2");
  EXPECT_EQ(value(PrfId::kHmacSha2_512),
            "715e99e71a2e617e6ca7bfe81e33460cef88b78b6d65d93b4ff52a4297acb04b2be5a5e828e391e2a70049793ca8af2ffaa9141706"
            "ac4d62a75f9e7020e8ea3a");
  EXPECT_EQ(psk_auth(PrfId::kHmacSha2_256, secret, octets40)->method, AuthMethod::kSharedKey);
  EXPECT_FALSE(psk_auth(PrfId::kHmacStreebog512, secret, octets40));
}

// The same with OpenSSL's one-call HMAC, for secrets shorter and longer than the hash's block.
TEST(PskAuth, AgreesWithHmacForEachLength) {
  static constexpr std::string_view kPad = "Key Pad for IKEv2";
  for (std::size_t size = 1; size <= 200; ++size) {
    const Bytes key(size, static_cast<std::uint8_t>(size));
    const Bytes message(size * 3, 0x5a);
    std::array<std::uint8_t, 32> inner{};
    std::array<std::uint8_t, 32> outer{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(size), octets(kPad).data(), kPad.size(), inner.data(), nullptr);
    HMAC(EVP_sha256(), inner.data(), 32, message.data(), message.size(), outer.data(), nullptr);
    const auto secret = SharedSecret::from_octets(key).value();
    EXPECT_EQ(to_hex(psk_auth(PrfId::kHmacSha2_256, secret, message)->data), to_hex(outer));
  }
}

TEST(PskAuth, EachChangeIsRefused) {
  const auto secret = SharedSecret::parse("secret").value();
  const Bytes message = bytes("what both have seen");
  const auto auth = psk_auth(PrfId::kHmacSha2_256, secret, message).value();
  EXPECT_TRUE(verify_psk_auth(PrfId::kHmacSha2_256, secret, message, auth));
  for (std::size_t bit = 0; bit < auth.data.size() * 8; ++bit) {
    AuthPayload changed = auth;
    changed.data[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_256, secret, message, changed)) << bit;
  }
  for (std::size_t size = 0; size < auth.data.size(); ++size) {
    AuthPayload changed = auth;
    changed.data.resize(size);
    EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_256, secret, message, changed)) << size;
  }
  AuthPayload changed = auth;
  changed.data.push_back(0);
  EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_256, secret, message, changed));
  changed = auth;
  changed.method = AuthMethod::kDigitalSignature;
  EXPECT_TRUE(contains(verify_psk_auth(PrfId::kHmacSha2_256, secret, message, changed).error().text,
                       "a pre-shared key is expected"));
  EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_384, secret, message, auth));
  EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_256, SharedSecret::parse("Secret").value(), message, auth));
  EXPECT_FALSE(verify_psk_auth(PrfId::kHmacSha2_256, secret, bytes("what both have seem"), auth));
}

}  // namespace
}  // namespace sallyport::ike
