// Random numbers: CTR_DRBG against OpenSSL's, the health tests against noise that is bad in known ways, and what
// happens when the noise fails.
#include "sallyport/fw/random.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace sallyport::fw {
namespace {

std::vector<std::uint8_t> octets_of(std::span<const std::uint32_t> words) {
  std::vector<std::uint8_t> out;
  for (const std::uint32_t word : words) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  return out;
}

class OpenSslCipher final : public BlockCipher {
 public:
  void key(const Block& key) override {
    EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, octets_of(key).data(), nullptr);
    EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  }
  Block encrypt(const Block& block) override {
    ++blocks;
    std::array<std::uint8_t, 16> out{};
    int length = 0;
    EXPECT_EQ(EVP_EncryptUpdate(context_.get(), out.data(), &length, octets_of(block).data(), 16), 1);
    Block words{};
    for (std::size_t i = 0; i < out.size(); ++i) words[i / 4] = words[i / 4] << 8 | out[i];
    return words;
  }
  unsigned blocks = 0;

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
};

/// OpenSSL's CTR-DRBG, AES-128, no derivation function, over entropy that the test gives.
class Reference {
 public:
  explicit Reference(const CtrDrbg::Seed& seed) {
    EVP_RAND* test = EVP_RAND_fetch(nullptr, "TEST-RAND", nullptr);
    EVP_RAND* drbg = EVP_RAND_fetch(nullptr, "CTR-DRBG", nullptr);
    entropy_ = EVP_RAND_CTX_new(test, nullptr);
    unsigned strength = 128;
    OSSL_PARAM strong[] = {OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength), OSSL_PARAM_construct_end()};
    EXPECT_EQ(EVP_RAND_CTX_set_params(entropy_, strong), 1);
    give(seed);
    EXPECT_EQ(EVP_RAND_instantiate(entropy_, strength, 0, nullptr, 0, nullptr), 1);
    drbg_ = EVP_RAND_CTX_new(drbg, entropy_);
    int df = 0;
    char cipher[] = "AES-128-CTR";
    OSSL_PARAM set[] = {OSSL_PARAM_construct_int(OSSL_DRBG_PARAM_USE_DF, &df),
                        OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, cipher, 0),
                        OSSL_PARAM_construct_end()};
    // Without a string OpenSSL takes one of its own; an empty one is none.
    const unsigned char none = 0;
    EXPECT_EQ(EVP_RAND_instantiate(drbg_, strength, 0, &none, 0, set), 1);
    EVP_RAND_free(test);
    EVP_RAND_free(drbg);
  }
  ~Reference() {
    EVP_RAND_CTX_free(drbg_);
    EVP_RAND_CTX_free(entropy_);
  }
  std::vector<std::uint8_t> generate(std::size_t octets) {
    std::vector<std::uint8_t> out(octets);
    EXPECT_EQ(EVP_RAND_generate(drbg_, out.data(), octets, 128, 0, nullptr, 0), 1);
    return out;
  }
  void reseed(const CtrDrbg::Seed& seed) {
    give(seed);
    EXPECT_EQ(EVP_RAND_reseed(drbg_, 0, nullptr, 0, nullptr, 0), 1);
  }

 private:
  void give(const CtrDrbg::Seed& seed) {
    auto octets = octets_of(seed);
    OSSL_PARAM set[] = {OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, octets.data(), octets.size()),
                        OSSL_PARAM_construct_end()};
    EXPECT_EQ(EVP_RAND_CTX_set_params(entropy_, set), 1);
  }
  EVP_RAND_CTX* entropy_ = nullptr;
  EVP_RAND_CTX* drbg_ = nullptr;
};

class Noise final : public NoiseSource {
 public:
  explicit Noise(std::function<std::uint32_t()> source) : source_(std::move(source)) {}
  std::uint32_t next() override {
    ++words;
    return source_();
  }
  unsigned words = 0;

 private:
  std::function<std::uint32_t()> source_;
};

std::function<std::uint32_t()> fair(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)]() mutable { return static_cast<std::uint32_t>(random() >> 32); };
}
/// Bits that are one with probability p.
std::function<std::uint32_t()> biased(double p) {
  return [random = std::mt19937_64(7), p]() mutable {
    std::uint32_t word = 0;
    for (int i = 0; i < 32; ++i) word = word << 1 | (static_cast<double>(random() >> 11) * 0x1p-53 < p ? 1U : 0U);
    return word;
  };
}

