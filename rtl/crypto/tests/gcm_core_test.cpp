// gcm_core with one, two and five engines against OpenSSL: every short length, random cases without a reset in between,
// stalls, engines shared with another client, throughput.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "Vgcm_core_1_model.h"
#include "Vgcm_core_5_model.h"
#include "Vgcm_core_model.h"
#include "gcm_bench.hpp"
#include "vector_file.hpp"

namespace sallyport::test {
namespace {

template <typename Top, unsigned kEngineCount, unsigned kDigitBits>
struct Build {
  using Model = Top;
  static constexpr unsigned kEngines = kEngineCount;
  static constexpr unsigned kDigit = kDigitBits;
};

template <typename B>
class GcmCore : public ::testing::Test {
 protected:
  Octets octets(std::size_t count) {
    Octets out(count);
    for (auto& octet : out) octet = static_cast<std::uint8_t>(random_());
    return out;
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  GcmCase make(GcmOp op, std::size_t key_octets, std::size_t aad, std::size_t data, bool give_h) {
    GcmCase c{.op = op, .key = octets(key_octets), .iv = {}, .h = {}, .aad = octets(aad), .data = octets(data)};
    for (auto& octet : c.iv) octet = static_cast<std::uint8_t>(random_());
    if (give_h) c.h = aes_block(c.key, Block{});
    return c;
  }

  // Runs the case, made an opening of what OpenSSL sealed if it is one, and compares everything.
  GcmResult check(GcmCase c) {
    const Sealed sealed = gcm_seal(c.key, c.iv, c.aad, c.data);
    const Octets plain = c.data;
    if (c.op == GcmOp::kOpen) c.data = sealed.cipher;
    GcmResult result = bench_.run(c);
    EXPECT_NE(result.clocks, 0U) << "no end";
    EXPECT_TRUE(result.framing_ok);
    EXPECT_EQ(result.data, c.op == GcmOp::kOpen ? plain : sealed.cipher);
    EXPECT_EQ(result.tag, sealed.tag);
    return result;
  }

  std::mt19937 random_{20240607};
  GcmBench<typename B::Model> bench_{7};
};

using Builds =
    ::testing::Types<Build<Vgcm_core_1_model, 1, 16>, Build<Vgcm_core_model, 2, 32>, Build<Vgcm_core_5_model, 5, 43>>;
TYPED_TEST_SUITE(GcmCore, Builds);

TYPED_TEST(GcmCore, EveryShortPayload) {
  for (std::size_t size = 0; size <= 80; ++size) {
    for (const GcmOp op : {GcmOp::kSeal, GcmOp::kOpen}) {
      for (const std::size_t key : {16U, 32U}) {
        SCOPED_TRACE(::testing::Message() << "payload " << size << " key " << key);
        this->check(this->make(op, key, size % 2 == 0 ? 8 : 12, size, true));
        this->check(this->make(op, key, 0, size, this->below(2) != 0));
        ASSERT_FALSE(this->HasFailure());
      }
    }
  }
}

TYPED_TEST(GcmCore, EveryShortAad) {
  for (std::size_t aad = 0; aad <= 64; ++aad) {
    SCOPED_TRACE(::testing::Message() << "AAD " << aad);
    this->check(this->make(GcmOp::kSeal, 32, aad, 0, true));
    this->check(this->make(GcmOp::kOpen, 16, aad, 0, false));
    this->check(this->make(GcmOp::kOpen, 32, aad, aad % 5 * 7, false));
    ASSERT_FALSE(this->HasFailure());
  }
}

TYPED_TEST(GcmCore, RandomBackToBack) {
  for (int i = 0; i < 600; ++i) {
    SCOPED_TRACE(::testing::Message() << "case " << i);
    const GcmOp op = this->below(2) != 0 ? GcmOp::kSeal : GcmOp::kOpen;
    this->check(this->make(op, this->below(2) != 0 ? 16 : 32, this->below(65), this->below(2001), this->below(4) != 0));
    ASSERT_FALSE(this->HasFailure());
  }
}

TYPED_TEST(GcmCore, RandomWithStalls) {
  constexpr unsigned kChances[] = {0, 5, 50, 93};
  for (int i = 0; i < 600; ++i) {
    SCOPED_TRACE(::testing::Message() << "case " << i);
    this->bench_.stalls(kChances[this->below(4)], kChances[this->below(4)]);
    const GcmOp op = this->below(2) != 0 ? GcmOp::kSeal : GcmOp::kOpen;
    this->check(this->make(op, this->below(2) != 0 ? 16 : 32, this->below(65), this->below(i % 8 == 0 ? 2001 : 130),
                           this->below(2) != 0));
    ASSERT_FALSE(this->HasFailure());
  }
}

// The other client takes every second block or so; nothing changes but the time.
TYPED_TEST(GcmCore, SharedEngines) {
  constexpr unsigned kChances[] = {0, 50, 93};
  for (int i = 0; i < 400; ++i) {
    SCOPED_TRACE(::testing::Message() << "case " << i);
    this->bench_.noise(i % 3 == 0 ? 100 : 40);
    this->bench_.stalls(kChances[this->below(3)], kChances[this->below(3)]);
    const GcmOp op = this->below(2) != 0 ? GcmOp::kSeal : GcmOp::kOpen;
    this->check(this->make(op, this->below(2) != 0 ? 16 : 32, this->below(33), this->below(i % 8 == 0 ? 2001 : 130),
                           this->below(2) != 0));
    ASSERT_FALSE(this->HasFailure());
  }
  EXPECT_GT(this->bench_.noise_blocks(), 1000U);
}

TYPED_TEST(GcmCore, HashKey) {
  for (int i = 0; i < 100; ++i) {
    this->bench_.stalls(0, i % 3 == 0 ? 60 : 0);
    // A hash key that came with the command changes nothing.
    GcmCase c = this->make(GcmOp::kHashKey, i % 2 == 0 ? 16 : 32, 0, 0, false);
    if (i % 5 == 0) c.h = Block{1, 2, 3};
    const GcmResult result = this->bench_.run(c);
    EXPECT_EQ(result.tag, aes_block(c.key, Block{}));
    this->check(this->make(GcmOp::kSeal, 16, 8, this->below(50), true));
  }
}

// Test cases 2, 4 and 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), independent of OpenSSL.
TYPED_TEST(GcmCore, PublishedVectors) {
  GcmCase c{.op = GcmOp::kSeal, .key = Octets(16), .iv = {}, .h = {}, .aad = {}, .data = Octets(16)};
  const GcmResult second = this->bench_.run(c);
  EXPECT_EQ(second.data,
            (Octets{0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92, 0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78}));
  EXPECT_EQ(second.tag,
            (Block{0xab, 0x6e, 0x47, 0xd4, 0x2c, 0xec, 0x13, 0xbd, 0xf5, 0x3a, 0x67, 0xb2, 0x12, 0x57, 0xbd, 0xdf}));

  c.key = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
  c.iv = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
  c.aad = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed,
           0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};
  c.data = {0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26,
            0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31,
            0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49,
            0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39};
  EXPECT_EQ(this->bench_.run(c).tag,
            (Block{0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47}));

