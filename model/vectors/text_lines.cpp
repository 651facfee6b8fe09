#include "vectors/text_lines.hpp"

namespace sallyport::model {

std::vector<std::vector<TextLine>> paragraphs(std::string_view text) {
  std::vector<std::vector<TextLine>> out;
  bool open = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty()) {
      open = false;
    } else if (line.front() != '#') {
      if (!open) out.emplace_back();
      open = true;
      out.back().push_back({number, line});
    }
  }
  return out;
}

Error line_error(const std::string& file, const TextLine& line, const std::string& why) {
  return {ErrorCode::kMalformedInput, file + ":" + std::to_string(line.number) + ": " + why};
}

}  // namespace sallyport::model
