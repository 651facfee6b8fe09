#pragma once
/// @file
/// Text for the page. A log is hostile input: nothing of it reaches the page but through `escape` or `script_string`.
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::report {

/// For HTML text and quoted attribute values.
[[nodiscard]] std::string escape(std::string_view text);
/// A JSON string literal, quotes included, that is also safe inside a script element: pure ASCII, no '<', '>' or '&'.
[[nodiscard]] std::string script_string(const std::string& text);
/// 7816 -> "7,816".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// A length of time in the unit that suits it, e.g. "50.1 ms".
[[nodiscard]] std::string duration(double ns);
/// 0..1 as "37.7 %"; what is not zero never reads as zero.
[[nodiscard]] std::string percent(double ratio);
/// A mean number of entries, e.g. "24.1", with more places below one; what is not zero never reads as zero.
[[nodiscard]] std::string mean_count(double count);

}  // namespace sallyport::report