  const Octets half = c.key;
  c.key.insert(c.key.end(), half.begin(), half.end());
  EXPECT_EQ(this->bench_.run(c).tag,
            (Block{0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e, 0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d, 0x55, 0x1b}));
}

TYPED_TEST(GcmCore, CollectedVectors) {
  for (const char* size : {"128", "256"}) {
    int run = 0;
    for (auto& fields :
         read_cases(SALLYPORT_TEST_DATA "/aes-gcm/boringssl_aes_" + std::string(size) + "_gcm_tests.txt")) {
      if (fields["NONCE"].size() != 12) continue;
      GcmCase c{.op = GcmOp::kSeal, .key = fields["KEY"], .iv = {}, .h = {}, .aad = fields["AD"], .data = fields["IN"]};
      std::copy_n(fields["NONCE"].begin(), 12, c.iv.begin());
      const Octets tag = fields["TAG"];
      for (const GcmOp op : {GcmOp::kSeal, GcmOp::kOpen}) {
        c.op = op;
        c.data = fields[op == GcmOp::kSeal ? "IN" : "CT"];
        const GcmResult result = this->bench_.run(c);
        EXPECT_EQ(result.data, fields[op == GcmOp::kSeal ? "CT" : "IN"]);
        EXPECT_TRUE(std::equal(tag.begin(), tag.end(), result.tag.begin())) << "AES-" << size << " case " << run;
      }
      ++run;
    }
    EXPECT_GE(run, 60);
  }
}

// A packet takes what its AES blocks take, E(J0) among them, shared out among the engines; what it costs beyond is
// bounded.
TYPED_TEST(GcmCore, Clocks) {
  constexpr std::uint64_t kEngines = TypeParam::kEngines;
  for (const std::size_t key : {16U, 32U}) {
    const std::uint64_t block = key == 32 ? 14 : 10;
    for (const std::size_t beats : {1U, 2U, 4U, 5U, 40U, 94U, 563U}) {
      const GcmResult alone = this->check(this->make(GcmOp::kOpen, key, 8, 16 * beats, true));
      const std::uint64_t pace =
          std::max(block * (beats + 1), kEngines * beats * ((127 + TypeParam::kDigit) / TypeParam::kDigit));
      EXPECT_LE(alone.clocks, (pace + kEngines - 1) / kEngines + block + 18) << "key " << key << " beats " << beats;
      this->bench_.noise(100);
      const GcmResult shared = this->check(this->make(GcmOp::kSeal, key, 8, 16 * beats, true));
      this->bench_.quiet();
      // The other client's blocks are of both kinds.
      EXPECT_LE(shared.clocks, (beats + 1) * (block + 14) / kEngines + 3 * 14 + 18)
          << "key " << key << " beats " << beats;
      std::cout << kEngines << " engines, AES-" << 8 * key << ", " << beats << " beats: " << alone.clocks
                << " clocks, shared " << shared.clocks << "\n";
    }
  }
}

}  // namespace
}  // namespace sallyport::test
