// The full profile with 4 lanes.
#include "Vsallyport_lanes_4.h"
#include "accel/lane_models.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_lanes_4(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_lanes_4, 4>(options);
}

}  // namespace sallyport::sim
