#include "private_key.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "key_check.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kMaxPem = 64U << 10U;

struct Passphrase {
  View octets;
  bool asked = false;
};

// Without a function of our own OpenSSL would ask at the terminal.
int give_passphrase(char* out, int room, int /*writing*/, void* context) {
  auto* passphrase = static_cast<Passphrase*>(context);
  passphrase->asked = true;
  const View octets = passphrase->octets;
  if (octets.empty() || octets.size() > static_cast<std::size_t>(room)) return -1;
  std::copy(octets.begin(), octets.end(), out);
  return static_cast<int>(octets.size());
}

}  // namespace

PrivateKey::PrivateKey(std::unique_ptr<Material> material) : material_(std::move(material)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

const PublicKey& PrivateKey::public_key() const { return material_->public_key; }

Result<PrivateKey> PrivateKey::from_pem(View pem, View passphrase) {
  if (pem.size() > kMaxPem) return Error{ErrorCode::kInvalidArgument, "private key: text is longer than 64 KiB"};
  auto context = auth::RandomContext::make();
  if (!context) return context.error();
  // Reads where the text is: there is no copy to wipe.
  const auth::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Passphrase given{.octets = passphrase};
  auth::KeyPtr key(
      bio ? PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, give_passphrase, &given, (*context)->get(), nullptr)
          : nullptr);
  if (!key) {
    if (given.asked && passphrase.empty()) {
      auth::take_openssl_error();
      return Error{ErrorCode::kInvalidArgument, "private key: it is encrypted; give its passphrase"};
    }
    return auth::openssl_error(ErrorCode::kMalformedInput,
                               given.asked ? "private key: not readable; is the passphrase right?"
                                           : "private key: no PEM private key that OpenSSL can read");
  }
  auto public_key = PublicKey::from_spki(auth::spki_der(key.get()));
  if (!public_key) return Error{public_key.error().code, "private " + public_key.error().text};
  return PrivateKey(std::unique_ptr<Material>(
      new Material{std::move(context).value(), std::move(key), std::move(public_key).value()}));
}

}  // namespace sallyport::ike
