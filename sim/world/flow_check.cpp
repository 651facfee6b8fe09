#include "world/flow_check.hpp"

#include <algorithm>

namespace sallyport::sim {

namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kPortOctets = 4;

}  // namespace

FlowCheck::Flow FlowCheck::flow_of(std::span<const std::uint8_t> packet) {
  const model::IpView ip = model::parse_ip(packet);
  const bool has_ports = ip.protocol == kTcp || ip.protocol == model::kProtocolUdp;
  const bool shows_ports = has_ports && !ip.fragment && ip.upper.size() >= kPortOctets;
  return {ip.v6, ip.protocol, ip.source, ip.destination, shows_ports ? model::load32(ip.upper, 0) : 0};
}

void FlowCheck::expect(std::vector<std::uint8_t> packet) {
  ++expected_;
  const Flow flow = flow_of(packet);
  flows_[flow].waiting.push_back({expected_, std::move(packet)});
}

void FlowCheck::received(std::span<const std::uint8_t> packet) {
  State& flow = flows_[flow_of(packet)];
  // The oldest that is like it: doubles of one packet count in the order in which they were sent.
  const auto found = std::find_if(flow.waiting.begin(), flow.waiting.end(), [&](const Waiting& candidate) {
    return std::equal(candidate.packet.begin(), candidate.packet.end(), packet.begin(), packet.end());
  });
  if (found == flow.waiting.end()) {
    ++strange_;
    return;
  }
  ++identical_;
  if (found->number < flow.newest) ++out_of_order_;
  flow.newest = std::max(flow.newest, found->number);
  flow.waiting.erase(found);
}

}  // namespace sallyport::sim
