#pragma once
/// @file
/// The maker of accelerators that are no RTL but the model of model/tlm; used by Accelerator::create only.
#include <memory>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

/// Errors: kInvalidArgument (stalls: the model has no streams that could pause).
Result<std::unique_ptr<Accelerator>> make_tlm(const AcceleratorOptions& options);

}  // namespace sallyport::sim
