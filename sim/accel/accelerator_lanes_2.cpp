// The full profile with 2 lanes.
#include "Vsallyport_lanes_2.h"
#include "accel/lane_models.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_lanes_2(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_lanes_2, 2>(options);
}

}  // namespace sallyport::sim
