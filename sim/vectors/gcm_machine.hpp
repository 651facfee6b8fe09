#pragma once
/// @file
/// The Verilated gcm_core as a function.
#include <memory>
#include <string>

#include "sallyport/model/vectors/cases.hpp"

namespace sallyport::sim {

/// One gcm_core, reset once; cases follow each other without a reset, as packets do.
class GcmMachine {
 public:
  GcmMachine();
  ~GcmMachine();
  GcmMachine(const GcmMachine&) = delete;
  GcmMachine& operator=(const GcmMachine&) = delete;

  /// Opens the case, and seals it if it is valid. Empty when both give what the case says, otherwise what differs.
  std::string check(const model::GcmCase& gcm);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace sallyport::sim
