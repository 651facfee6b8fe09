#include "random_contents.hpp"

#include <algorithm>

namespace sallyport::ike::test {
namespace {

bool coin(Random& random) { return (random() & 1U) != 0; }

Bytes octets(Random& random, std::size_t size) {
  Bytes out(size);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

Bytes up_to(Random& random, std::size_t most) { return octets(random, below(random, most + 1)); }

Transform transform(Random& random) {
  switch (below(random, 6)) {
    case 0:
      return Transform::encr(EncrId::kAesGcm16, static_cast<std::uint16_t>(128 * (1 + below(random, 2))));
    case 1:
      return Transform::prf(PrfId::kHmacSha2_512);
    case 2:
      return Transform::integ(IntegId::kHmacSha2_256_128);
    case 3:
      return Transform::ke(KeMethod::kEcp384);
    case 4:
      return Transform::sn(SnId::kEsn);
    default:
      return {static_cast<TransformType>(random() & 0xffU), static_cast<std::uint16_t>(random()),
              coin(random) ? std::optional(static_cast<std::uint16_t>(random())) : std::nullopt};
  }
}

SaPayload sa(Random& random) {
  SaPayload out;
  std::size_t number = below(random, 3);
  const std::size_t count = 1 + below(random, 5);
  for (std::size_t i = 0; i < count; ++i) {
    Proposal proposal;
    number += 1 + below(random, 4);
    proposal.number = static_cast<std::uint8_t>(number);
    switch (below(random, 3)) {
      case 0:
        proposal.protocol = ProtocolId::kIke;
        proposal.spi = octets(random, 8 * below(random, 2));
        break;
      case 1:
        proposal.protocol = ProtocolId::kEsp;
        proposal.spi = octets(random, 4);
        break;
      default:
        proposal.protocol = static_cast<ProtocolId>(4 + below(random, 252));
        proposal.spi = up_to(random, 255);
    }
    const std::size_t transforms = below(random, 12);
    for (std::size_t t = 0; t < transforms; ++t) proposal.transforms.push_back(transform(random));
    out.proposals.push_back(std::move(proposal));
  }
  return out;
}

IpAddress address(Random& random, std::uint8_t version) {
  IpAddress out;
  out.version = version;
  const Bytes value = octets(random, out.bits() / 8);
  std::copy(value.begin(), value.end(), out.octets.begin());
  return out;
}

TsPayload ts(Random& random) {
  TsPayload out;
  const std::size_t count = below(random, 5);
  for (std::size_t i = 0; i < count; ++i) {
    TrafficSelector selector;
    selector.protocol = static_cast<std::uint8_t>(random());
    if (below(random, 4) == 0) {
      selector.type = static_cast<TsType>(9 + below(random, 247));
      selector.opaque = up_to(random, 20);
    } else {
      const bool four = coin(random);
      selector.type = four ? TsType::kIpv4Range : TsType::kIpv6Range;
      selector.start_port = static_cast<std::uint16_t>(random());
      selector.end_port = static_cast<std::uint16_t>(random());
      selector.start = address(random, four ? 4 : 6);
      selector.end = address(random, four ? 4 : 6);
    }
    out.selectors.push_back(std::move(selector));
  }
  return out;
}

IdPayload id(Random& random) {
  IdPayload out;
  out.reserved = {static_cast<std::uint8_t>(random()), 0, static_cast<std::uint8_t>(random())};
  switch (below(random, 4)) {
    case 0:
      out.type = IdType::kIpv4Addr;
      out.data = octets(random, 4);
      break;
    case 1:
      out.type = IdType::kIpv6Addr;
      out.data = octets(random, 16);
      break;
    default:
      out.type = static_cast<IdType>(6 + below(random, 250));
      out.data = up_to(random, 60);
  }
  return out;
}

ConfigPayload config(Random& random) {
  ConfigPayload out;
  out.type = static_cast<ConfigType>(random() & 0xffU);
  const std::size_t count = below(random, 5);
  for (std::size_t i = 0; i < count; ++i) {
    if (coin(random)) {
      out.attributes.push_back({ConfigAttributeType::kInternalIp6Address, octets(random, 17 * below(random, 2))});
    } else {
      out.attributes.push_back({static_cast<ConfigAttributeType>(16 + below(random, 32752)), up_to(random, 40)});
    }
  }
  return out;
}

NotifyPayload notify(Random& random) {
  switch (below(random, 4)) {
    case 0:
      return {NotifyType::kRekeySa, ProtocolId::kEsp, octets(random, 4), {}};
    case 1:
      return {NotifyType::kNatDetectionSourceIp, ProtocolId::kNone, {}, octets(random, 20)};
    case 2: {
      NotifyPayload out{static_cast<NotifyType>(16448 + below(random, 49088)), ProtocolId::kNone, up_to(random, 8),
                        up_to(random, 80)};
      if (!out.spi.empty()) out.protocol = static_cast<ProtocolId>(random() & 0xffU);
      return out;
    }
    default:
      return {static_cast<NotifyType>(34 + below(random, 16)), ProtocolId::kNone, {}, up_to(random, 10)};
  }
}

DeletePayload remove(Random& random) {
  if (coin(random)) return {};
  DeletePayload out{coin(random) ? ProtocolId::kEsp : ProtocolId::kAh, {}};
  const std::size_t count = below(random, 6);
  for (std::size_t i = 0; i < count; ++i) out.spis.push_back(static_cast<std::uint32_t>(random()));
  return out;
}

CertReqPayload cert_request(Random& random) {
  if (coin(random)) return {CertEncoding::kX509Signature, octets(random, 20 * below(random, 4))};
  return {static_cast<CertEncoding>(5 + below(random, 251)), up_to(random, 50)};
}

}  // namespace

Contents random_contents(Random& random) {
  Contents out;
  if (coin(random)) out.sa = sa(random);
  if (coin(random)) out.ke = KePayload{static_cast<KeMethod>(random() & 0xffffU), up_to(random, 300)};
  if (coin(random)) out.nonce = NoncePayload{octets(random, 16 + below(random, 241))};
  if (coin(random)) out.idi = id(random);
  if (coin(random)) out.idr = id(random);
  if (coin(random)) out.auth = AuthPayload{static_cast<AuthMethod>(random() & 0xffU), up_to(random, 300)};
  if (coin(random)) out.tsi = ts(random);
  if (coin(random)) out.tsr = ts(random);
  if (coin(random)) out.config = config(random);
  const auto some = [&](auto& list, auto make) {
    for (std::size_t n = below(random, 4); n > 0; --n) list.push_back(make());
  };
  some(out.certs, [&] { return CertPayload{static_cast<CertEncoding>(random() & 0xffU), up_to(random, 900)}; });
  some(out.cert_requests, [&] { return cert_request(random); });
  some(out.notifies, [&] { return notify(random); });
  some(out.deletes, [&] { return remove(random); });
  some(out.vendor_ids, [&] { return VendorIdPayload{up_to(random, 40)}; });
  return out;
}

}  // namespace sallyport::ike::test
