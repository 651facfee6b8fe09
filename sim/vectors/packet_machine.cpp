#include "vectors/packet_machine.hpp"

#include <algorithm>

#include "sallyport/model/sa_image.hpp"
#include "vectors/sa_commands.hpp"

namespace sallyport::sim {

using model::EspPacketCase;

namespace {

constexpr std::uint32_t kNumSas = 64;  // Variant::k64Sas

model::ImageWords image_of(const EspPacketCase& packet) {
  model::SaConfig sa;
  sa.head.spi = packet.spi;
  sa.head.path_mtu = 1500;
  sa.set(abi::SaFlag::kInbound);
  if (packet.tunnel) sa.set(abi::SaFlag::kTunnel);
  if (packet.esn) sa.set(abi::SaFlag::kEsn);
  if (packet.udp) sa.set(abi::SaFlag::kUdpEncap);
  if (packet.key.size() == 32) sa.set(abi::SaFlag::kKey256);
  sa.ports = {0, 0xFFFF, 0, 0xFFFF};
  model::SaSecret secret;
  std::copy(packet.key.begin(), packet.key.end(), secret.key.begin());
  std::copy(packet.salt.begin(), packet.salt.end(), secret.salt.begin());
  return model::encode_image(sa, secret);
}

}  // namespace

Result<std::unique_ptr<PacketMachine>> PacketMachine::create(Profile profile) {
  AcceleratorOptions options;
  options.profile = profile;
  auto accelerator = Accelerator::create(options);
  if (!accelerator) return accelerator.error();
  if (auto enabled = enable(**accelerator); !enabled) return enabled.error();
  return std::unique_ptr<PacketMachine>(new PacketMachine(std::move(accelerator).value()));
}

Result<PacketOut> PacketMachine::decrypt(const EspPacketCase& packet) {
  abi::InDesc desc;
  desc.length = static_cast<std::uint16_t>(packet.sealed.size());
  accelerator_->push(Direction::kInbound, {desc.pack(), packet.sealed});
  const std::uint64_t give_up = accelerator_->clocks_passed() + 10'000 + 100 * packet.sealed.size();
  while (accelerator_->clocks_passed() < give_up) {
    accelerator_->run(1000);
    if (auto out = accelerator_->pop(Direction::kInbound)) return std::move(*out);
  }
  return Error{ErrorCode::kBusFailure, "the accelerator gave no status"};
}

std::string PacketMachine::check(const EspPacketCase& packet) {
  const auto index = static_cast<std::uint16_t>(packet.spi % kNumSas);
  const auto generation = install_sa(*accelerator_, index, image_of(packet));
  if (!generation) return generation.error().text;
  const auto out = decrypt(packet);
  if (auto erased = erase_sa(*accelerator_, index, *generation); !erased) return erased.error().text;
  if (!out) return out.error().text;
  const auto verdict = static_cast<abi::Verdict>(out->status.verdict);
  if (verdict != abi::Verdict::kOk) return std::string("the accelerator's verdict is ") + abi::name(verdict);
  return out->octets == packet.plain ? "" : "the decrypted packet differs";
}

}  // namespace sallyport::sim
