#pragma once
/// @file
/// One maker for each elaboration; used by Accelerator::create only.
#include <memory>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

Result<std::unique_ptr<Accelerator>> boot_64(const AcceleratorOptions& options);
Result<std::unique_ptr<Accelerator>> boot_1024(const AcceleratorOptions& options);
Result<std::unique_ptr<Accelerator>> boot_full_64(const AcceleratorOptions& options);
Result<std::unique_ptr<Accelerator>> boot_full_1024(const AcceleratorOptions& options);

}  // namespace sallyport::sim
