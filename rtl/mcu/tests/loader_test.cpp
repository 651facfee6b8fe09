// The loader against memories that the test keeps: what it starts, what it refuses and why, and who reaches the
// memories when.
//
// SALLYPORT_SEED in the environment is another run.
#include <gtest/gtest.h>
#include <zlib.h>

#include <optional>
#include <random>
#include <vector>

#include "Vmcu_loader_model.h"
#include "sallyport/abi.hpp"
#include "support/environment.hpp"
#include "verilated.h"

namespace sallyport::test {
namespace {

using State = abi::CoreState;
using Code = abi::CoreCheck;

constexpr std::uint32_t kWords = 1024;  // the model's image memory
constexpr std::uint32_t kDataBase = abi::kCoreDataBase;
constexpr std::uint32_t kHeader = abi::kCoreHeader / 4;  // word

/// The image's CRC: its own word counts as zero. zlib takes octets, and words stand in them as on the core,
/// little-endian.
std::uint32_t crc_of(std::vector<std::uint32_t> words) {
  if (words.size() > kHeader + 3) words[kHeader + 3] = 0;
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(words.data()), 4 * words.size()));
}

class Loader : public testing::Test {
 protected:
  Loader() {
    model_.rst_ni = 0;
    for (int i = 0; i < 3; ++i) step();
    model_.rst_ni = 1;
    until(State::kEmpty);
  }

  State state() const { return static_cast<State>(model_.state_o); }
  Code code() const { return static_cast<Code>(model_.check_o); }

  void step() {
    model_.load_rsp_valid_i = 0;
    if (answer_) {
      model_.load_rsp_valid_i = 1;
      model_.load_rsp_i = *answer_;
      answer_.reset();
    }
    model_.load_ready_i = random_() % 4 != 0 ? 1 : 0;
    model_.wiping_i = wiping_ > 0 ? 1 : 0;
    model_.clk_i = 0;
    model_.eval();
    EXPECT_GE(model_.locked_o, model_.core_rst_no);
    if (model_.host_rsp_valid_o != 0) host_answer_ = model_.host_rsp_o;
    if (model_.host_valid_i != 0 && model_.host_ready_o != 0) host_taken_ = true;
    if (model_.load_valid_o != 0 && model_.load_ready_i != 0) serve();
    if (wiping_ > 0 && --wiping_ == 0) memory_.assign(kWords, 0);
    if (model_.wipe_o != 0) wiping_ = 20;
    model_.clk_i = 1;
    model_.eval();
    model_.start_i = model_.stop_i = model_.restart_i = 0;
  }
  void until(State want) {
    for (int i = 0; i < 10'000 && state() != want; ++i) step();
    ASSERT_EQ(state(), want);
  }
  /// A host's request: the word, or nothing when it was refused.
  std::optional<std::uint32_t> host(bool write, std::uint32_t address, std::uint32_t value = 0) {
    model_.host_valid_i = 1;
    model_.host_req_i[0] = value;
    model_.host_req_i[1] = address;
    model_.host_req_i[2] = 0xFU | (write ? 0x10U : 0U);
    host_taken_ = false;
    while (!host_taken_) step();
    model_.host_valid_i = 0;
    host_answer_.reset();
    while (!host_answer_) step();
    if ((*host_answer_ >> 32) != 0) return std::nullopt;
    return static_cast<std::uint32_t>(*host_answer_);
  }
  std::vector<std::uint32_t> image(std::uint32_t words) {
    std::vector<std::uint32_t> out(words);
    for (auto& word : out) word = static_cast<std::uint32_t>(random_());
    out[kHeader] = abi::kCoreMagic;
    out[kHeader + 1] = abi::kAbiVersion;
    out[kHeader + 2] = 4 * words;
    out[kHeader + 4] = 4 * kWords;
    out[kHeader + 3] = crc_of(out);
    return out;
  }
  void write(const std::vector<std::uint32_t>& words) {
    for (std::uint32_t i = 0; i < words.size(); ++i) ASSERT_TRUE(host(true, 4 * i, words[i]).has_value());
  }
  void press(CData& button) {
    button = 1;
    step();
  }
  /// From EMPTY, through a check of these words, to where it leads.
  Code verdict(const std::vector<std::uint32_t>& words) {
    write(words);
    press(model_.start_i);
    for (int i = 0; i < 20'000 && state() == State::kCheck; ++i) step();
    EXPECT_EQ(state(), code() == Code::kOk ? State::kRun : State::kRefused);
    return code();
  }
  void again() {
    press(model_.stop_i);
    EXPECT_EQ(model_.core_rst_no, 0);
    until(State::kEmpty);
  }

  Vmcu_loader_model model_;
  std::uint64_t seed_ = from_environment("SALLYPORT_SEED", 1);
  std::mt19937_64 random_{seed_};
  std::vector<std::uint32_t> memory_ = std::vector<std::uint32_t>(kWords, 0xDEAD'BEEF);
  std::optional<std::uint32_t> broken_;  // word that the memory has lost

 private:
  void serve() {
    const std::uint32_t address = model_.load_req_o[1];
    const bool there = address < 4 * kWords;
    std::uint64_t value = 0;
    if (!there && address < kDataBase) value = std::uint64_t{1} << 32;
    if (there && broken_ == address / 4) value = std::uint64_t{1} << 32;
    if (there && (model_.load_req_o[2] & 0x10U) != 0) {
      memory_[address / 4] = model_.load_req_o[0];
    } else if (there) {
      value |= memory_[address / 4];
    }
    answer_ = value;
  }
  std::optional<std::uint64_t> answer_, host_answer_;
  bool host_taken_ = false;
  int wiping_ = 0;
};

TEST_F(Loader, GoodImagesRunAndAreLocked) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed_));
  for (const std::uint32_t words : {38U, 39U, 500U, kWords}) {
    ASSERT_EQ(verdict(image(words)), Code::kOk);
    EXPECT_EQ(model_.cause_o, static_cast<unsigned>(abi::CoreCause::kCold));
    EXPECT_EQ(model_.core_rst_no, 1);
    const auto before = memory_;
    EXPECT_EQ(host(true, 200, 1), std::nullopt);
    EXPECT_EQ(host(false, 200), std::nullopt);
    EXPECT_EQ(host(true, kDataBase + abi::kMailboxOctets, 1), std::nullopt);
    EXPECT_EQ(host(false, kDataBase + abi::kMailboxOctets, 1), std::nullopt);
    EXPECT_NE(host(true, kDataBase, 1), std::nullopt) << "the mailbox";
    EXPECT_NE(host(false, kDataBase + abi::kMailboxOctets - 4, 1), std::nullopt);
    press(model_.start_i);
    EXPECT_EQ(state(), State::kRun) << "start while it runs";
    // A restart: checked again, and told to the image.
    model_.restart_cause_i = static_cast<CData>(abi::CoreCause::kWatchdog);
    press(model_.restart_i);
    EXPECT_EQ(state(), State::kCheck);
    EXPECT_EQ(model_.core_rst_no, 0);
    EXPECT_EQ(host(true, kDataBase, 1), std::nullopt) << "while the image is checked";
    until(State::kRun);
    EXPECT_EQ(model_.cause_o, static_cast<unsigned>(abi::CoreCause::kWatchdog));
    EXPECT_EQ(memory_, before);
    again();
    EXPECT_EQ(memory_, std::vector<std::uint32_t>(kWords, 0)) << "something is left of the image";
  }
}