TEST(CtrDrbg, AsOpenSslMakesIt) {
  std::mt19937_64 random(1);
  const auto seed = [&] {
    CtrDrbg::Seed out;
    for (auto& word : out) word = static_cast<std::uint32_t>(random());
    return out;
  };
  for (int run = 0; run < 20; ++run) {
    OpenSslCipher cipher;
    CtrDrbg drbg(cipher);
    const auto first = seed();
    Reference reference(first);
    drbg.instantiate(first);
    for (int request = 0; request < 30; ++request) {
      if (random() % 8 == 0) {
        const auto again = seed();
        cipher.key({1, 2, 3, 4});  // somebody else used the cipher
        drbg.reseed(again);
        reference.reseed(again);
      }
      std::vector<Block> blocks(1 + random() % 20);
      cipher.key({1, 2, 3, 4});
      drbg.generate(blocks);
      std::vector<std::uint8_t> octets;
      for (const Block& block : blocks) {
        const auto some = octets_of(block);
        octets.insert(octets.end(), some.begin(), some.end());
      }
      ASSERT_EQ(octets, reference.generate(octets.size())) << "run " << run << ", request " << request;
    }
  }
}

// The counter block of all ones goes round: carries through all four words.
TEST(CtrDrbg, TheCounterCarries) {
  OpenSslCipher cipher;
  CtrDrbg drbg(cipher);
  // From key 0 and counter 0, blocks 1 and 2 are known: a seed that makes of them any state one likes.
  cipher.key({});
  const Block one = cipher.encrypt({0, 0, 0, 1});
  const Block two = cipher.encrypt({0, 0, 0, 2});
  CtrDrbg::Seed seed{};
  for (std::size_t i = 0; i < 4; ++i) {
    seed[i] = one[i];       // key 0
    seed[4 + i] = ~two[i];  // counter all ones
  }
  drbg.instantiate(seed);
  std::array<Block, 2> out{};
  drbg.generate(out);
  cipher.key({});
  EXPECT_EQ(out[0], cipher.encrypt({}));
  EXPECT_EQ(out[1], one);
}

TEST(NoiseHealth, FairNoisePasses) {
  NoiseHealth health;
  auto noise = fair(1);
  for (int i = 0; i < 1'000'000; ++i) ASSERT_TRUE(health.check(noise())) << "word " << i;
}

