#pragma once
/// @file
/// ESP vectors that give the parts of the AEAD operation.
#include "sallyport/model/vectors/cases.hpp"
#include "vectors/json_reader.hpp"

namespace sallyport::model {

/// A case that holds the AES-GCM operation, and, when its AAD is that of an ESP packet that a fresh SA accepts, the
/// packet in transport mode as well. @param source of the file; names the cipher where the vectors do not.
VectorCase parse_parts(JsonReader& vector, const std::string& source);

}  // namespace sallyport::model
