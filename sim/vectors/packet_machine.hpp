#pragma once
/// @file
/// The Verilated accelerator as a function from an ESP packet to an IP packet.
#include <memory>
#include <string>

#include "accel/accelerator.hpp"
#include "sallyport/model/vectors/cases.hpp"
#include "sallyport/result.hpp"

namespace sallyport::sim {

/// One accelerator. Each case gets a fresh inbound SA, installed and erased through the registers as a driver does.
class PacketMachine {
 public:
  /// Errors: those of Accelerator::create.
  static Result<std::unique_ptr<PacketMachine>> create(Profile profile);

  /// Empty when the packet came out as the case says, otherwise what differs.
  std::string check(const model::EspPacketCase& packet);

 private:
  explicit PacketMachine(std::unique_ptr<Accelerator> accelerator) : accelerator_(std::move(accelerator)) {}
  Result<PacketOut> decrypt(const model::EspPacketCase& packet);

  std::unique_ptr<Accelerator> accelerator_;
};

}  // namespace sallyport::sim
