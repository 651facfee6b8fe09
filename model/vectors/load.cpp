#include "sallyport/model/vectors/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "vectors/boringssl.hpp"
#include "vectors/esp_json.hpp"
#include "vectors/mbedtls.hpp"
#include "vectors/wycheproof.hpp"

namespace sallyport::model {

namespace {

Result<VectorCases> parse_json_vectors(const std::string& text, const std::string& name) {
  auto document = parse_json(text, name);
  if (!document) return document.error();
  if (document->is_object() && document->contains("testGroups")) return parse_wycheproof(*document, name);
  if (document->is_object() && document->contains("vectors")) return parse_esp_json(*document, name);
  return Error{ErrorCode::kMalformedInput, name + ": the document has neither \"testGroups\" nor \"vectors\""};
}

bool is_text(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
}

Result<VectorCases> parse_any(const std::string& text, const std::string& name) {
  if (!is_text(text)) return Error{ErrorCode::kMalformedInput, name + ": is not a text file"};
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return Error{ErrorCode::kMalformedInput, name + ": is empty"};
  if (text[first] == '{' || text[first] == '[') return parse_json_vectors(text, name);
  if (looks_like_boringssl(text)) return parse_boringssl(text, name);
  return parse_mbedtls(text, name);
}

}  // namespace

Result<VectorCases> parse_vectors(const std::string& text, const std::string& name) {
  auto cases = parse_any(text, name);
  if (cases && cases->empty()) return Error{ErrorCode::kMalformedInput, name + ": holds no case"};
  return cases;
}

Result<VectorCases> load_vectors(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code status;
  if (!std::filesystem::exists(file, status)) return Error{ErrorCode::kNotFound, name + ": no such file"};
  if (!std::filesystem::is_regular_file(file, status)) return Error{ErrorCode::kIo, name + ": is not a regular file"};
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) {
    // An empty file sets the fail bit of rdbuf's reader although nothing went wrong.
    if (std::filesystem::file_size(file, status) == 0) return Error{ErrorCode::kMalformedInput, name + ": is empty"};
    return Error{ErrorCode::kIo, name + ": cannot be read: " + std::strerror(errno)};
  }
  return parse_vectors(text.str(), name);
}

}  // namespace sallyport::model
