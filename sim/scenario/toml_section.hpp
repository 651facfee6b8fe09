#pragma once
/// @file
/// A TOML table read key by key: types and ranges are checked, whatever is not asked for is an unknown key. The first
/// problem is kept, so that reading code needs no branch for each key.
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "sallyport/result.hpp"

namespace sallyport::sim {

/// The first problem of a file.
class TomlProblem {
 public:
  explicit TomlProblem(std::string file) : file_(std::move(file)) {}
  /// Keeps it if it is the first. `where` gives the line.
  void report(ErrorCode code, const toml::source_region& where, const std::string& key, const std::string& cause);
  [[nodiscard]] const std::optional<Error>& first() const { return first_; }

 private:
  std::string file_;
  std::optional<Error> first_;
};

/// A table of the file. Values are left alone when their key is missing.
class TomlSection {
 public:
  /// `name`: how messages call the table, e.g. "link"; empty for the whole file.
  TomlSection(const toml::table& table, std::string name, TomlProblem& problem)
      : table_(table), name_(std::move(name)), problem_(problem) {}

  void text(const char* key, std::string& value);
  void flag(const char* key, bool& value);
  /// A whole number in [least, most].
  template <class T>
  void number(const char* key, T& value, std::uint64_t least, std::uint64_t most) {
    std::uint64_t wide = value;
    if (whole(key, wide, least, most)) value = static_cast<T>(wide);
  }
  /// A duration in microseconds (fractions allowed) in [least, most] ns.
  void microseconds(const char* key, std::uint64_t& ns, std::uint64_t least_ns, std::uint64_t most_ns);
  /// Any number in [least, most].
  void real(const char* key, double& value, double least, double most);
  /// One of the words; gives its number.
  template <class T>
  void choice(const char* key, T& value, const std::vector<std::pair<std::string, T>>& words) {
    std::string word;
    text(key, word);
    if (!has(key) || problem_.first()) return;
    std::string all;
    for (const auto& [name, meaning] : words) {
      if (name == word) {
        value = meaning;
        return;
      }
      all += (all.empty() ? "" : ", ") + ("\"" + name + "\"");
    }
    impossible(key, "\"" + word + "\" is none of " + all);
  }
  /// A table inside; nothing if it is missing.
  std::optional<TomlSection> section(const char* key);
  /// An array of tables; they are called `key`[1], `key`[2] ...
  std::vector<TomlSection> sections(const char* key);

  [[nodiscard]] bool has(const char* key) const { return table_.contains(key); }
  /// Reports an impossible value of a key of this table (at the key's line, or the table's if the key is missing).
  void impossible(const char* key, const std::string& cause);
  /// Reports the first key that nothing has asked for.
  void finish();

 private:
  const toml::node* find(const char* key);
  void wrong_type(const char* key, const toml::node& node, const char* wanted);
  bool whole(const char* key, std::uint64_t& value, std::uint64_t least, std::uint64_t most);
  [[nodiscard]] std::string full(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

  const toml::table& table_;
  std::string name_;
  TomlProblem& problem_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace sallyport::sim
