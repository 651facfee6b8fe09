#include "sallyport/ike/ts_payload.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "put.hpp"
#include "reader.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kSelectorHeaderSize = 4;  // type, protocol, length

// Octets of an address; 0 of types that have none.
std::size_t address_size(TsType type) {
  if (type == TsType::kIpv4Range) return 4;
  return type == TsType::kIpv6Range ? 16 : 0;
}

// Length of an IP range with its header: two ports, two addresses.
std::size_t range_size(TsType type) { return kSelectorHeaderSize + 4 + 2 * address_size(type); }

std::uint8_t version(TsType type) { return type == TsType::kIpv4Range ? 4 : 6; }

IpAddress read_address(Reader& in, TsType type) {
  IpAddress address;
  address.version = version(type);
  const View octets = in.take(address_size(type));
  std::copy(octets.begin(), octets.end(), address.octets.begin());
  return address;
}

Parsed<TrafficSelector> read_selector(Reader& in) {
  if (in.left() < kSelectorHeaderSize) return in.too_short("a selector", kSelectorHeaderSize);
  const std::size_t start = in.offset();
  const std::size_t left = in.left();
  TrafficSelector selector;
  selector.type = TsType{in.u8()};
  selector.protocol = in.u8();
  const std::size_t length = in.u16();
  if (length < kSelectorHeaderSize || length > left) {
    return in.refuse_at(start + 2, "selector of length " + std::to_string(length) + ", possible is " +
                                       std::to_string(kSelectorHeaderSize) + ".." + std::to_string(left));
  }
  if (!selector.is_ip()) {
    selector.opaque = to_bytes(in.take(length - kSelectorHeaderSize));
    return selector;
  }
  if (length != range_size(selector.type)) {
    return in.refuse_at(start + 2, "selector " + to_text(selector.type) + " of length " + std::to_string(length) +
                                       ", it has " + std::to_string(range_size(selector.type)));
  }
  selector.start_port = in.u16();
  selector.end_port = in.u16();
  selector.start = read_address(in, selector.type);
  selector.end = read_address(in, selector.type);
  return selector;
}

std::optional<std::string> cannot_write(const TrafficSelector& selector) {
  if (!selector.is_ip()) {
    if (selector.opaque.size() > kMax16 - kSelectorHeaderSize)
      return "selector of " + octets_text(selector.opaque.size());
    return std::nullopt;
  }
  if (selector.start.version != version(selector.type) || selector.end.version != version(selector.type)) {
    return "selector " + to_text(selector.type) + " with addresses " + selector.start.to_string() + " and " +
           selector.end.to_string();
  }
  return std::nullopt;
}

void write_selector(Bytes& out, const TrafficSelector& selector) {
  put8(out, static_cast<std::uint8_t>(selector.type));
  put8(out, selector.protocol);
  if (!selector.is_ip()) {
    put16(out, static_cast<std::uint16_t>(kSelectorHeaderSize + selector.opaque.size()));
    put(out, selector.opaque);
    return;
  }
  put16(out, static_cast<std::uint16_t>(range_size(selector.type)));
  put16(out, selector.start_port);
  put16(out, selector.end_port);
  const std::size_t size = address_size(selector.type);
  put(out, View(selector.start.octets).first(size));
  put(out, View(selector.end.octets).first(size));
}

}  // namespace

Parsed<TsPayload> TsPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "TS");
  if (in.left() < 4) return in.too_short("the number of selectors", 4);
  const std::size_t count = in.u8();
  in.skip(3);
  TsPayload ts;
  ts.selectors.reserve(std::min(count, in.left() / kSelectorHeaderSize));
  for (std::size_t i = 0; i < count; ++i) {
    auto selector = read_selector(in);
    if (!selector) return selector.error();
    ts.selectors.push_back(*std::move(selector));
  }
  if (in.left() > 0) {
    return in.refuse(octets_text(in.left()) + " behind the " + std::to_string(count) +
                     " selectors that were announced");
  }
  return ts;
}

Result<void> TsPayload::write(Bytes& out) const {
  if (selectors.size() > kMaxSelectors) return unwritable("more than " + std::to_string(kMaxSelectors) + " selectors");
  for (const TrafficSelector& selector : selectors) {
    if (auto reason = cannot_write(selector)) return unwritable(*std::move(reason));
  }
  put8(out, static_cast<std::uint8_t>(selectors.size()));
  put8(out, 0);
  put16(out, 0);
  for (const TrafficSelector& selector : selectors) write_selector(out, selector);
  return {};
}

}  // namespace sallyport::ike
