#include "payload_cipher.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>

#include "hmac.hpp"
#include "openssl.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

int as_int(std::size_t size) { return static_cast<int>(size); }  // messages are far below 2^31 octets

// Nothing of a message that is not authentic is left, and no entry in OpenSSL's queue of errors.
void give_up(std::span<std::uint8_t> text) {
  wipe(text);
  ERR_clear_error();
}

// AES-GCM-16 (RFC 5282): nonce = salt | IV, what stays readable is the additional authenticated data.
class GcmCipher final : public PayloadCipher {
 public:
  GcmCipher(const ProtectionSizes& sizes, CipherContext context, View salt)
      : PayloadCipher(sizes), context_(std::move(context)) {
    std::copy(salt.begin(), salt.end(), salt_.data());
  }

  Result<void> seal(std::span<std::uint8_t> message, std::size_t open_size) override {
    const auto text = message.subspan(open_size + kIv, message.size() - open_size - kIv - kIcv);
    int done = 0;
    if (!begin(message, open_size) ||
        EVP_EncryptUpdate(context_.get(), text.data(), &done, text.data(), as_int(text.size())) != 1 ||
        EVP_EncryptFinal_ex(context_.get(), text.data() + done, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kIcv, &message[message.size() - kIcv]) != 1) {
      return openssl_error("AES-GCM");
    }
    return {};
  }

  [[nodiscard]] bool open(View message, std::size_t open_size, std::span<std::uint8_t> text) override {
    std::array<std::uint8_t, kIcv> icv{};
    std::copy_n(message.end() - kIcv, kIcv, icv.begin());
    int done = 0;
    const bool right =
        begin(message, open_size) &&
        EVP_DecryptUpdate(context_.get(), text.data(), &done, &message[open_size + kIv], as_int(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kIcv, icv.data()) == 1 &&
        EVP_DecryptFinal_ex(context_.get(), text.data() + done, &done) == 1;
    if (!right) give_up(text);
    return right;
  }

 private:
  static constexpr std::size_t kIv = 8;
  static constexpr int kIcv = 16;

  bool begin(View message, std::size_t open_size) {
    Wiped<12> nonce;
    std::copy_n(salt_.data(), 4, nonce.data());
    std::copy_n(&message[open_size], kIv, nonce.data() + 4);
    int done = 0;
    return EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, nullptr) == 1 &&
           EVP_CipherUpdate(context_.get(), nullptr, &done, message.data(), as_int(open_size)) == 1;
  }

  CipherContext context_;  // with the key
  Wiped<4> salt_;
};

// AES-CBC, then HMAC over all of the message up to its ICV (RFC 7296 3.14).
class CbcCipher final : public PayloadCipher {
 public:
  CbcCipher(const ProtectionSizes& sizes, CipherContext context, HmacKeyed hmac)
      : PayloadCipher(sizes), context_(std::move(context)), hmac_(std::move(hmac)) {}

  Result<void> seal(std::span<std::uint8_t> message, std::size_t open_size) override {
    const auto iv = message.subspan(open_size, kBlock);
    const auto text = message.subspan(open_size + kBlock, message.size() - open_size - kBlock - sizes().icv);
    Wiped<EVP_MAX_MD_SIZE> mac;
    if (!crypt(iv, text, text)) return openssl_error("AES-CBC");
    if (!authenticate(message, mac)) return openssl_error("HMAC");
    std::copy_n(mac.data(), sizes().icv, message.end() - static_cast<std::ptrdiff_t>(sizes().icv));
    return {};
  }

  [[nodiscard]] bool open(View message, std::size_t open_size, std::span<std::uint8_t> text) override {
    Wiped<EVP_MAX_MD_SIZE> mac;
    const bool right =
        authenticate(message, mac) && equal_constant_time(mac.first(sizes().icv), message.last(sizes().icv)) &&
        crypt(message.subspan(open_size, kBlock), message.subspan(open_size + kBlock, text.size()), text);
    if (!right) give_up(text);
    return right;
  }

 private:
  static constexpr std::size_t kBlock = 16;

  bool crypt(View iv, View in, std::span<std::uint8_t> out) {
    int done = 0;
    return EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, iv.data(), -1, nullptr) == 1 &&
           EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1 &&
           EVP_CipherUpdate(context_.get(), out.data(), &done, in.data(), as_int(in.size())) == 1 &&
           EVP_CipherFinal_ex(context_.get(), out.data() + done, &done) == 1;
  }

  bool authenticate(View message, Wiped<EVP_MAX_MD_SIZE>& mac) {
    return hmac_.begin() && hmac_.add(message.first(message.size() - sizes().icv)) &&
           hmac_.finish(mac.first(hmac_.size()));
  }

  CipherContext context_;  // with the key
  HmacKeyed hmac_;         // with its key
};

}  // namespace

Result<std::unique_ptr<PayloadCipher>> make_payload_cipher(const IkeSuite& suite, const SecretBytes& encryption,
                                                           const SecretBytes& integrity, Use use) {
  const ProtectionSizes sizes = protection_sizes(suite);
  if (sizes.key == 0 || encryption.size() != sizes.key + sizes.salt || integrity.size() != sizes.integ) {
    return Error{ErrorCode::kInvalidArgument,
                 "protection: " + to_string(suite) + " is not supported, or the keys are not of its sizes (" +
                     std::to_string(encryption.size()) + " and " + std::to_string(integrity.size()) + " octets)"};
  }
  const EVP_CIPHER* cipher = Algorithms::get().cipher(suite.encr, suite.key_bits);
  CipherContext context(EVP_CIPHER_CTX_new());
  const int encrypt = use == Use::kSeal ? 1 : 0;
  if (cipher == nullptr || !context ||
      EVP_CipherInit_ex2(context.get(), cipher, encryption.expose().data(), nullptr, encrypt, nullptr) != 1) {
    return openssl_error("cipher of " + to_string(suite));
  }
  if (suite.encr == EncrId::kAesGcm16) {
    return std::unique_ptr<PayloadCipher>(
        new GcmCipher(sizes, std::move(context), encryption.expose().subspan(sizes.key)));
  }
  HmacKeyed hmac(Algorithms::get().digest(*suite.integ));
  if (!hmac.set_key(integrity.expose())) return openssl_error("HMAC of " + to_string(suite));
  return std::unique_ptr<PayloadCipher>(new CbcCipher(sizes, std::move(context), std::move(hmac)));
}

}  // namespace sallyport::ike
