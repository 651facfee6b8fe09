#include "init_common.hpp"

#include "sallyport/ike/nat_detection.hpp"
#include "sallyport/ike/prf.hpp"
#include "sallyport/ike/signature.hpp"

namespace sallyport::ike {

void append_abilities(Session& session, PayloadChain& chain, const Endpoint& local, const Endpoint& remote,
                      IkeSpi spi_i, IkeSpi spi_r) {
  const ConnectionConfig& config = session.config();
  auto source = nat_detection_hash(spi_i, spi_r, local.address, local.port);
  const auto destination = nat_detection_hash(spi_i, spi_r, remote.address, remote.port);
  if (source && destination) {
    // A hash that fits nothing makes both ends see a NAT, and so use UDP.
    if (config.force_encapsulation) session.services().random.fill(*source);
    chain.append_notify(NotifyType::kNatDetectionSourceIp, *source);
    chain.append_notify(NotifyType::kNatDetectionDestinationIp, *destination);
  }
  if (config.fragmentation) chain.append_notify(NotifyType::kIkev2FragmentationSupported);
  chain.append_notify(NotifyType::kSignatureHashAlgorithms, signature_hash_algorithms());
  if (config.counts.enabled) {
    const auto vendor = count_vendor_id(session.services().config.count_types);
    chain.append(VendorIdPayload{{vendor.begin(), vendor.end()}});
  }
}

void learn_abilities(Session& session, const Contents& contents, const UdpMessage& datagram, IkeSpi spi_i,
                     IkeSpi spi_r) {
  Peer& peer = session.peer();
  const ConnectionConfig& config = session.config();
  peer.fragments = config.fragmentation && contents.has(NotifyType::kIkev2FragmentationSupported);
  if (const NotifyPayload* hashes = contents.find(NotifyType::kSignatureHashAlgorithms)) {
    if (auto known = parse_signature_hash_algorithms(hashes->data)) peer.hashes = std::move(*known);
  }
  for (const VendorIdPayload& vendor : contents.vendor_ids) {
    if (const auto types = parse_count_vendor_id(vendor.data); types && config.counts.enabled) peer.counts = types;
  }
  const auto is = [](const NotifyPayload& notify, const Result<NatDetectionHash>& hash) {
    return hash && equal_constant_time(notify.data, *hash);
  };
  const auto source = nat_detection_hash(spi_i, spi_r, datagram.remote.address, datagram.remote.port);
  const auto destination = nat_detection_hash(spi_i, spi_r, datagram.local.address, datagram.local.port);
  bool any_source = false;
  bool source_fits = false;
  for (const NotifyPayload& notify : contents.notifies) {
    if (notify.type == NotifyType::kNatDetectionSourceIp) {
      any_source = true;
      source_fits = source_fits || is(notify, source);
    }
    if (notify.type == NotifyType::kNatDetectionDestinationIp) peer.nat_here = !is(notify, destination);
  }
  peer.nat_there = any_source && !source_fits;
}

}  // namespace sallyport::ike
