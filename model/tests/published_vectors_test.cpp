// The golden model against published vectors. Files in tests/data/vectors and tests/data/aes-gcm.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "sallyport/model/golden_accelerator.hpp"
#include "sallyport/model/vectors/load.hpp"

namespace sallyport::model {
namespace {

struct Expected {
  const char* file;
  std::size_t run;
  std::size_t packets;
  std::map<std::string, std::size_t> skipped;
};

void PrintTo(const Expected& expected, std::ostream* out) { *out << expected.file; }

void check_gcm(const VectorCase& one) {
  const GcmCase& gcm = *one.gcm;
  auto aes = AesGcm::create(gcm.key);
  ASSERT_TRUE(aes.ok()) << one.name;
  Octets sealed = gcm.ciphertext;
  append(sealed, gcm.tag);
  const auto opened = aes->open(gcm.nonce, gcm.aad, sealed);
  EXPECT_EQ(opened.has_value(), gcm.expect == Expect::kValid) << one.name;
  if (!opened) return;
  ASSERT_TRUE(gcm.plaintext.has_value()) << one.name;
  EXPECT_EQ(*opened, *gcm.plaintext) << one.name;
  EXPECT_EQ(aes->seal(gcm.nonce, gcm.aad, *gcm.plaintext), sealed) << one.name;
}

void check_packet(const VectorCase& one) {
  const EspPacketCase& esp = *one.esp;
  GoldenAccelerator golden(64, 64);
  SaConfig sa;
  sa.head.spi = esp.spi;
  sa.set(abi::SaFlag::kInbound);
  if (esp.tunnel) sa.set(abi::SaFlag::kTunnel);
  if (esp.esn) sa.set(abi::SaFlag::kEsn);
  if (esp.udp) sa.set(abi::SaFlag::kUdpEncap);
  if (esp.key.size() == 32) sa.set(abi::SaFlag::kKey256);
  sa.ports = {0, 0xFFFF, 0, 0xFFFF};
  SaSecret secret;
  std::copy(esp.key.begin(), esp.key.end(), secret.key.begin());
  std::copy(esp.salt.begin(), esp.salt.end(), secret.salt.begin());
  ASSERT_EQ(golden.commit(esp.spi % 64, 0, encode_image(sa, secret)).code, abi::CmdCode::kOk) << one.name;
  abi::InDesc desc;
  desc.length = static_cast<std::uint16_t>(esp.sealed.size());
  const PacketResult result = golden.inbound(desc, esp.sealed);
  EXPECT_STREQ(abi::name(result.verdict()), "ok") << one.name;
  EXPECT_EQ(result.octets, esp.plain) << one.name;
}

class PublishedVectors : public testing::TestWithParam<Expected> {};

TEST_P(PublishedVectors, HoldForTheGoldenModel) {
  const auto file = std::filesystem::path(SALLYPORT_TEST_DATA) / GetParam().file;
  const auto cases = load_vectors(file);
  ASSERT_TRUE(cases.ok()) << cases.error().text;
  std::size_t run = 0;
  std::size_t packets = 0;
  std::map<std::string, std::size_t> skipped;
  for (const VectorCase& one : *cases) {
    if (!one.skip.empty()) ++skipped[one.skip];
    if (one.gcm || one.esp) ++run;
    if (one.gcm) check_gcm(one);
    if (one.esp) {
      ++packets;
      check_packet(one);
    }
  }
  EXPECT_EQ(run, GetParam().run);
  EXPECT_EQ(packets, GetParam().packets);
  EXPECT_EQ(skipped, GetParam().skipped);
}

INSTANTIATE_TEST_SUITE_P(
    Files, PublishedVectors,
    testing::Values(Expected{"vectors/mcgrew-gcm-esp-test-01.json", 13, 5, {{"192-bit key", 1}}},
                    Expected{"vectors/rfc7634-chacha20poly1305.json", 0, 0, {{"cipher is not AES-GCM", 2}}},
                    Expected{"vectors/sallyport_aes_gcm_test.json",
                             52,
                             0,
                             {{"192-bit key", 1}, {"nonce is not 96 bit", 2}, {"tag is not 128 bit", 1}}},
                    Expected{"vectors/sallyport_esp_packets.json",
                             6,
                             6,
                             {{"192-bit key", 1}, {"cipher is not AES-GCM", 1}, {"tag is not 128 bit", 1}}},
                    Expected{"aes-gcm/boringssl_aes_128_gcm_tests.txt", 69, 0, {{"nonce is not 96 bit", 5}}},
                    Expected{"aes-gcm/boringssl_aes_256_gcm_tests.txt", 64, 0, {{"nonce is not 96 bit", 2}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes128_de.data",
                             1,
                             0,
                             {{"nonce is not 96 bit", 348}, {"not a known-answer case", 3}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes128_en.data",
                             7,
                             0,
                             {{"nonce is not 96 bit", 342}, {"not a known-answer case", 3}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes192_de.data",
                             0,
                             0,
                             {{"192-bit key", 336}, {"not a known-answer case", 2}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes192_en.data",
                             0,
                             0,
                             {{"192-bit key", 336}, {"not a known-answer case", 2}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes256_de.data",
                             0,
                             0,
                             {{"nonce is not 96 bit", 336}, {"not a known-answer case", 2}}},
                    Expected{"vectors/mbedtls_test_suite_gcm.aes256_en.data",
                             0,
                             0,
                             {{"nonce is not 96 bit", 336}, {"not a known-answer case", 2}}}));

}  // namespace
}  // namespace sallyport::model
