#include "sallyport/fw/random.hpp"

#include "sallyport/fw/erase.hpp"

namespace sallyport::fw {

bool Random::start() {
  if (!seeds_.start()) return false;
  auto seed = seeds_.make();
  if (!seed) return false;
  drbg_.instantiate(*seed);
  erase(*seed);
  started_ = true;
  return true;
}

void Random::refill() {
  drbg_.generate(words_);
  ++requests_;
  left_ = words_.size() * words_[0].size();
}

void Random::maintain() {
  if (started_ && left_ < kKeep) refill();
  if (requests_ < kRequestsASeed || !healthy()) return;
  auto seed = seeds_.make();
  requests_ = 0;
  if (!seed) return;
  drbg_.reseed(*seed);
  erase(*seed);
}

std::uint32_t Random::next() {
  if (left_ == 0) refill();
  --left_;
  std::uint32_t& word = words_[left_ / words_[0].size()][left_ % words_[0].size()];
  const std::uint32_t out = word;
  word = 0;
  return out;
}

}  // namespace sallyport::fw
