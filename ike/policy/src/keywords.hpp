#pragma once
/// @file
/// The keywords of proposals, one table for reading and writing.
#include <optional>
#include <string>
#include <string_view>

#include "sallyport/ike/sa_payload.hpp"

namespace sallyport::ike {

struct Keyword {
  std::string_view text;
  Transform transform;
  bool ike = true;  ///< May stand in proposals of IKE,
  bool esp = true;  ///< of ESP.
};

/// nullptr: unknown, or nothing that this agent can do.
const Keyword* find_keyword(std::string_view text);

/// The first keyword of the transform; its name on the wire where there is none.
std::string keyword_of(const Transform& transform);

}  // namespace sallyport::ike
