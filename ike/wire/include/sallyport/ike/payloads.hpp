#pragma once
/// @file
/// Every payload that we know, as a value: read from a body (what follows the generic payload header) and written to
/// one. Each parse() takes the body and where it stands in the message (for the error's text); each write() appends the
/// body, or leaves out as it was and says what the wire has no room for.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/config_payload.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/sa_payload.hpp"
#include "sallyport/ike/ts_payload.hpp"
#include "sallyport/ike/wire_error.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Key Exchange (RFC 7296 3.4). Whether data is a value of the method's is not looked at.
struct KePayload {
  static constexpr PayloadType kType = PayloadType::kKe;
  KeMethod method{};
  Bytes data;

  static Parsed<KePayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const KePayload&, const KePayload&) = default;
};

/// Identification, IDi or IDr (RFC 7296 3.5).
struct IdPayload {
  IdType type{};
  std::array<std::uint8_t, 3> reserved{};  ///< Sent as 0; as received, since AUTH covers it.
  Bytes data;

  /// Also an error: an address that has not the length of its kind.
  static Parsed<IdPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  /// RestOfInitIDPayload, RestOfRespIDPayload (RFC 7296 2.15): the payload without its generic header.
  [[nodiscard]] Bytes rest() const;
  friend bool operator==(const IdPayload&, const IdPayload&) = default;
};

/// Certificate (RFC 7296 3.6).
struct CertPayload {
  static constexpr PayloadType kType = PayloadType::kCert;
  CertEncoding encoding{};
  Bytes data;

  static Parsed<CertPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const CertPayload&, const CertPayload&) = default;
};

/// Certificate Request (RFC 7296 3.7).
struct CertReqPayload {
  static constexpr PayloadType kType = PayloadType::kCertReq;
  static constexpr std::size_t kHashSize = 20;
  CertEncoding encoding{};
  /// For X.509: the SHA-1 of each trust anchor's SubjectPublicKeyInfo, one after the other.
  Bytes authorities;

  /// Also an error: X.509 with something other than whole hashes.
  static Parsed<CertReqPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const CertReqPayload&, const CertReqPayload&) = default;
};

/// Authentication (RFC 7296 3.8).
struct AuthPayload {
  static constexpr PayloadType kType = PayloadType::kAuth;
  AuthMethod method{};
  Bytes data;

  static Parsed<AuthPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const AuthPayload&, const AuthPayload&) = default;
};

/// Nonce (RFC 7296 3.9).
struct NoncePayload {
  static constexpr PayloadType kType = PayloadType::kNonce;
  static constexpr std::size_t kMinSize = 16;
  static constexpr std::size_t kMaxSize = 256;
  Bytes data;  ///< kMinSize..kMaxSize octets.

  static Parsed<NoncePayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const NoncePayload&, const NoncePayload&) = default;
};

/// Notify (RFC 7296 3.10).
struct NotifyPayload {
  static constexpr PayloadType kType = PayloadType::kNotify;
  NotifyType type{};
  ProtocolId protocol = ProtocolId::kNone;  ///< kNone without an SPI: it means nothing then.
  Bytes spi;                                ///< None, or mostly 4 octets of AH or ESP; whatever its length, it is read.
  Bytes data;

  /// Errors: no room for the SPI; data that cannot be what its type says (INVALID_KE_PAYLOAD and SET_WINDOW_SIZE,
  /// NAT_DETECTION_*, COOKIE and COOKIE2, IPCOMP_SUPPORTED, ADDITIONAL_IP*_ADDRESS, SIGNATURE_HASH_ALGORITHMS,
  /// AUTH_LIFETIME, USE_AGGFRAG); REKEY_SA without a 4-octet SPI of AH or ESP. Unknown types are read.
  static Parsed<NotifyPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  /// Data of exactly so many octets (1..8) as a number, most significant octet first: a group, a window size, an SPI,
  /// ...
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t octets) const;
  friend bool operator==(const NotifyPayload&, const NotifyPayload&) = default;
};

/// Delete (RFC 7296 3.11).
struct DeletePayload {
  static constexpr PayloadType kType = PayloadType::kDelete;
  static constexpr std::size_t kMaxSpis = 1024;
  ProtocolId protocol = ProtocolId::kIke;  ///< kIke: the IKE SA itself. kAh, kEsp: the SPIs below.
  std::vector<std::uint32_t> spis;         ///< Those that the sender receives on.

  /// Errors: another protocol; an SPI size other than the protocol's; a count that is not what is there; more than
  /// kMaxSpis.
  static Parsed<DeletePayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const DeletePayload&, const DeletePayload&) = default;
};

/// Vendor ID (RFC 7296 3.12).
struct VendorIdPayload {
  static constexpr PayloadType kType = PayloadType::kVendorId;
  Bytes data;

  static Parsed<VendorIdPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;
  friend bool operator==(const VendorIdPayload&, const VendorIdPayload&) = default;
};

/// Encrypted and Authenticated, SK (RFC 7296 3.14), as it stands in a datagram.
struct EncryptedView {
  std::size_t offset = 0;                        ///< Of its generic payload header in the message (IKE header at 0).
  PayloadType first_inner = PayloadType::kNone;  ///< Type of the first payload inside; kNone: empty.
  View body;                                     ///< IV, ciphertext, ICV.

  /// The octets that an AEAD authenticates unencrypted end here, counted from the message's start (RFC 5282 5.1).
  [[nodiscard]] std::size_t aad_size() const { return offset + 4; }
};

/// Encrypted and Authenticated Fragment, SKF (RFC 7383 2.5), as it stands in a datagram.
struct FragmentView {
  std::size_t offset = 0;                        ///< Of its generic payload header in the message (IKE header at 0).
  PayloadType first_inner = PayloadType::kNone;  ///< Of fragment 1 only; in all others it means nothing.
  std::uint16_t number = 1;                      ///< 1..total.
  std::uint16_t total = 1;                       ///< 1 or more.
  View body;                                     ///< IV, ciphertext, ICV.

  /// As in EncryptedView, with number and total.
  [[nodiscard]] std::size_t aad_size() const { return offset + 8; }
};

}  // namespace sallyport::ike
