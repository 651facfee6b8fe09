#pragma once
/// @file
/// Mbed TLS test suites (.data) of GCM: paragraphs of a title, an optional line "depends_on:...", and
/// "function:argument:...".
#include "sallyport/model/vectors/cases.hpp"
#include "sallyport/result.hpp"

namespace sallyport::model {

/// @param file for messages.
Result<VectorCases> parse_mbedtls(const std::string& text, const std::string& file);

}  // namespace sallyport::model
