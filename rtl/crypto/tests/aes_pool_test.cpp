// aes_pool with two clients and one, five and eight engines, against OpenSSL: order, pace, fairness, nobody in
// another's way.
#include <gtest/gtest.h>

#include <deque>
#include <iostream>
#include <random>

#include "Vaes_pool_1_model.h"
#include "Vaes_pool_5_model.h"
#include "Vaes_pool_8_model.h"
#include "evp.hpp"
#include "wide.hpp"

namespace sallyport::test {
namespace {

constexpr std::size_t kClients = 2;

struct Request {
  Octets key;  // 16 or 32
  Block block{};
};

template <typename Top, unsigned kEngineCount>
struct Build {
  using Model = Top;
  static constexpr unsigned kEngines = kEngineCount;
};

template <typename B>
class AesPool : public ::testing::Test {
 protected:
  static constexpr unsigned kEngines = B::kEngines;
  static constexpr unsigned kDepth = 16;  // the module's own choice

  // What a client does in every clock, chances in percent, and what it has done.
  struct Client {
    unsigned ask = 0;
    unsigned take = 100;
    std::size_t key_size = 0;  // 0: either
    std::deque<Block> expected;
    std::uint64_t asked = 0;
    std::uint64_t taken = 0;
    bool waits = false;  // a request is on offer
    Request request;
  };

  AesPool() {
    top_.rst_ni = 0;
    clock();
    clock();
    top_.rst_ni = 1;
  }

  Request random_request(std::size_t key_size) {
    Request request;
    request.key.resize(key_size != 0 ? key_size : random_() % 2 == 0 ? 16 : 32);
    for (auto& octet : request.key) octet = static_cast<std::uint8_t>(random_());
    for (auto& octet : request.block) octet = static_cast<std::uint8_t>(random_());
    return request;
  }

  void clock() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }

  Block response(std::size_t c) {
    Block out;
    for (std::size_t i = 0; i < 16; ++i) {
      out[i] = static_cast<std::uint8_t>(top_.rsp_block_o[4 * c + 3 - i / 4] >> (24 - 8 * (i % 4)));
    }
    return out;
  }

  // One clock with both clients; results are compared with what was asked.
  void step() {
    clear(top_.req_key_i);
    clear(top_.req_block_i);
    top_.req_valid_i = 0;
    top_.req_key256_i = 0;
    top_.rsp_ready_i = 0;
    for (std::size_t c = 0; c < kClients; ++c) {
      Client& client = clients_[c];
      if (!client.waits && random_() % 100 < client.ask) {
        client.waits = true;
        client.request = random_request(client.key_size);
      }
      if (client.waits) {
        top_.req_valid_i |= static_cast<std::uint8_t>(1U << c);
        top_.req_key256_i |= static_cast<std::uint8_t>((client.request.key.size() == 32 ? 1U : 0U) << c);
        Octets wide(32, 0xA5);  // what AES-128 does not use is rubbish
        std::copy(client.request.key.begin(), client.request.key.end(), wide.begin());
        put(top_.req_key_i, 256 * c, wide);
        put(top_.req_block_i, 128 * c, client.request.block);
      }
      if (random_() % 100 < client.take) top_.rsp_ready_i |= static_cast<std::uint8_t>(1U << c);
    }
    top_.clk_i = 0;
    top_.eval();
    for (std::size_t c = 0; c < kClients; ++c) {
      Client& client = clients_[c];
      const unsigned bit = 1U << c;
      if ((top_.rsp_valid_o & top_.rsp_ready_i & bit) != 0) {
        ASSERT_FALSE(client.expected.empty()) << "a result for nobody, client " << c;
        ASSERT_EQ(response(c), client.expected.front()) << "client " << c << " result " << client.taken;
        client.expected.pop_front();
        ++client.taken;
      }
      if ((top_.req_valid_i & top_.req_ready_o & bit) != 0) {
        client.expected.push_back(aes_block(client.request.key, client.request.block));
        client.waits = false;
        ++client.asked;
      }
    }
    clock();
    ++cycle_;
  }

  void run(unsigned clocks) {
    for (unsigned i = 0; i < clocks && !this->HasFatalFailure(); ++i) step();
  }

  // Everything that was asked comes, and then nothing more.
  void drain() {
    for (Client& client : clients_) {
      client.ask = 0;
      client.take = 100;
    }
    run(20 * kDepth * kClients);
    for (const Client& client : clients_) {
      EXPECT_FALSE(client.waits);
      EXPECT_TRUE(client.expected.empty());
    }
    EXPECT_EQ(top_.busy_o, 0);
    for (std::size_t c = 0; c < kClients; ++c) EXPECT_EQ(response(c), Block{});
  }

  typename B::Model top_;
  std::array<Client, kClients> clients_;
  std::mt19937 random_{4106};
  std::uint64_t cycle_ = 0;
};

using Builds = ::testing::Types<Build<Vaes_pool_1_model, 1>, Build<Vaes_pool_5_model, 5>, Build<Vaes_pool_8_model, 8>>;
TYPED_TEST_SUITE(AesPool, Builds);

TYPED_TEST(AesPool, RandomMix) {
  constexpr unsigned kChances[] = {3, 20, 70, 100};
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(::testing::Message() << "part " << i);
    for (auto& client : this->clients_) {
      client.ask = kChances[this->random_() % 4];
      client.take = kChances[this->random_() % 4];
      client.key_size = 16 * (this->random_() % 3);
    }
    this->run(200);
    if (i % 10 == 9) this->drain();
    ASSERT_FALSE(this->HasFailure());
  }
  for (const auto& client : this->clients_) EXPECT_GT(client.taken, 500U);
}

