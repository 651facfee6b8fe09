#pragma once
/// @file
/// ESP (RFC 4303) with AES-GCM-16 (RFC 4106), from SPI to ICV: no IP header, no SA table.
#include <array>
#include <optional>

#include "sallyport/model/aes_gcm.hpp"

namespace sallyport::model {

inline constexpr std::size_t kEspHeaderOctets = 8;  ///< SPI and sequence number.
inline constexpr std::size_t kEspIvOctets = 8;
inline constexpr std::size_t kSaltOctets = 4;
/// What is not enciphered: SPI, sequence number, IV, ICV.
inline constexpr std::size_t kEspClearOctets = kEspHeaderOctets + kEspIvOctets + kGcmTagOctets;
/// Pad length and next header, padded to 4: the least that ESP enciphers.
inline constexpr std::size_t kEspLeastCipherOctets = 4;

/// What the cipher handles for a payload (with TFC padding) of `payload` octets: padding to 4, pad length, next header.
constexpr std::size_t cipher_octets(std::size_t payload) { return (payload + 2 + 3) / 4 * 4; }

/// Payload, `tfc` zero octets, padding 1, 2, 3, ..., pad length, next header (RFC 4303 2.4 to 2.7).
Octets esp_plaintext(OctetView payload, std::size_t tfc, std::uint8_t next_header);

/// What stands at the end of decrypted ESP.
struct EspTrailer {
  std::size_t payload = 0;  ///< Octets before the padding (TFC padding included).
  std::uint8_t next_header = 0;
  bool padding_ok = false;  ///< Pad length fits and the padding octets are 1, 2, 3, ...
};
/// Reads the trailer of at least two octets of plaintext.
EspTrailer parse_esp_trailer(OctetView plaintext);

/// The fixed fields in front of the ciphertext.
struct EspHeader {
  std::uint32_t spi = 0;
  std::uint32_t sequence_low = 0;
};

/// Seals and opens the ESP packets of one key.
class EspCodec {
 public:
  /// @param key 16 or 32 octets. @param salt 4 octets. @param esn 64-bit sequence numbers, whose upper half is
  /// authenticated but not sent. kInvalidArgument when a length is wrong.
  static Result<EspCodec> create(OctetView key, OctetView salt, bool esn);

  /// SPI, sequence number, IV, ciphertext, ICV. The IV is the 64-bit sequence number unless `iv` is given (RFC 4106 3.1
  /// asks only that it is never the same twice).
  /// @param plaintext as esp_plaintext makes it.
  [[nodiscard]] Octets seal(std::uint32_t spi, std::uint64_t sequence, OctetView plaintext,
                            std::optional<std::uint64_t> iv = std::nullopt);
  /// Plaintext with its trailer, or nothing when the ICV is wrong or the packet too short to have one.
  /// @param sequence_high upper half of the extended sequence number; not looked at without ESN.
  [[nodiscard]] std::optional<Octets> open(OctetView esp, std::uint32_t sequence_high);

 private:
  EspCodec(AesGcm gcm, OctetView salt, bool esn);
  [[nodiscard]] Octets nonce(OctetView iv) const;
  [[nodiscard]] Octets aad(std::uint32_t spi, std::uint64_t sequence) const;

  AesGcm gcm_;
  std::array<std::uint8_t, kSaltOctets> salt_{};
  bool esn_ = false;
};

}  // namespace sallyport::model
