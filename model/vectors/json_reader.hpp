#pragma once
/// @file
/// Reads the fields of JSON objects and remembers the first thing that is wrong, with its place.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sallyport/model/octets.hpp"
#include "sallyport/result.hpp"

namespace sallyport::model {

using Json = nlohmann::json;

/// The document, or kMalformedInput with line and column. @param file for the message.
Result<Json> parse_json(const std::string& text, const std::string& file);

/// One object of a document. After an error every further field reads as empty, so errors are asked for once an object.
class JsonReader {
 public:
  /// @param place names the object in messages, e.g. "testGroups[3].tests[7]".
  JsonReader(const Json& object, std::string file, std::string place);

  [[nodiscard]] bool has(const char* key) const { return object_.is_object() && object_.contains(key); }
  /// A field that must be there; a null node after an error.
  const Json& at(const char* key);
  /// Hexadecimal string.
  Octets octets(const char* key);
  std::string text(const char* key);
  const Json& array(const char* key);
  /// A number, or a string of hexadecimal digits of at most 8 octets.
  std::uint64_t number(const char* key);
  /// Notes an error at this object's `key`, unless there was one before.
  void fail(const std::string& key, const std::string& why);

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  const Json& object_;
  std::string file_;
  std::string place_;
  std::optional<Error> error_;
};

/// "vectors[3]"
std::string element(const std::string& array, std::size_t index);

}  // namespace sallyport::model
