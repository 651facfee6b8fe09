#include "sallyport/fw/self_test.hpp"

#include "sallyport/fw/patience.hpp"
#include "sallyport/image_words.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw {
namespace {

namespace known = known_answer;

// Packets that are inside end within microseconds, unless their sender stops in the middle of one. A run is a packet.
constexpr std::uint64_t kPatienceNs = 10'000'000;
// A packet takes the path less than a thousand clocks, the longest one at the slowest lane less than 50,000; a look
// takes several clocks.
constexpr std::uint32_t kLeastLooks = 10'000;
constexpr std::uint32_t kMostLooks = 10'000'000;

// A repair of the table's memory in the clock in which the run would begin is a reason to refuse it.
constexpr int kGoes = 8;
// The host writes keys to the first ones, whoever rules.
constexpr std::uint8_t kSlot = abi::kStagingSlots - 1;

constexpr std::uint32_t kDescriptorWords = 4;
constexpr std::uint32_t kDescriptorOctets = 4 * kDescriptorWords;
constexpr std::uint8_t kOkVerdict = static_cast<std::uint8_t>(abi::Verdict::kOk);

constexpr std::uint32_t buffer_word(std::uint32_t word) { return regs::kTestBufferAddress + 4 * word; }

constexpr std::uint32_t swap(std::uint32_t word) {
  return word << 24 | (word & 0xFF00U) << 8 | (word >> 8 & 0xFF00U) | word >> 24;
}

constexpr std::uint64_t flag(abi::SaFlag f) { return std::uint64_t{1} << static_cast<unsigned>(f); }

}  // namespace

void SelfTest::write(std::uint32_t address, std::uint32_t value) {
  if (!bus_failed_) bus_failed_ = !bus_.write32(address, value);
}

std::uint32_t SelfTest::read(std::uint32_t address) {
  const auto value = bus_failed_ ? std::nullopt : bus_.read32(address);
  if (!value) bus_failed_ = true;
  return value.value_or(0);
}

SelfTestResult SelfTest::run(std::uint16_t index, unsigned lanes) {
  bool passed = true;
  if (const SelfTestResult ready = quiet(); ready != SelfTestResult::kPassed) return ready;
  for (unsigned l = 0; l < lanes && passed; ++l) {
    passed = lane(index, l, false) && lane(index, l, true);
  }
  // Left by an answer that was wrong; its key is no secret, but the entry is free for whoever looks at the table next.
  if (!passed && !bus_failed_) static_cast<void>(erase(index));
  // The answers are of no use to anybody.
  for (std::uint32_t word = 0; word < kDescriptorWords + known::kEspWords; ++word) write(buffer_word(word), 0);
  const CommandAnswer now = port_.run(abi::Op::kSnapshot, index, 0);
  if (bus_failed_ || !now.answered) return SelfTestResult::kBus;
  if (!now.ok() || now.state != abi::EntryState::kFree) return SelfTestResult::kLeft;
  return passed ? SelfTestResult::kPassed : SelfTestResult::kFailed;
}

SelfTestResult SelfTest::quiet() {
  // One of a run before this one, which was cut off.
  const std::uint32_t before = read(regs::kTestStatusAddress);
  if ((before & regs::kTestStatusBusyMask) != 0) {
    write(regs::kTestAbortAddress, before & ~((1U << regs::kTestStatusSeqShift) - 1));
  }
  write(regs::kControlAddress, 0);
  bool idle = false;
  bool busy = false;
  for (Patience patience(bus_, kPatienceNs, kLeastLooks, kMostLooks); !bus_failed_ && patience.another();) {
    idle = (read(regs::kStatusAddress) & regs::kStatusIdleMask) != 0;
    busy = (read(regs::kTestStatusAddress) & regs::kTestStatusBusyMask) != 0;
    if (idle && !busy && !bus_failed_) return SelfTestResult::kPassed;
  }
  if (bus_failed_) return SelfTestResult::kBus;
  // A run that does not end is no packet of a user's: the path hangs, and the ports are shut.
  return busy ? SelfTestResult::kFailed : SelfTestResult::kNotRun;
}

