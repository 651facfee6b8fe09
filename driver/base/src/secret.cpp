#include "sallyport/secret.hpp"

#include <optional>

namespace sallyport {
namespace {

template <class T>
void wipe_span(std::span<T> values) {
  // Through volatile, or the compiler would drop stores to memory that is about to be freed.
  volatile T* at = values.data();
  for (std::size_t i = 0; i < values.size(); ++i) at[i] = 0;
}

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

void wipe(std::span<std::uint8_t> octets) { wipe_span(octets); }
void wipe(std::span<std::uint64_t> words) { wipe_span(words); }

Result<SecretBytes> SecretBytes::from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return Error{ErrorCode::kInvalidArgument, "secret has an odd number of hexadecimal digits; two make an octet"};
  }
  SecretBytes out;
  out.octets_.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]);
    const auto low = digit(text[i + 1]);
    if (!high || !low) {
      return Error{ErrorCode::kInvalidArgument,
                   "secret has something other than hexadecimal digits in octet " + std::to_string(i / 2)};
    }
    out.octets_.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return out;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  wipe(octets_);
  octets_ = std::move(other.octets_);
  other.octets_.clear();
  return *this;
}

}  // namespace sallyport
