#pragma once
/// @file
/// The numbers of IKEv2 (IANA "Internet Key Exchange Version 2 (IKEv2) Parameters"). A number that has no enumerator is
/// legal in every one of these types: peers may know more than we do.
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace sallyport::ike {

/// RFC 7296 3.1.
enum class ExchangeType : std::uint8_t {
  kIkeSaInit = 34,
  kIkeAuth = 35,
  kCreateChildSa = 36,
  kInformational = 37,
  kIkeSessionResume = 38,  ///< RFC 5723.
  kGsaAuth = 39,           ///< RFC 9838, as the next three.
  kGsaRegistration = 40,
  kGsaRekey = 41,
  kGsaInbandRekey = 42,
  kIkeIntermediate = 43,  ///< RFC 9242.
  kIkeFollowupKe = 44,    ///< RFC 9370.
};

/// RFC 7296 3.2.
enum class PayloadType : std::uint8_t {
  kNone = 0,  ///< No next payload.
  kSa = 33,
  kKe = 34,
  kIdi = 35,
  kIdr = 36,
  kCert = 37,
  kCertReq = 38,
  kAuth = 39,
  kNonce = 40,
  kNotify = 41,
  kDelete = 42,
  kVendorId = 43,
  kTsi = 44,
  kTsr = 45,
  kEncrypted = 46,  ///< SK.
  kConfig = 47,
  kEap = 48,
  kGspm = 49,  ///< RFC 6467.
  kIdg = 50,   ///< RFC 9838, as the next two.
  kGsa = 51,
  kKd = 52,
  kFragment = 53,        ///< SKF, RFC 7383.
  kPuzzleSolution = 54,  ///< RFC 8019.
};

/// RFC 7296 3.10.1. Below 16384 an error, from there on a status; 8192..16383 and 40960..65535 are for private use.
enum class NotifyType : std::uint16_t {
  kUnsupportedCriticalPayload = 1,
  kInvalidIkeSpi = 4,
  kInvalidMajorVersion = 5,
  kInvalidSyntax = 7,
  kInvalidMessageId = 9,
  kInvalidSpi = 11,
  kNoProposalChosen = 14,
  kInvalidKePayload = 17,
  kAuthenticationFailed = 24,
  kSinglePairRequired = 34,
  kNoAdditionalSas = 35,
  kInternalAddressFailure = 36,
  kFailedCpRequired = 37,
  kTsUnacceptable = 38,
  kInvalidSelectors = 39,
  kUnacceptableAddresses = 40,  ///< RFC 4555.
  kUnexpectedNatDetected = 41,  ///< RFC 4555.
  kUseAssignedHoA = 42,         ///< RFC 5026.
  kTemporaryFailure = 43,
  kChildSaNotFound = 44,
  kInvalidGroupId = 45,       ///< RFC 9838.
  kAuthorizationFailed = 46,  ///< RFC 9838.
  kStateNotFound = 47,        ///< RFC 9370.
  kTsMaxQueue = 48,           ///< RFC 9611.
  kRegistrationFailed = 49,   ///< RFC 9838.

  kInitialContact = 16384,
  kSetWindowSize = 16385,
  kAdditionalTsPossible = 16386,
  kIpcompSupported = 16387,
  kNatDetectionSourceIp = 16388,
  kNatDetectionDestinationIp = 16389,
  kCookie = 16390,
  kUseTransportMode = 16391,
  kHttpCertLookupSupported = 16392,
  kRekeySa = 16393,
  kEspTfcPaddingNotSupported = 16394,
  kNonFirstFragmentsAlso = 16395,
  kMobikeSupported = 16396,  ///< RFC 4555, to 16402.
  kAdditionalIp4Address = 16397,
  kAdditionalIp6Address = 16398,
  kNoAdditionalAddresses = 16399,
  kUpdateSaAddresses = 16400,
  kCookie2 = 16401,
  kNoNatsAllowed = 16402,
  kAuthLifetime = 16403,           ///< RFC 4478.
  kMultipleAuthSupported = 16404,  ///< RFC 4739.
  kAnotherAuthFollows = 16405,     ///< RFC 4739.
  kRedirectSupported = 16406,      ///< RFC 5685, to 16408.
  kRedirect = 16407,
  kRedirectedFrom = 16408,
  kTicketLtOpaque = 16409,  ///< RFC 5723, to 16413.
  kTicketRequest = 16410,
  kTicketAck = 16411,
  kTicketNack = 16412,
  kTicketOpaque = 16413,
  kLinkId = 16414,                       ///< RFC 5739.
  kUseWespMode = 16415,                  ///< RFC 5840.
  kRohcSupported = 16416,                ///< RFC 5857.
  kEapOnlyAuthentication = 16417,        ///< RFC 5998.
  kChildlessIkev2Supported = 16418,      ///< RFC 6023.
  kQuickCrashDetection = 16419,          ///< RFC 6290.
  kIkev2MessageIdSyncSupported = 16420,  ///< RFC 6311, to 16423.
  kIpsecReplayCounterSyncSupported = 16421,
  kIkev2MessageIdSync = 16422,
  kIpsecReplayCounterSync = 16423,
  kSecurePasswordMethods = 16424,        ///< RFC 6467.
  kPskPersist = 16425,                   ///< RFC 6631.
  kPskConfirm = 16426,                   ///< RFC 6631.
  kErxSupported = 16427,                 ///< RFC 6867.
  kIfomCapability = 16428,               ///< 3GPP TS 24.303.
  kGroupSender = 16429,                  ///< RFC 9838.
  kIkev2FragmentationSupported = 16430,  ///< RFC 7383.
  kSignatureHashAlgorithms = 16431,      ///< RFC 7427.
  kCloneIkeSaSupported = 16432,          ///< RFC 7791.
  kCloneIkeSa = 16433,                   ///< RFC 7791.
  kPuzzle = 16434,                       ///< RFC 8019.
  kUsePpk = 16435,                       ///< RFC 8784, to 16437.
  kPpkIdentity = 16436,
  kNoPpkAuth = 16437,
  kIntermediateExchangeSupported = 16438,  ///< RFC 9242.
  kIp4Allowed = 16439,                     ///< RFC 8983.
  kIp6Allowed = 16440,                     ///< RFC 8983.
  kAdditionalKeyExchange = 16441,          ///< RFC 9370.
  kUseAggfrag = 16442,                     ///< RFC 9347.
  kSupportedAuthMethods = 16443,           ///< RFC 9593.
  kSaResourceInfo = 16444,                 ///< RFC 9611.
  kUsePpkInt = 16445,                      ///< RFC 9867.
  kPpkIdentityKey = 16446,                 ///< RFC 9867.
  kIkeSaInitFullTranscriptAuth = 16447,    ///< draft-ietf-ipsecme-ikev2-downgrade-prevention.
};

/// An error, known or not: the request that it answers has failed (RFC 7296 3.10.1).
constexpr bool is_error(NotifyType type) { return static_cast<std::uint16_t>(type) < 16384; }

/// RFC 7296 3.3.2.
enum class TransformType : std::uint8_t {
  kEncr = 1,
  kPrf = 2,
  kInteg = 3,
  kKe = 4,
  kSn = 5,      ///< Sequence numbers (once: ESN).
  kAddKe1 = 6,  ///< RFC 9370, to 12.
  kAddKe2 = 7,
  kAddKe3 = 8,
  kAddKe4 = 9,
  kAddKe5 = 10,
  kAddKe6 = 11,
  kAddKe7 = 12,
  kKwa = 13,     ///< RFC 9838.
  kGcAuth = 14,  ///< RFC 9838.
};

/// Transform type 1. Those of AES and Camellia need a key length.
enum class EncrId : std::uint16_t {
  k3Des = 3,
  kNull = 11,
  kAesCbc = 12,
  kAesCtr = 13,
  kAesCcm8 = 14,
  kAesCcm12 = 15,
  kAesCcm16 = 16,
  kAesGcm8 = 18,
  kAesGcm12 = 19,
  kAesGcm16 = 20,
  kNullAuthAesGmac = 21,
  kCamelliaCbc = 23,
  kCamelliaCtr = 24,
  kCamelliaCcm8 = 25,
  kCamelliaCcm12 = 26,
  kCamelliaCcm16 = 27,
  kChaCha20Poly1305 = 28,
  kAesCcm8Iiv = 29,
  kAesGcm16Iiv = 30,
  kChaCha20Poly1305Iiv = 31,
  kKuznyechikMgmKtree = 32,
  kMagmaMgmKtree = 33,
  kKuznyechikMgmMacKtree = 34,
  kMagmaMgmMacKtree = 35,
};

/// Transform type 2.
enum class PrfId : std::uint16_t {
  kHmacMd5 = 1,
  kHmacSha1 = 2,
  kAes128Xcbc = 4,
  kHmacSha2_256 = 5,
  kHmacSha2_384 = 6,
  kHmacSha2_512 = 7,
  kAes128Cmac = 8,
  kHmacStreebog512 = 9,
};

/// Transform type 3.
enum class IntegId : std::uint16_t {
  kNone = 0,
  kHmacMd5_96 = 1,
  kHmacSha1_96 = 2,
  kAesXcbc96 = 5,
  kAesCmac96 = 8,
  kAes128Gmac = 9,
  kAes192Gmac = 10,
  kAes256Gmac = 11,
  kHmacSha2_256_128 = 12,
  kHmacSha2_384_192 = 13,
  kHmacSha2_512_256 = 14,
};

/// Transform types 4 and 6..12, and the KE payload.
enum class KeMethod : std::uint16_t {
  kNone = 0,
  kModp768 = 1,
  kModp1024 = 2,
  kModp1536 = 5,
  kModp2048 = 14,
  kModp3072 = 15,
  kModp4096 = 16,
  kModp6144 = 17,
  kModp8192 = 18,
  kEcp256 = 19,
  kEcp384 = 20,
  kEcp521 = 21,
  kModp1024s160 = 22,  ///< RFC 5114, to 24.
  kModp2048s224 = 23,
  kModp2048s256 = 24,
  kEcp192 = 25,
  kEcp224 = 26,
  kBrainpoolP224r1 = 27,
  kBrainpoolP256r1 = 28,
  kBrainpoolP384r1 = 29,
  kBrainpoolP512r1 = 30,
  kCurve25519 = 31,
  kCurve448 = 32,
  kGost3410_256 = 33,
  kGost3410_512 = 34,
  kMlKem512 = 35,
  kMlKem768 = 36,
  kMlKem1024 = 37,
};

/// Transform type 5.
enum class SnId : std::uint16_t {
  k32Bit = 0,             ///< 32-bit sequential numbers.
  kEsn = 1,               ///< Partially transmitted 64-bit sequential numbers.
  k32BitUnspecified = 2,  ///< RFC 9838.
};

/// RFC 7296 3.3.1.
enum class ProtocolId : std::uint8_t {
  kNone = 0,
  kIke = 1,
  kAh = 2,
  kEsp = 3,
  kFcEsp = 4,
  kFcCtAuth = 5,
  kGikeUpdate = 6,
};

/// RFC 7296 3.5.
enum class IdType : std::uint8_t {
  kIpv4Addr = 1,
  kFqdn = 2,
  kRfc822Addr = 3,
  kIpv6Addr = 5,
  kDerAsn1Dn = 9,
  kDerAsn1Gn = 10,
  kKeyId = 11,
  kFcName = 12,
  kNull = 13,  ///< RFC 7619.
};

/// RFC 7296 3.6.
enum class CertEncoding : std::uint8_t {
  kPkcs7 = 1,
  kX509Signature = 4,
  kCrl = 7,
  kArl = 8,
  kRawRsaKey = 11,
  kHashAndUrlCert = 12,
  kHashAndUrlBundle = 13,
  kOcsp = 14,
  kRawPublicKey = 15,
};

/// RFC 7296 3.8.
enum class AuthMethod : std::uint8_t {
  kRsaSignature = 1,
  kSharedKey = 2,
  kDssSignature = 3,
  kEcdsaP256 = 9,
  kEcdsaP384 = 10,
  kEcdsaP521 = 11,
  kGspm = 12,
  kNull = 13,              ///< RFC 7619.
  kDigitalSignature = 14,  ///< RFC 7427.
};

/// RFC 7427 section 7, RFC 8420.
enum class HashId : std::uint16_t {
  kSha1 = 1,
  kSha2_256 = 2,
  kSha2_384 = 3,
  kSha2_512 = 4,
  kIdentity = 5,  ///< For EdDSA.
  kStreebog256 = 6,
  kStreebog512 = 7,
};

/// RFC 7296 3.13.1.
enum class TsType : std::uint8_t {
  kIpv4Range = 7,
  kIpv6Range = 8,
  kFcRange = 9,
  kSecLabel = 10,  ///< RFC 9478.
};

/// RFC 7296 3.15.
enum class ConfigType : std::uint8_t {
  kRequest = 1,
  kReply = 2,
  kSet = 3,
  kAck = 4,
};

/// RFC 7296 3.15.1; 15 bits.
enum class ConfigAttributeType : std::uint16_t {
  kInternalIp4Address = 1,
  kInternalIp4Netmask = 2,
  kInternalIp4Dns = 3,
  kInternalIp4Nbns = 4,
  kInternalIp4Dhcp = 6,
  kApplicationVersion = 7,
  kInternalIp6Address = 8,
  kInternalIp6Dns = 10,
  kInternalIp6Dhcp = 12,
  kInternalIp4Subnet = 13,
  kSupportedAttributes = 14,
  kInternalIp6Subnet = 15,
  kMip6HomePrefix = 16,
  kInternalIp6Link = 17,
  kInternalIp6Prefix = 18,
  kHomeAgentAddress = 19,
  kPCscfIp4Address = 20,
  kPCscfIp6Address = 21,
  kFttKat = 22,
  kExternalSourceIp4NatInfo = 23,
  kTimeoutPeriodForLivenessCheck = 24,
  kInternalDnsDomain = 25,
  kInternalDnssecTa = 26,
  kEncDnsIp4 = 27,
  kEncDnsIp6 = 28,
  kEncDnsDigestInfo = 29,
};

/// The registry's name, e.g. "NO_PROPOSAL_CHOSEN"; empty for a number without one.
std::string_view name(ExchangeType type);
std::string_view name(PayloadType type);
std::string_view name(NotifyType type);
std::string_view name(TransformType type);
std::string_view name(EncrId id);
std::string_view name(PrfId id);
std::string_view name(IntegId id);
std::string_view name(KeMethod method);
std::string_view name(SnId id);
std::string_view name(ProtocolId protocol);
std::string_view name(IdType type);
std::string_view name(CertEncoding encoding);
std::string_view name(AuthMethod method);
std::string_view name(HashId id);
std::string_view name(TsType type);
std::string_view name(ConfigType type);
std::string_view name(ConfigAttributeType type);

/// The name, or the number in decimal where there is none.
template <class Enum>
requires std::is_enum_v<Enum> std::string to_text(Enum number) {
  const std::string_view known = name(number);
  return known.empty() ? std::to_string(static_cast<unsigned>(number)) : std::string(known);
}

}  // namespace sallyport::ike
