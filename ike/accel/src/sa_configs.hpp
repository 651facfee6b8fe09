#pragma once
/// @file
/// A Child SA as the agent negotiated it, as two SAs of the accelerator. Private to this room.
#include "sallyport/ike/narrowing.hpp"
#include "sallyport/ike/sa_backend.hpp"
#include "sallyport/sa_config.hpp"

namespace sallyport::ike {

struct SaConfigs {
  SaConfig inbound;
  SaConfig outbound;
};

/// `selectors`: `initiator` is our side.
[[nodiscard]] SaConfigs sa_configs(InstallRequest request, const EntrySelectors& selectors);

}  // namespace sallyport::ike
