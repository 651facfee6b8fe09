#include "sallyport/ike/demux.hpp"

#include <algorithm>

namespace sallyport::ike {
namespace {

constexpr std::size_t kEspHeaderSize = 8;  // SPI and sequence number

}  // namespace

std::string_view name(DatagramKind kind) {
  switch (kind) {
    case DatagramKind::kKeepalive:
      return "keepalive";
    case DatagramKind::kIke:
      return "ike";
    case DatagramKind::kEsp:
      return "esp";
    case DatagramKind::kMalformed:
      return "malformed";
  }
  return "?";
}

Datagram classify(View datagram) {
  if (datagram.size() == 1 && datagram[0] == kNatKeepalive) return {DatagramKind::kKeepalive, {}};
  if (datagram.size() < kNonEspMarker.size()) return {};
  if (std::equal(kNonEspMarker.begin(), kNonEspMarker.end(), datagram.begin())) {
    return {DatagramKind::kIke, datagram.subspan(kNonEspMarker.size())};
  }
  // SPIs 1..255 are reserved (RFC 4303 2.1).
  const bool reserved_spi = datagram[0] == 0 && datagram[1] == 0 && datagram[2] == 0;
  if (reserved_spi || datagram.size() < kEspHeaderSize) return {};
  return {DatagramKind::kEsp, datagram};
}

}  // namespace sallyport::ike
