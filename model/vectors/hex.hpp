#pragma once
/// @file
/// Hexadecimal text.
#include <optional>
#include <string_view>

#include "sallyport/model/octets.hpp"

namespace sallyport::model {

/// Octets of an even number of hexadecimal digits, an optional "0x" before them; nothing if the text is anything else.
std::optional<Octets> parse_hex(std::string_view text);

}  // namespace sallyport::model
