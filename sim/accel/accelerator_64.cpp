// The elaboration with 64 entries and a replay window of 64. A file of its own: the two models' headers are large.
#include "Vsallyport_64.h"
#include "accel/variants.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_64(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_64>(options);
}

}  // namespace sallyport::sim
