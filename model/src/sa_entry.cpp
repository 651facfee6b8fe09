#include "sallyport/model/sa_entry.hpp"

#include <algorithm>

#include "sallyport/model/esp_codec.hpp"

namespace sallyport::model {

using abi::DeadReason;
using abi::EntryState;
using abi::EventKind;
using abi::SaFlag;
using abi::Verdict;

namespace {

Verdict verdict_of(DeadReason reason) {
  switch (reason) {
    case DeadReason::kAlive:
      return Verdict::kOk;
    case DeadReason::kHardOctets:
      return Verdict::kHardOctets;
    case DeadReason::kHardPackets:
      return Verdict::kHardPackets;
    case DeadReason::kSeqEnd:
      return Verdict::kSeqEnd;
    case DeadReason::kIcvLimit:
      return Verdict::kDeadIcvLimit;
    case DeadReason::kMemory:
      return Verdict::kDeadMemory;
    case DeadReason::kKilled:
      return Verdict::kDeadKilled;
  }
  return Verdict::kDeadKilled;
}

}  // namespace

void SaEntry::reserve(std::uint32_t spi) {
  next_generation();
  state_ = EntryState::kLarval;
  dead_ = DeadReason::kAlive;
  config_ = {};
  config_.head.spi = spi;
  config_.set(SaFlag::kInbound);  // the side that reserves an SPI is the one that receives under it
  raised_ = 0;
  firmware_word_ = 0;
  preset(0, 0, 0, 0);
}

void SaEntry::install(const SaConfig& config) {
  if (state_ == EntryState::kFree) next_generation();
  state_ = EntryState::kActive;
  dead_ = DeadReason::kAlive;
  config_ = config;
  octets_ = {config.soft_octets, config.hard_octets, 0};
  packets_ = {config.soft_packets, config.hard_packets, 0};
  raised_ = 0;
  preset(0, 0, 0, 0);
}

void SaEntry::kill() {
  if (dead_ == DeadReason::kAlive) dead_ = DeadReason::kKilled;
}

void SaEntry::release() {
  state_ = EntryState::kFree;
  dead_ = DeadReason::kAlive;
  config_ = {};
  octets_ = {};
  packets_ = {};
  raised_ = 0;
  firmware_word_ = 0;
  preset(0, 0, 0, 0);
}

void SaEntry::memory_fault(Events& events) {
  die(DeadReason::kMemory);
  raise(EventKind::kMemory, 0, events);
}

void SaEntry::preset(std::uint64_t sequence, std::uint64_t octets, std::uint64_t packets, std::uint64_t icv_failures) {
  sequence_ = config_.inbound() ? 0 : sequence;
  window_.preset(config_.inbound() ? sequence : 0);
  octets_.count = octets;
  packets_.count = packets;
  icv_failures_ = icv_failures;
}

bool SaEntry::in_service(bool outbound) const {
  switch (state_) {
    case EntryState::kActive:
    case EntryState::kOverlap:
    case EntryState::kRedundant:
      return true;
    case EntryState::kDraining:
      return !outbound;
    case EntryState::kFree:
    case EntryState::kLarval:
    case EntryState::kErasing:
      return false;
  }
  return false;
}

std::size_t SaEntry::overhead(std::size_t esp_offset) const {
  const std::size_t outer = config_.has(SaFlag::kOuterV6) ? kIpv6HeaderOctets : kIpv4HeaderOctets;
  return (config_.tunnel() ? outer : esp_offset) + (config_.has(SaFlag::kUdpEncap) ? kUdpHeaderOctets : 0) +
         kEspClearOctets;
}

Admission SaEntry::admit(std::uint16_t generation, bool tunnel, std::size_t esp_offset, std::size_t octets,
                         Events& events) {
  if (state_ == EntryState::kFree || generation != generation_) return {Verdict::kStaleGeneration};
  if (state_ != EntryState::kLarval && config_.inbound()) return {Verdict::kWrongDirection};
  if (!in_service(true)) return {Verdict::kWrongState};
  if (dead_ != DeadReason::kAlive) return {verdict_of(dead_)};
  if (tunnel != config_.tunnel()) return {Verdict::kWrongMode};
  const std::size_t fixed = overhead(esp_offset);
  if (fixed + octets > config_.head.path_mtu) {
    const std::size_t room = config_.head.path_mtu > fixed ? (config_.head.path_mtu - fixed) / 4 * 4 : 0;
    const std::size_t payload = room < kEspLeastCipherOctets ? 0 : room - 2;
    const std::size_t largest = config_.tunnel() || payload == 0 ? payload : esp_offset + payload;
    return {Verdict::kTooBig, 0, static_cast<std::uint32_t>(largest)};
  }
  if (const Verdict verdict = refused_by_limits(octets, events); verdict != Verdict::kOk) return {verdict};
  const std::uint64_t last = config_.has(SaFlag::kEsn) ? UINT64_MAX : UINT32_MAX;
  if (sequence_ >= last) {  // preset only: who uses the last number dies with it
    die(DeadReason::kSeqEnd);
    raise(EventKind::kSeqEnd, sequence_, events);
    return {Verdict::kSeqEnd};
  }
  ++sequence_;
  count(octets, events);
  if (config_.soft_sequence != 0 && sequence_ >= config_.soft_sequence) raise(EventKind::kSoftSeq, sequence_, events);
  if (sequence_ == last) {
    die(DeadReason::kSeqEnd);
    raise(EventKind::kSeqEnd, sequence_, events);
  }
  return {Verdict::kOk, sequence_, 0};
}

Lookup SaEntry::look_up(std::uint32_t sequence_low, bool udp) const {
  if (!config_.inbound()) return {Verdict::kWrongDirection};
  if (!in_service(false)) return {Verdict::kWrongState};
  if (dead_ != DeadReason::kAlive) return {verdict_of(dead_)};
  if (udp != config_.has(SaFlag::kUdpEncap)) return {Verdict::kWrongMode};
  const bool replay_off = config_.has(SaFlag::kNoReplay);
  std::uint64_t sequence = sequence_low;
  if (config_.has(SaFlag::kEsn)) {
    const auto extended = window_.extend(sequence_low);
    if (!extended && !replay_off) return {Verdict::kReplay};
    sequence = extended.value_or(sequence_low);
  }
  if (sequence == 0) return {Verdict::kSeqZero};
  if (!replay_off && window_.refuses(sequence)) return {Verdict::kReplay, sequence};
  return {Verdict::kOk, sequence};
}

Verdict SaEntry::accept(std::uint64_t sequence, std::size_t octets, Events& events) {
  if (const Verdict verdict = refused_by_limits(octets, events); verdict != Verdict::kOk) return verdict;
  window_.accept(sequence);
  count(octets, events);
  return Verdict::kOk;
}

void SaEntry::icv_failed(Events& events) {
  ++icv_failures_;
  if (icv_failures_ >= config_.icv_limit / 2) raise(EventKind::kIcvSoft, icv_failures_, events);
  if (icv_failures_ >= config_.icv_limit) {
    die(DeadReason::kIcvLimit);
    raise(EventKind::kIcvLimit, icv_failures_, events);
  }
}

// A packet that would pass H kills the SA, whatever its size: none that passes small packets and eats large ones.
Verdict SaEntry::refused_by_limits(std::size_t octets, Events& events) {
  if (octets_.refuses(octets)) {
    die(DeadReason::kHardOctets);
    raise(EventKind::kHard, octets_.count, events, false);
    return Verdict::kHardOctets;
  }
  if (packets_.refuses(1)) {
    die(DeadReason::kHardPackets);
    raise(EventKind::kHard, packets_.count, events, true);
    return Verdict::kHardPackets;
  }
  return Verdict::kOk;
}

void SaEntry::count(std::size_t octets, Events& events) {
  octets_.count += octets;
  ++packets_.count;
  if (octets_.soft_reached()) raise(EventKind::kSoftOctets, octets_.count, events);
  if (packets_.soft_reached()) raise(EventKind::kSoftPackets, packets_.count, events);
  if (octets_.hard_reached()) {
    die(DeadReason::kHardOctets);
    raise(EventKind::kHard, octets_.count, events, false);
  } else if (packets_.hard_reached()) {
    die(DeadReason::kHardPackets);
    raise(EventKind::kHard, packets_.count, events, true);
  }
}

void SaEntry::raise(EventKind kind, std::uint64_t count, Events& events, bool unit_packets) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
  if ((raised_ & bit) != 0) return;
  raised_ |= bit;
  events.push_back({kind, index_, generation_, config_.head.spi, config_.inbound(), unit_packets, count});
}

// 0 is no tenant's.
void SaEntry::next_generation() {
  generation_ = generation_ == UINT16_MAX ? std::uint16_t{1} : static_cast<std::uint16_t>(generation_ + 1);
}

void SaEntry::die(DeadReason reason) {
  if (dead_ == DeadReason::kAlive) dead_ = reason;
}

}  // namespace sallyport::model
