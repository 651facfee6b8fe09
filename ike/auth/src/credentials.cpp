#include "sallyport/ike/credentials.hpp"

#include <utility>

#include "own_identity.hpp"

namespace sallyport::ike {
namespace {

using auth::identity_for;
using auth::own_identity;

Error refused(std::string text) { return {ErrorCode::kInvalidArgument, std::move(text)}; }

struct Choice {
  const OwnCertificate* own = nullptr;
  SignatureScheme scheme{};
};

// The first certificate that an authority asked for has issued and that the peer can check; without one, the first
// that the peer can check.
Result<Choice> choose(const Credentials& credentials, const AuthContext& context,
                      std::span<const CertReqPayload> requests) {
  const auto authorities = requested_authorities(requests);
  std::optional<Choice> unasked;
  Error why = refused("no certificate of our own");
  for (const auto& own : credentials.certificates) {
    const auto scheme = choose_scheme(own->key().public_key(), context.peer_hashes, credentials.signatures);
    if (!scheme) {
      why = scheme.error();
    } else if (authorities.empty() || own->leads_to(authorities, credentials.trust.get())) {
      return Choice{own.get(), *scheme};
    } else if (!unasked) {
      unasked = Choice{own.get(), *scheme};
    }
  }
  if (unasked) return *unasked;
  return why;
}

bool asks_for_x509(std::span<const CertReqPayload> requests) {
  for (const CertReqPayload& request : requests) {
    if (request.encoding == CertEncoding::kX509Signature) return true;
  }
  return false;
}

}  // namespace

namespace auth {

Result<Identity> identity_for(const Credentials& credentials, const OwnCertificate& own) {
  auto subject = own.leaf().subject_identity();
  if (!credentials.local_id) return subject;
  if (subject && *subject == *credentials.local_id) return subject;
  return *credentials.local_id;
}

Result<Identity> own_identity(const Credentials& credentials) {
  if (credentials.local_id) return *credentials.local_id;
  if (!credentials.certificates.empty()) return identity_for(credentials, *credentials.certificates.front());
  return refused("no identity of our own: give local id");
}

}  // namespace auth

std::string_view name(AuthKind kind) { return kind == AuthKind::kPsk ? "pre-shared key" : "certificate"; }

Result<void> Credentials::check() const {
  if (local == AuthKind::kPsk && !local_id) return refused("local authentication by pre-shared key needs a local id");
  if ((local == AuthKind::kPsk || remote == AuthKind::kPsk) && (!secrets || secrets->empty())) {
    return refused("authentication by pre-shared key needs a secret");
  }
  if (local == AuthKind::kCertificate && certificates.empty()) {
    return refused("local authentication by certificate needs a certificate and its private key");
  }
  if (remote == AuthKind::kCertificate && !trust) {
    return refused("remote authentication by certificate needs a trust anchor");
  }
  if (local != AuthKind::kCertificate) return {};
  for (const auto& own : certificates) {
    const auto identity = identity_for(*this, *own);
    if (!identity) return refused("our certificate has no subject: give local id");
    const auto confirmed = own->leaf().confirms(*identity);
    if (!confirmed) return refused("local id: " + confirmed.error().text);
  }
  return {};
}

Result<OwnProof> prove(const Credentials& credentials, const AuthContext& context,
                       std::span<const CertReqPayload> requests, const Identity* peer, RandomSource& random) {
  const View sk_p = context.local == Side::kInitiator ? context.sk_pi : context.sk_pr;
  if (credentials.local == AuthKind::kPsk) {
    const auto identity = own_identity(credentials);
    if (!identity) return identity.error();
    const Identity* remote = peer != nullptr ? peer : credentials.remote_id.one();
    const SharedSecret* secret = credentials.secrets ? credentials.secrets->find(*identity, remote) : nullptr;
    if (secret == nullptr) {
      return Error{ErrorCode::kNotFound, "no pre-shared key for '" + identity->to_string() + "' and '" +
                                             (remote != nullptr ? remote->to_string() : "%any") + "'"};
    }
    IdPayload id = identity->payload();
    const auto octets = signed_octets(context.transcript, context.local, context.prf, sk_p, id);
    if (!octets) return octets.error();
    auto auth = psk_auth(context.prf, *secret, *octets);
    if (!auth) return auth.error();
    return OwnProof{.id = std::move(id), .certificates = {}, .auth = std::move(auth).value()};
  }
  const auto choice = choose(credentials, context, requests);
  if (!choice) return choice.error();
  const auto identity = identity_for(credentials, *choice->own);
  if (!identity) return identity.error();
  IdPayload id = identity->payload();
  const auto octets = signed_octets(context.transcript, context.local, context.prf, sk_p, id);
  if (!octets) return octets.error();
  auto auth = sign_auth(choice->own->key(), choice->scheme, *octets, random);
  if (!auth) return auth.error();
  OwnProof proof{.id = std::move(id), .certificates = {}, .auth = std::move(auth).value()};
  if (credentials.always_send_certificates || asks_for_x509(requests)) proof.certificates = choice->own->payloads();
  return proof;
}

}  // namespace sallyport::ike
