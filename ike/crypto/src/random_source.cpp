#include "sallyport/ike/random_source.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <climits>

#include "sallyport/secret.hpp"

namespace sallyport::ike {
namespace {

std::uint32_t little_endian(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
         static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
}

// RFC 8439 2.1.
void quarter_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
  a += b;
  d = std::rotl(d ^ a, 16);
  c += d;
  b = std::rotl(b ^ c, 12);
  a += b;
  d = std::rotl(d ^ a, 8);
  c += d;
  b = std::rotl(b ^ c, 7);
}

KeyStream::Key key_of(std::uint64_t seed) {
  KeyStream::Key key{};
  for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<std::uint8_t>(seed >> (8 * i));
  return key;
}

}  // namespace

std::uint64_t RandomSource::below(std::uint64_t bound) {
  // Draws that would make some numbers likelier than others are thrown away: 2^64 mod bound of them.
  const std::uint64_t unfair = (0 - bound) % bound;
  for (;;) {
    std::array<std::uint8_t, 8> octets{};
    fill(octets);
    std::uint64_t number = 0;
    for (const std::uint8_t octet : octets) number = number << 8 | octet;
    if (number >= unfair) return number % bound;
  }
}

KeyStream::KeyStream(const Key& key, std::uint64_t first_block) {
  // "expand 32-byte k", key, block counter, nonce 0 (RFC 8439 2.3).
  state_ = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < 8; ++i) state_[4 + i] = little_endian(&key[4 * i]);
  state_[12] = static_cast<std::uint32_t>(first_block);
  state_[13] = static_cast<std::uint32_t>(first_block >> 32);
}

KeyStream::~KeyStream() {
  wipe(std::span(reinterpret_cast<std::uint8_t*>(state_.data()), sizeof(state_)));
  wipe(block_);
}

void KeyStream::next_block() {
  auto x = state_;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(x[i], x[4 + i], x[8 + i], x[12 + i]);
    for (std::size_t i = 0; i < 4; ++i) {
      quarter_round(x[i], x[4 + (i + 1) % 4], x[8 + (i + 2) % 4], x[12 + (i + 3) % 4]);
    }
  }
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint32_t word = x[i] + state_[i];
    for (std::size_t octet = 0; octet < 4; ++octet)
      block_[4 * i + octet] = static_cast<std::uint8_t>(word >> (8 * octet));
  }
  wipe(std::span(reinterpret_cast<std::uint8_t*>(x.data()), sizeof(x)));
  if (++state_[12] == 0) ++state_[13];
  used_ = 0;
}

void KeyStream::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (used_ == block_.size()) next_block();
    const std::size_t now = std::min(out.size(), block_.size() - used_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), now, out.begin());
    used_ += now;
    out = out.subspan(now);
  }
}

bool SystemRandom::openssl(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::size_t now = std::min<std::size_t>(out.size(), INT_MAX);
    if (RAND_priv_bytes(out.data(), static_cast<int>(now)) != 1) {
      ERR_clear_error();
      return false;
    }
    out = out.subspan(now);
  }
  return true;
}

Result<std::unique_ptr<SystemRandom>> SystemRandom::make(Origin origin) {
  std::unique_ptr<SystemRandom> random(new SystemRandom(origin));
  if (!origin(random->spare_key_)) {
    return Error{ErrorCode::kIo, "the system's source of randomness gives nothing; without it no key may be made"};
  }
  return random;
}

SystemRandom::~SystemRandom() { wipe(spare_key_); }

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (origin_(out)) return;
  ++failures_;
  // Octets of the stream become the next key before any are given out.
  KeyStream stream(spare_key_);
  stream.fill(spare_key_);
  stream.fill(out);
}

SeededRandom::SeededRandom(std::uint64_t seed) : stream_(key_of(seed)) {}

}  // namespace sallyport::ike
