#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::model {

using abi::CmdCode;
using abi::EntryState;
using abi::SaFlag;

GoldenAccelerator::GoldenAccelerator(std::uint32_t num_sas, std::uint32_t window, std::uint16_t max_packet)
    : max_packet_(max_packet) {
  entries_.reserve(num_sas);
  for (std::uint32_t i = 0; i < num_sas; ++i) entries_.push_back({SaEntry(static_cast<std::uint16_t>(i), window), {}});
}

CommandResult GoldenAccelerator::answer(std::uint32_t index, CmdCode code) const {
  if (index >= entries_.size()) return {CmdCode::kBadIndex};
  const SaEntry& sa = entries_[index].sa;
  return {code, sa.generation(), sa.state(), sa.dead()};
}

std::optional<CommandResult> GoldenAccelerator::refuse_target(std::uint32_t index, std::uint16_t generation) const {
  if (index >= entries_.size()) return answer(index, CmdCode::kBadIndex);
  if (generation != entries_[index].sa.generation()) return answer(index, CmdCode::kBadGeneration);
  if (entries_[index].sa.state() == EntryState::kFree) return answer(index, CmdCode::kBadState);
  return std::nullopt;
}

CommandResult GoldenAccelerator::reserve(std::uint32_t index, std::uint32_t spi) {
  if (index >= entries_.size()) return answer(index, CmdCode::kBadIndex);
  if (entries_[index].sa.state() != EntryState::kFree) return answer(index, CmdCode::kBadState);
  entries_[index].sa.reserve(spi);
  return answer(index, CmdCode::kOk);
}

CommandResult GoldenAccelerator::commit(std::uint32_t index, std::uint16_t generation, ImageView image) {
  if (index >= entries_.size()) return answer(index, CmdCode::kBadIndex);
  Slot& slot = entries_[index];
  const EntryState state = slot.sa.state();
  if (state != EntryState::kFree && state != EntryState::kLarval) return answer(index, CmdCode::kBadState);
  if (slot.sa.dead() != abi::DeadReason::kAlive) return answer(index, CmdCode::kBadState);  // a kill beats a commit
  const bool reserved = state == EntryState::kLarval;
  if (reserved && generation != slot.sa.generation()) return answer(index, CmdCode::kBadGeneration);
  const SaConfig config = decode_config(image);
  if (reserved && config.inbound() && config.head.spi != slot.sa.spi()) return answer(index, CmdCode::kBadImage);
  if (const CmdCode code = check_config(config, index, num_sas()); code != CmdCode::kOk) return answer(index, code);
  const SaSecret secret = decode_secret(image);
  const OctetView key = OctetView(secret.key).first(config.has(SaFlag::kKey256) ? 32 : 16);
  slot.codec.emplace(EspCodec::create(key, secret.salt, config.has(SaFlag::kEsn)).value());
  slot.sa.install(config);
  return answer(index, CmdCode::kOk);
}

CommandResult GoldenAccelerator::set_state(std::uint32_t index, std::uint16_t generation, EntryState state) {
  if (const auto refused = refuse_target(index, generation)) return *refused;
  const EntryState now = entries_[index].sa.state();
  const bool from_active =
      now == EntryState::kActive &&
      (state == EntryState::kOverlap || state == EntryState::kDraining || state == EntryState::kRedundant);
  const bool from_overlap =
      now == EntryState::kOverlap &&
      (state == EntryState::kDraining || state == EntryState::kRedundant || state == EntryState::kActive);
  const bool from_redundant = now == EntryState::kRedundant && state == EntryState::kDraining;
  if (!from_active && !from_overlap && !from_redundant) return answer(index, CmdCode::kBadState);
  entries_[index].sa.set_state(state);
  return answer(index, CmdCode::kOk);
}

CommandResult GoldenAccelerator::kill(std::uint32_t index, std::uint16_t generation) {
  if (const auto refused = refuse_target(index, generation)) return *refused;
  entries_[index].sa.kill();
  return answer(index, CmdCode::kOk);
}

CommandResult GoldenAccelerator::erase(std::uint32_t index, std::uint16_t generation) {
  if (const CommandResult begun = begin_erase(index, generation); begun.code != CmdCode::kOk) return begun;
  release(index);
  return answer(index, CmdCode::kOk);
}

CommandResult GoldenAccelerator::begin_erase(std::uint32_t index, std::uint16_t generation) {
  if (const auto refused = refuse_target(index, generation)) return *refused;
  entries_[index].codec.reset();
  entries_[index].sa.set_state(EntryState::kErasing);
  return answer(index, CmdCode::kOk);
}

void GoldenAccelerator::release(std::uint32_t index) {
  if (entries_[index].sa.state() == EntryState::kErasing) entries_[index].sa.release();
}

CommandResult GoldenAccelerator::write_firmware_word(std::uint32_t index, std::uint16_t generation,
                                                     std::uint64_t word) {
  if (const auto refused = refuse_target(index, generation)) return *refused;
  entries_[index].sa.set_firmware_word(word);
  return answer(index, CmdCode::kOk);
}

Events GoldenAccelerator::memory_fault(std::uint32_t index) {
  Events events;
  entries_[index].sa.memory_fault(events);
  return events;
}

void GoldenAccelerator::preset(std::uint32_t index, std::uint64_t sequence, std::uint64_t octets, std::uint64_t packets,
                               std::uint64_t icv_failures) {
  entries_[index].sa.preset(sequence, octets, packets, icv_failures);
}

GoldenAccelerator::Checkpoint GoldenAccelerator::checkpoint(std::uint32_t index) const {
  Checkpoint out;
  out.index = index;
  if (index < entries_.size()) out.sa = entries_[index].sa;
  out.ip_id = ip_id_;
  out.outbound_counts = outbound_counts_;
  out.inbound_counts = inbound_counts_;
  return out;
}

void GoldenAccelerator::roll_back(const Checkpoint& to) {
  if (to.sa) entries_[to.index].sa = *to.sa;
  ip_id_ = to.ip_id;
  outbound_counts_ = to.outbound_counts;
  inbound_counts_ = to.inbound_counts;
}

}  // namespace sallyport::model
