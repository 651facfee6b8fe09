#include "sallyport/tlm/costs.hpp"

#include <algorithm>

namespace sallyport::tlm {

namespace {
constexpr std::uint64_t kBeatOctets = 16;
constexpr std::uint64_t kBlockOctets = 16;
std::uint64_t beats(std::size_t octets) { return (octets + kBeatOctets - 1) / kBeatOctets; }
}  // namespace

std::uint64_t command_clocks(const DeviceForm& form, abi::Op op, bool key256) {
  using abi::Op;
  // Words of the replay window beyond the first.
  const std::uint64_t more = form.window / 64 - 1;
  switch (op) {
    case Op::kCommit:
      return (key256 ? 153 : 133) + more;
    case Op::kErase:
      return 38 + more;
    case Op::kMarch:
      return 116 + 64 * more / 15;
    case Op::kVerify:
      return 25 + 10 * more / 15;
    case Op::kClearStaging:
      return 2 + abi::kSlotWords;
    case Op::kSnapshot:
      return 15;
    default:
      return 12;
  }
}

PacketClocks packet_clocks(const DeviceForm& form, const PacketShape& packet) {
  const bool outbound = packet.direction == Direction::kOutbound;
  const std::uint64_t in = beats(packet.in);
  const std::uint64_t out = beats(packet.out);
  if (form.profile == Profile::kFull) {
    // A lane moves a beat a clock. A packet is whole before its first beat comes out: outbound when it has come in,
    // inbound once more when its ICV is known.
    const std::uint64_t inside = outbound ? in + out + 44 : 2 * in + out + 56;
    return {std::max<std::uint64_t>({in, out, 1}), inside};
  }
  constexpr std::uint64_t kTurns = 28;  // questions to the SA table, and what lies between two packets
  constexpr std::uint64_t kLeast = 78;  // however fast the engines are
  if (packet.out == 0) return {in + kTurns, in + kTurns};
  // Both directions share the engines, a round a clock each; GHASH has clocks of its own for a block.
  const std::uint64_t rounds = packet.key256 ? 14 : 10;
  const std::uint64_t hash = form.engines == 1 ? 9 : form.engines < 8 ? 5 : 4;
  const std::uint64_t blocks = std::min(packet.in, packet.out) / kBlockOctets + 2;  // padding, and one for the ICV
  const std::uint64_t cipher = blocks * std::max(rounds * 2 / form.engines, hash);
  const std::uint64_t service = std::max(cipher + kTurns, kLeast);
  return {service, service + in + (outbound ? 8 : 27)};
}

}  // namespace sallyport::tlm
