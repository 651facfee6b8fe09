#pragma once
/// @file
/// Encryption and authentication of one SK or SKF payload, in place.
///
///     0            28            open_size  + IV                       size - ICV     size
///     | IKE header | .. SK header | IV      | payloads, padding, its length | ICV      |
///
/// Everything up to open_size is authenticated and stays readable.
#include <cstdint>
#include <memory>
#include <span>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/key_schedule.hpp"
#include "sallyport/ike/suite.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// One direction of one IKE SA. Sizes of what it is given fit: whole blocks, room for IV and ICV.
class PayloadCipher {
 public:
  virtual ~PayloadCipher() = default;
  PayloadCipher(const PayloadCipher&) = delete;
  PayloadCipher& operator=(const PayloadCipher&) = delete;

  [[nodiscard]] const ProtectionSizes& sizes() const { return sizes_; }
  /// Encrypts behind the IV, which is in its place, and writes the ICV.
  virtual Result<void> seal(std::span<std::uint8_t> message, std::size_t open_size) = 0;
  /// Whether the ICV is right; only then `text` holds what was encrypted. It is as long as the ciphertext; on failure
  /// it is zeros.
  [[nodiscard]] virtual bool open(View message, std::size_t open_size, std::span<std::uint8_t> text) = 0;

 protected:
  explicit PayloadCipher(const ProtectionSizes& sizes) : sizes_(sizes) {}

 private:
  ProtectionSizes sizes_;
};

enum class Use : std::uint8_t { kSeal, kOpen };

/// Of a supported suite, with keys of its sizes; else kInvalidArgument.
Result<std::unique_ptr<PayloadCipher>> make_payload_cipher(const IkeSuite& suite, const SecretBytes& encryption,
                                                           const SecretBytes& integrity, Use use);

}  // namespace sallyport::ike
