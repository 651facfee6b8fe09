#include "scenario/toml_section.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sallyport::sim {

void TomlProblem::report(ErrorCode code, const toml::source_region& where, const std::string& key,
                         const std::string& cause) {
  if (first_) return;
  first_ = Error{code, fmt::format("{}:{}: {}: {}", file_, where.begin.line, key, cause)};
}

const toml::node* TomlSection::find(const char* key) {
  known_.insert(key);
  return problem_.first() ? nullptr : table_.get(key);
}

void TomlSection::wrong_type(const char* key, const toml::node& node, const char* wanted) {
  problem_.report(ErrorCode::kMalformedInput, node.source(), full(key), fmt::format("must be {}", wanted));
}

void TomlSection::text(const char* key, std::string& value) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* string = node->as_string()) {
    value = string->get();
  } else {
    wrong_type(key, *node, "a string");
  }
}

void TomlSection::flag(const char* key, bool& value) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* boolean = node->as_boolean()) {
    value = boolean->get();
  } else {
    wrong_type(key, *node, "true or false");
  }
}

bool TomlSection::whole(const char* key, std::uint64_t& value, std::uint64_t least, std::uint64_t most) {
  const toml::node* node = find(key);
  if (node == nullptr) return false;
  const auto* integer = node->as_integer();
  if (integer == nullptr) {
    wrong_type(key, *node, "a whole number");
    return false;
  }
  const std::int64_t got = integer->get();
  if (got < 0 || static_cast<std::uint64_t>(got) < least || static_cast<std::uint64_t>(got) > most) {
    impossible(key, fmt::format("{} is not within {} to {}", got, least, most));
    return false;
  }
  value = static_cast<std::uint64_t>(got);
  return true;
}

void TomlSection::microseconds(const char* key, std::uint64_t& ns, std::uint64_t least_ns, std::uint64_t most_ns) {
  constexpr double kNsPerUs = 1000.0;
  double us = static_cast<double>(ns) / kNsPerUs;
  real(key, us, static_cast<double>(least_ns) / kNsPerUs, static_cast<double>(most_ns) / kNsPerUs);
  ns = static_cast<std::uint64_t>(std::llround(us * kNsPerUs));
}

void TomlSection::real(const char* key, double& value, double least, double most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto got = node->value<double>();
  if (!got || !node->is_number()) {
    wrong_type(key, *node, "a number");
    return;
  }
  // Written so that "nan" is refused too.
  if (!(*got >= least && *got <= most)) {
    impossible(key, fmt::format("{} is not within {} to {}", *got, least, most));
    return;
  }
  value = *got;
}

std::optional<TomlSection> TomlSection::section(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* table = node->as_table();
  if (table == nullptr) {
    wrong_type(key, *node, "a table");
    return std::nullopt;
  }
  return TomlSection(*table, full(key), problem_);
}

std::vector<TomlSection> TomlSection::sections(const char* key) {
  std::vector<TomlSection> all;
  const toml::node* node = find(key);
  if (node == nullptr) return all;
  const auto* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous<toml::table>()) {
    wrong_type(key, *node, "an array of tables");
    return all;
  }
  for (const auto& element : *array) {
    all.emplace_back(*element.as_table(), fmt::format("{}[{}]", full(key), all.size() + 1), problem_);
  }
  return all;
}

void TomlSection::impossible(const char* key, const std::string& cause) {
  const toml::node* node = table_.get(key);
  problem_.report(ErrorCode::kInvalidArgument, node != nullptr ? node->source() : table_.source(), full(key), cause);
}

void TomlSection::finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (!known_.contains(name)) {
      problem_.report(ErrorCode::kMalformedInput, key.source(), full(name), "unknown key");
      return;
    }
  }
}

}  // namespace sallyport::sim
