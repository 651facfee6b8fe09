#include "sallyport/ike/nat_detection.hpp"

#include <algorithm>

#include "openssl.hpp"

namespace sallyport::ike {

Result<NatDetectionHash> nat_detection_hash(IkeSpi initiator, IkeSpi responder, const IpAddress& address,
                                            std::uint16_t port) {
  std::array<std::uint8_t, 16 + 16 + 2> input{};
  for (std::size_t i = 0; i < 8; ++i) {
    input[i] = static_cast<std::uint8_t>(initiator.value >> (56 - 8 * i));
    input[8 + i] = static_cast<std::uint8_t>(responder.value >> (56 - 8 * i));
  }
  const std::size_t size = address.bits() / 8;
  auto* at = std::copy_n(address.octets.begin(), size, &input[16]);
  *at++ = static_cast<std::uint8_t>(port >> 8);
  *at++ = static_cast<std::uint8_t>(port);
  NatDetectionHash out{};
  const EVP_MD* sha1 = Algorithms::get().sha1.get();
  if (sha1 == nullptr || EVP_Digest(input.data(), 16 + size + 2, out.data(), nullptr, sha1, nullptr) != 1) {
    return openssl_error("SHA-1");
  }
  return out;
}

}  // namespace sallyport::ike
