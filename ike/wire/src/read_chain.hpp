#pragma once
/// @file
/// Walks a chain of payloads.
#include <optional>

#include "sallyport/ike/contents.hpp"

namespace sallyport::ike {

/// The SK or SKF payload that ended a chain.
struct ProtectedPart {
  std::optional<EncryptedView> encrypted;
  std::optional<FragmentView> fragment;
};

/// Reads the chain into contents. SK and SKF go to protected_part and end the chain; nullptr: there may be none.
/// Nothing, or why it was refused (contents are then as far as it got).
std::optional<WireError> read_chain(PayloadType first, View octets, std::size_t offset, Contents& contents,
                                    ProtectedPart* protected_part);

}  // namespace sallyport::ike
