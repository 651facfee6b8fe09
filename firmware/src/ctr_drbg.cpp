#include "sallyport/fw/ctr_drbg.hpp"

#include "sallyport/fw/erase.hpp"

namespace sallyport::fw {

CtrDrbg::~CtrDrbg() {
  erase(key_);
  erase(v_);
}

Block CtrDrbg::next_block() {
  for (std::size_t word = v_.size(); word-- > 0;) {
    if (++v_[word] != 0) break;
  }
  return cipher_.encrypt(v_);
}

void CtrDrbg::update(const Seed& provided) {
  const Block first = next_block();
  const Block second = next_block();
  for (std::size_t i = 0; i < key_.size(); ++i) {
    key_[i] = first[i] ^ provided[i];
    v_[i] = second[i] ^ provided[key_.size() + i];
  }
  cipher_.key(key_);
}

void CtrDrbg::instantiate(const Seed& entropy) {
  key_ = {};
  v_ = {};
  cipher_.key(key_);
  update(entropy);
}

void CtrDrbg::reseed(const Seed& entropy) {
  cipher_.key(key_);
  update(entropy);
}

void CtrDrbg::generate(std::span<Block> out) {
  cipher_.key(key_);
  for (Block& block : out) block = next_block();
  update({});
}

}  // namespace sallyport::fw
