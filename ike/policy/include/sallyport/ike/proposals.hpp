#pragma once
/// @file
/// What a connection is configured to offer and to accept, in strongSwan's notation, and the offers made of it.
///
/// A proposal is a list of keywords with "-" between them, "aes256gcm16-prfsha384-x25519". Several keywords of one type
/// are alternatives, the more wanted first; order across types means nothing. Several proposals stand with "," between
/// them, the more wanted first; the word "default" stands for default_ike_proposals() or default_esp_proposals().
///
/// | type | keywords |
/// |---|---|
/// | ENCR | aes128gcm16 aes256gcm16 (also aes128gcm aes128gcm128 ...); IKE only: aes128 (aes) aes256 |
/// | PRF | prfsha256 prfsha384 prfsha512; left out: those of the INTEG keywords |
/// | INTEG | sha256 sha384 sha512 (also sha2_256 ...); only for aes128 and aes256, dropped beside the others |
/// | KE | x25519 (curve25519) ecp256 ecp384 ecp521 modp2048 modp3072 modp4096; ESP only: none (modpnone) |
/// | SN | ESP only: esn noesn; left out: noesn |
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/header.hpp"
#include "sallyport/ike/sa_payload.hpp"
#include "sallyport/result.hpp"
#include "sallyport/strong.hpp"

namespace sallyport::ike {

/// Alternatives of each type, the more wanted first; types ascending. Its ciphers are either all AEAD or none is.
struct ProposalTemplate {
  ProtocolId protocol = ProtocolId::kIke;  ///< kIke or kEsp.
  std::vector<Transform> transforms;

  [[nodiscard]] std::vector<Transform> of(TransformType type) const;
  /// Whether its ciphers do without an integrity algorithm of their own (RFC 5282, RFC 4106).
  [[nodiscard]] bool aead() const;
  friend bool operator==(const ProposalTemplate&, const ProposalTemplate&) = default;
};

using ProposalTemplates = std::vector<ProposalTemplate>;

/// Most proposals and keywords in one text.
inline constexpr std::size_t kMaxConfiguredProposals = 16;
inline constexpr std::size_t kMaxKeywords = 32;

/// Whether a cipher authenticates by itself.
[[nodiscard]] bool is_aead(EncrId id);

/// A proposal with ciphers of both kinds becomes two, since they may not share one (RFC 7296 3.3); first comes the kind
/// of its first cipher. kInvalidArgument, with keyword and place: unknown or unsupported keyword, one of the other
/// protocol, one that stands there twice, a type that is missing (ENCR, KE; PRF beside AEAD; INTEG beside AES-CBC).
Result<ProposalTemplates> parse_ike_proposals(std::string_view text);
/// As above: ENCR must be there and must be AEAD, PRF must not.
Result<ProposalTemplates> parse_esp_proposals(std::string_view text);

/// In the notation above, all that is implied written out; parse gives the same again.
[[nodiscard]] std::string to_text(const ProposalTemplate& proposal);
[[nodiscard]] std::string to_text(std::span<const ProposalTemplate> proposals);

/// "aes256gcm16-aes128gcm16-prfsha384-prfsha512-prfsha256-x25519-ecp384-ecp256-ecp521-modp3072-modp4096-modp2048" and
/// the same with aes256-aes128-sha384-sha512-sha256.
[[nodiscard]] ProposalTemplates default_ike_proposals();
/// "aes256gcm16-aes128gcm16-x25519-ecp384-ecp256-none-esn-noesn".
[[nodiscard]] ProposalTemplates default_esp_proposals();

/// Which exchange an ESP proposal travels in.
enum class ChildExchange : std::uint8_t {
  kIkeAuth,  ///< Has no KE payload, so type 4 is left out and only its absence or NONE is accepted (RFC 7296 1.2).
  kCreateChildSa,  ///< New Child SA or rekey.
};

/// An IKE offer, numbered from 1. spi: none in IKE_SA_INIT; in a rekey the new SPI that we receive on, not 0.
/// kInvalidArgument: templates of another protocol, none at all, or more than fit in a payload.
Result<SaPayload> offer_ike(std::span<const ProposalTemplate> proposals, std::optional<IkeSpi> spi = {});
/// An ESP offer, numbered from 1, all with the SPI that we receive on. Proposals that are alike without their type 4
/// are offered once. Errors as above, or an SPI below 256.
Result<SaPayload> offer_esp(std::span<const ProposalTemplate> proposals, Spi spi, ChildExchange exchange);

/// The methods of all proposals in order of preference, without NONE and each once: the first is that of the first KE
/// payload, and the others are those that INVALID_KE_PAYLOAD may ask for.
[[nodiscard]] std::vector<KeMethod> ke_methods(std::span<const ProposalTemplate> proposals);

}  // namespace sallyport::ike
