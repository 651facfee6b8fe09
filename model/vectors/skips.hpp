#pragma once
/// @file
/// Why a case is not for this accelerator.
#include <string>

#include "sallyport/model/vectors/cases.hpp"

namespace sallyport::model {

inline constexpr const char* kSkipCipher = "cipher is not AES-GCM";
inline constexpr const char* kSkipKey192 = "192-bit key";
inline constexpr const char* kSkipNonce = "nonce is not 96 bit";
inline constexpr const char* kSkipTag = "tag is not 128 bit";
inline constexpr const char* kSkipNotKat = "not a known-answer case";
inline constexpr const char* kSkipSpi = "SPI below 256 is reserved";
inline constexpr const char* kSkipSequence = "sequence number that a fresh SA cannot take";

/// Puts an AES-GCM case in its place: to be run, or skipped for its sizes.
VectorCase classify(std::string name, GcmCase gcm);

/// A key of a size that AES has: 16, 24 or 32 octets.
bool is_aes_key(OctetView key);

}  // namespace sallyport::model
