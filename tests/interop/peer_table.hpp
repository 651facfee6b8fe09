#pragma once
/// @file
/// Where ike_peer's Child SAs are, and what it says of itself.
#include <memory>
#include <nlohmann/json.hpp>

#include "accelerator_end.hpp"
#include "recording_backend.hpp"
#include "sallyport/ike/agent.hpp"

namespace sallyport::ike {

/// Where Child SAs are: in one of the two.
struct Table {
  std::unique_ptr<testing::RecordingBackend> recorder;
  std::unique_ptr<AcceleratorEnd> accelerator;

  SaBackend& backend() {
    if (accelerator) return accelerator->backend();
    return *recorder;
  }
};

/// As CONFIG says; what cannot be ends the program.
Table make_table(const nlohmann::json& config);

nlohmann::json status(Agent& agent, Table& table);

}  // namespace sallyport::ike
