#pragma once
/// @file
/// BoringSSL's AEAD test files: paragraphs of lines KEY, NONCE, IN, AD, CT, TAG, each "NAME: value"; a value
/// is hexadecimal digits, or text in quotes that stands for itself.
#include <string_view>

#include "sallyport/model/vectors/cases.hpp"
#include "sallyport/result.hpp"

namespace sallyport::model {

/// The text's first line that is no comment looks like such a file's.
bool looks_like_boringssl(std::string_view text);
/// @param file for messages.
Result<VectorCases> parse_boringssl(const std::string& text, const std::string& file);

}  // namespace sallyport::model
