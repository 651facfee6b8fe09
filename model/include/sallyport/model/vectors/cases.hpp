#pragma once
/// @file
/// What published vector files come down to, whatever their format.
#include <optional>
#include <string>
#include <vector>

#include "sallyport/model/octets.hpp"

namespace sallyport::model {

/// Whether the tag belongs to the data.
enum class Expect : std::uint8_t {
  kValid,
  kInvalid,
  kEither,  ///< Wycheproof "acceptable": accepting and refusing are both right.
};

/// One AES-GCM case with a 96-bit nonce, a 128-bit tag and a key of 16 or 32 octets.
struct GcmCase {
  Octets key;
  Octets nonce;
  Octets aad;
  Octets ciphertext;
  Octets tag;
  std::optional<Octets> plaintext;  ///< Unknown in refused cases of some formats.
  Expect expect = Expect::kValid;
};

/// A whole inbound packet for an SA without selectors.
struct EspPacketCase {
  Octets key;   ///< 16 or 32 octets.
  Octets salt;  ///< 4 octets.
  std::uint32_t spi = 0;
  bool esn = false;
  bool tunnel = true;
  bool udp = false;  ///< ESP in UDP.
  Octets sealed;     ///< IP packet with ESP in it.
  Octets plain;      ///< IP packet that must come out.
};

/// One case of a file: what to run (both parts if both are there), or why it is not run.
struct VectorCase {
  std::string name;  ///< As the file calls it, for messages.
  std::optional<GcmCase> gcm;
  std::optional<EspPacketCase> esp;
  std::string skip;  ///< Reason, if neither is there.
};
using VectorCases = std::vector<VectorCase>;

}  // namespace sallyport::model