TEST_F(Loader, EachFaultHasItsCode) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed_));
  EXPECT_EQ(verdict({}), Code::kBadMagic);  // nothing was loaded
  again();
  struct Fault {
    std::uint32_t word, value;
    Code code;
  };
  for (const Fault& fault :
       {Fault{kHeader, 0x4659'4C52, Code::kBadMagic}, Fault{kHeader + 1, 2, Code::kBadAbi},
        Fault{kHeader + 1, 0x1'0001, Code::kBadAbi}, Fault{kHeader + 2, 4 * kWords + 4, Code::kBadLength},
        Fault{kHeader + 2, 403, Code::kBadLength}, Fault{kHeader + 2, 4 * 37, Code::kBadLength},
        Fault{kHeader + 2, 0x8000'0190, Code::kBadLength}, Fault{kHeader + 2, 396, Code::kBadCrc},
        Fault{kHeader + 2, 404, Code::kBadCrc}, Fault{kHeader + 3, 0, Code::kBadCrc},
        Fault{kHeader + 4, 4 * kWords + 1, Code::kBadLength}}) {
    auto words = image(100);
    words[fault.word] = fault.value;
    // The code is the fault's own: the CRC is right again unless it is what is tried.
    if (fault.code != Code::kBadCrc) words[kHeader + 3] = crc_of(words);
    EXPECT_EQ(verdict(words), fault.code) << "word " << fault.word << " = " << fault.value;
    EXPECT_EQ(host(true, 0, 1), std::nullopt) << "a refused image can be mended without a wipe";
    press(model_.start_i);
    press(model_.restart_i);
    EXPECT_EQ(state(), State::kRefused);
    again();
  }
  for (int n = 0; n < 50; ++n) {  // any bit
    auto words = image(60);
    const auto at = static_cast<std::uint32_t>(random_() % 60);
    words[at] ^= 1U << random_() % 32;
    EXPECT_NE(verdict(words), Code::kOk) << at;
    again();
  }
}

TEST_F(Loader, BrokenMemoryIsMet) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed_));
  broken_ = 77;
  EXPECT_EQ(verdict(image(77)), Code::kOk) << "the word is behind the image";
  again();
  broken_.reset();
  ASSERT_EQ(verdict(image(200)), Code::kOk);
  broken_ = 77;
  press(model_.restart_i);
  until(State::kRefused);
  EXPECT_EQ(code(), Code::kMemory);
  EXPECT_EQ(model_.core_rst_no, 0);
}

// Stop at any moment, with the host at work, ends in an empty, zeroed memory, and the next image runs.
TEST_F(Loader, StopAtAnyMoment) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed_));
  for (int n = 0; n < 300; ++n) {
    write(image(50));
    // Half of a request of the host: granted, its answer still to come.
    model_.host_valid_i = 1;
    model_.host_req_i[1] = 4;
    model_.host_req_i[2] = 0xF;
    press(model_.start_i);
    model_.host_valid_i = 0;
    for (auto i = random_() % 200; i != 0; --i) step();
    press(model_.stop_i);
    for (auto i = random_() % 30; i != 0; --i) step();
    if (random_() % 2 == 0) press(model_.stop_i);
    until(State::kEmpty);
    ASSERT_EQ(memory_, std::vector<std::uint32_t>(kWords, 0));
  }
  EXPECT_EQ(verdict(image(50)), Code::kOk);
}

}  // namespace
}  // namespace sallyport::test
