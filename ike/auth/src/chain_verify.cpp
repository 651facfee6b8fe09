#include <algorithm>
#include <ctime>
#include <string>
#include <utility>

#include "chain_check.hpp"
#include "key_check.hpp"
#include "openssl.hpp"
#include "sallyport/ike/trust.hpp"

namespace sallyport::ike {
namespace {

using ContextPtr = auth::Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
void free_chain(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
using StackPtr = auth::Owned<STACK_OF(X509), free_stack>;
using ChainPtr = auth::Owned<STACK_OF(X509), free_chain>;

// Keys and hashes of 112 bits (NIST SP 800-57): RSA 2048, SHA-2.
constexpr int kSecurityLevel = 2;

bool for_want_of_a_list(int error) {
  return error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_CRL_HAS_EXPIRED ||
         error == X509_V_ERR_CRL_NOT_YET_VALID;
}

// OpenSSL's verify callback: asked at each finding, says whether to go on.
int judge(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  const auto* policy = static_cast<const ChainPolicy*>(X509_STORE_CTX_get_app_data(context));
  const int last = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
  const bool anchor = X509_STORE_CTX_get_error_depth(context) == last;
  const bool pardoned =
      for_want_of_a_list(X509_STORE_CTX_get_error(context)) && (anchor || policy->revocation == Revocation::kIfKnown);
  if (pardoned) X509_STORE_CTX_set_error(context, X509_V_OK);
  return pardoned ? 1 : 0;
}

void set_parameters(X509_STORE_CTX* context, UnixTime now, const ChainPolicy& policy) {
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
  // The administrator's anchors are believed whether they sign themselves or not.
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;  // NOLINT(google-runtime-int): OpenSSL's
  if (policy.revocation != Revocation::kIgnored) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(now.value));
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(TrustStore::kMaxIntermediates));
}

Error failure(const Certificate& leaf, X509_STORE_CTX* context) {
  X509* at = X509_STORE_CTX_get_current_cert(context);
  std::string subject = leaf.subject();
  if (at != nullptr) {
    const auto der = auth::to_der(i2d_X509, at);
    if (const auto where = Certificate::from_der(der)) subject = where->subject();
  }
  auth::take_openssl_error();
  return {ErrorCode::kInvalidArgument,
          "certificate '" + subject + "': " + X509_verify_cert_error_string(X509_STORE_CTX_get_error(context))};
}

// All but the anchor, which is the administrator's choice unless it is the leaf itself.
Result<void> check_chain(std::span<const Certificate> chain) {
  const auto signs = auth::check_signs(chain.front());
  if (!signs) return signs.error();
  for (const Certificate& certificate : chain.first(std::max<std::size_t>(chain.size() - 1, 1))) {
    const auto purpose = auth::check_purpose(certificate);
    if (!purpose) return purpose.error();
  }
  return {};
}

}  // namespace

Result<std::vector<Certificate>> TrustStore::verify(const Certificate& leaf, std::span<const Certificate> intermediates,
                                                    UnixTime now, const ChainPolicy& policy) const {
  if (intermediates.size() > kMaxIntermediates) {
    return Error{ErrorCode::kInvalidArgument, std::to_string(intermediates.size()) +
                                                  " intermediate certificates, at most " +
                                                  std::to_string(kMaxIntermediates) + " are looked at"};
  }
  const auto key = leaf.public_key();
  if (!key) return Error{key.error().code, "certificate '" + leaf.subject() + "': " + key.error().text};
  const StackPtr others(sk_X509_new_null());
  for (const Certificate& other : intermediates) {
    // Before any signature is checked with it: that costs what its size says.
    const auto usable = auth::check_chain_key(X509_get_X509_PUBKEY(other.get()), X509_get0_pubkey(other.get()));
    if (!usable) return Error{usable.error().code, "certificate '" + other.subject() + "': " + usable.error().text};
    if (!others || sk_X509_push(others.get(), other.get()) <= 0) return auth::openssl_error(ErrorCode::kIo, "chain");
  }
  const ContextPtr context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store_.get(), leaf.get(), others.get()) != 1) {
    return auth::openssl_error(ErrorCode::kIo, "chain");
  }
  set_parameters(context.get(), now, policy);
  ChainPolicy shown = policy;
  X509_STORE_CTX_set_app_data(context.get(), &shown);
  X509_STORE_CTX_set_verify_cb(context.get(), judge);
  if (X509_verify_cert(context.get()) != 1) return failure(leaf, context.get());
  const ChainPtr found(X509_STORE_CTX_get1_chain(context.get()));
  std::vector<Certificate> chain;
  for (int i = 0; i < sk_X509_num(found.get()); ++i) {
    X509* x509 = sk_X509_value(found.get(), i);
    X509_up_ref(x509);
    chain.push_back(Certificate(std::shared_ptr<X509>(x509, X509_free)));
  }
  const auto allowed = check_chain(chain);
  if (!allowed) return allowed.error();
  return chain;
}

}  // namespace sallyport::ike
