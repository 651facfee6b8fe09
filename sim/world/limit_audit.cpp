#include "world/limit_audit.hpp"

#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/ip_view.hpp"

namespace sallyport::sim {

std::uint64_t cipher_octets(std::span<const std::uint8_t> esp_packet) {
  const model::IpView ip = model::parse_ip(esp_packet);
  if (!ip.ok) return 0;
  const std::size_t udp = ip.protocol == model::kProtocolUdp ? model::kUdpHeaderOctets : 0;
  const std::size_t clear = udp + model::kEspClearOctets;
  return ip.upper.size() > clear ? ip.upper.size() - clear : 0;
}

void LimitAudit::install(SaRef sa, std::uint64_t hard_octets, std::uint64_t hard_packets) {
  uses_[sa] = {hard_octets, hard_packets, 0, 0};
}

void LimitAudit::packet(SaRef sa, std::uint64_t octets) {
  const auto found = uses_.find(sa);
  if (found == uses_.end()) {
    ++unknown_;
    return;
  }
  found->second.octets += octets;
  ++found->second.packets;
}

std::uint64_t LimitAudit::octets_over() const {
  std::uint64_t over = 0;
  for (const auto& [sa, use] : uses_) {
    if (use.hard_octets != 0 && use.octets > use.hard_octets) over += use.octets - use.hard_octets;
  }
  return over;
}

std::uint64_t LimitAudit::packets_over() const {
  std::uint64_t over = 0;
  for (const auto& [sa, use] : uses_) {
    if (use.hard_packets != 0 && use.packets > use.hard_packets) over += use.packets - use.hard_packets;
  }
  return over;
}

}  // namespace sallyport::sim
