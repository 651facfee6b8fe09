#pragma once
/// @file
/// Is a text UTF-8? JSON and OpenMetrics both demand it.
#include <string_view>

namespace sallyport {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace sallyport
