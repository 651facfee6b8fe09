#pragma once
/// @file
/// Security Association payload (RFC 7296 3.3): proposals and their transforms.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/wire_error.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

inline constexpr std::size_t kMaxProposals = 64;               ///< In one SA payload.
inline constexpr std::size_t kMaxTransformsPerProposal = 255;  ///< The wire's own limit.
inline constexpr std::size_t kMaxTransforms = 1024;            ///< In one SA payload.

/// One algorithm on offer. Equality is what "the same transform" means: another key length is another transform.
struct Transform {
  TransformType type{};
  std::uint16_t id = 0;  ///< EncrId, PrfId, IntegId, KeMethod or SnId, by type.
  std::optional<std::uint16_t> key_bits;
  /// It carries an attribute that we do not know, or Key Length more than once or not in TV form: unacceptable
  /// (RFC 7296 3.3.6). Such a transform is read, never written.
  bool unknown_attribute = false;

  static Transform encr(EncrId id, std::optional<std::uint16_t> key_bits) {
    return {TransformType::kEncr, static_cast<std::uint16_t>(id), key_bits};
  }
  static Transform prf(PrfId id) { return {TransformType::kPrf, static_cast<std::uint16_t>(id), {}}; }
  static Transform integ(IntegId id) { return {TransformType::kInteg, static_cast<std::uint16_t>(id), {}}; }
  static Transform ke(KeMethod method) { return {TransformType::kKe, static_cast<std::uint16_t>(method), {}}; }
  static Transform sn(SnId id) { return {TransformType::kSn, static_cast<std::uint16_t>(id), {}}; }

  friend bool operator==(const Transform&, const Transform&) = default;
};

/// "ENCR_AES_GCM_16-256", "CURVE25519"; numbers where there is no name: "type 200 id 7".
std::string to_text(const Transform& transform);

struct Proposal {
  std::uint8_t number = 1;
  ProtocolId protocol{};
  Bytes spi;  ///< IKE: none, or 8 octets in a rekey. AH, ESP: 4 octets. Of other protocols up to 255.
  std::vector<Transform> transforms;

  friend bool operator==(const Proposal&, const Proposal&) = default;
};

/// "1 ESP ENCR_AES_GCM_16-256 ENCR_AES_GCM_16-128 ESN", without the SPI.
std::string to_text(const Proposal& proposal);

struct SaPayload {
  static constexpr PayloadType kType = PayloadType::kSa;
  /// As an offer: in order of preference, numbered 1, 2, 3... As an answer: one, with the number that was chosen.
  std::vector<Proposal> proposals;

  /// body: what follows the generic payload header; offset: where that stands in the message, for texts (as in every
  /// payload's parse). Errors: lengths, counts and "more" marks that do not agree; no proposal; numbers that do not
  /// ascend; SPI sizes other than RFC 7296 3.3.1 gives for IKE, AH and ESP; more than the caps above. Unknown
  /// protocols, transform types, IDs and attributes are read: they make a proposal or transform unacceptable, not the
  /// message.
  static Parsed<SaPayload> parse(View body, std::size_t offset = 0);
  /// Appends the body. Errors (out is then as before; as in every payload's write): what parse() would not read, and
  /// transforms with unknown_attribute.
  Result<void> write(Bytes& out) const;

  friend bool operator==(const SaPayload&, const SaPayload&) = default;
};

}  // namespace sallyport::ike
