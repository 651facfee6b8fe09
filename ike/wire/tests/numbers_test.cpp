// Numbers and their names, some of them looked up by hand in the RFCs.
#include "sallyport/ike/numbers.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace sallyport::ike {
namespace {

// The numbers below end that have a name; no name stands for two numbers.
template <class Enum>
std::vector<unsigned> named(unsigned end) {
  std::vector<unsigned> numbers;
  std::set<std::string_view> names;
  for (unsigned i = 0; i < end; ++i) {
    const std::string_view text = name(static_cast<Enum>(i));
    if (text.empty()) continue;
    numbers.push_back(i);
    EXPECT_TRUE(names.insert(text).second) << text << " twice";
  }
  return numbers;
}

std::vector<unsigned> range(unsigned first, unsigned last) {
  std::vector<unsigned> out;
  for (unsigned i = first; i <= last; ++i) out.push_back(i);
  return out;
}

std::vector<unsigned> operator+(std::vector<unsigned> left, const std::vector<unsigned>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST(IkeNumbers, EveryNumberOfTheRegistriesHasItsName) {
  using V = std::vector<unsigned>;
  EXPECT_EQ(named<ExchangeType>(256), range(34, 44));
  EXPECT_EQ(named<PayloadType>(256), V{0} + range(33, 54));
  EXPECT_EQ(named<NotifyType>(65536), (V{1, 4, 5, 7, 9, 11, 14, 17, 24}) + range(34, 49) + range(16384, 16447));
  EXPECT_EQ(named<TransformType>(256), range(1, 14));
  EXPECT_EQ(named<EncrId>(65536), (V{3}) + range(11, 16) + range(18, 21) + range(23, 35));
  EXPECT_EQ(named<PrfId>(65536), (V{1, 2}) + range(4, 9));
  EXPECT_EQ(named<IntegId>(65536), (V{0, 1, 2, 5}) + range(8, 14));
  EXPECT_EQ(named<KeMethod>(65536), (V{0, 1, 2, 5}) + range(14, 37));
  EXPECT_EQ(named<SnId>(65536), range(0, 2));
  EXPECT_EQ(named<ProtocolId>(256), range(0, 6));
  EXPECT_EQ(named<IdType>(256), (V{1, 2, 3, 5}) + range(9, 13));
  EXPECT_EQ(named<CertEncoding>(256), (V{1, 4, 7, 8}) + range(11, 15));
  EXPECT_EQ(named<AuthMethod>(256), range(1, 3) + range(9, 14));
  EXPECT_EQ(named<HashId>(65536), range(1, 7));
  EXPECT_EQ(named<TsType>(256), range(7, 10));
  EXPECT_EQ(named<ConfigType>(256), range(1, 4));
  EXPECT_EQ(named<ConfigAttributeType>(65536), range(1, 4) + range(6, 8) + (V{10}) + range(12, 29));
}

TEST(IkeNumbers, NamesAreTheRegistrys) {
  EXPECT_EQ(to_text(ExchangeType{36}), "CREATE_CHILD_SA");
  EXPECT_EQ(to_text(PayloadType{46}), "SK");
  EXPECT_EQ(to_text(NotifyType{14}), "NO_PROPOSAL_CHOSEN");
  EXPECT_EQ(to_text(NotifyType{44}), "CHILD_SA_NOT_FOUND");
  EXPECT_EQ(to_text(NotifyType{48}), "TS_MAX_QUEUE");
  EXPECT_EQ(to_text(NotifyType{16389}), "NAT_DETECTION_DESTINATION_IP");
  EXPECT_EQ(to_text(NotifyType{16394}), "ESP_TFC_PADDING_NOT_SUPPORTED");
  EXPECT_EQ(to_text(NotifyType{16397}), "ADDITIONAL_IP4_ADDRESS");
  EXPECT_EQ(to_text(NotifyType{16401}), "COOKIE2");
  EXPECT_EQ(to_text(NotifyType{16430}), "IKEV2_FRAGMENTATION_SUPPORTED");
  EXPECT_EQ(to_text(NotifyType{16431}), "SIGNATURE_HASH_ALGORITHMS");
  EXPECT_EQ(to_text(NotifyType{16444}), "SA_RESOURCE_INFO");
  EXPECT_EQ(to_text(EncrId{20}), "ENCR_AES_GCM_16");
  EXPECT_EQ(to_text(EncrId{28}), "ENCR_CHACHA20_POLY1305");
  EXPECT_EQ(to_text(PrfId{5}), "PRF_HMAC_SHA2_256");
  EXPECT_EQ(to_text(IntegId{14}), "AUTH_HMAC_SHA2_512_256");
  EXPECT_EQ(to_text(KeMethod{31}), "CURVE25519");
  EXPECT_EQ(to_text(KeMethod{16}), "MODP_4096");
  EXPECT_EQ(to_text(SnId{1}), "ESN");
  EXPECT_EQ(to_text(IdType{9}), "ID_DER_ASN1_DN");
  EXPECT_EQ(to_text(AuthMethod{14}), "DIGITAL_SIGNATURE");
  EXPECT_EQ(to_text(ConfigAttributeType{15}), "INTERNAL_IP6_SUBNET");
}

TEST(IkeNumbers, WithoutANameTheNumberStandsForItself) {
  EXPECT_EQ(name(NotifyType{45056}), "");
  EXPECT_EQ(to_text(NotifyType{45056}), "45056");
  EXPECT_EQ(to_text(PayloadType{200}), "200");
}

TEST(IkeNumbers, ErrorsEndBelow16384) {
  EXPECT_TRUE(is_error(NotifyType::kUnsupportedCriticalPayload));
  EXPECT_TRUE(is_error(NotifyType{16383}));
  EXPECT_FALSE(is_error(NotifyType::kInitialContact));
  EXPECT_FALSE(is_error(NotifyType{65535}));
}

}  // namespace
}  // namespace sallyport::ike
