#pragma once
/// @file
/// What a connection knows about itself and its peer, and the two questions of IKE_AUTH: how do I prove who I am, and
/// who is this, and is it allowed.
///
/// Errors are for the log: they say why. The wire gets AUTHENTICATION_FAILED and nothing else, whatever the reason
/// (RFC 7296 2.21.2).
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sallyport/ike/certificate.hpp"
#include "sallyport/ike/identity.hpp"
#include "sallyport/ike/keys.hpp"
#include "sallyport/ike/psk.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/signature.hpp"
#include "sallyport/ike/signed_octets.hpp"
#include "sallyport/ike/trust.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Pre-shared keys with whose they are.
class PskStore {
 public:
  PskStore() = default;
  PskStore(PskStore&&) noexcept = default;
  PskStore& operator=(PskStore&&) noexcept = default;
  PskStore(const PskStore&) = delete;
  PskStore& operator=(const PskStore&) = delete;
  ~PskStore() = default;

  /// `owners`: local or remote identities; none: everybody's.
  void add(std::vector<IdentityPattern> owners, SharedSecret secret);
  /// The secret that fits best: one of whose owners is the remote identity, before one that only the local identity
  /// owns, before everybody's; exact owners before wildcards; the earlier of two alike. `remote` is nullptr while it is
  /// not known. nullptr: no secret fits.
  [[nodiscard]] const SharedSecret* find(const Identity& local, const Identity* remote) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::vector<IdentityPattern> owners;
    SharedSecret secret;
  };
  std::vector<Entry> entries_;
};

/// A certificate of ours with its private key, and the intermediate certificates that go with it on the wire.
class OwnCertificate {
 public:
  /// `chain`: our certificate first, then at most TrustStore::kMaxIntermediates others in any order; a self-signed one
  /// is known to authorities' keys but not sent. kInvalidArgument: empty, too many, or the key is not the
  /// certificate's.
  static Result<OwnCertificate> make(std::vector<Certificate> chain, PrivateKey key);

  [[nodiscard]] const Certificate& leaf() const { return chain_.front(); }
  [[nodiscard]] const PrivateKey& key() const { return key_; }
  /// CERT payloads, our certificate first.
  [[nodiscard]] std::vector<CertPayload> payloads() const;
  /// Whether one of the authorities has issued it, as far as our chain and `trust` (may be nullptr) tell.
  [[nodiscard]] bool leads_to(std::span<const KeyHash> authorities, const TrustStore* trust) const;

 private:
  OwnCertificate(std::vector<Certificate> chain, PrivateKey key) : chain_(std::move(chain)), key_(std::move(key)) {}
  std::vector<Certificate> chain_;
  PrivateKey key_;
};

enum class AuthKind : std::uint8_t { kPsk, kCertificate };

std::string_view name(AuthKind kind);

/// One connection's side of authentication. What is shared is shared between connections.
struct Credentials {
  AuthKind local = AuthKind::kPsk;            ///< How we prove who we are.
  AuthKind remote = AuthKind::kPsk;           ///< How the peer has to.
  std::optional<Identity> local_id{};         ///< Nothing: the subject of our certificate; a must with kPsk.
  IdentityPattern remote_id{};                ///< Who the peer may be.
  std::shared_ptr<const PskStore> secrets{};  ///< For kPsk on either side.
  std::vector<std::shared_ptr<const OwnCertificate>> certificates{};  ///< For local kCertificate; best first.
  std::shared_ptr<const TrustStore> trust{};                          ///< For remote kCertificate.
  SignaturePolicy signatures{};
  ChainPolicy chains{};
  bool always_send_certificates = true;  ///< False: only to peers that sent a CERTREQ.

  /// To be asked when a configuration is loaded: everything there that the two methods need, own certificates that
  /// confirm local_id. The error says what to change.
  [[nodiscard]] Result<void> check() const;
};

/// What both sides' AUTH of one IKE SA rests on. All views must live as long as this is used.
struct AuthContext {
  InitTranscript transcript{};
  PrfId prf{};
  View sk_pi{};
  View sk_pr{};
  Side local = Side::kInitiator;  ///< Which side we are.
  std::optional<std::vector<HashId>>
      peer_hashes{};  ///< Of the peer's SIGNATURE_HASH_ALGORITHMS; nothing: it sent none.
};

/// Our payloads for IKE_AUTH.
struct OwnProof {
  IdPayload id;
  std::vector<CertPayload> certificates;
  AuthPayload auth;
};

/// Our proof. `requests`: the peer's CERTREQs, by which the certificate is chosen; without a match the first goes.
/// `peer`: who it is, where that is known already (a responder knows); a PSK is chosen by it.
/// kNotFound: no secret for these identities. kBadState: no way to sign that the peer understands.
Result<OwnProof> prove(const Credentials& credentials, const AuthContext& context,
                       std::span<const CertReqPayload> requests, const Identity* peer, RandomSource& random);

/// The peer's payloads of IKE_AUTH.
struct PeerProof {
  const IdPayload& id;
  std::span<const CertPayload> certificates;
  const AuthPayload& auth;
};

/// Who the peer has proven to be.
struct AuthenticatedPeer {
  Identity id;
  AuthKind kind = AuthKind::kPsk;
  std::optional<SignatureScheme> scheme;  ///< With kCertificate.
  std::vector<Certificate> chain;         ///< With kCertificate: the peer's first, trust anchor last.

  /// For logs: "'gw.example.org' by Ed25519, certificate 'CN=gw' of 'CN=ca'".
  [[nodiscard]] std::string to_string() const;
};

/// Who this is and whether the connection allows it: identity within remote_id, the method that the connection wants,
/// AUTH right; with certificates the first X.509 CERT confirms the identity and leads to a trust anchor at `now`.
/// Work is bounded whatever the peer sends.
Result<AuthenticatedPeer> authenticate(const Credentials& credentials, const AuthContext& context,
                                       const PeerProof& proof, UnixTime now);

}  // namespace sallyport::ike
