// The full profile with 8 lanes.
#include "Vsallyport_lanes_8.h"
#include "accel/lane_models.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_lanes_8(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_lanes_8, 8>(options);
}

}  // namespace sallyport::sim
