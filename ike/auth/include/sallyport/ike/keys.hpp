#pragma once
/// @file
/// The keys that sign and that signatures are checked with.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/result.hpp"

struct evp_pkey_st;

namespace sallyport::ike {

/// RSA of 2048..8192 bits, ECDSA on the two named curves, Ed25519.
enum class KeyKind : std::uint8_t { kRsa, kEcdsaP256, kEcdsaP384, kEd25519 };

std::string_view name(KeyKind kind);

inline constexpr unsigned kMinRsaBits = 2048;
inline constexpr unsigned kMaxRsaBits = 8192;

/// SHA-1 of a SubjectPublicKeyInfo, as CERTREQ names authorities (RFC 7296 3.7).
using KeyHash = std::array<std::uint8_t, 20>;

/// A key of a kind and size that we accept. Copies share it.
class PublicKey {
 public:
  /// DER of exactly one SubjectPublicKeyInfo. Refused: other algorithms, curves given by their parameters or unknown,
  /// RSA moduli outside kMinRsaBits..kMaxRsaBits, RSA exponents that are even, 1, or over 64 bits.
  static Result<PublicKey> from_spki(View der);

  [[nodiscard]] KeyKind kind() const { return kind_; }
  /// RSA: of the modulus. Otherwise of the curve.
  [[nodiscard]] unsigned bits() const { return bits_; }
  /// E.g. "RSA 3072".
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, KeyKind kind, unsigned bits)
      : key_(std::move(key)), kind_(kind), bits_(bits) {}

  std::shared_ptr<evp_pkey_st> key_;
  KeyKind kind_;
  unsigned bits_;
};

bool operator==(const PublicKey& a, const PublicKey& b);

/// A private key. It moves, is not copied, and is overwritten when it goes. It signs through sign_auth() only.
class PrivateKey {
 public:
  /// The first private key of a PEM text: PKCS#8 (encrypted or not) or the traditional forms. The caller wipes the text
  /// and the passphrase. Errors: no key there, encrypted without a passphrase, wrong passphrase, a kind or size that
  /// PublicKey refuses.
  static Result<PrivateKey> from_pem(View pem, View passphrase = {});

  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  ~PrivateKey();

  [[nodiscard]] const PublicKey& public_key() const;

  /// The key and where it takes its random numbers from.
  struct Material;
  [[nodiscard]] Material& material() const { return *material_; }

 private:
  explicit PrivateKey(std::unique_ptr<Material> material);
  std::unique_ptr<Material> material_;
};

}  // namespace sallyport::ike
