#include <algorithm>
#include <string>

#include "payload_cipher.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kFragmentFields = 4;  // number and total
constexpr std::size_t kMostFragments = 65'535;

Error invalid(std::string text) { return {ErrorCode::kInvalidArgument, "sealing: " + std::move(text)}; }

void put16(std::span<std::uint8_t> out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

std::size_t rounded_up(std::size_t size, std::size_t block) { return (size + block - 1) / block * block; }

}  // namespace

Result<std::uint64_t> IvCounter::take() {
  if (used_up_) return Error{ErrorCode::kBadState, "sealing: all 2^64 IVs of this key are used up"};
  used_up_ = next_ == ~std::uint64_t{0};
  return next_++;
}

class Sealer::Impl {
 public:
  Impl(std::unique_ptr<PayloadCipher> cipher, IvCounter iv) : cipher_(std::move(cipher)), iv_(iv) {}

  // Size of a message with that many octets inside.
  [[nodiscard]] std::size_t message_size(std::size_t open_size, std::size_t inner) const {
    const ProtectionSizes& sizes = cipher_->sizes();
    return open_size + sizes.iv + rounded_up(inner + 1, sizes.block) + sizes.icv;
  }

  // How much fits into a fragment of that size; 0: nothing.
  [[nodiscard]] std::size_t slice_size(std::size_t max_message) const {
    const ProtectionSizes& sizes = cipher_->sizes();
    const std::size_t overhead = kHeaderSize + kPayloadHeaderSize + kFragmentFields + sizes.iv + sizes.icv;
    if (max_message < overhead + sizes.block) return 0;
    return (max_message - overhead) / sizes.block * sizes.block - 1;  // pad length
  }

  // number 0: not a fragment.
  Result<Bytes> seal_one(Header header, PayloadType first_inner, View inner, std::size_t number, std::size_t total,
                         RandomSource& random) {
    const bool fragment = number != 0;
    const std::size_t open_size = kHeaderSize + kPayloadHeaderSize + (fragment ? kFragmentFields : 0);
    Bytes message(message_size(open_size, inner.size()));
    header.next_payload = fragment ? PayloadType::kFragment : PayloadType::kEncrypted;
    header.length = static_cast<std::uint32_t>(message.size());
    write_header(header, std::span(message).first<kHeaderSize>());
    const auto payload = write_payload_header(first_inner, static_cast<std::uint16_t>(message.size() - kHeaderSize));
    std::copy(payload.begin(), payload.end(), &message[kHeaderSize]);
    if (fragment) {
      put16(message, kHeaderSize + kPayloadHeaderSize, number);
      put16(message, kHeaderSize + kPayloadHeaderSize + 2, total);
    }
    if (auto done = put_iv(std::span(message).subspan(open_size, cipher_->sizes().iv), random); !done) {
      return done.error();
    }
    const std::size_t text = open_size + cipher_->sizes().iv;
    std::copy(inner.begin(), inner.end(), message.begin() + static_cast<std::ptrdiff_t>(text));
    // Padding is zeros: what pads is not looked at by anybody (RFC 7296 3.14).
    const std::size_t end = message.size() - cipher_->sizes().icv;
    message[end - 1] = static_cast<std::uint8_t>(end - text - inner.size() - 1);
    if (auto done = cipher_->seal(message, open_size); !done) return done.error();
    return message;
  }

 private:
  Result<void> put_iv(std::span<std::uint8_t> out, RandomSource& random) {
    if (cipher_->sizes().salt == 0) {  // CBC: must not be foreseen (RFC 7296 3.14)
      random.fill(out);
      return {};
    }
    const auto iv = iv_.take();
    if (!iv) return iv.error();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(*iv >> (56 - 8 * i));
    return {};
  }

  std::unique_ptr<PayloadCipher> cipher_;
  IvCounter iv_;
};

Sealer::Sealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;

Result<Sealer> Sealer::make(const IkeSuite& suite, const IkeKeys& keys, Side sender, IvCounter iv) {
  const bool initiator = sender == Side::kInitiator;
  auto cipher =
      make_payload_cipher(suite, initiator ? keys.sk_ei : keys.sk_er, initiator ? keys.sk_ai : keys.sk_ar, Use::kSeal);
  if (!cipher) return cipher.error();
  return Sealer(std::make_unique<Impl>(*std::move(cipher), iv));
}

Result<std::vector<Bytes>> Sealer::seal(const Header& header, PayloadType first_inner, View inner,
                                        std::size_t max_message, bool fragmentation_allowed, RandomSource& random) {
  max_message = std::min(max_message, kMaximumMessage);
  const std::size_t whole = impl_->message_size(kHeaderSize + kPayloadHeaderSize, inner.size());
  std::vector<Bytes> out;
  if (whole <= max_message || !fragmentation_allowed) {
    if (whole > kMaximumMessage) {
      return invalid("a message of " + std::to_string(whole) + " octets, " + std::to_string(kMaximumMessage) +
                     " is the most");
    }
    auto message = impl_->seal_one(header, first_inner, inner, 0, 0, random);
    if (!message) return message.error();
    out.push_back(*std::move(message));
    return out;
  }
  const std::size_t slice = impl_->slice_size(max_message);
  if (slice == 0) return invalid("no fragment fits into " + std::to_string(max_message) + " octets");
  const std::size_t total = (inner.size() + slice - 1) / slice;
  if (total > kMostFragments) {
    return invalid(std::to_string(inner.size()) + " octets would make more than 65,535 fragments of " +
                   std::to_string(max_message));
  }
  out.reserve(total);
  for (std::size_t number = 1; number <= total; ++number) {
    const View rest = inner.subspan((number - 1) * slice);
    auto message = impl_->seal_one(header, number == 1 ? first_inner : PayloadType::kNone,
                                   rest.first(std::min(slice, rest.size())), number, total, random);
    if (!message) return message.error();
    out.push_back(*std::move(message));
  }
  return out;
}

}  // namespace sallyport::ike
