#pragma once
/// @file
/// Reading a capture file (pcap or pcapng) into IP packets.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "sallyport/result.hpp"

namespace sallyport::sim {

/// The IP packets of a capture in file order, and what was left out.
struct Capture {
  std::vector<IpPacket> packets;
  std::uint64_t frames = 0;  ///< All frames of the file.
  std::map<std::string, std::uint64_t>
      skipped;  ///< Frames without a whole IP packet, by kind ("ARP", "cut by the snap length").

  /// One line for the user, e.g. "5 of 100 frames hold no whole IP packet and were skipped: ARP 3, LLDP 2"; empty if
  /// none was.
  [[nodiscard]] std::string warning() const;
};

/// Reads a whole file.
/// `strict`: a frame that would be skipped is an error.
/// Errors name file, frame, octet offset and cause: kNotFound or kIo (cannot be opened), kMalformedInput (no capture,
/// truncated, unknown link type, no whole IP packet in it, or a skipped frame when strict).
Result<Capture> read_capture(const std::string& path, bool strict);

}  // namespace sallyport::sim
