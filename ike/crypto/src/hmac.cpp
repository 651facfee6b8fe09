#include "hmac.hpp"

#include <algorithm>
#include <array>

#include "wiped.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kLargestBlock = 128;  // of SHA-384 and SHA-512

// A context at the beginning of a hash; null: no memory, or no digest.
MdContext fresh(const EVP_MD* digest) {
  MdContext context(EVP_MD_CTX_new());
  if (digest == nullptr || !context || EVP_DigestInit_ex2(context.get(), digest, nullptr) != 1) return nullptr;
  return context;
}

std::size_t size_of(const EVP_MD* digest) { return static_cast<std::size_t>(EVP_MD_get_size(digest)); }

bool update(EVP_MD_CTX* context, View octets) { return EVP_DigestUpdate(context, octets.data(), octets.size()) == 1; }

// Ends a hash and leaves its context at the beginning of another.
bool end(EVP_MD_CTX* context, std::uint8_t* out) {
  return EVP_DigestFinal_ex(context, out, nullptr) == 1 && EVP_DigestInit_ex2(context, nullptr, nullptr) == 1;
}

// A key of at most one block, filled up with zeros; what is longer is hashed first. Two fresh contexts see it.
class PaddedKey {
 public:
  // `context` is fresh, and is so afterwards.
  PaddedKey(const EVP_MD* digest, EVP_MD_CTX* context, View key)
      : block_(padded_.first(static_cast<std::size_t>(EVP_MD_get_block_size(digest)))) {
    if (key.size() > block_.size()) {
      ok_ = update(context, key) && end(context, block_.data());
    } else {
      std::copy(key.begin(), key.end(), block_.begin());
    }
  }

  [[nodiscard]] bool into_inner(EVP_MD_CTX* context) { return ok_ && change_and_add(context, 0x36); }
  // After into_inner.
  [[nodiscard]] bool into_outer(EVP_MD_CTX* context) { return ok_ && change_and_add(context, 0x36 ^ 0x5c); }

 private:
  bool change_and_add(EVP_MD_CTX* context, unsigned with) {
    for (auto& octet : block_) octet = static_cast<std::uint8_t>(octet ^ with);
    return update(context, block_);
  }

  Wiped<kLargestBlock> padded_;
  std::span<std::uint8_t> block_;
  bool ok_ = true;
};

template <class T>
T* of_this_thread(PrfId prf) {
  static thread_local std::array<T, 3> all{T(Algorithms::get().digest(PrfId::kHmacSha2_256)),
                                           T(Algorithms::get().digest(PrfId::kHmacSha2_384)),
                                           T(Algorithms::get().digest(PrfId::kHmacSha2_512))};
  switch (prf) {
    case PrfId::kHmacSha2_256:
      return &all[0];
    case PrfId::kHmacSha2_384:
      return &all[1];
    case PrfId::kHmacSha2_512:
      return &all[2];
    default:
      return nullptr;
  }
}

}  // namespace

HmacOnce::HmacOnce(const EVP_MD* digest) : digest_(digest), context_(fresh(digest)) {}

bool HmacOnce::mac(View key, Parts parts, std::span<std::uint8_t> out) {
  if (!context_ || out.size() != size_of(digest_)) return false;
  EVP_MD_CTX* const context = context_.get();
  Wiped<EVP_MAX_MD_SIZE> inner;
  PaddedKey padded(digest_, context, key);
  const bool done = padded.into_inner(context) &&
                    std::all_of(parts.begin(), parts.end(), [context](View part) { return update(context, part); }) &&
                    end(context, inner.data()) && padded.into_outer(context) &&
                    update(context, inner.first(out.size())) && end(context, out.data());
  if (!done) context_ = fresh(digest_);  // it may hold half of something
  return done;
}

HmacKeyed::HmacKeyed(const EVP_MD* digest) : inner_(fresh(digest)), outer_(fresh(digest)), work_(fresh(digest)) {
  if (!inner_ || !outer_ || !work_) return;
  digest_ = digest;
  size_ = size_of(digest);
}

bool HmacKeyed::set_key(View key) {
  if (digest_ == nullptr) return false;
  PaddedKey padded(digest_, work_.get(), key);
  return padded.into_inner(inner_.get()) && padded.into_outer(outer_.get());
}

bool HmacKeyed::begin() { return digest_ != nullptr && EVP_MD_CTX_copy_ex(work_.get(), inner_.get()) == 1; }

bool HmacKeyed::add(View piece) { return digest_ != nullptr && update(work_.get(), piece); }

bool HmacKeyed::finish(std::span<std::uint8_t> out) {
  if (digest_ == nullptr || out.size() != size_) return false;
  Wiped<EVP_MAX_MD_SIZE> inner;
  return EVP_DigestFinal_ex(work_.get(), inner.data(), nullptr) == 1 &&
         EVP_MD_CTX_copy_ex(work_.get(), outer_.get()) == 1 && update(work_.get(), inner.first(size_)) &&
         EVP_DigestFinal_ex(work_.get(), out.data(), nullptr) == 1;
}

void HmacKeyed::clear() {
  for (const MdContext* context : {&inner_, &outer_, &work_}) {
    if (*context && EVP_DigestInit_ex2(context->get(), nullptr, nullptr) != 1) digest_ = nullptr;
  }
}

HmacOnce* hmac_once(PrfId prf) { return of_this_thread<HmacOnce>(prf); }
HmacKeyed* hmac_keyed(PrfId prf) { return of_this_thread<HmacKeyed>(prf); }

}  // namespace sallyport::ike