// AES-128 is done four clocks sooner than AES-256; a client that changes keys all the time still gets its order.
TYPED_TEST(AesPool, EveryOrderOfKeySizes) {
  auto& client = this->clients_[0];
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    for (unsigned n = 0; n < 8; ++n) {
      client.ask = 100;
      client.key_size = (pattern >> n & 1U) != 0 ? 32 : 16;
      const std::uint64_t before = client.asked;
      while (client.asked == before && !this->HasFatalFailure()) this->step();
      client.ask = 0;
    }
    this->drain();
    ASSERT_FALSE(this->HasFailure()) << "pattern " << pattern;
  }
}

// A reset in mid-traffic: nothing asked before it is answered after it, and no place keeps what it held (a_g5_place
// looks at all of them once the pool is idle).
TYPED_TEST(AesPool, ResetWipesEveryPlace) {
  for (int i = 0; i < 20; ++i) {
    for (auto& client : this->clients_) {
      client.ask = 100;
      client.take = i % 2 == 0 ? 100 : 5;
      client.key_size = 0;
    }
    this->run(100 + this->random_() % 50);
    this->top_.rst_ni = 0;
    this->clock();
    this->top_.rst_ni = 1;
    for (auto& client : this->clients_) {
      client.ask = 0;
      client.waits = false;
      client.expected.clear();
    }
    this->run(1);
    EXPECT_EQ(this->top_.busy_o, 1);
    this->run(this->kDepth);
    EXPECT_EQ(this->top_.busy_o, 0);
    this->run(1);
    for (auto& client : this->clients_) client.ask = 100;
    this->run(200);
    this->drain();
    ASSERT_FALSE(this->HasFailure()) << "reset " << i;
  }
}

// One client alone keeps all engines busy, whichever it is.
TYPED_TEST(AesPool, OneGetsAllEngines) {
  for (std::size_t c = 0; c < kClients; ++c) {
    for (const std::size_t size : {16U, 32U}) {
      auto& client = this->clients_[c];
      client.ask = 100;
      client.key_size = size;
      this->run(50);
      const std::uint64_t start = client.taken;
      this->run(1400);
      const double blocks = static_cast<double>(client.taken - start);
      const double most = 1400.0 * this->kEngines / (size == 32 ? 14 : 10);
      EXPECT_GE(blocks, 0.95 * most);
      std::cout << this->kEngines << " engines, AES-" << 8 * size << ": " << blocks << " blocks, " << most
                << " at most\n";
      this->drain();
      ASSERT_FALSE(this->HasFailure());
    }
  }
}

// Two clients that ask all the time are served in turn, even if the blocks of one take longer.
TYPED_TEST(AesPool, ServedInTurn) {
  for (const std::size_t other : {16U, 32U}) {
    auto& [a, b] = this->clients_;
    a.key_size = 32;
    b.key_size = other;
    a.ask = b.ask = 100;
    this->run(100);
    const std::uint64_t a_start = a.asked;
    const std::uint64_t b_start = b.asked;
    for (int i = 0; i < 1000; ++i) {
      this->step();
      const auto ahead = static_cast<std::int64_t>(a.asked - a_start) - static_cast<std::int64_t>(b.asked - b_start);
      ASSERT_LE(std::abs(ahead), 1) << "clock " << i;
    }
    this->drain();
  }
}

// A client that asks now and then waits until one other request has its engine. The busy one may have started all
// engines in a row: then the first is free a block's time after that, less the clocks of the row.
TYPED_TEST(AesPool, RareClientIsNotStarved) {
  auto& [busy, rare] = this->clients_;
  busy.ask = 100;
  busy.key_size = rare.key_size = 32;
  this->run(100);
  for (int i = 0; i < 50; ++i) {
    rare.ask = 100;
    this->step();
    rare.ask = 0;
    int waited = 0;
    for (; rare.waits && waited < 100; ++waited) this->step();
    EXPECT_LE(waited, 14 - static_cast<int>(this->kEngines) + 1);
    this->run(20 + this->random_() % 20);
    ASSERT_FALSE(this->HasFailure());
  }
  this->drain();
}

// A client that takes nothing fills its own places and then waits; the other one is as fast as if it were alone.
TYPED_TEST(AesPool, SleeperHoldsUpNobody) {
  for (std::size_t c = 0; c < kClients; ++c) {
    auto& sleeper = this->clients_[c];
    auto& other = this->clients_[1 - c];
    const std::uint64_t before = sleeper.asked;
    sleeper.ask = 100;
    sleeper.take = 0;
    sleeper.key_size = 0;
    other.ask = 100;
    other.key_size = 32;
    this->run(2 * 14 * this->kDepth + 50);
    EXPECT_EQ(sleeper.asked - before, this->kDepth);
    const std::uint64_t start = other.taken;
    this->run(1400);
    EXPECT_GE(static_cast<double>(other.taken - start), 0.95 * 100 * this->kEngines);
    EXPECT_EQ(sleeper.asked - before, this->kDepth);
    this->drain();
    ASSERT_FALSE(this->HasFailure());
  }
}

}  // namespace
}  // namespace sallyport::test
