#include "sa_configs.hpp"

#include <utility>

namespace sallyport::ike {

SaConfigs sa_configs(InstallRequest request, const EntrySelectors& selectors) {
  SaConfigs out;
  for (SaConfig* config : {&out.inbound, &out.outbound}) {
    config->mode = request.tunnel ? SaMode::kTunnel : SaMode::kTransport;
    config->esn = request.esn;
    config->lifetime.octets = Octets{request.limits.octets};
    config->lifetime.packets = Packets{request.limits.packets};
    if (request.udp) config->udp = UdpEncapsulation{request.local_port, request.remote_port};
  }
  out.inbound.direction = Direction::kInbound;
  out.inbound.key = std::move(request.inbound.key);
  out.inbound.salt = std::move(request.inbound.salt);
  out.inbound.selectors.source = selectors.responder;
  out.inbound.selectors.destination = selectors.initiator;
  out.inbound.selectors.protocol = selectors.protocol;
  out.inbound.selectors.source_ports = {selectors.responder_ports.first, selectors.responder_ports.last};
  out.inbound.selectors.destination_ports = {selectors.initiator_ports.first, selectors.initiator_ports.last};
  out.outbound.direction = Direction::kOutbound;
  out.outbound.spi = request.outbound_spi;
  out.outbound.key = std::move(request.outbound.key);
  out.outbound.salt = std::move(request.outbound.salt);
  if (request.tunnel) {
    OuterHeader outer;
    outer.source = request.local;
    outer.destination = request.remote;
    out.outbound.outer = outer;
  }
  return out;
}

}  // namespace sallyport::ike
