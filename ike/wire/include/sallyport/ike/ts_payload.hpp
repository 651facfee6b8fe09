#pragma once
/// @file
/// Traffic Selector payloads (RFC 7296 3.13).
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/wire_error.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

inline constexpr std::size_t kMaxSelectors = 255;  ///< In one payload; the wire's own limit.

/// A range of addresses and ports of one or all protocols, as it stands on the wire: whether start is beyond end is not
/// looked at. OPAQUE ports are start 65535 and end 0. Of ICMP, ports are type << 8 | code.
struct TrafficSelector {
  TsType type = TsType::kIpv4Range;
  std::uint8_t protocol = 0;  ///< IP protocol number; 0: any.
  std::uint16_t start_port = 0;
  std::uint16_t end_port = 65535;
  IpAddress start;  ///< Of the family that type says.
  IpAddress end;
  Bytes
      opaque;  ///< Of types other than the two IP ranges: what follows the selector's length; the rest is then default.

  [[nodiscard]] bool is_ip() const { return type == TsType::kIpv4Range || type == TsType::kIpv6Range; }
  friend bool operator==(const TrafficSelector&, const TrafficSelector&) = default;
};

/// TSi or TSr.
struct TsPayload {
  std::vector<TrafficSelector> selectors;

  /// Errors: the number of selectors or a selector's length does not fit what is there. No selector at all is read.
  static Parsed<TsPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;

  friend bool operator==(const TsPayload&, const TsPayload&) = default;
};

}  // namespace sallyport::ike
