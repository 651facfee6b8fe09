#pragma once
/// @file
/// Wycheproof's aead_test_schema.
#include "sallyport/model/vectors/cases.hpp"
#include "vectors/json_reader.hpp"

namespace sallyport::model {

/// @param document an object with "testGroups". @param file for messages.
Result<VectorCases> parse_wycheproof(const Json& document, const std::string& file);

}  // namespace sallyport::model
