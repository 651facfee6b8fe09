#include "text.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace sallyport::report {

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        // Control characters have no business on a page; a parser may even drop or rewrite them.
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

std::string script_string(const std::string& text) {
  const std::string json = nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string result;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&') {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string duration(double ns) {
  struct Unit {
    double ns;
    const char* name;
  };
  constexpr std::array kUnits{Unit{3.6e12, "h"}, Unit{60e9, "min"}, Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "µs"}};
  for (const Unit& unit : kUnits) {
    if (ns >= unit.ns) return fmt::format("{:.3g} {}", ns / unit.ns, unit.name);
  }
  return fmt::format("{:.3g} ns", ns);
}

std::string percent(double ratio) {
  if (ratio != 0 && ratio < 0.0001) return "< 0.01 %";
  return fmt::format("{:.{}f} %", 100 * ratio, ratio < 0.01 ? 2 : 1);
}

std::string mean_count(double count) {
  if (count != 0 && count < 0.001) return "< 0.001";
  return fmt::format("{:.{}f}", count, count == 0 ? 0 : count < 1 ? 3 : count < 10 ? 2 : 1);
}

}  // namespace sallyport::report
