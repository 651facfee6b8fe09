// gcm_pipe, both directions, against OpenSSL: packets one behind the other without a reset, each with its own key;
// every clock of the outputs is checked, so latency too. The assertions in the RTL watch that keys are gone behind the
// last packet.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "Vgcm_pipe_open_model.h"
#include "Vgcm_pipe_seal_model.h"
#include "gcm_pipe_driver.hpp"
#include "vector_file.hpp"

namespace sallyport::test {
namespace {

struct Seal {
  using Model = Vgcm_pipe_seal_model;
  static constexpr bool kOpen = false;
};
struct Open {
  using Model = Vgcm_pipe_open_model;
  static constexpr bool kOpen = true;
};

template <typename Direction>
class GcmPipe : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kSeed = 4106;

  Octets octets(std::size_t count) {
    Octets out(count);
    for (auto& octet : out) octet = static_cast<std::uint8_t>(random_());
    return out;
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  static PipePacket packet(const Octets& key, const Octets& iv, const Octets& aad, const Octets& plain) {
    const Sealed sealed = gcm_seal(key, iv, aad, plain);
    PipePacket p{.key = key, .iv = {}, .aad = aad, .in = plain, .out = sealed.cipher, .tag = sealed.tag, .passes = {}};
    std::copy_n(iv.begin(), 12, p.iv.begin());
    if (Direction::kOpen) std::swap(p.in, p.out);
    return p;
  }

  PipePacket make(std::size_t key, std::size_t aad, std::size_t size, std::size_t passes) {
    PipePacket p = packet(octets(key), octets(12), octets(aad), octets(size));
    for (std::size_t i = 0; i < passes; ++i) {
      Block block;
      for (auto& octet : block) octet = static_cast<std::uint8_t>(random_());
      p.passes.push_back(block);
    }
    p.first_passes = passes != 0 && below(4) != 0;
    return p;
  }

  PipePacket any(std::size_t size) {
    return make(below(2) != 0 ? 32 : 16, below(2) != 0 ? 12 : 8, size, below(2) != 0 ? 0 : below(5));
  }

  // Mostly short; to 9,000 octets.
  std::size_t any_size() {
    const std::size_t kind = below(100);
    if (kind < 70) return 1 + below(130);
    return 1 + below(kind < 95 ? 1600 : 9000);
  }

  std::mt19937 random_{kSeed};
  GcmPipeDriver<typename Direction::Model> pipe_{kSeed + 1};
};

using Directions = ::testing::Types<Seal, Open>;
TYPED_TEST_SUITE(GcmPipe, Directions);

TYPED_TEST(GcmPipe, EveryShortPayload) {
  for (const unsigned gap : {0U, 30U}) {
    this->pipe_.gaps(gap);
    for (std::size_t size = 1; size <= 64; ++size) {
      SCOPED_TRACE(::testing::Message() << "payload " << size << " gaps " << gap);
      for (const std::size_t key : {16U, 32U}) {
        for (const std::size_t aad : {8U, 12U}) {
          for (const std::size_t passes : {0U, 1U, 3U}) this->pipe_.run(this->make(key, aad, size, passes));
        }
      }
      ASSERT_FALSE(this->HasFailure());
    }
  }
  this->pipe_.drain();
}

TYPED_TEST(GcmPipe, RandomBackToBack) {
  for (int i = 0; i < 3000; ++i) {
    SCOPED_TRACE(::testing::Message() << "packet " << i << " seed " << this->kSeed);
    this->pipe_.run(this->any(this->any_size()));
    ASSERT_FALSE(this->HasFailure());
  }
  this->pipe_.drain();
}

TYPED_TEST(GcmPipe, RandomWithGaps) {
  constexpr unsigned kGaps[] = {0, 5, 50, 90};
  for (int i = 0; i < 3000; ++i) {
    SCOPED_TRACE(::testing::Message() << "packet " << i << " seed " << this->kSeed);
    const unsigned gap = kGaps[this->below(4)];
    this->pipe_.gaps(gap);
    this->pipe_.run(this->any(gap == 90 ? 1 + this->below(100) : this->any_size()));
    if (i % 50 == 0) this->pipe_.drain();
    ASSERT_FALSE(this->HasFailure());
  }
  this->pipe_.drain();
}

// Packets of one block, a new key every third clock: as close as keys can follow each other.
TYPED_TEST(GcmPipe, OneBlockPackets) {
  for (int i = 0; i < 3000; ++i) {
    this->pipe_.run(this->make(this->below(2) != 0 ? 32 : 16, 8, 1 + this->below(16), 0));
    ASSERT_FALSE(this->HasFailure()) << "packet " << i << " seed " << this->kSeed;
    // Every distance to the next packet, up to none in flight.
    for (int n = i / 3 % 25; i % 3 == 0 && n > 0; --n) this->pipe_.idle();
  }
  this->pipe_.drain();
}

TYPED_TEST(GcmPipe, LongestPacket) {
  this->pipe_.run(this->make(32, 12, 65535, 0));
  this->pipe_.run(this->make(16, 8, 65521, 1));
  this->pipe_.drain();
}

// Reset gives up packets in flight; what comes next is whole.
TYPED_TEST(GcmPipe, ResetInFlight) {
  for (std::size_t clocks = 0; clocks < 25; ++clocks) {
    const PipePacket cut = this->make(32, 8, 400, 1);
    this->pipe_.run(this->any(40));
    this->pipe_.first(cut);
    for (std::size_t i = 0; i < clocks; ++i) this->pipe_.data(cut, 16 * i);
    EXPECT_TRUE(this->pipe_.busy());
    this->pipe_.reset();
    for (int i = 0; i < 20; ++i) this->pipe_.idle();
    EXPECT_FALSE(this->pipe_.busy());
    this->pipe_.run(this->any(this->any_size()));
    this->pipe_.drain();
    ASSERT_FALSE(this->HasFailure()) << clocks;
  }
}

// AES-GCM in ESP of draft-mcgrew-gcm-test-01: AAD of 8 and 12 octets, independent of OpenSSL.
TYPED_TEST(GcmPipe, PublishedEspVectors) {
  std::ifstream file(SALLYPORT_TEST_DATA "/vectors/mcgrew-gcm-esp-test-01.json");
  const auto parsed = nlohmann::json::parse(file);
  int run = 0;
  for (const auto& v : parsed.at("vectors")) {
    const auto field = [&v](const char* name) { return from_hex(v.at(name).template get<std::string>()); };
    if (field("key").size() == 24) continue;  // AES-192
    Octets iv = field("salt");
    const Octets rest = field("iv");
    iv.insert(iv.end(), rest.begin(), rest.end());
    PipePacket p = this->packet(field("key"), iv, field("aad"), field("plaintext"));
    const bool open = TypeParam::kOpen;
    p.in = field(open ? "ciphertext" : "plaintext");
    p.out = field(open ? "plaintext" : "ciphertext");
    const Octets icv = field("icv");
    ASSERT_EQ(icv.size(), 16U);
    std::copy_n(icv.begin(), 16, p.tag->begin());
    this->pipe_.run(p);
    ++run;
  }
  EXPECT_GE(run, 10);
  this->pipe_.drain();
}

// Collected cases with a nonce of 96 bit. Their AAD does not fit, but the text does not depend on it.
TYPED_TEST(GcmPipe, CollectedText) {
  for (const char* size : {"128", "256"}) {
    int run = 0;
    for (auto& fields :
         read_cases(SALLYPORT_TEST_DATA "/aes-gcm/boringssl_aes_" + std::string(size) + "_gcm_tests.txt")) {
      if (fields["NONCE"].size() != 12 || fields["IN"].empty()) continue;
      PipePacket p = this->packet(fields["KEY"], fields["NONCE"], Octets(8), fields["IN"]);
      p.in = fields[TypeParam::kOpen ? "CT" : "IN"];
      p.out = fields[TypeParam::kOpen ? "IN" : "CT"];
      this->pipe_.run(p);
      ++run;
    }
    EXPECT_GE(run, 30);
  }
  this->pipe_.drain();
}

}  // namespace
}  // namespace sallyport::test
