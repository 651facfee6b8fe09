#include "vectors/run_vector_files.hpp"

#include <memory>
#include <optional>

#include "vectors/gcm_machine.hpp"
#include "vectors/packet_machine.hpp"
#include "vectors/vector_report.hpp"

namespace sallyport::sim {

namespace {

/// The Verilated machines. The accelerator is built when the first packet comes: most files need none.
class RtlMachines final : public VectorMachines {
 public:
  explicit RtlMachines(Profile profile) : profile_(profile) {}
  std::string run(const model::GcmCase& gcm) override { return gcm_.check(gcm); }
  std::string run(const model::EspPacketCase& packet) override {
    if (!packets_) {
      auto made = PacketMachine::create(profile_);
      if (!made) return made.error().text;
      packets_ = std::move(made).value();
    }
    return packets_->check(packet);
  }

 private:
  Profile profile_;
  GcmMachine gcm_;
  std::unique_ptr<PacketMachine> packets_;
};

}  // namespace

int run_vector_files(std::span<const std::filesystem::path> files, Profile profile, std::ostream& out,
                     std::ostream& errors) {
  RtlMachines machines(profile);
  return report_vector_files(files, machines, out, errors);
}

}  // namespace sallyport::sim
