#pragma once
/// @file
/// `sallyport vectors`: published vectors through the Verilated RTL.
#include <filesystem>
#include <iostream>
#include <span>

namespace sallyport::sim {

/// AES-GCM cases go through the Verilated gcm_core, whole ESP packets through the Verilated accelerator. Output and
/// exit status are those of report_vector_files (vector_report.hpp).
int run_vector_files(std::span<const std::filesystem::path> files, std::ostream& out, std::ostream& errors = std::cerr);

}  // namespace sallyport::sim
