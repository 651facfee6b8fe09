#pragma once
/// @file
/// The payloads of a message, sorted out.
#include <cstddef>
#include <optional>
#include <vector>

#include "sallyport/ike/payloads.hpp"

namespace sallyport::ike {

inline constexpr std::size_t kMaxPayloads = 128;  ///< In one message, outside and inside SK apart.

/// All payloads of one chain: of a message outside SK, or of what SK held. Order is forgotten but among equals.
struct Contents {
  std::optional<SaPayload> sa;
  std::optional<KePayload> ke;
  std::optional<NoncePayload> nonce;
  std::optional<IdPayload> idi;
  std::optional<IdPayload> idr;
  std::optional<AuthPayload> auth;
  std::optional<TsPayload> tsi;
  std::optional<TsPayload> tsr;
  std::optional<ConfigPayload> config;
  std::vector<CertPayload> certs;
  std::vector<CertReqPayload> cert_requests;
  std::vector<NotifyPayload> notifies;
  std::vector<DeletePayload> deletes;
  std::vector<VendorIdPayload> vendor_ids;
  std::vector<PayloadType> skipped;  ///< Types that we do not know (EAP among them) and may pass over, in order.

  /// The first notify of the type, or nullptr.
  [[nodiscard]] const NotifyPayload* find(NotifyType type) const;
  [[nodiscard]] bool has(NotifyType type) const { return find(type) != nullptr; }
  /// The first notify of an error type, known or not, or nullptr.
  [[nodiscard]] const NotifyPayload* first_error() const;

  friend bool operator==(const Contents&, const Contents&) = default;
};

/// Reads a chain that begins with a payload of type first and fills octets to the end; kNone: octets must be empty.
/// offset: where octets stand in the message, for texts. Errors: payload lengths below 4 or beyond the end, octets
/// after the last payload, an unknown payload marked critical (UNSUPPORTED_CRITICAL_PAYLOAD, its type as data), SK or
/// SKF, a second one of those that come once, more than kMaxPayloads, and those of each payload.
Parsed<Contents> parse_contents(PayloadType first, View octets, std::size_t offset = 0);

}  // namespace sallyport::ike
