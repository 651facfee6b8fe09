#pragma once
/// @file
/// A walk through octets that knows where it is.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/wire_error.hpp"

namespace sallyport::ike {

/// "5 octets", for errors.
inline std::string octets_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " octet" : " octets"); }

/// Reads numbers in network order. Whoever reads has asked left() before.
class Reader {
 public:
  /// offset: of the first octet in the message; where: what the octets are, for errors, e.g. "SA".
  Reader(View octets, std::size_t offset, std::string_view where) : octets_(octets), offset_(offset), where_(where) {}

  [[nodiscard]] std::size_t left() const { return octets_.size(); }
  [[nodiscard]] std::size_t offset() const { return offset_; }
  View take(std::size_t n) {
    assert(n <= left());
    const View taken = octets_.first(n);
    octets_ = octets_.subspan(n);
    offset_ += n;
    return taken;
  }
  View take_rest() { return take(left()); }
  void skip(std::size_t n) { static_cast<void>(take(n)); }
  std::uint8_t u8() { return take(1)[0]; }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  /// The next n octets as a reader of their own.
  Reader part(std::size_t n, std::string_view where) {
    const std::size_t at = offset_;
    return {take(n), at, where};
  }

  /// INVALID_SYNTAX at the present octet.
  [[nodiscard]] WireError refuse(std::string_view why) const { return refuse_at(offset_, why); }
  [[nodiscard]] WireError refuse_at(std::size_t offset, std::string_view why) const {
    std::string text = "octet " + std::to_string(offset) + ": ";
    text.append(where_).append(": ").append(why);
    return {NotifyType::kInvalidSyntax, {}, std::move(text)};
  }
  /// "what needs N octets, left are M".
  [[nodiscard]] WireError too_short(std::string_view what, std::size_t needed) const {
    return refuse(std::string(what) + " needs " + octets_text(needed) + ", left are " + std::to_string(left()));
  }

 private:
  std::uint64_t number(std::size_t n) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : take(n)) value = value << 8 | octet;
    return value;
  }

  View octets_;
  std::size_t offset_;
  std::string_view where_;
};

inline Bytes to_bytes(View octets) { return {octets.begin(), octets.end()}; }

}  // namespace sallyport::ike
