#pragma once
/// @file
/// What each family of groups implements.
#include <memory>
#include <string>
#include <utility>

#include "openssl.hpp"
#include "sallyport/ike/key_exchange.hpp"
#include "sallyport/ike/suite.hpp"

namespace sallyport::ike {

/// A private value with the public value that belongs to it.
class KeyExchange::Half {
 public:
  virtual ~Half() = default;
  Half(const Half&) = delete;
  Half& operator=(const Half&) = delete;

  [[nodiscard]] KeMethod method() const { return method_; }
  [[nodiscard]] View public_value() const { return public_value_; }
  /// `peer` has the method's size already.
  [[nodiscard]] virtual Result<SecretBytes> agree(View peer) const = 0;

 protected:
  Half(KeMethod method, Bytes public_value) : method_(method), public_value_(std::move(public_value)) {}

  /// kMalformedInput: "KE payload, CURVE25519: <what>".
  [[nodiscard]] Error refused(std::string_view what) const {
    return {ErrorCode::kMalformedInput, "KE payload, " + to_text(method_) + ": " + std::string(what)};
  }

 private:
  KeMethod method_;
  Bytes public_value_;
};

using HalfResult = Result<std::unique_ptr<KeyExchange::Half>>;
HalfResult make_curve25519_half(RandomSource& random);
HalfResult make_ecp_half(KeMethod method, RandomSource& random);
HalfResult make_modp_half(KeMethod method, RandomSource& random);

}  // namespace sallyport::ike
