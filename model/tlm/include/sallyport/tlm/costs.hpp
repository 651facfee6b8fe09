#pragma once
/// @file
/// What things cost in clocks: loosely-timed estimates, from the tables of rtl/sad/README.md and
/// docs/reference/datapath.md, held against the RTL by tests/tlm. They say when, never what.
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/tlm/device_form.hpp"

namespace sallyport::tlm {

/// A register access of a host that has its next one ready.
inline constexpr std::uint64_t kAccessClocks = 4;

/// A command, from its start to its answer. @param key256 commit: the SA has a key of 256 bits.
std::uint64_t command_clocks(const DeviceForm& form, abi::Op op, bool key256);

/// What a packet keeps busy, and for how long it is inside.
struct PacketClocks {
  std::uint64_t service = 0;  ///< From its begin until the next packet of the direction can begin.
  std::uint64_t inside = 0;   ///< From its begin to the end of its output.
};

/// What of a packet decides its cost.
struct PacketShape {
  Direction direction = Direction::kOutbound;
  std::size_t in = 0;   ///< Octets taken in.
  std::size_t out = 0;  ///< Octets given out; 0: dropped.
  bool key256 = false;
};
PacketClocks packet_clocks(const DeviceForm& form, const PacketShape& packet);

}  // namespace sallyport::tlm
