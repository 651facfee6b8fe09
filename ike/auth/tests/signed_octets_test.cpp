#include "sallyport/ike/signed_octets.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fixtures.hpp"

namespace sallyport::ike {
namespace {

using test::bytes;
using test::to_hex;

struct Said {
  Bytes request = bytes("request");
  Bytes response = bytes("the response");
  Bytes nonce_i = Bytes(16, 0x11);
  Bytes nonce_r = Bytes(32, 0x22);
  Bytes sk_p = Bytes(32, 0x33);

  [[nodiscard]] InitTranscript transcript() const { return {request, response, nonce_i, nonce_r}; }
};

Bytes joined(std::initializer_list<View> parts) {
  Bytes out;
  for (const View part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

TEST(SignedOctets, OwnMessageOthersNonceMacedIdentity) {
  const Said said;
  // Type 2 (FQDN), three reserved octets that were not zero, "gw".
  const IdPayload id{IdType::kFqdn, {1, 2, 3}, bytes("gw")};
  const Bytes rest{2, 1, 2, 3, 'g', 'w'};
  std::array<std::uint8_t, 32> mac{};
  HMAC(EVP_sha256(), said.sk_p.data(), 32, rest.data(), rest.size(), mac.data(), nullptr);
  const auto initiator = signed_octets(said.transcript(), Side::kInitiator, PrfId::kHmacSha2_256, said.sk_p, id);
  ASSERT_TRUE(initiator) << initiator.error().text;
  EXPECT_EQ(to_hex(*initiator), to_hex(joined({said.request, said.nonce_r, mac})));
  const auto responder = signed_octets(said.transcript(), Side::kResponder, PrfId::kHmacSha2_256, said.sk_p, id);
  ASSERT_TRUE(responder);
  EXPECT_EQ(to_hex(*responder), to_hex(joined({said.response, said.nonce_i, mac})));
}

TEST(SignedOctets, WantsAllParts) {
  const IdPayload id{IdType::kFqdn, {}, bytes("gw")};
  for (Bytes Said::*part : {&Said::request, &Said::nonce_r, &Said::sk_p}) {
    Said said;
    (said.*part).clear();
    EXPECT_FALSE(signed_octets(said.transcript(), Side::kInitiator, PrfId::kHmacSha2_256, said.sk_p, id));
  }
  for (Bytes Said::*part : {&Said::response, &Said::nonce_i}) {
    Said said;
    (said.*part).clear();
    EXPECT_FALSE(signed_octets(said.transcript(), Side::kResponder, PrfId::kHmacSha2_256, said.sk_p, id));
  }
  const Said said;
  EXPECT_FALSE(signed_octets(said.transcript(), Side::kInitiator, PrfId::kAes128Cmac, said.sk_p, id));
}

}  // namespace
}  // namespace sallyport::ike
