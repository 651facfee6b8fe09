// The full profile, one lane, with 64 entries and a replay window of 64. A file of its own: the models' headers are
// large.
#include "Vsallyport_full_64.h"
#include "accel/variants.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_full_64(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_full_64>(options);
}

}  // namespace sallyport::sim
