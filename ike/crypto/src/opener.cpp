#include <string>

#include "payload_cipher.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike {
namespace {

Error malformed(std::string text) { return {ErrorCode::kMalformedInput, "opening: " + std::move(text)}; }

}  // namespace

class Opener::Impl {
 public:
  explicit Impl(std::unique_ptr<PayloadCipher> cipher) : cipher_(std::move(cipher)) {}

  Result<Plaintext> open(View message, std::size_t open_size) {
    const ProtectionSizes& sizes = cipher_->sizes();
    const std::size_t least = sizes.iv + sizes.block + sizes.icv;  // at least the pad length
    if (message.size() < open_size || message.size() - open_size < least) {
      return malformed("octet " + std::to_string(open_size) + ": SK of a message of " + std::to_string(message.size()) +
                       " octets has no room for IV, one block and ICV, " + std::to_string(least) + " octets");
    }
    const std::size_t size = message.size() - open_size - sizes.iv - sizes.icv;
    if (size % sizes.block != 0) {
      return malformed("octet " + std::to_string(open_size + sizes.iv) + ": " + std::to_string(size) +
                       " octets of ciphertext are no whole number of blocks");
    }
    Bytes text(size);
    if (!cipher_->open(message, open_size, text)) {
      return malformed("octet " + std::to_string(message.size() - sizes.icv) +
                       ": the integrity checksum is wrong; damaged, forged, or of other keys");
    }
    const std::size_t padding = std::size_t{text.back()} + 1;  // with the octet that counts it
    if (padding > text.size()) {
      wipe(text);
      return malformed("octet " + std::to_string(message.size() - sizes.icv - 1) + ": " + std::to_string(padding - 1) +
                       " octets of padding in " + std::to_string(size));
    }
    wipe(std::span(text).last(padding));
    text.resize(size - padding);
    return Plaintext(std::move(text));
  }

 private:
  std::unique_ptr<PayloadCipher> cipher_;
};

Opener::Opener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Opener::~Opener() = default;
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;

Result<Opener> Opener::make(const IkeSuite& suite, const IkeKeys& keys, Side sender) {
  const bool initiator = sender == Side::kInitiator;
  auto cipher =
      make_payload_cipher(suite, initiator ? keys.sk_ei : keys.sk_er, initiator ? keys.sk_ai : keys.sk_ar, Use::kOpen);
  if (!cipher) return cipher.error();
  return Opener(std::make_unique<Impl>(*std::move(cipher)));
}

Result<Opened> Opener::open(View message, const EncryptedView& sk) {
  auto inner = impl_->open(message, sk.aad_size());
  if (!inner) return inner.error();
  return Opened{sk.first_inner, *std::move(inner)};
}

Result<Opened> Opener::open(View message, const FragmentView& skf) {
  auto inner = impl_->open(message, skf.aad_size());
  if (!inner) return inner.error();
  return Opened{skf.number == 1 ? skf.first_inner : PayloadType::kNone, *std::move(inner)};
}

}  // namespace sallyport::ike
