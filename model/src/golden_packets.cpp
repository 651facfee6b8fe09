// The packet paths of the golden accelerator. The order of the checks is the order of the verdicts.
#include "sallyport/model/ecn.hpp"
#include "sallyport/model/golden_accelerator.hpp"
#include "sallyport/model/outer_header.hpp"
#include "sallyport/model/selectors.hpp"

namespace sallyport::model {

using abi::SaFlag;
using abi::Verdict;

namespace {

constexpr std::uint16_t kNoIndex = 0xFFFF;

bool is_tunnel(const abi::OutDesc& desc) { return (desc.flags & 1U) != 0; }
std::size_t tfc_octets(const abi::OutDesc& desc) { return 4 * static_cast<std::size_t>(desc.flags >> 1U); }
bool is_dummy(const abi::OutDesc& desc) { return is_tunnel(desc) && desc.next_header == kProtocolNone; }

/// The descriptor agrees with itself and with the packet.
bool descriptor_ok(const abi::OutDesc& desc, const IpView& ip) {
  if (is_tunnel(desc)) {
    if (desc.esp_offset != 0 || desc.nh_offset != 0) return false;
    return is_dummy(desc) || desc.next_header == (ip.v6 ? kProtocolIpv6 : kProtocolIpv4);
  }
  return tfc_octets(desc) == 0 && !ip.fragment && desc.esp_offset == ip.header_length &&
         desc.nh_offset == ip.protocol_offset && desc.next_header == ip.protocol && desc.next_header != kProtocolNone;
}

/// Where ESP stands in an inbound packet.
struct EspPlace {
  Verdict verdict = Verdict::kOk;
  bool udp = false;
  OctetView esp{};
};

EspPlace find_esp(const IpView& ip) {
  if (ip.fragment) return {Verdict::kEspFragment};
  const bool udp = ip.protocol == kProtocolUdp;
  if (ip.protocol != kProtocolEsp && !udp) return {Verdict::kNotEsp};
  const std::size_t skip = udp ? kUdpHeaderOctets : 0;
  // A keep-alive, or IKE behind its non-ESP marker (RFC 3948 2.2, 2.3).
  if (udp && (ip.upper.size() < skip + 4 || load32(ip.upper, skip) == 0)) return {Verdict::kNotEsp};
  if (ip.upper.size() < skip + kEspClearOctets + kEspLeastCipherOctets) return {Verdict::kTruncated};
  const OctetView esp = ip.upper.subspan(skip);
  if ((esp.size() - kEspClearOctets) % 4 != 0) return {Verdict::kTruncated};
  if (udp && load16(ip.upper, 4) != ip.upper.size()) return {Verdict::kMalformed};
  return {Verdict::kOk, udp, esp};
}

}  // namespace

Verdict GoldenAccelerator::judge_record(std::uint16_t announced, OctetView packet, bool exact, IpView& ip) const {
  if (announced == 0 || packet.size() != announced) return Verdict::kLengthMismatch;
  if (announced > max_packet_) return Verdict::kTooLong;
  ip = parse_ip(packet);
  if (!ip.ok || (exact && ip.total_length != announced)) return Verdict::kMalformed;
  return Verdict::kOk;
}

PacketResult GoldenAccelerator::outbound(const abi::OutDesc& desc, OctetView packet) {
  PacketResult result;
  result.status.index = desc.index;
  result.status.generation = desc.generation;
  result.status.cookie = desc.cookie;
  const Verdict verdict = send(desc, packet, result);
  result.status.verdict = static_cast<std::uint8_t>(verdict);
  result.status.length = static_cast<std::uint16_t>(result.octets.size());
  ++outbound_counts_[static_cast<std::size_t>(verdict)];
  return result;
}

Verdict GoldenAccelerator::send(const abi::OutDesc& desc, OctetView packet, PacketResult& result) {
  IpView ip;
  Verdict verdict = judge_record(desc.length, packet, true, ip);
  if (verdict == Verdict::kMalformed && is_dummy(desc)) {  // the content of a dummy packet is arbitrary (RFC 4303 2.6)
    ip = {};
    verdict = Verdict::kOk;
  }
  if (verdict != Verdict::kOk) return verdict;
  if (!descriptor_ok(desc, ip)) return Verdict::kBadDescriptor;
  if (desc.index >= entries_.size()) return Verdict::kBadDescriptor;

  Slot& slot = entries_[desc.index];
  const bool tunnel = is_tunnel(desc);
  const std::size_t tfc = tfc_octets(desc);
  const std::size_t cipher = cipher_octets(packet.size() - desc.esp_offset + tfc);
  const Admission admission = slot.sa.admit(desc.generation, tunnel, desc.esp_offset, cipher, result.events);
  result.status.aux = admission.largest;
  if (admission.verdict != Verdict::kOk) return admission.verdict;

  const SaConfig& sa = slot.sa.config();
  Octets payload(packet.begin() + desc.esp_offset, packet.end());
  if (tunnel && sa.has(SaFlag::kDecTtl) && !is_dummy(desc)) {
    if (ip.ttl <= 1) return Verdict::kTtl;
    decrement_ttl(payload, ip.v6);
  }
  const Octets esp = slot.codec->seal(sa.head.spi, admission.sequence, esp_plaintext(payload, tfc, desc.next_header));
  if (tunnel) {
    const InnerTraits inner{ip.traffic_class, !ip.ok || ip.v6 || ip.dont_fragment};
    result.octets = wrap_tunnel(sa, inner, ip_id_, esp);
    if (!sa.has(SaFlag::kOuterV6)) ++ip_id_;
  } else {
    result.octets = wrap_transport(sa, packet, ip, esp);
  }
  result.status.next_header = sa.has(SaFlag::kUdpEncap) ? kProtocolUdp : kProtocolEsp;
  result.status.aux = static_cast<std::uint32_t>(admission.sequence);
  return Verdict::kOk;
}

PacketResult GoldenAccelerator::inbound(const abi::InDesc& desc, OctetView packet) {
  PacketResult result;
  result.status.index = kNoIndex;
  result.status.cookie = desc.cookie;
  const Verdict verdict = receive(desc, packet, result);
  if (verdict != Verdict::kOk) result.octets.clear();
  result.status.verdict = static_cast<std::uint8_t>(verdict);
  result.status.length = static_cast<std::uint16_t>(result.octets.size());
  ++inbound_counts_[static_cast<std::size_t>(verdict)];
  return result;
}

Verdict GoldenAccelerator::receive(const abi::InDesc& desc, OctetView packet, PacketResult& result) {
  IpView ip;
  if (const Verdict verdict = judge_record(desc.length, packet, false, ip); verdict != Verdict::kOk) return verdict;
  const EspPlace place = find_esp(ip);
  if (place.verdict != Verdict::kOk) return place.verdict;

  const std::uint32_t spi = load32(place.esp, 0);
  const std::uint32_t index = spi & (num_sas() - 1);
  Slot& slot = entries_[index];
  if (slot.sa.state() == abi::EntryState::kFree || slot.sa.spi() != spi) return Verdict::kUnknownSpi;
  result.status.index = static_cast<std::uint16_t>(index);
  result.status.generation = slot.sa.generation();
  const Lookup lookup = slot.sa.look_up(load32(place.esp, 4), place.udp);
  if (lookup.verdict != Verdict::kOk) return lookup.verdict;

  const auto plaintext = slot.codec->open(place.esp, static_cast<std::uint32_t>(lookup.sequence >> 32));
  if (!plaintext) {
    slot.sa.icv_failed(result.events);
    return Verdict::kBadIcv;
  }
  const Verdict committed = slot.sa.accept(lookup.sequence, plaintext->size(), result.events);
  if (committed != Verdict::kOk) return committed;

  const EspTrailer trailer = parse_esp_trailer(*plaintext);
  result.status.next_header = trailer.next_header;
  if (!trailer.padding_ok) return Verdict::kBadPadding;
  if (trailer.next_header == kProtocolNone) return Verdict::kDummy;
  const OctetView payload = OctetView(*plaintext).first(trailer.payload);
  const SaConfig& sa = slot.sa.config();
  const Verdict delivered = sa.tunnel()
                                ? deliver_tunnel(sa, ip, payload, trailer.next_header, result.octets)
                                : deliver_transport(sa, packet, ip, payload, trailer.next_header, result.octets);
  if (delivered == Verdict::kOk) result.status.aux = static_cast<std::uint32_t>(lookup.sequence);
  return delivered;
}

Verdict GoldenAccelerator::deliver_tunnel(const SaConfig& sa, const IpView& outer, OctetView payload,
                                          std::uint8_t next_header, Octets& out) {
  const unsigned version = payload.empty() ? 0 : payload[0] >> 4U;
  const bool named = (next_header == kProtocolIpv4 && version == 4) || (next_header == kProtocolIpv6 && version == 6);
  if (!named) return Verdict::kBadNextHeader;
  const IpView inner = parse_ip(payload);
  if (!inner.ok) return Verdict::kBadInner;
  const SelectorView view{inner.v6,       inner.source,          inner.destination,
                          inner.protocol, !inner.later_fragment, inner.upper};
  if (!selectors_match(sa, view)) return Verdict::kDiscardsSelector;
  const auto ecn = ecn_decapsulate(inner.ecn(), outer.ecn(), sa.has(SaFlag::kEcnCompat));
  if (!ecn) return Verdict::kEcnDrop;
  const bool dec_ttl = sa.has(SaFlag::kDecTtl);
  if (dec_ttl && inner.ttl <= 1) return Verdict::kTtl;
  // What follows the inner packet's own length is TFC padding (RFC 4303 2.7).
  out.assign(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(inner.total_length));
  set_ecn(out, inner.v6, *ecn);
  if (dec_ttl) decrement_ttl(out, inner.v6);
  return Verdict::kOk;
}

Verdict GoldenAccelerator::deliver_transport(const SaConfig& sa, OctetView packet, const IpView& outer,
                                             OctetView payload, std::uint8_t next_header, Octets& out) {
  const SelectorView view{outer.v6, outer.source, outer.destination, next_header, true, payload};
  if (!selectors_match(sa, view)) return Verdict::kDiscardsSelector;
  const bool dec_ttl = sa.has(SaFlag::kDecTtl);
  if (dec_ttl && outer.ttl <= 1) return Verdict::kTtl;
  out = replace_upper(packet, outer, next_header, payload);
  if (dec_ttl) decrement_ttl(out, outer.v6);
  return Verdict::kOk;
}

}  // namespace sallyport::model
