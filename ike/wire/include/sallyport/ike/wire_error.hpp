#pragma once
/// @file
/// What a message that cannot be understood leads to.
#include <cassert>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"

namespace sallyport::ike {

/// Why octets were refused, and the notify that says so to a peer. Whether it may be told is the caller's to decide:
/// what stands outside SK is not authenticated, and errors in responses are never answered (RFC 7296 2.21).
struct WireError {
  /// INVALID_SYNTAX, UNSUPPORTED_CRITICAL_PAYLOAD or INVALID_MAJOR_VERSION.
  NotifyType answer = NotifyType::kInvalidSyntax;
  Bytes data;        ///< Notification data: the payload's type (1 octet) for UNSUPPORTED_CRITICAL_PAYLOAD, else empty.
  std::string text;  ///< "octet N: payload: what is wrong and what would be right". N counts from the message's start.
};

/// Either a value or a WireError. Must be looked at.
template <class T>
class [[nodiscard]] Parsed {
 public:
  Parsed(T value) : v_(std::in_place_index<0>, std::move(value)) {}          // NOLINT: implicit on purpose
  Parsed(WireError error) : v_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  explicit operator bool() const { return ok(); }
  [[nodiscard]] bool ok() const { return v_.index() == 0; }
  /// Only when ok().
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&v_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&v_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&v_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  /// Only when !ok().
  [[nodiscard]] const WireError& error() const {
    assert(!ok());
    return *std::get_if<1>(&v_);
  }

 private:
  std::variant<T, WireError> v_;
};

}  // namespace sallyport::ike
