#include "world/golden_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sallyport::sim {

namespace {

constexpr std::size_t kMostReports = 10;

template <class Desc>
Desc descriptor(const PacketIn& in) {
  return Desc::unpack(in.descriptor);
}

std::string words(const abi::StatusDesc& s) {
  return fmt::format("{{index {}, generation {}, length {}, {}, next header {}, aux {}, cookie {}}}", s.index,
                     s.generation, s.length, abi::name(static_cast<abi::Verdict>(s.verdict)), s.next_header, s.aux,
                     s.cookie);
}

std::string words(const model::RaisedEvent& e) {
  return fmt::format("{} of entry {} generation {}, count {}", abi::name(e.kind), e.index, e.generation, e.count);
}

auto key(const model::RaisedEvent& e) {
  return std::tuple(e.index, e.generation, e.kind, e.spi, e.inbound, e.unit_packets, e.count);
}

}  // namespace

void GoldenCheck::differ(std::string what) {
  ++mismatches_;
  if (reports_.size() < kMostReports) reports_.push_back(device_ + ": " + std::move(what));
}

void GoldenCheck::command(abi::Op op, std::uint16_t index, std::uint16_t generation, std::uint32_t arg1,
                          std::uint32_t arg2, const model::ImageWords& staged, abi::CmdCode code) {
  model::CommandResult expected;
  switch (op) {
    case abi::Op::kReserve:
      expected = model_.reserve(index, arg2);
      break;
    case abi::Op::kCommit:
      expected = model_.commit(index, generation, staged);
      break;
    case abi::Op::kSetState:
      expected = model_.set_state(index, generation, static_cast<abi::EntryState>(arg1 & 7U));
      break;
    case abi::Op::kKill:
      expected = model_.kill(index, generation);
      break;
    case abi::Op::kErase:
      expected = model_.erase(index, generation);
      break;
    case abi::Op::kWriteFw:
      expected = model_.write_firmware_word(index, generation, std::uint64_t{arg2} << 32U | arg1);
      break;
    default:  // reads and staging change no entry
      compare_generation_ = false;
      return;
  }
  if (expected.code != code) {
    differ(fmt::format("command {} on entry {} generation {} ended with {}, the model says {}", abi::name(op), index,
                       generation, abi::name(code), abi::name(expected.code)));
  }
  compare_generation_ = op == abi::Op::kReserve || op == abi::Op::kCommit;
  expected_generation_ = expected.generation;
}

void GoldenCheck::answered_generation(std::uint16_t generation) {
  if (!compare_generation_) return;
  compare_generation_ = false;
  if (generation != expected_generation_) {
    differ(fmt::format("a command answered generation {}, the model says {}", generation, expected_generation_));
  }
}

void GoldenCheck::packet(Direction direction, const PacketIn& in, const PacketOut& out) {
  ++packets_;
  auto expected = direction == Direction::kOutbound ? model_.outbound(descriptor<abi::OutDesc>(in), in.octets)
                                                    : model_.inbound(descriptor<abi::InDesc>(in), in.octets);
  expected_.insert(expected_.end(), expected.events.begin(), expected.events.end());
  const char* way = direction == Direction::kOutbound ? "outbound" : "inbound";
  if (expected.status.pack() != out.status.pack()) {
    differ(fmt::format("{} packet {}: status {}, the model says {}", way, packets_, words(out.status),
                       words(expected.status)));
  } else if (expected.octets != out.octets) {
    const auto at = std::mismatch(expected.octets.begin(), expected.octets.end(), out.octets.begin(), out.octets.end());
    differ(fmt::format("{} packet {}: octet {} of {} differs from the model's", way, packets_,
                       at.first - expected.octets.begin(), expected.octets.size()));
  }
}

void GoldenCheck::event(const SaEvent& event) {
  if (!event.reconstructed) reported_.push_back(event);
}

model::RaisedEvent GoldenCheck::as_raised(const SaEvent& event) const {
  model::RaisedEvent seen;
  seen.kind = event.event;
  seen.index = event.ref.index.value;
  seen.generation = event.ref.generation.value;
  seen.spi = event.spi.value;
  seen.inbound = event.direction == Direction::kInbound;
  seen.unit_packets = event.packets;
  seen.count = event.count;
  if (!event.late) return seen;
  // A late record carries the count at its delivery, not the one that crossed. There is one event of a kind in a
  // generation.
  const auto crossed = std::find_if(expected_.begin(), expected_.end(), [&](const model::RaisedEvent& raised) {
    return raised.index == seen.index && raised.generation == seen.generation && raised.kind == seen.kind;
  });
  if (crossed != expected_.end() && seen.count >= crossed->count) seen.count = crossed->count;
  return seen;
}

void GoldenCheck::compare_events() {
  const auto less = [](const auto& a, const auto& b) { return key(a) < key(b); };
  model::Events seen;
  for (const auto& event : reported_) seen.push_back(as_raised(event));
  std::sort(expected_.begin(), expected_.end(), less);
  std::sort(seen.begin(), seen.end(), less);
  model::Events missing;
  model::Events extra;
  std::set_difference(expected_.begin(), expected_.end(), seen.begin(), seen.end(), std::back_inserter(missing), less);
  std::set_difference(seen.begin(), seen.end(), expected_.begin(), expected_.end(), std::back_inserter(extra), less);
  for (const auto& event : missing) differ("the model raised an event that the device did not report: " + words(event));
  for (const auto& event : extra) differ("the device reported an event that the model did not raise: " + words(event));
}

}  // namespace sallyport::sim
