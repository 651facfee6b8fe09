#pragma once
/// @file
/// AES-GCM with a 96-bit nonce and a 128-bit tag, by OpenSSL.
#include <memory>
#include <optional>

#include "sallyport/model/octets.hpp"
#include "sallyport/result.hpp"

struct evp_cipher_ctx_st;

namespace sallyport::model {

inline constexpr std::size_t kGcmNonceOctets = 12;
inline constexpr std::size_t kGcmTagOctets = 16;

/// One key, ready for use in both directions. The key schedule lives in OpenSSL's contexts, which wipe it when they are
/// freed; no other copy is kept. Move-only.
class AesGcm {
 public:
  /// @param key 16 or 32 octets, else kInvalidArgument.
  static Result<AesGcm> create(OctetView key);

  /// Ciphertext (as long as the plaintext) and behind it the tag. `nonce` is 12 octets.
  [[nodiscard]] Octets seal(OctetView nonce, OctetView aad, OctetView plaintext);
  /// The plaintext, or nothing when the tag (the last 16 octets of `sealed`) is wrong or missing.
  [[nodiscard]] std::optional<Octets> open(OctetView nonce, OctetView aad, OctetView sealed);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, FreeContext>;
  AesGcm(Context seal, Context open) : seal_(std::move(seal)), open_(std::move(open)) {}

  Context seal_;
  Context open_;
};

}  // namespace sallyport::model
