// Collected test cases: files of "NAME: value" lines, cases apart by empty lines.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evp.hpp"

namespace sallyport::test {

inline Octets from_hex(std::string_view text) {
  Octets out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

inline std::vector<std::map<std::string, Octets>> read_cases(const std::string& path) {
  std::vector<std::map<std::string, Octets>> cases(1);
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.empty()) {
      if (!cases.back().empty()) cases.emplace_back();
    } else if (line[0] != '#' && colon != std::string::npos) {
      Octets& field = cases.back()[line.substr(0, colon)];
      const std::string value = line.substr(colon + 2);
      if (value.starts_with('"')) {  // text instead of hexadecimal
        field.assign(value.begin() + 1, value.end() - 1);
      } else {
        field = from_hex(value);
      }
    }
  }
  if (cases.back().empty()) cases.pop_back();
  return cases;
}

}  // namespace sallyport::test