// What the source is trusted with: a quarter of a bit, which is a bias of 2^-0.25. Less than that is found.
TEST(NoiseHealth, BiasIsFoundBeyondWhatIsTrusted) {
  NoiseHealth trusted;
  auto good = biased(std::exp2(-0.25) - 0.02);
  for (int i = 0; i < 32 * 2'000; ++i) ASSERT_TRUE(trusted.check(good())) << "word " << i;
  NoiseHealth health;
  auto bad = biased(std::exp2(-0.15));
  int words = 0;
  while (health.check(bad()) && words < 1'000) ++words;
  EXPECT_LT(words, 200);
}

TEST(NoiseHealth, StuckBitsAreFoundAtOnce) {
  for (const std::uint32_t stuck : {0U, ~0U}) {
    NoiseHealth health;
    EXPECT_TRUE(health.check(stuck));
    EXPECT_TRUE(health.check(stuck));
    EXPECT_FALSE(health.check(stuck)) << "81 bits alike";
    EXPECT_FALSE(health.check(0x12345678)) << "for ever";
  }
  // Exactly 80 alike are still allowed.
  NoiseHealth health;
  EXPECT_TRUE(health.check(0x0000'0000));
  EXPECT_TRUE(health.check(0x0000'0000));
  EXPECT_TRUE(health.check(0xFFFF'0000));
}

// SP 800-90B 4.4.1 and 4.4.2 as they are written, a bit at a time.
class BitByBit {
 public:
  bool check(std::uint32_t word) {
    for (unsigned i = 0; i < 32; ++i) bit((word >> i & 1U) != 0);
    return !failed_;
  }

 private:
  void bit(bool value) {
    run_ = run_ != 0 && value == last_ ? run_ + 1 : 1;
    last_ = value;
    if (run_ > NoiseHealth::kLongestRun) failed_ = true;
    if (seen_ == 0) {
      first_ = value;
      alike_ = 0;
    }
    if (value == first_) ++alike_;
    if (alike_ > NoiseHealth::kMostAlike) failed_ = true;
    if (++seen_ == NoiseHealth::kWindow) seen_ = 0;
  }

  bool failed_ = false;
  bool last_ = false;
  bool first_ = false;
  unsigned run_ = 0;
  unsigned alike_ = 0;
  unsigned seen_ = 0;
};

TEST(NoiseHealth, WordsAreJudgedAsTheirBits) {
  unsigned failures = 0;
  for (int round = 0; round < 400; ++round) {
    // From fair to stuck, and with runs across words.
    auto noise = biased(0.5 + 0.5 * (round % 100) / 100);
    NoiseHealth health;
    BitByBit expected;
    for (int i = 0; i < 64; ++i) {
      const std::uint32_t word = round % 2 == 0 ? noise() : ~noise();
      const bool sound = expected.check(word);
      ASSERT_EQ(health.check(word), sound) << "round " << round << ", word " << i;
      if (sound) continue;
      ++failures;
      break;
    }
  }
  EXPECT_GT(failures, 50U);
  EXPECT_LT(failures, 350U);
}

TEST(SeedMaker, EveryRawBitCounts) {
  const auto seed = [](int flipped) {
    auto source = fair(3);
    int bit = -32 * 32;  // the start's window is thrown away
    Noise noise([&]() {
      std::uint32_t word = source();
      if (flipped >= bit && flipped < bit + 32) word ^= 1U << (flipped - bit);
      bit += 32;
      return word;
    });
    OpenSslCipher cipher;
    SeedMaker maker(noise, cipher);
    EXPECT_TRUE(maker.start());
    return maker.make().value();
  };
  const auto plain = seed(INT32_MIN);
  std::set<CtrDrbg::Seed> seen{plain};
  for (int bit = 0; bit < 2 * 768; bit += 5) {
    const auto other = seed(bit);
    EXPECT_TRUE(seen.insert(other).second);
    // The half whose noise it is changes, the other one does not.
    const bool first = bit < 768;
    EXPECT_EQ(std::equal(other.begin(), other.begin() + 4, plain.begin()), !first);
    EXPECT_EQ(std::equal(other.begin() + 4, other.end(), plain.begin() + 4), first);
  }
}

TEST(Random, NothingWithoutSoundNoise) {
  OpenSslCipher cipher;
  Noise stuck([] { return 0U; });
  Random random(stuck, cipher);
  EXPECT_FALSE(random.usable());
  EXPECT_FALSE(random.start());
  EXPECT_FALSE(random.usable());
}

TEST(Random, GoesOnFromItsLastSeedWhenTheNoiseFailsLater) {
  OpenSslCipher cipher;
  auto source = fair(5);
  bool broken = false;
  Noise noise([&] { return broken ? 0U : source(); });
  Random random(noise, cipher);
  ASSERT_TRUE(random.start());
  EXPECT_TRUE(random.healthy());
  std::set<std::uint32_t> seen;
  const auto draw = [&](int words) {
    for (int i = 0; i < words; ++i) seen.insert(random.next());
  };
  draw(16 * 1024);
  const unsigned before = noise.words;
  random.maintain();
  EXPECT_EQ(noise.words, before + 48) << "seeded again";
  random.maintain();
  EXPECT_EQ(noise.words, before + 48) << "not yet";
  broken = true;
  draw(16 * 1024);
  random.maintain();
  EXPECT_FALSE(random.healthy());
  EXPECT_TRUE(random.usable());
  draw(16 * 1024);
  // 49,152 words of 32 bits: some 0.3 are expected twice.
  EXPECT_GT(seen.size(), 49'152U - 6U);
}

TEST(Random, CostsSixBlocksForSixteenWords) {
  OpenSslCipher cipher;
  Noise noise(fair(9));
  Random random(noise, cipher);
  ASSERT_TRUE(random.start());
  const unsigned before = cipher.blocks;
  for (int i = 0; i < 160; ++i) random.next();
  EXPECT_EQ(cipher.blocks - before, 60U);
  // What is left is made more of when nothing waits, so that a request finds words.
  for (int i = 0; i < 10; ++i) random.next();
  const unsigned asked = cipher.blocks;
  random.maintain();
  EXPECT_EQ(cipher.blocks - asked, 6U);
  for (int i = 0; i < 16; ++i) random.next();
  EXPECT_EQ(cipher.blocks - asked, 6U);
}

}  // namespace
}  // namespace sallyport::fw
