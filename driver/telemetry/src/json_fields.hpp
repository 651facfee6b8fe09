#pragma once
/// @file
/// Strict access to the fields of a JSON object: every key must be asked for once, and be there.
#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "sallyport/result.hpp"

namespace sallyport::log_json {

/// Text from a log for a message: in quotes, with everything but printable ASCII escaped, as it ends on a terminal.
inline std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// Reads fields one by one; the first thing wrong is kept and everything after it is ignored, so that callers look
/// once, at the end.
class Fields {
 public:
  /// `object` must be a JSON object and outlive this.
  explicit Fields(const nlohmann::json& object) : object_(object) {}

  /// A whole number 0..max.
  std::uint64_t number(const char* key, std::uint64_t max = UINT64_MAX) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) return fail(key, "is not a whole number"), 0;
    const auto n = value->get<std::uint64_t>();
    if (n > max) return fail(key, fmt::format("is {}, more than {}", n, max)), 0;
    return n;
  }
  /// The same as a narrower type.
  template <class T>
  T number_as(const char* key, std::uint64_t max = static_cast<T>(-1)) {
    return static_cast<T>(number(key, max));
  }
  bool flag(const char* key) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return fail(key, "is neither true nor false"), false;
    return value->get<bool>();
  }
  /// Text of at most `max` octets.
  std::string text(const char* key, std::size_t max) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(key, "is no text"), std::string{};
    const auto& content = *value->get_ptr<const std::string*>();
    if (content.size() > max) return fail(key, fmt::format("is longer than {} octets", max)), std::string{};
    return content;
  }
  /// A constant by its name: the values 0..count-1 of E, as `name_of` names them.
  template <class E, class NameOf>
  E constant(const char* key, unsigned count, NameOf name_of) {
    const std::string given = text(key, kLongestName);
    for (unsigned value = 0; ok() && value < count; ++value) {
      if (given == name_of(static_cast<E>(value))) return static_cast<E>(value);
    }
    return fail(key, fmt::format("is {}, which is not a name known here", quoted(given))), E{};
  }
  /// A nested object, or array; null when it is missing or something else.
  const nlohmann::json* object(const char* key) { return nested(key, nlohmann::json::value_t::object, "is no object"); }
  const nlohmann::json* array(const char* key) { return nested(key, nlohmann::json::value_t::array, "is no array"); }

  void fail(const char* key, const std::string& what) {
    if (ok()) error_ = fmt::format("\"{}\" {}", key, what);
  }
  [[nodiscard]] bool ok() const { return error_.empty(); }
  /// Fails if a field failed or one was never asked for.
  [[nodiscard]] Result<void> done() const {
    if (!ok()) return Error{ErrorCode::kMalformedInput, error_};
    if (asked_ != object_.size()) {
      return Error{ErrorCode::kMalformedInput, fmt::format("holds {} keys, {} belong here", object_.size(), asked_)};
    }
    return {};
  }

 private:
  static constexpr std::size_t kLongestName = 64;

  const nlohmann::json* find(const char* key) {
    if (!ok()) return nullptr;
    const auto at = object_.find(key);
    if (at == object_.end()) return fail(key, "is missing"), nullptr;
    ++asked_;
    return &*at;
  }
  const nlohmann::json* nested(const char* key, nlohmann::json::value_t type, const char* what) {
    const nlohmann::json* value = find(key);
    if (value != nullptr && value->type() != type) return fail(key, what), nullptr;
    return value;
  }

  const nlohmann::json& object_;
  std::size_t asked_ = 0;
  std::string error_;
};

}  // namespace sallyport::log_json
