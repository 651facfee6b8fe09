#pragma once
/// @file
/// Runs the cases of vector files on machines and reports.
#include <filesystem>
#include <ostream>
#include <span>
#include <string>

#include "sallyport/model/vectors/cases.hpp"

namespace sallyport::sim {

/// What runs the cases.
class VectorMachines {
 public:
  virtual ~VectorMachines() = default;
  /// Empty when the case holds, otherwise what differs.
  virtual std::string run(const model::GcmCase& gcm) = 0;
  virtual std::string run(const model::EspPacketCase& packet) = 0;
};

/// Runs every case of every file. For each file `out` gets a line "FILE: N passed, N failed, N skipped", below it,
/// indented, each reason for skipping with its count and each failed case with what differs. Files that cannot be read
/// or are malformed are named on `errors`.
/// @return exit status: 0 all held or skipped; 1 a case failed; 2 none failed, but a file could not be used.
int report_vector_files(std::span<const std::filesystem::path> files, VectorMachines& machines, std::ostream& out,
                        std::ostream& errors);

}  // namespace sallyport::sim
