#include "vectors/json_reader.hpp"

#include "vectors/hex.hpp"

namespace sallyport::model {

namespace {

const Json kNull;
const Json kEmptyArray = Json::array();

}  // namespace

std::string element(const std::string& array, std::size_t index) { return array + "[" + std::to_string(index) + "]"; }

Result<Json> parse_json(const std::string& text, const std::string& file) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& e) {
    std::string why = e.what();
    // "[json.exception.parse_error.101] parse error at line 3, column 5: ..."
    if (const auto end = why.find("] "); why.starts_with('[') && end != std::string::npos) why.erase(0, end + 2);
    return Error{ErrorCode::kMalformedInput, file + ": " + why};
  }
}

JsonReader::JsonReader(const Json& object, std::string file, std::string place)
    : object_(object), file_(std::move(file)), place_(std::move(place)) {
  if (!object_.is_object()) fail("", "is not an object");
}

void JsonReader::fail(const std::string& key, const std::string& why) {
  if (error_) return;
  const std::string where = place_.empty() || key.empty() ? place_ + key : place_ + "." + key;
  error_ = Error{ErrorCode::kMalformedInput, file_ + ": " + (where.empty() ? "the document" : where) + " " + why};
}

const Json& JsonReader::at(const char* key) {
  if (error_) return kNull;
  const auto found = object_.find(key);
  if (found == object_.end()) {
    fail(key, "is missing");
    return kNull;
  }
  return *found;
}

Octets JsonReader::octets(const char* key) {
  const auto octets = parse_hex(text(key));
  if (!octets) {
    fail(key, "is not an even number of hexadecimal digits");
    return {};
  }
  return *octets;
}

std::string JsonReader::text(const char* key) {
  const Json& node = at(key);
  if (error_) return {};
  if (!node.is_string()) {
    fail(key, "is not a string");
    return {};
  }
  return node.get<std::string>();
}

const Json& JsonReader::array(const char* key) {
  const Json& node = at(key);
  if (error_) return kEmptyArray;
  if (!node.is_array()) {
    fail(key, "is not an array");
    return kEmptyArray;
  }
  return node;
}

std::uint64_t JsonReader::number(const char* key) {
  const Json& node = at(key);
  if (error_) return 0;
  if (node.is_number_unsigned()) return node.get<std::uint64_t>();
  if (!node.is_string()) {
    fail(key, "is neither a number nor hexadecimal digits");
    return 0;
  }
  std::string digits = node.get<std::string>();
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.erase(0, 2);
  if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
  const auto octets = parse_hex(digits);
  if (!octets || octets->empty() || octets->size() > 8) {
    fail(key, "is not a number of 1 to 16 hexadecimal digits");
    return 0;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t octet : *octets) value = value << 8 | octet;
  return value;
}

}  // namespace sallyport::model
