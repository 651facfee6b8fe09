#include "sallyport/ike/psk.hpp"

#include <string>

#include "openssl.hpp"
#include "sallyport/ike/prf.hpp"

namespace sallyport::ike {
namespace {

constexpr std::string_view kKeyPad = "Key Pad for IKEv2";

Result<SecretBytes> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) {
    return Error{ErrorCode::kInvalidArgument, "secret after 0s is not Base64: its length is no multiple of 4, or 0"};
  }
  if (text.size() > 2 * SharedSecret::kMaxOctets) return Error{ErrorCode::kInvalidArgument, "secret is too long"};
  Bytes octets(text.size() / 4 * 3);
  // The decoder passes over blanks and reads padding as zero octets; it says nothing of either.
  const auto padding = text.size() - std::min(text.find('='), text.size());
  const bool clean = padding <= 2 && text.find_first_not_of('=', text.size() - padding) == std::string_view::npos &&
                     text.find_first_of(" \t\r\n") == std::string_view::npos;
  const int size =
      clean ? EVP_DecodeBlock(octets.data(), auth::as_octets(text).data(), static_cast<int>(text.size())) : -1;
  if (size != static_cast<int>(octets.size())) {
    wipe(octets);
    return Error{ErrorCode::kInvalidArgument, "secret after 0s is not Base64"};
  }
  SecretBytes secret(View(octets).first(octets.size() - padding));
  wipe(octets);
  return secret;
}

}  // namespace

Result<SharedSecret> SharedSecret::from_octets(View octets) {
  if (octets.empty() || octets.size() > kMaxOctets) {
    return Error{ErrorCode::kInvalidArgument, "secret has " + std::to_string(octets.size()) + " octets, 1.." +
                                                  std::to_string(kMaxOctets) + " are allowed"};
  }
  return SharedSecret(SecretBytes(octets));
}

Result<SharedSecret> SharedSecret::parse(std::string_view text) {
  const std::string_view prefix = text.substr(0, 2);
  if (prefix != "0x" && prefix != "0s") return from_octets(auth::as_octets(text));
  const auto octets = prefix == "0x" ? SecretBytes::from_hex(text.substr(2)) : from_base64(text.substr(2));
  if (!octets) return octets.error();
  return from_octets(octets->expose());
}

Result<AuthPayload> psk_auth(PrfId prf_id, const SharedSecret& secret, View signed_octets) {
  const auto padded = prf(prf_id, secret.expose(), {auth::as_octets(kKeyPad)});
  if (!padded) return padded.error();
  const auto value = prf(prf_id, padded->expose(), {signed_octets});
  if (!value) return value.error();
  const View octets = value->expose();
  return AuthPayload{.method = AuthMethod::kSharedKey, .data = Bytes(octets.begin(), octets.end())};
}

Result<void> verify_psk_auth(PrfId prf_id, const SharedSecret& secret, View signed_octets, const AuthPayload& auth) {
  if (auth.method != AuthMethod::kSharedKey) {
    return Error{ErrorCode::kInvalidArgument,
                 "AUTH: the peer used method " + to_text(auth.method) + ", a pre-shared key is expected"};
  }
  const auto wanted = psk_auth(prf_id, secret, signed_octets);
  if (!wanted) return wanted.error();
  if (!equal_constant_time(wanted->data, auth.data)) {
    return Error{ErrorCode::kInvalidArgument, "AUTH: not made with the pre-shared key (do both sides have the same?)"};
  }
  return {};
}

}  // namespace sallyport::ike