bool SelfTest::install(std::uint16_t index, std::uint32_t spi, Way way, bool key256) {
  const auto stage = [this](unsigned word, std::uint64_t value) {
    if (!bus_failed_) bus_failed_ = !write_staging(bus_, kSlot, word, value);
  };
  if (!port_.run(abi::Op::kClearStaging, 0, 0, kSlot).answered) bus_failed_ = true;
  const bool in = way == Way::kIn;
  constexpr std::uint64_t kPathMtu = 1500;
  constexpr std::uint64_t kTtl = 64;
  stage(0, std::uint64_t{spi} << 32 | kPathMtu << 16 | (key256 ? flag(abi::SaFlag::kKey256) : 0) |
               (in ? flag(abi::SaFlag::kInbound) : 0));
  // Inbound: selectors that take all ports.
  stage(1, in ? 0x0000FFFF'0000FFFF : kTtl << 24);
  stage(abi::kWordSoftOctets, UINT64_MAX);
  stage(abi::kWordSoftPackets, UINT64_MAX);
  stage(abi::kWordIntegrity, std::uint64_t{1} << 36);
  if (!in) stage(abi::kWordLast, UINT64_MAX);
  for (unsigned w = 0; w < (key256 ? 4U : 2U); ++w) stage(abi::kWordKey + w, known::key_word(w));
  stage(abi::kWordSalt, std::uint64_t{known::kSalt} << 32);
  if (bus_failed_) return false;
  const CommandAnswer done = port_.run(abi::Op::kCommit, index, 0, kSlot);
  generation_ = done.generation;
  if (!done.answered) bus_failed_ = true;
  return done.ok();
}

bool SelfTest::erase(std::uint16_t index) {
  const CommandAnswer done = port_.run(abi::Op::kErase, index, generation_);
  if (!done.answered) bus_failed_ = true;
  return done.ok();
}

template <class Descriptor>
void SelfTest::put(const Descriptor& descriptor) {
  // Descriptors have their first octet in the most significant place.
  std::uint32_t at = 0;
  for (const std::uint32_t word : descriptor.words()) write(buffer_word(at++), swap(word));
}

std::uint32_t SelfTest::go(Way way, unsigned lane) {
  const std::uint32_t seq = (read(regs::kTestStatusAddress) >> regs::kTestStatusSeqShift) + 1;
  write(regs::kTestGoAddress, seq << regs::kTestGoSeqShift | lane << regs::kTestGoLaneShift |
                                  (way == Way::kIn ? regs::kTestGoInboundMask : 0U));
  std::uint32_t status = regs::kTestStatusBusyMask;
  Patience patience(bus_, kPatienceNs, kLeastLooks, kMostLooks);
  while ((status & regs::kTestStatusBusyMask) != 0 && !bus_failed_ && patience.another()) {
    status = read(regs::kTestStatusAddress);
  }
  if ((status & regs::kTestStatusBusyMask) != 0) write(regs::kTestAbortAddress, seq << regs::kTestAbortSeqShift);
  return status;
}

std::optional<abi::StatusDesc> SelfTest::pass(Way way, unsigned lane) {
  std::uint32_t status = regs::kTestStatusRefusedMask;
  for (int i = 0; i < kGoes && !bus_failed_ && (status & regs::kTestStatusRefusedMask) != 0; ++i) {
    status = go(way, lane);
  }
  constexpr std::uint32_t kWrong = regs::kTestStatusBusyMask | regs::kTestStatusOverflowMask |
                                   regs::kTestStatusAbortedMask | regs::kTestStatusRefusedMask;
  octets_ = (status & regs::kTestStatusOctetsMask) >> regs::kTestStatusOctetsShift;
  if (bus_failed_ || (status & kWrong) != 0 || octets_ < kDescriptorOctets) return std::nullopt;
  abi::StatusDesc::Words words{};
  std::uint32_t at = 0;
  for (std::uint32_t& word : words) word = swap(read(buffer_word(at++)));
  return abi::StatusDesc::from_words(words);
}

bool SelfTest::send(std::uint16_t index, unsigned lane) {
  constexpr std::uint16_t kIpHeader = 4 * known::kHeaderWords;
  constexpr std::uint16_t kIpProtocol = 9;
  put(abi::OutDesc{.index = index,
                   .generation = generation_,
                   .length = 4 * known::kPacketWords,
                   .esp_offset = kIpHeader,
                   .nh_offset = kIpProtocol,
                   .next_header = known::kProtocol});
  for (unsigned i = 0; i < known::kPacketWords; ++i) write(buffer_word(kDescriptorWords + i), known::packet_word(i));
  const auto status = pass(Way::kOut, lane);
  return status && status->verdict == kOkVerdict && octets_ == kDescriptorOctets + 4 * known::kEspWords;
}

std::optional<abi::StatusDesc> SelfTest::receive(unsigned lane) {
  put(abi::InDesc{.length = 4 * known::kEspWords});
  return pass(Way::kIn, lane);
}

bool SelfTest::lane(std::uint16_t index, unsigned lane, bool key256) {
  // The answer that is known.
  if (!install(index, known::kSpi, Way::kOut, key256) || !send(index, lane)) return false;
  constexpr std::uint32_t kEsp = kDescriptorWords + known::kHeaderWords;
  constexpr std::uint32_t kIcv = kDescriptorWords + known::kEspWords - 4;
  const std::array<std::uint32_t, 4> head = {swap(known::kSpi), swap(1), 0, swap(1)};
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    wrong |= read(buffer_word(kEsp + i)) ^ head[i];
    wrong |= read(buffer_word(kIcv + i)) ^ known::kIcv[key256 ? 1 : 0][i];
  }
  if (!erase(index) || wrong != 0) return false;

  // And back, under an SPI that stands for this entry; of a path that gave the known answer just now.
  const std::uint32_t spi = known::kSpi | index;
  if (!install(index, spi, Way::kOut, key256) || !send(index, lane) || !erase(index)) return false;
  if (!install(index, spi, Way::kIn, key256)) return false;
  const std::uint32_t last = read(buffer_word(kIcv + 3));
  write(buffer_word(kIcv + 3), last ^ 1U << 31);
  auto status = receive(lane);
  if (!status || status->verdict != static_cast<std::uint8_t>(abi::Verdict::kBadIcv)) return false;
  write(buffer_word(kIcv + 3), last);
  status = receive(lane);
  if (!status || status->verdict != kOkVerdict || octets_ != kDescriptorOctets + 4 * known::kPacketWords) return false;
  for (unsigned i = 0; i < known::kPacketWords; ++i) {
    wrong |= read(buffer_word(kDescriptorWords + i)) ^ known::packet_word(i);
  }
  return erase(index) && wrong == 0 && !bus_failed_;
}

}  // namespace sallyport::fw
