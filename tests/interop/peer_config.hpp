#pragma once
/// @file
/// Connections of ike_peer, from its JSON. What cannot be ends the program.
#include <nlohmann/json.hpp>
#include <vector>

#include "sallyport/ike/connection.hpp"

namespace sallyport::ike {

/// One, named "peer"; with "copies": N so many, "peer0" and on: {i} in identities stands for the number, and each has
/// one address of its own on both sides.
std::vector<ConnectionConfig> connections(const nlohmann::json& config);

}  // namespace sallyport::ike
