#include "sallyport/tlm/staging_bank.hpp"

#include <openssl/crypto.h>

namespace sallyport::tlm {

StagingBank::~StagingBank() {
  OPENSSL_cleanse(slots_.data(), sizeof slots_);
  OPENSSL_cleanse(&low_, sizeof low_);
}

void StagingBank::write_half(std::size_t at, std::uint32_t value) {
  if (at % 2 == 0) {
    low_ = value;
    return;
  }
  slots_[at / 2 / abi::kSlotWords % abi::kStagingSlots][at / 2 % abi::kSlotWords] =
      static_cast<std::uint64_t>(value) << 32U | low_;
  low_ = 0;
}

std::span<const std::uint64_t, abi::kImageWords> StagingBank::image(std::size_t slot) const {
  return std::span(slots_[slot % abi::kStagingSlots]).first<abi::kImageWords>();
}

void StagingBank::clear(std::size_t slot) { slots_[slot % abi::kStagingSlots] = {}; }

}  // namespace sallyport::tlm
