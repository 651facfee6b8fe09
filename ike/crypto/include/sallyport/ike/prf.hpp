#pragma once
/// @file
/// The pseudo-random functions of IKEv2 (RFC 7296 2.13), all of them HMACs (RFC 4868).
#include <cstdint>
#include <initializer_list>
#include <span>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/result.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

/// An input in pieces, in order: prf(id, key, {nonce_i, nonce_r}).
using Parts = std::initializer_list<View>;

/// prf(key, parts joined). The result has prf_size(id) octets. kInvalidArgument: PRF not supported; kIo: OpenSSL has it
/// not.
Result<SecretBytes> prf(PrfId id, View key, Parts parts);
/// The same into `out`, without allocation; `out` has exactly prf_size(id) octets, else kInvalidArgument.
Result<void> prf_into(PrfId id, View key, Parts parts, std::span<std::uint8_t> out);

/// prf+(key, parts joined): as many octets as asked for, at most 255 * prf_size(id), else kInvalidArgument. `out` may
/// not overlap with key or parts.
Result<void> prf_plus(PrfId id, View key, Parts parts, std::span<std::uint8_t> out);

/// Whether two values are equal, in a time that depends on their sizes only. Different sizes: false.
[[nodiscard]] bool equal_constant_time(View a, View b);

}  // namespace sallyport::ike
