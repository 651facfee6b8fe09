// A program of its own, since what becomes of OpenSSL's memory is decided once for a process, before anything else. It
// looks into each block that is given back.
#include "sallyport/ike/openssl_memory.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/signature.hpp"
#include "sallyport/secret.hpp"

// A sanitizer has the memory to itself.
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

namespace {

// RFC 8032 7.1, test 2.
constexpr std::array<std::uint8_t, 32> kKey{0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3,
                                            0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab,
                                            0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
int blocks_with_key = 0;

[[maybe_unused]] void look_into(const void* block) {
  if (block == nullptr) return;
  if (memmem(block, malloc_usable_size(const_cast<void*>(block)), kKey.data(), kKey.size()) != nullptr) {
    ++blocks_with_key;
  }
}

}  // namespace

#if !SANITIZED
// In place of the C library's, for this program and all its libraries.
extern "C" void __libc_free(void* block);  // NOLINT(bugprone-reserved-identifier): the C library's name
extern "C" void free(void* block) noexcept {
  look_into(block);
  __libc_free(block);
}
#endif

namespace sallyport::ike {
namespace {

const bool kInTime = wipe_what_openssl_frees();

// The key in PKCS#8 and PEM; the caller wipes it.
std::vector<std::uint8_t> pem() {
  std::vector<std::uint8_t> der{0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
  der.reserve(der.size() + kKey.size());
  der.insert(der.end(), kKey.begin(), kKey.end());
  static constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----\n";
  static constexpr std::string_view kEnd = "\n-----END PRIVATE KEY-----\n";
  std::vector<std::uint8_t> text(kBegin.begin(), kBegin.end());
  text.resize(kBegin.size() + 65);  // 48 octets make 64 characters and a NUL
  EVP_EncodeBlock(text.data() + kBegin.size(), der.data(), static_cast<int>(der.size()));
  text.pop_back();
  text.insert(text.end(), kEnd.begin(), kEnd.end());
  wipe(der);
  return text;
}

TEST(OpensslMemory, GivesNothingOfAPrivateKeyBack) {
  ASSERT_TRUE(kInTime);
  blocks_with_key = 0;
  {
    auto text = pem();
    const auto key = PrivateKey::from_pem(text);
    wipe(text);
    ASSERT_TRUE(key) << key.error().text;
    SeededRandom random(1);
    EXPECT_TRUE(sign_auth(*key, SignatureScheme::kEd25519, text, random));
  }
  EXPECT_EQ(blocks_with_key, 0);
}

TEST(OpensslMemory, ThisProgramWouldSee) {
#if SANITIZED
  GTEST_SKIP() << "the sanitizer has the memory";
#endif
  blocks_with_key = 0;
  { const std::vector<std::uint8_t> copy(kKey.begin(), kKey.end()); }
  EXPECT_EQ(blocks_with_key, 1);
}

}  // namespace
}  // namespace sallyport::ike
