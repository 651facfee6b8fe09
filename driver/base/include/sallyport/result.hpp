#pragma once
/// @file
/// Typed results. No exception crosses the driver's public interface.
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sallyport {

/// What kind of thing went wrong; each says whose turn it is to act.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  ///< The caller's value is outside its stated range; correct it.
  kNotFound,         ///< No such file, device, entry.
  kMalformedInput,   ///< A file or message is not what it claims to be.
  kFull,             ///< No entry, quota or queue space left; wait for a free event.
  kStaleGeneration,  ///< The entry has a new tenant; drop the handle.
  kBadState,         ///< Not possible in the entry's present state.
  kRefusedByDevice,  ///< The device answered with an error code; the text names it.
  kBusFailure,       ///< The transport failed or timed out; check the device.
  kVersionMismatch,  ///< Driver and device or firmware speak different ABI versions.
  kIo,               ///< The operating system refused; the text says what.
};

/// The constant's name for messages and JSON, e.g. "stale_generation".
std::string_view name(ErrorCode code);

/// An error that says what, where and why, and what to do about it.
struct Error {
  ErrorCode code;
  std::string text;
};

/// Either a value or an Error. Must be looked at.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : v_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  explicit operator bool() const { return v_.index() == 0; }
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
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&v_);
  }

 private:
  std::variant<T, Error> v_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit on purpose
  explicit operator bool() const { return ok_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_{ErrorCode::kIo, {}};
  bool ok_ = true;
};

}  // namespace sallyport
