#pragma once
/// @file
/// The two JSON shapes of ESP vectors: {"vectors": [...]} of
///   {key, salt, iv, esn, spi, aad, plaintext, ciphertext, icv} (draft-mcgrew-gcm-test), or {name, key, salt, iv, spi,
///   esn, mode, input_text, output_text, algs, icv_len}               (whole IP packets).
#include "sallyport/model/vectors/cases.hpp"
#include "vectors/json_reader.hpp"

namespace sallyport::model {

/// @param document an object with "vectors". @param file for messages.
Result<VectorCases> parse_esp_json(const Json& document, const std::string& file);

}  // namespace sallyport::model
