#pragma once
/// @file
/// Reads vector files of every format that the project knows.
#include <filesystem>

#include "sallyport/model/vectors/cases.hpp"
#include "sallyport/result.hpp"

namespace sallyport::model {

/// The cases of a file, in its order. The format is told from the content:
///   * Wycheproof AEAD JSON ("testGroups");
///   * ESP JSON, {"vectors": [...]} with plaintext and ciphertext, or with input_text and output_text (whole IP
///   packets);
///   * Mbed TLS test suite (.data) of GCM;
///   * lines of KEY, NONCE, IN, AD, CT, TAG (BoringSSL).
/// Errors: kNotFound or kIo when it cannot be read; kMalformedInput with file, place and cause otherwise.
Result<VectorCases> load_vectors(const std::filesystem::path& file);

/// The same from text that is already in memory. @param name stands for the file in messages.
Result<VectorCases> parse_vectors(const std::string& text, const std::string& name);

}  // namespace sallyport::model
