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

void GoldenCheck::command(const CommandSeen& command, std::size_t in_device) {
  const auto waiting = pending_.find(command.index);
  if (!command.changes_entry() || (in_device == 0 && waiting == pending_.end())) return carry_out(command);
  pending_[command.index].push_back({command, in_device});
}

void GoldenCheck::carry_out(const CommandSeen& command) {
  model::CommandResult expected;
  switch (command.op) {
    case abi::Op::kReserve:
      expected = model_.reserve(command.index, command.arg2);
      break;
    case abi::Op::kCommit:
      expected = model_.commit(command.index, command.generation, command.image);
      break;
    case abi::Op::kSetState:
      expected = model_.set_state(command.index, command.generation, static_cast<abi::EntryState>(command.arg1 & 7U));
      break;
    case abi::Op::kKill:
      expected = model_.kill(command.index, command.generation);
      break;
    case abi::Op::kErase:
      expected = model_.erase(command.index, command.generation);
      break;
    case abi::Op::kWriteFw:
      expected = model_.write_firmware_word(command.index, command.generation,
                                            std::uint64_t{command.arg2} << 32U | command.arg1);
      break;
    default:  // reads and staging change no entry
      return;
  }
  if (expected.code != command.code) {
    differ(fmt::format("command {} on entry {} generation {} ended with {}, the model says {}", abi::name(command.op),
                       command.index, command.generation, abi::name(command.code), abi::name(expected.code)));
  }
  const bool gives_generation = command.op == abi::Op::kReserve || command.op == abi::Op::kCommit;
  if (gives_generation && command.answered != expected.generation) {
    differ(fmt::format("command {} on entry {} answered generation {}, the model says {}", abi::name(command.op),
                       command.index, command.answered, expected.generation));
  }
}

model::PacketResult GoldenCheck::try_packet(Direction direction, const PacketIn& in) {
  return direction == Direction::kOutbound ? model_.outbound(descriptor<abi::OutDesc>(in), in.octets)
                                           : model_.inbound(descriptor<abi::InDesc>(in), in.octets);
}

void GoldenCheck::packet(Direction direction, std::uint16_t index, const PacketIn& in, const PacketOut& out) {
  ++packets_;
  const auto waiting = pending_.find(index);
  model::PacketResult expected;
  while (true) {
    const bool last = waiting == pending_.end() || waiting->second.empty();
    const auto before = model_.checkpoint(index);
    expected = try_packet(direction, in);
    if (last || expected.status.pack() == out.status.pack()) break;
    model_.roll_back(before);
    carry_out(waiting->second.front().command);
    waiting->second.pop_front();
  }
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
  packet_left(index);
}

void GoldenCheck::packet_left(std::uint16_t index) {
  const auto waiting = pending_.find(index);
  if (waiting == pending_.end()) return;
  Queue& queue = waiting->second;
  for (Pending& pending : queue) {
    if (pending.packets > 0) --pending.packets;
  }
  while (!queue.empty() && queue.front().packets == 0) {
    carry_out(queue.front().command);
    queue.pop_front();
  }
  if (queue.empty()) pending_.erase(waiting);
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
  for (auto& [index, queue] : pending_) {
    for (const Pending& pending : queue) carry_out(pending.command);
  }
  pending_.clear();
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
