// The elaboration with 1,024 entries and a replay window of 1,024. A file of its own: the two models' headers are
// large.
#include "Vsallyport_1024.h"
#include "accel/variants.hpp"
#include "accel/verilated_accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_1024(const AcceleratorOptions& options) {
  return boot_verilated<Vsallyport_1024>(options);
}

}  // namespace sallyport::sim
