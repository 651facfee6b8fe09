// Who is this, and is it allowed?
#include <utility>

#include "own_identity.hpp"
#include "sallyport/ike/credentials.hpp"

namespace sallyport::ike {
namespace {

Error refused(const Identity& peer, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "peer '" + peer.to_string() + "': " + why};
}

Result<AuthenticatedPeer> by_secret(const Credentials& credentials, const AuthContext& context, const PeerProof& proof,
                                    Identity peer, View octets) {
  const auto local = auth::own_identity(credentials);
  if (!local) return local.error();
  const SharedSecret* secret = credentials.secrets ? credentials.secrets->find(*local, &peer) : nullptr;
  if (secret == nullptr) return refused(peer, "no pre-shared key for it and '" + local->to_string() + "'");
  const auto right = verify_psk_auth(context.prf, *secret, octets, proof.auth);
  if (!right) return refused(peer, right.error().text);
  return AuthenticatedPeer{.id = std::move(peer), .kind = AuthKind::kPsk, .scheme = {}, .chain = {}};
}

// The certificates of the CERT payloads, the peer's own first. A peer that sends none may be pinned among the anchors.
Result<std::vector<Certificate>> presented(const TrustStore& trust, const PeerProof& proof, const Identity& peer) {
  std::vector<Certificate> certificates;
  for (const CertPayload& payload : proof.certificates) {
    if (payload.encoding != CertEncoding::kX509Signature) continue;
    if (certificates.size() == 1 + TrustStore::kMaxIntermediates) {
      return refused(peer, "it sent more than " + std::to_string(certificates.size()) + " certificates");
    }
    auto certificate = Certificate::from_der(payload.data);
    if (!certificate) return refused(peer, certificate.error().text);
    certificates.push_back(std::move(certificate).value());
  }
  if (!certificates.empty()) return certificates;
  for (const Certificate& anchor : trust.anchors()) {
    if (anchor.confirms(peer)) return std::vector<Certificate>{anchor};
  }
  return refused(peer, "it sent no X.509 certificate and none of the trust anchors is its own");
}

Result<AuthenticatedPeer> by_certificate(const Credentials& credentials, const PeerProof& proof, Identity peer,
                                         View octets, UnixTime now) {
  if (proof.auth.method == AuthMethod::kSharedKey) return refused(peer, "it used a pre-shared key, not a certificate");
  if (!credentials.trust) return refused(peer, "there is no trust anchor to check its certificate with");
  const auto certificates = presented(*credentials.trust, proof, peer);
  if (!certificates) return certificates.error();
  const Certificate& leaf = certificates->front();
  const auto confirmed = leaf.confirms(peer);
  if (!confirmed) return refused(peer, confirmed.error().text);
  const auto key = leaf.public_key();
  if (!key) return refused(peer, key.error().text);
  const auto scheme = verify_auth(*key, proof.auth, octets, credentials.signatures);
  if (!scheme) return refused(peer, scheme.error().text);
  const std::span<const Certificate> others = std::span(*certificates).subspan(1);
  auto chain = credentials.trust->verify(leaf, others, now, credentials.chains);
  if (!chain) return refused(peer, chain.error().text);
  return AuthenticatedPeer{
      .id = std::move(peer), .kind = AuthKind::kCertificate, .scheme = *scheme, .chain = std::move(chain).value()};
}

}  // namespace

std::string AuthenticatedPeer::to_string() const {
  std::string text = "'" + id.to_string() + "' by ";
  if (!scheme || chain.empty()) return text.append(name(kind));
  text.append(name(*scheme)).append(", certificate '").append(chain.front().subject()).append("' of '");
  return text.append(chain.front().issuer()).append("'");
}

Result<AuthenticatedPeer> authenticate(const Credentials& credentials, const AuthContext& context,
                                       const PeerProof& proof, UnixTime now) {
  auto peer = Identity::from_payload(proof.id);
  if (!peer) return peer.error();
  if (!credentials.remote_id.matches(*peer)) {
    return refused(*peer, "the connection is for '" + credentials.remote_id.to_string() + "'");
  }
  const bool peer_initiates = context.local == Side::kResponder;
  const auto octets = signed_octets(context.transcript, peer_initiates ? Side::kInitiator : Side::kResponder,
                                    context.prf, peer_initiates ? context.sk_pi : context.sk_pr, proof.id);
  if (!octets) return octets.error();
  return credentials.remote == AuthKind::kPsk
             ? by_secret(credentials, context, proof, std::move(peer).value(), *octets)
             : by_certificate(credentials, proof, std::move(peer).value(), *octets, now);
}

}  // namespace sallyport::ike
