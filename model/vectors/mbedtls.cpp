#include "vectors/mbedtls.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "vectors/hex.hpp"
#include "vectors/skips.hpp"
#include "vectors/text_lines.hpp"

namespace sallyport::model {

namespace {

/// What an argument is. Arguments that do not matter here are kOther.
enum class Part : std::uint8_t { kCipher, kKey, kNonce, kAad, kPlain, kCoded, kTagBits, kTag, kResult, kOther };

struct Function {
  std::string_view name;
  std::vector<Part> parts;
};

/// The known-answer functions of the suite and their arguments, as its .function file declares them.
const std::vector<Function>& functions() {
  using enum Part;
  static const std::vector<Part> decrypt{kCipher, kKey, kCoded, kNonce, kAad, kTagBits, kTag, kResult, kPlain, kOther};
  static const std::vector<Part> encrypt{kCipher, kKey, kPlain, kNonce, kAad, kCoded, kTagBits, kTag, kOther};
  static const std::vector<Function> all{
      {"gcm_decrypt_and_verify", decrypt},
      {"gcm_decrypt_input_output_buffer_overlap", decrypt},
      {"gcm_encrypt_and_tag", encrypt},
      {"gcm_encrypt_input_output_buffer_overlap", encrypt},
      {"gcm_decrypt_and_verify_empty_ad", {kCipher, kKey, kNonce, kCoded, kTag, kPlain, kOther}},
      {"gcm_encrypt_and_tag_empty_ad", {kCipher, kKey, kNonce, kPlain, kCoded, kTag, kOther}},
      {"gcm_decrypt_and_verify_empty_cipher", {kCipher, kKey, kNonce, kAad, kTag, kOther}},
      {"gcm_encrypt_and_tag_empty_cipher", {kCipher, kKey, kNonce, kAad, kTag, kOther}},
      {"gcm_decrypt_and_verify_no_ad_no_cipher", {kCipher, kKey, kNonce, kTag}},
      {"gcm_encrypt_and_verify_no_ad_no_cipher", {kCipher, kKey, kNonce, kTag}},
  };
  return all;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = text.find(':');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  return text.substr(1, text.size() - 2);
}

/// Takes one argument; says what is wrong with it if anything is.
class CaseBuilder {
 public:
  std::string take(Part part, std::string_view argument) {
    switch (part) {
      case Part::kCipher:
        other_cipher_ = argument != "MBEDTLS_CIPHER_ID_AES";
        return "";
      case Part::kTagBits:
        return take_bits(argument);
      case Part::kResult:
        if (argument == "\"FAIL\"") {
          gcm_.expect = Expect::kInvalid;
          return "";
        }
        return argument == "\"\"" ? "" : "is neither \"\" nor \"FAIL\"";
      case Part::kPlain:
        if (gcm_.expect == Expect::kInvalid) return "";
        return take_octets(plain_, argument);
      case Part::kKey:
        return take_octets(gcm_.key, argument);
      case Part::kNonce:
        return take_octets(gcm_.nonce, argument);
      case Part::kAad:
        return take_octets(gcm_.aad, argument);
      case Part::kCoded:
        return take_octets(gcm_.ciphertext, argument);
      case Part::kTag:
        return take_octets(gcm_.tag, argument);
      case Part::kOther:
        return "";
    }
    return "";
  }

  std::string finish(std::string name, VectorCase& out) {
    if (other_cipher_) {
      out = {std::move(name), {}, {}, kSkipCipher};
      return "";
    }
    if (!is_aes_key(gcm_.key)) return "the key is not 16, 24 or 32 octets";
    if (tag_bits_ && *tag_bits_ != 8 * gcm_.tag.size()) return "the tag is not as long as the case says";
    if (gcm_.expect == Expect::kValid) {
      if (plain_.size() != gcm_.ciphertext.size()) return "plaintext and ciphertext differ in length";
      gcm_.plaintext = plain_;
    }
    out = classify(std::move(name), std::move(gcm_));
    return "";
  }

 private:
  static std::string take_octets(Octets& into, std::string_view argument) {
    const auto text = unquoted(argument);
    const auto octets = text ? parse_hex(*text) : std::nullopt;
    if (!octets) return "is not a string of hexadecimal octets";
    into = *octets;
    return "";
  }
  std::string take_bits(std::string_view argument) {
    std::size_t bits = 0;
    const auto [end, status] = std::from_chars(argument.data(), argument.data() + argument.size(), bits);
    if (status != std::errc{} || end != argument.data() + argument.size()) return "is not a number of bits";
    tag_bits_ = bits;
    return "";
  }

  GcmCase gcm_;
  Octets plain_;
  std::optional<std::size_t> tag_bits_;
  bool other_cipher_ = false;
};

bool is_identifier(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

Result<VectorCase> parse_paragraph(const std::vector<TextLine>& lines, const std::string& file) {
  const bool conditional = lines.size() == 3 && lines[1].text.starts_with("depends_on:");
  if (lines.size() != 2 && !conditional) {
    return line_error(file, lines.front(), "a case has a title, perhaps a line \"depends_on:...\", and a function");
  }
  const TextLine& call = lines.back();
  const auto fields = split(call.text);
  if (!is_identifier(fields.front())) return line_error(file, call, "does not begin with a function's name");
  VectorCase out;
  const auto& known = functions();
  const auto function =
      std::find_if(known.begin(), known.end(), [&](const Function& f) { return f.name == fields[0]; });
  if (function == known.end()) {
    if (!fields[0].starts_with("gcm_")) return line_error(file, call, "is no function of the GCM suite");
    out.name = std::string(lines.front().text);
    out.skip = kSkipNotKat;
    return out;
  }
  if (fields.size() - 1 != function->parts.size()) {
    return line_error(file, call,
                      std::string(function->name) + " takes " + std::to_string(function->parts.size()) +
                          " arguments, here are " + std::to_string(fields.size() - 1));
  }
  CaseBuilder builder;
  for (std::size_t i = 0; i < function->parts.size(); ++i) {
    const std::string why = builder.take(function->parts[i], fields[i + 1]);
    if (!why.empty()) return line_error(file, call, "argument " + std::to_string(i + 1) + " " + why);
  }
  const std::string why = builder.finish(std::string(lines.front().text), out);
  if (!why.empty()) return line_error(file, call, why);
  return out;
}

}  // namespace

Result<VectorCases> parse_mbedtls(const std::string& text, const std::string& file) {
  VectorCases cases;
  for (const auto& lines : paragraphs(text)) {
    auto one = parse_paragraph(lines, file);
    if (!one) return one.error();
    cases.push_back(std::move(one).value());
  }
  return cases;
}

}  // namespace sallyport::model
