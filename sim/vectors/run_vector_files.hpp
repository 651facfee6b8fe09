#pragma once
/// @file
/// `sallyport vectors`: published vectors through the Verilated RTL.
#include <filesystem>
#include <iostream>
#include <span>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

/// Whole ESP packets go through the Verilated accelerator of `profile`. AES-GCM cases go through the Verilated gcm_core
/// of the compact profile, whatever `profile` is: the other one's pipeline takes associated data as ESP has it, and its
/// own test picks the cases that fit. Output and exit status are those of report_vector_files (vector_report.hpp).
int run_vector_files(std::span<const std::filesystem::path> files, Profile profile, std::ostream& out,
                     std::ostream& errors = std::cerr);

}  // namespace sallyport::sim
