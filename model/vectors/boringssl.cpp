#include "vectors/boringssl.hpp"

#include <algorithm>
#include <map>

#include "vectors/hex.hpp"
#include "vectors/skips.hpp"
#include "vectors/text_lines.hpp"

namespace sallyport::model {

namespace {

/// Hexadecimal digits, or text in quotes that stands for itself.
std::optional<Octets> parse_value(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return parse_hex(value);
  return Octets(value.begin() + 1, value.end() - 1);
}

constexpr std::string_view kNames[] = {"KEY", "NONCE", "IN", "AD", "CT", "TAG"};

Result<VectorCase> parse_paragraph(const std::vector<TextLine>& lines, const std::string& file) {
  std::map<std::string_view, Octets> fields;
  for (const TextLine& line : lines) {
    const std::size_t colon = line.text.find(':');
    const std::string_view name = line.text.substr(0, colon);
    if (colon == std::string_view::npos || std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
      return line_error(file, line, "is none of KEY:, NONCE:, IN:, AD:, CT:, TAG:");
    }
    std::string_view digits = line.text.substr(colon + 1);
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    const auto octets = parse_value(digits);
    if (!octets) return line_error(file, line, "is neither an even number of hexadecimal digits nor text in quotes");
    if (!fields.emplace(name, *octets).second) return line_error(file, line, std::string(name) + " stands here twice");
  }
  for (const std::string_view name : kNames) {
    if (!fields.contains(name)) return line_error(file, lines.front(), "the case has no " + std::string(name));
  }
  GcmCase gcm{fields["KEY"], fields["NONCE"], fields["AD"], fields["CT"], fields["TAG"], fields["IN"], Expect::kValid};
  if (!is_aes_key(gcm.key)) return line_error(file, lines.front(), "KEY is not 16, 24 or 32 octets");
  if (gcm.plaintext->size() != gcm.ciphertext.size()) {
    return line_error(file, lines.front(), "IN and CT differ in length");
  }
  return classify("line " + std::to_string(lines.front().number), std::move(gcm));
}

}  // namespace

bool looks_like_boringssl(std::string_view text) {
  const auto groups = paragraphs(text);
  return !groups.empty() && groups.front().front().text.starts_with("KEY:");
}

Result<VectorCases> parse_boringssl(const std::string& text, const std::string& file) {
  VectorCases cases;
  for (const auto& lines : paragraphs(text)) {
    auto one = parse_paragraph(lines, file);
    if (!one) return one.error();
    cases.push_back(std::move(one).value());
  }
  return cases;
}

}  // namespace sallyport::model
