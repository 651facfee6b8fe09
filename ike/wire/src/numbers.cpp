#include "sallyport/ike/numbers.hpp"

#include <algorithm>
#include <array>

namespace sallyport::ike {
namespace {

template <class Enum>
struct Named {
  Enum number;
  std::string_view text;
};

// Names are for texts that people read; nothing looks them up in a hurry.
template <class Enum, std::size_t N>
std::string_view find(const std::array<Named<Enum>, N>& names, Enum number) {
  const auto at = std::find_if(names.begin(), names.end(), [&](const auto& named) { return named.number == number; });
  return at == names.end() ? std::string_view{} : at->text;
}

constexpr auto kExchangeTypeNames = std::to_array<Named<ExchangeType>>({
    {ExchangeType::kIkeSaInit, "IKE_SA_INIT"},
    {ExchangeType::kIkeAuth, "IKE_AUTH"},
    {ExchangeType::kCreateChildSa, "CREATE_CHILD_SA"},
    {ExchangeType::kInformational, "INFORMATIONAL"},
    {ExchangeType::kIkeSessionResume, "IKE_SESSION_RESUME"},
    {ExchangeType::kGsaAuth, "GSA_AUTH"},
    {ExchangeType::kGsaRegistration, "GSA_REGISTRATION"},
    {ExchangeType::kGsaRekey, "GSA_REKEY"},
    {ExchangeType::kGsaInbandRekey, "GSA_INBAND_REKEY"},
    {ExchangeType::kIkeIntermediate, "IKE_INTERMEDIATE"},
    {ExchangeType::kIkeFollowupKe, "IKE_FOLLOWUP_KE"},
});

constexpr auto kPayloadTypeNames = std::to_array<Named<PayloadType>>({
    {PayloadType::kNone, "none"},
    {PayloadType::kSa, "SA"},
    {PayloadType::kKe, "KE"},
    {PayloadType::kIdi, "IDi"},
    {PayloadType::kIdr, "IDr"},
    {PayloadType::kCert, "CERT"},
    {PayloadType::kCertReq, "CERTREQ"},
    {PayloadType::kAuth, "AUTH"},
    {PayloadType::kNonce, "Nonce"},
    {PayloadType::kNotify, "N"},
    {PayloadType::kDelete, "D"},
    {PayloadType::kVendorId, "V"},
    {PayloadType::kTsi, "TSi"},
    {PayloadType::kTsr, "TSr"},
    {PayloadType::kEncrypted, "SK"},
    {PayloadType::kConfig, "CP"},
    {PayloadType::kEap, "EAP"},
    {PayloadType::kGspm, "GSPM"},
    {PayloadType::kIdg, "IDg"},
    {PayloadType::kGsa, "GSA"},
    {PayloadType::kKd, "KD"},
    {PayloadType::kFragment, "SKF"},
    {PayloadType::kPuzzleSolution, "PS"},
});

constexpr auto kNotifyTypeNames = std::to_array<Named<NotifyType>>({
    {NotifyType::kUnsupportedCriticalPayload, "UNSUPPORTED_CRITICAL_PAYLOAD"},
    {NotifyType::kInvalidIkeSpi, "INVALID_IKE_SPI"},
    {NotifyType::kInvalidMajorVersion, "INVALID_MAJOR_VERSION"},
    {NotifyType::kInvalidSyntax, "INVALID_SYNTAX"},
    {NotifyType::kInvalidMessageId, "INVALID_MESSAGE_ID"},
    {NotifyType::kInvalidSpi, "INVALID_SPI"},
    {NotifyType::kNoProposalChosen, "NO_PROPOSAL_CHOSEN"},
    {NotifyType::kInvalidKePayload, "INVALID_KE_PAYLOAD"},
    {NotifyType::kAuthenticationFailed, "AUTHENTICATION_FAILED"},
    {NotifyType::kSinglePairRequired, "SINGLE_PAIR_REQUIRED"},
    {NotifyType::kNoAdditionalSas, "NO_ADDITIONAL_SAS"},
    {NotifyType::kInternalAddressFailure, "INTERNAL_ADDRESS_FAILURE"},
    {NotifyType::kFailedCpRequired, "FAILED_CP_REQUIRED"},
    {NotifyType::kTsUnacceptable, "TS_UNACCEPTABLE"},
    {NotifyType::kInvalidSelectors, "INVALID_SELECTORS"},
    {NotifyType::kUnacceptableAddresses, "UNACCEPTABLE_ADDRESSES"},
    {NotifyType::kUnexpectedNatDetected, "UNEXPECTED_NAT_DETECTED"},
    {NotifyType::kUseAssignedHoA, "USE_ASSIGNED_HoA"},
    {NotifyType::kTemporaryFailure, "TEMPORARY_FAILURE"},
    {NotifyType::kChildSaNotFound, "CHILD_SA_NOT_FOUND"},
    {NotifyType::kInvalidGroupId, "INVALID_GROUP_ID"},
    {NotifyType::kAuthorizationFailed, "AUTHORIZATION_FAILED"},
    {NotifyType::kStateNotFound, "STATE_NOT_FOUND"},
    {NotifyType::kTsMaxQueue, "TS_MAX_QUEUE"},
    {NotifyType::kRegistrationFailed, "REGISTRATION_FAILED"},
    {NotifyType::kInitialContact, "INITIAL_CONTACT"},
    {NotifyType::kSetWindowSize, "SET_WINDOW_SIZE"},
    {NotifyType::kAdditionalTsPossible, "ADDITIONAL_TS_POSSIBLE"},
    {NotifyType::kIpcompSupported, "IPCOMP_SUPPORTED"},
    {NotifyType::kNatDetectionSourceIp, "NAT_DETECTION_SOURCE_IP"},
    {NotifyType::kNatDetectionDestinationIp, "NAT_DETECTION_DESTINATION_IP"},
    {NotifyType::kCookie, "COOKIE"},
    {NotifyType::kUseTransportMode, "USE_TRANSPORT_MODE"},
    {NotifyType::kHttpCertLookupSupported, "HTTP_CERT_LOOKUP_SUPPORTED"},
    {NotifyType::kRekeySa, "REKEY_SA"},
    {NotifyType::kEspTfcPaddingNotSupported, "ESP_TFC_PADDING_NOT_SUPPORTED"},
    {NotifyType::kNonFirstFragmentsAlso, "NON_FIRST_FRAGMENTS_ALSO"},
    {NotifyType::kMobikeSupported, "MOBIKE_SUPPORTED"},
    {NotifyType::kAdditionalIp4Address, "ADDITIONAL_IP4_ADDRESS"},
    {NotifyType::kAdditionalIp6Address, "ADDITIONAL_IP6_ADDRESS"},
    {NotifyType::kNoAdditionalAddresses, "NO_ADDITIONAL_ADDRESSES"},
    {NotifyType::kUpdateSaAddresses, "UPDATE_SA_ADDRESSES"},
    {NotifyType::kCookie2, "COOKIE2"},
    {NotifyType::kNoNatsAllowed, "NO_NATS_ALLOWED"},
    {NotifyType::kAuthLifetime, "AUTH_LIFETIME"},
    {NotifyType::kMultipleAuthSupported, "MULTIPLE_AUTH_SUPPORTED"},
    {NotifyType::kAnotherAuthFollows, "ANOTHER_AUTH_FOLLOWS"},
    {NotifyType::kRedirectSupported, "REDIRECT_SUPPORTED"},
    {NotifyType::kRedirect, "REDIRECT"},
    {NotifyType::kRedirectedFrom, "REDIRECTED_FROM"},
    {NotifyType::kTicketLtOpaque, "TICKET_LT_OPAQUE"},
    {NotifyType::kTicketRequest, "TICKET_REQUEST"},
    {NotifyType::kTicketAck, "TICKET_ACK"},
    {NotifyType::kTicketNack, "TICKET_NACK"},
    {NotifyType::kTicketOpaque, "TICKET_OPAQUE"},
    {NotifyType::kLinkId, "LINK_ID"},
    {NotifyType::kUseWespMode, "USE_WESP_MODE"},
    {NotifyType::kRohcSupported, "ROHC_SUPPORTED"},
    {NotifyType::kEapOnlyAuthentication, "EAP_ONLY_AUTHENTICATION"},
    {NotifyType::kChildlessIkev2Supported, "CHILDLESS_IKEV2_SUPPORTED"},
    {NotifyType::kQuickCrashDetection, "QUICK_CRASH_DETECTION"},
    {NotifyType::kIkev2MessageIdSyncSupported, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
    {NotifyType::kIpsecReplayCounterSyncSupported, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED"},
    {NotifyType::kIkev2MessageIdSync, "IKEV2_MESSAGE_ID_SYNC"},
    {NotifyType::kIpsecReplayCounterSync, "IPSEC_REPLAY_COUNTER_SYNC"},
    {NotifyType::kSecurePasswordMethods, "SECURE_PASSWORD_METHODS"},
    {NotifyType::kPskPersist, "PSK_PERSIST"},
    {NotifyType::kPskConfirm, "PSK_CONFIRM"},
    {NotifyType::kErxSupported, "ERX_SUPPORTED"},
    {NotifyType::kIfomCapability, "IFOM_CAPABILITY"},
    {NotifyType::kGroupSender, "GROUP_SENDER"},
    {NotifyType::kIkev2FragmentationSupported, "IKEV2_FRAGMENTATION_SUPPORTED"},
    {NotifyType::kSignatureHashAlgorithms, "SIGNATURE_HASH_ALGORITHMS"},
    {NotifyType::kCloneIkeSaSupported, "CLONE_IKE_SA_SUPPORTED"},
    {NotifyType::kCloneIkeSa, "CLONE_IKE_SA"},
    {NotifyType::kPuzzle, "PUZZLE"},
    {NotifyType::kUsePpk, "USE_PPK"},
    {NotifyType::kPpkIdentity, "PPK_IDENTITY"},
    {NotifyType::kNoPpkAuth, "NO_PPK_AUTH"},
    {NotifyType::kIntermediateExchangeSupported, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
    {NotifyType::kIp4Allowed, "IP4_ALLOWED"},
    {NotifyType::kIp6Allowed, "IP6_ALLOWED"},
    {NotifyType::kAdditionalKeyExchange, "ADDITIONAL_KEY_EXCHANGE"},
    {NotifyType::kUseAggfrag, "USE_AGGFRAG"},
    {NotifyType::kSupportedAuthMethods, "SUPPORTED_AUTH_METHODS"},
    {NotifyType::kSaResourceInfo, "SA_RESOURCE_INFO"},
    {NotifyType::kUsePpkInt, "USE_PPK_INT"},
    {NotifyType::kPpkIdentityKey, "PPK_IDENTITY_KEY"},
    {NotifyType::kIkeSaInitFullTranscriptAuth, "IKE_SA_INIT_FULL_TRANSCRIPT_AUTH"},
});

constexpr auto kTransformTypeNames = std::to_array<Named<TransformType>>({
    {TransformType::kEncr, "ENCR"},
    {TransformType::kPrf, "PRF"},
    {TransformType::kInteg, "INTEG"},
    {TransformType::kKe, "KE"},
    {TransformType::kSn, "SN"},
    {TransformType::kAddKe1, "ADDKE1"},
    {TransformType::kAddKe2, "ADDKE2"},
    {TransformType::kAddKe3, "ADDKE3"},
    {TransformType::kAddKe4, "ADDKE4"},
    {TransformType::kAddKe5, "ADDKE5"},
    {TransformType::kAddKe6, "ADDKE6"},
    {TransformType::kAddKe7, "ADDKE7"},
    {TransformType::kKwa, "KWA"},
    {TransformType::kGcAuth, "GCAUTH"},
});

constexpr auto kEncrIdNames = std::to_array<Named<EncrId>>({
    {EncrId::k3Des, "ENCR_3DES"},
    {EncrId::kNull, "ENCR_NULL"},
    {EncrId::kAesCbc, "ENCR_AES_CBC"},
    {EncrId::kAesCtr, "ENCR_AES_CTR"},
    {EncrId::kAesCcm8, "ENCR_AES_CCM_8"},
    {EncrId::kAesCcm12, "ENCR_AES_CCM_12"},
    {EncrId::kAesCcm16, "ENCR_AES_CCM_16"},
    {EncrId::kAesGcm8, "ENCR_AES_GCM_8"},
    {EncrId::kAesGcm12, "ENCR_AES_GCM_12"},
    {EncrId::kAesGcm16, "ENCR_AES_GCM_16"},
    {EncrId::kNullAuthAesGmac, "ENCR_NULL_AUTH_AES_GMAC"},
    {EncrId::kCamelliaCbc, "ENCR_CAMELLIA_CBC"},
    {EncrId::kCamelliaCtr, "ENCR_CAMELLIA_CTR"},
    {EncrId::kCamelliaCcm8, "ENCR_CAMELLIA_CCM_8"},
    {EncrId::kCamelliaCcm12, "ENCR_CAMELLIA_CCM_12"},
    {EncrId::kCamelliaCcm16, "ENCR_CAMELLIA_CCM_16"},
    {EncrId::kChaCha20Poly1305, "ENCR_CHACHA20_POLY1305"},
    {EncrId::kAesCcm8Iiv, "ENCR_AES_CCM_8_IIV"},
    {EncrId::kAesGcm16Iiv, "ENCR_AES_GCM_16_IIV"},
    {EncrId::kChaCha20Poly1305Iiv, "ENCR_CHACHA20_POLY1305_IIV"},
    {EncrId::kKuznyechikMgmKtree, "ENCR_KUZNYECHIK_MGM_KTREE"},
    {EncrId::kMagmaMgmKtree, "ENCR_MAGMA_MGM_KTREE"},
    {EncrId::kKuznyechikMgmMacKtree, "ENCR_KUZNYECHIK_MGM_MAC_KTREE"},
    {EncrId::kMagmaMgmMacKtree, "ENCR_MAGMA_MGM_MAC_KTREE"},
});

constexpr auto kPrfIdNames = std::to_array<Named<PrfId>>({
    {PrfId::kHmacMd5, "PRF_HMAC_MD5"},
    {PrfId::kHmacSha1, "PRF_HMAC_SHA1"},
    {PrfId::kAes128Xcbc, "PRF_AES128_XCBC"},
    {PrfId::kHmacSha2_256, "PRF_HMAC_SHA2_256"},
    {PrfId::kHmacSha2_384, "PRF_HMAC_SHA2_384"},
    {PrfId::kHmacSha2_512, "PRF_HMAC_SHA2_512"},
    {PrfId::kAes128Cmac, "PRF_AES128_CMAC"},
    {PrfId::kHmacStreebog512, "PRF_HMAC_STREEBOG_512"},
});

constexpr auto kIntegIdNames = std::to_array<Named<IntegId>>({
    {IntegId::kNone, "AUTH_NONE"},
    {IntegId::kHmacMd5_96, "AUTH_HMAC_MD5_96"},
    {IntegId::kHmacSha1_96, "AUTH_HMAC_SHA1_96"},
    {IntegId::kAesXcbc96, "AUTH_AES_XCBC_96"},
    {IntegId::kAesCmac96, "AUTH_AES_CMAC_96"},
    {IntegId::kAes128Gmac, "AUTH_AES_128_GMAC"},
    {IntegId::kAes192Gmac, "AUTH_AES_192_GMAC"},
    {IntegId::kAes256Gmac, "AUTH_AES_256_GMAC"},
    {IntegId::kHmacSha2_256_128, "AUTH_HMAC_SHA2_256_128"},
    {IntegId::kHmacSha2_384_192, "AUTH_HMAC_SHA2_384_192"},
    {IntegId::kHmacSha2_512_256, "AUTH_HMAC_SHA2_512_256"},
});

constexpr auto kKeMethodNames = std::to_array<Named<KeMethod>>({
    {KeMethod::kNone, "KE_NONE"},
    {KeMethod::kModp768, "MODP_768"},
    {KeMethod::kModp1024, "MODP_1024"},
    {KeMethod::kModp1536, "MODP_1536"},
    {KeMethod::kModp2048, "MODP_2048"},
    {KeMethod::kModp3072, "MODP_3072"},
    {KeMethod::kModp4096, "MODP_4096"},
    {KeMethod::kModp6144, "MODP_6144"},
    {KeMethod::kModp8192, "MODP_8192"},
    {KeMethod::kEcp256, "ECP_256"},
    {KeMethod::kEcp384, "ECP_384"},
    {KeMethod::kEcp521, "ECP_521"},
    {KeMethod::kModp1024s160, "MODP_1024_160"},
    {KeMethod::kModp2048s224, "MODP_2048_224"},
    {KeMethod::kModp2048s256, "MODP_2048_256"},
    {KeMethod::kEcp192, "ECP_192"},
    {KeMethod::kEcp224, "ECP_224"},
    {KeMethod::kBrainpoolP224r1, "BRAINPOOL_P224R1"},
    {KeMethod::kBrainpoolP256r1, "BRAINPOOL_P256R1"},
    {KeMethod::kBrainpoolP384r1, "BRAINPOOL_P384R1"},
    {KeMethod::kBrainpoolP512r1, "BRAINPOOL_P512R1"},
    {KeMethod::kCurve25519, "CURVE25519"},
    {KeMethod::kCurve448, "CURVE448"},
    {KeMethod::kGost3410_256, "GOST3410_2012_256"},
    {KeMethod::kGost3410_512, "GOST3410_2012_512"},
    {KeMethod::kMlKem512, "ML_KEM_512"},
    {KeMethod::kMlKem768, "ML_KEM_768"},
    {KeMethod::kMlKem1024, "ML_KEM_1024"},
});

constexpr auto kSnIdNames = std::to_array<Named<SnId>>({
    {SnId::k32Bit, "SN_32_BIT"},
    {SnId::kEsn, "ESN"},
    {SnId::k32BitUnspecified, "SN_32_BIT_UNSPECIFIED"},
});

constexpr auto kProtocolIdNames = std::to_array<Named<ProtocolId>>({
    {ProtocolId::kNone, "none"},
    {ProtocolId::kIke, "IKE"},
    {ProtocolId::kAh, "AH"},
    {ProtocolId::kEsp, "ESP"},
    {ProtocolId::kFcEsp, "FC_ESP_HEADER"},
    {ProtocolId::kFcCtAuth, "FC_CT_AUTHENTICATION"},
    {ProtocolId::kGikeUpdate, "GIKE_UPDATE"},
});

constexpr auto kIdTypeNames = std::to_array<Named<IdType>>({
    {IdType::kIpv4Addr, "ID_IPV4_ADDR"},
    {IdType::kFqdn, "ID_FQDN"},
    {IdType::kRfc822Addr, "ID_RFC822_ADDR"},
    {IdType::kIpv6Addr, "ID_IPV6_ADDR"},
    {IdType::kDerAsn1Dn, "ID_DER_ASN1_DN"},
    {IdType::kDerAsn1Gn, "ID_DER_ASN1_GN"},
    {IdType::kKeyId, "ID_KEY_ID"},
    {IdType::kFcName, "ID_FC_NAME"},
    {IdType::kNull, "ID_NULL"},
});

constexpr auto kCertEncodingNames = std::to_array<Named<CertEncoding>>({
    {CertEncoding::kPkcs7, "PKCS7"},
    {CertEncoding::kX509Signature, "X509_SIGNATURE"},
    {CertEncoding::kCrl, "CRL"},
    {CertEncoding::kArl, "ARL"},
    {CertEncoding::kRawRsaKey, "RAW_RSA_KEY"},
    {CertEncoding::kHashAndUrlCert, "HASH_AND_URL_CERT"},
    {CertEncoding::kHashAndUrlBundle, "HASH_AND_URL_BUNDLE"},
    {CertEncoding::kOcsp, "OCSP"},
    {CertEncoding::kRawPublicKey, "RAW_PUBLIC_KEY"},
});

constexpr auto kAuthMethodNames = std::to_array<Named<AuthMethod>>({
    {AuthMethod::kRsaSignature, "RSA_SIGNATURE"},
    {AuthMethod::kSharedKey, "SHARED_KEY"},
    {AuthMethod::kDssSignature, "DSS_SIGNATURE"},
    {AuthMethod::kEcdsaP256, "ECDSA_P256"},
    {AuthMethod::kEcdsaP384, "ECDSA_P384"},
    {AuthMethod::kEcdsaP521, "ECDSA_P521"},
    {AuthMethod::kGspm, "GSPM"},
    {AuthMethod::kNull, "NULL"},
    {AuthMethod::kDigitalSignature, "DIGITAL_SIGNATURE"},
});

constexpr auto kHashIdNames = std::to_array<Named<HashId>>({
    {HashId::kSha1, "SHA1"},
    {HashId::kSha2_256, "SHA2_256"},
    {HashId::kSha2_384, "SHA2_384"},
    {HashId::kSha2_512, "SHA2_512"},
    {HashId::kIdentity, "IDENTITY"},
    {HashId::kStreebog256, "STREEBOG_256"},
    {HashId::kStreebog512, "STREEBOG_512"},
});

constexpr auto kTsTypeNames = std::to_array<Named<TsType>>({
    {TsType::kIpv4Range, "TS_IPV4_ADDR_RANGE"},
    {TsType::kIpv6Range, "TS_IPV6_ADDR_RANGE"},
    {TsType::kFcRange, "TS_FC_ADDR_RANGE"},
    {TsType::kSecLabel, "TS_SECLABEL"},
});

constexpr auto kConfigTypeNames = std::to_array<Named<ConfigType>>({
    {ConfigType::kRequest, "CFG_REQUEST"},
    {ConfigType::kReply, "CFG_REPLY"},
    {ConfigType::kSet, "CFG_SET"},
    {ConfigType::kAck, "CFG_ACK"},
});

constexpr auto kConfigAttributeTypeNames = std::to_array<Named<ConfigAttributeType>>({
    {ConfigAttributeType::kInternalIp4Address, "INTERNAL_IP4_ADDRESS"},
    {ConfigAttributeType::kInternalIp4Netmask, "INTERNAL_IP4_NETMASK"},
    {ConfigAttributeType::kInternalIp4Dns, "INTERNAL_IP4_DNS"},
    {ConfigAttributeType::kInternalIp4Nbns, "INTERNAL_IP4_NBNS"},
    {ConfigAttributeType::kInternalIp4Dhcp, "INTERNAL_IP4_DHCP"},
    {ConfigAttributeType::kApplicationVersion, "APPLICATION_VERSION"},
    {ConfigAttributeType::kInternalIp6Address, "INTERNAL_IP6_ADDRESS"},
    {ConfigAttributeType::kInternalIp6Dns, "INTERNAL_IP6_DNS"},
    {ConfigAttributeType::kInternalIp6Dhcp, "INTERNAL_IP6_DHCP"},
    {ConfigAttributeType::kInternalIp4Subnet, "INTERNAL_IP4_SUBNET"},
    {ConfigAttributeType::kSupportedAttributes, "SUPPORTED_ATTRIBUTES"},
    {ConfigAttributeType::kInternalIp6Subnet, "INTERNAL_IP6_SUBNET"},
    {ConfigAttributeType::kMip6HomePrefix, "MIP6_HOME_PREFIX"},
    {ConfigAttributeType::kInternalIp6Link, "INTERNAL_IP6_LINK"},
    {ConfigAttributeType::kInternalIp6Prefix, "INTERNAL_IP6_PREFIX"},
    {ConfigAttributeType::kHomeAgentAddress, "HOME_AGENT_ADDRESS"},
    {ConfigAttributeType::kPCscfIp4Address, "P_CSCF_IP4_ADDRESS"},
    {ConfigAttributeType::kPCscfIp6Address, "P_CSCF_IP6_ADDRESS"},
    {ConfigAttributeType::kFttKat, "FTT_KAT"},
    {ConfigAttributeType::kExternalSourceIp4NatInfo, "EXTERNAL_SOURCE_IP4_NAT_INFO"},
    {ConfigAttributeType::kTimeoutPeriodForLivenessCheck, "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK"},
    {ConfigAttributeType::kInternalDnsDomain, "INTERNAL_DNS_DOMAIN"},
    {ConfigAttributeType::kInternalDnssecTa, "INTERNAL_DNSSEC_TA"},
    {ConfigAttributeType::kEncDnsIp4, "ENCDNS_IP4"},
    {ConfigAttributeType::kEncDnsIp6, "ENCDNS_IP6"},
    {ConfigAttributeType::kEncDnsDigestInfo, "ENCDNS_DIGEST_INFO"},
});

}  // namespace

std::string_view name(ExchangeType type) { return find(kExchangeTypeNames, type); }
std::string_view name(PayloadType type) { return find(kPayloadTypeNames, type); }
std::string_view name(NotifyType type) { return find(kNotifyTypeNames, type); }
std::string_view name(TransformType type) { return find(kTransformTypeNames, type); }
std::string_view name(EncrId id) { return find(kEncrIdNames, id); }
std::string_view name(PrfId id) { return find(kPrfIdNames, id); }
std::string_view name(IntegId id) { return find(kIntegIdNames, id); }
std::string_view name(KeMethod method) { return find(kKeMethodNames, method); }
std::string_view name(SnId id) { return find(kSnIdNames, id); }
std::string_view name(ProtocolId protocol) { return find(kProtocolIdNames, protocol); }
std::string_view name(IdType type) { return find(kIdTypeNames, type); }
std::string_view name(CertEncoding encoding) { return find(kCertEncodingNames, encoding); }
std::string_view name(AuthMethod method) { return find(kAuthMethodNames, method); }
std::string_view name(HashId id) { return find(kHashIdNames, id); }
std::string_view name(TsType type) { return find(kTsTypeNames, type); }
std::string_view name(ConfigType type) { return find(kConfigTypeNames, type); }
std::string_view name(ConfigAttributeType type) { return find(kConfigAttributeTypeNames, type); }

}  // namespace sallyport::ike
