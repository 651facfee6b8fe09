// A reset between any two stores of any request: what is found then is whole, and every entry is accounted for.
#include <algorithm>
#include <functional>
#include <memory>

#include "firmware_fixture.hpp"
#include "sallyport/fw/fw_word.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw::test {
namespace {

struct PowerCut {};

/// Ends the run at its nth store, before or after that reaches the device.
class CutBus final : public RegisterBus {
 public:
  explicit CutBus(sallyport::test::FakeDevice& device) : device_(device) {}
  std::optional<std::uint32_t> read32(std::uint32_t address) override { return device_.read32(address); }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    if (left_ > 0 && --left_ == 0) {
      if (after_) static_cast<void>(device_.write32(address, value));
      throw PowerCut{};
    }
    ++writes_;
    return device_.write32(address, value);
  }
  std::uint64_t now_ns() override { return device_.now_ns(); }
  void cut_at(unsigned store, bool after) {
    left_ = store;
    after_ = after;
  }
  [[nodiscard]] unsigned writes() const { return writes_; }

 private:
  sallyport::test::FakeDevice& device_;
  unsigned left_ = 0;
  bool after_ = false;
  unsigned writes_ = 0;
};

/// A device with firmware that can be taken down and started again.
class Machine {
 public:
  using Keys = abi::MailboxPair;

  Machine() { start(); }
  void start() {
    storage_ = std::make_unique<Storage<64, 256, 8>>();
    firmware_ = std::make_unique<Firmware>(bus, random_, *storage_, kept_);
    ASSERT_EQ(firmware_->start(), MailboxCode::kOk);
    seq_ = 0;
    ask<abi::MailboxInfo>(MailboxCommand::kHello, abi::MailboxHello{});
  }
  template <class Answer = abi::MailboxAnswer, class Request>
  Answer ask(MailboxCommand command, Request request) {
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(command);
    request.seq = ++seq_;
    return Answer::unpack(firmware_->handle(request.pack()));
  }
  void stage(unsigned slot, std::uint32_t spi, bool inbound) {
    const std::uint64_t word0 = static_cast<std::uint64_t>(spi) << 32 | 1500U << 16 | (inbound ? 1U : 0U);
    // By the host, whom no reset of the core stops.
    for (const auto& [word, value] : {std::pair{0U, word0}, std::pair{12U, std::uint64_t{0x5EC2E7}}}) {
      const std::uint32_t address = regs::kStagingAddress + (slot * abi::kSlotWords + word) * 8;
      device.write32(address, static_cast<std::uint32_t>(value));
      device.write32(address + 4, static_cast<std::uint32_t>(value >> 32));
    }
  }
  abi::MailboxAnswer reserve(bool claim = true) {
    abi::MailboxReserve request;
    request.owner = 3;
    request.claim = claim ? 1 : 0;
    return ask(MailboxCommand::kReserve, request);
  }
  Keys install() {
    const auto reserved = reserve();
    stage(0, reserved.spi, true);
    stage(1, 0xC0FFEE01, false);
    abi::MailboxInstall request;
    request.in_index = reserved.in_index;
    request.in_generation = reserved.in_generation;
    request.owner = 3;
    request.slot_in = 0;
    request.slot_out = 1;
    request.partner = kNone;
    request.in_hard_octets = request.out_hard_octets = 100'000;
    request.out_spi = 0xC0FFEE01;
    const auto answer = ask(MailboxCommand::kInstallPair, request);
    EXPECT_EQ(answer.code, 0);
    Keys keys;
    keys.in_index = answer.in_index;
    keys.in_generation = answer.in_generation;
    keys.out_index = answer.out_index;
    keys.out_generation = answer.out_generation;
    return keys;
  }
  MailboxCode pair(MailboxCommand command, const Keys& keys) {
    return static_cast<MailboxCode>(ask(command, keys).code);
  }
  static Keys replaced_by(Keys old, const Keys& fresh) {
    old.new_in_index = fresh.in_index;
    old.new_in_generation = fresh.in_generation;
    old.new_out_index = fresh.out_index;
    old.new_out_generation = fresh.out_generation;
    return old;
  }
  void pass(std::uint64_t ns) {
    device.advance(ns);
    do {
      firmware_->poll();
    } while (firmware_->more_to_poll());
    while (firmware_->take_notice()) {
    }
  }
  EntryState state(std::uint16_t index) { return device.sa(index).state; }
  unsigned held() {
    abi::MailboxQuota quota;
    quota.owner = 3;
    quota.quota = 0xFFFF;
    return static_cast<unsigned>(ask(MailboxCommand::kSetQuota, quota).value);
  }

  sallyport::test::FakeDevice device;
  CutBus bus{device};

 private:
  SeededRandom random_{7};
  std::unique_ptr<Storage<64, 256, 8>> storage_;
  Kept<8> kept_{};
  std::unique_ptr<Firmware> firmware_;
  std::uint32_t seq_ = 0;
};

bool in_use(EntryState state) { return state == EntryState::kActive || state == EntryState::kOverlap; }

// What must be true of a table that only pairs were put into, whatever happened.
void expect_whole(Machine& machine) {
  const auto info = machine.ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{});
  const std::pair<EntryState, std::uint16_t> counts[] = {
      {EntryState::kFree, info.free},         {EntryState::kLarval, info.larval},
      {EntryState::kActive, info.active},     {EntryState::kOverlap, info.overlap},
      {EntryState::kDraining, info.draining}, {EntryState::kRedundant, info.redundant}};
  for (const auto& [state, count] : counts) EXPECT_EQ(machine.device.count(state), count) << abi::name(state);
  unsigned used = 0;
  for (std::uint16_t i = 0; i < machine.device.size(); ++i) {
    const EntryState state = machine.state(i);
    if (state == EntryState::kFree) continue;
    ++used;
    abi::MailboxQuery query;
    query.index = i;
    const auto entry = machine.ask<abi::MailboxEntry>(MailboxCommand::kQuery, query);
    EXPECT_EQ(entry.owner, 3) << "entry " << i;
    if (state == EntryState::kLarval) {
      EXPECT_EQ(entry.inbound, 1) << "only reservations are larval";
    } else if (in_use(state)) {
      // A half in use has its other half, in the same state.
      ASSERT_LT(entry.partner, machine.device.size()) << "entry " << i;
      EXPECT_EQ(machine.state(entry.partner), state) << "entry " << i;
      query.index = entry.partner;
      EXPECT_EQ(machine.ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).partner, i);
    }
  }
  EXPECT_EQ(machine.held(), used + info.claimed);
  for (unsigned slot = 0; slot < abi::kStagingSlots; ++slot) {
    for (const std::uint64_t word : machine.device.staging(slot)) ASSERT_EQ(word, 0U) << "a key lingers";
  }
}

// The host gives back what it finds.
void expect_everything_comes_back(Machine& machine) {
  for (int turns = 0; turns < 200; ++turns) {
    abi::MailboxQuery query;
    query.next = 1;
    const auto entry = machine.ask<abi::MailboxEntry>(MailboxCommand::kQuery, query);
    if (entry.code != 0) break;
    Machine::Keys keys;
    (entry.inbound != 0 ? keys.in_index : keys.out_index) = entry.index;
    (entry.inbound != 0 ? keys.in_generation : keys.out_generation) = entry.generation;
    (entry.inbound != 0 ? keys.out_index : keys.in_index) = kNone;
    ASSERT_EQ(machine.pair(MailboxCommand::kErase, keys), MailboxCode::kOk);
  }
  machine.pass(1'000'000'000);
  const auto info = machine.ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{});
  EXPECT_EQ(info.free, 64);
  EXPECT_EQ(info.claimed, 0);
  EXPECT_EQ(machine.held(), 0U);
}

struct Case {
  const char* name;
  std::function<Machine::Keys(Machine&)> before;
  std::function<void(Machine&, const Machine::Keys&)> request;
  /// What must hold of the pair after the restart, besides what always does.
  std::function<void(Machine&, const Machine::Keys&)> after;
};

class Recover : public ::testing::TestWithParam<Case> {};

TEST_P(Recover, AtEveryStore) {
  const Case& c = GetParam();
  unsigned stores = 0;
  {
    Machine machine;
    const auto keys = c.before(machine);
    const unsigned begin = machine.bus.writes();
    c.request(machine, keys);
    stores = machine.bus.writes() - begin;
  }
  ASSERT_GT(stores, 0U);
  for (unsigned store = 1; store <= stores; ++store) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(std::string("cut ") + (after ? "after" : "before") + " store " + std::to_string(store) + " of " +
                   std::to_string(stores));
      Machine machine;
      const auto keys = c.before(machine);
      machine.bus.cut_at(store, after);
      EXPECT_THROW(c.request(machine, keys), PowerCut);
      machine.start();
      expect_whole(machine);
      if (c.after) c.after(machine, keys);
      expect_everything_comes_back(machine);
      if (HasFailure()) return;
    }
  }
}

// A restart while a restart cleans up is as good.
TEST_P(Recover, AtEveryStoreOfTheRestartToo) {
  const Case& c = GetParam();
  for (unsigned store = 1;; store += 3) {
    Machine machine;
    const auto keys = c.before(machine);
    machine.bus.cut_at(store, true);
    bool cut = false;
    try {
      c.request(machine, keys);
    } catch (const PowerCut&) {
      cut = true;
    }
    if (!cut) break;
    for (const unsigned again : {5U, 12U, 19U, 26U, 300U, 307U, 314U}) {
      machine.bus.cut_at(again, true);
      try {
        machine.start();
      } catch (const PowerCut&) {
      }
    }
    machine.bus.cut_at(0, false);
    machine.start();
    expect_whole(machine);
    expect_everything_comes_back(machine);
    if (HasFailure()) return;
  }
}

Machine::Keys nothing(Machine&) { return {}; }
Machine::Keys a_pair(Machine& machine) {
  machine.install();  // somebody else's
  return machine.install();
}
Machine::Keys an_old_pair(Machine& machine) {
  const auto old = machine.install();
  return Machine::replaced_by(old, machine.install());
}
Machine::Keys a_superseded_pair(Machine& machine) {
  auto keys = an_old_pair(machine);
  EXPECT_EQ(machine.pair(MailboxCommand::kSupersede, keys), MailboxCode::kOk);
  keys.new_in_index = keys.new_in_generation = keys.new_out_index = keys.new_out_generation = 0;
  return keys;
}
Machine::Keys a_drained_pair(Machine& machine) {
  const auto keys = a_superseded_pair(machine);
  EXPECT_EQ(machine.pair(MailboxCommand::kRetire, keys), MailboxCode::kOk);
  machine.device.advance(60'000'000);
  return keys;
}
// Indices that were used before.
Machine::Keys used_entries(Machine& machine) {
  for (int i = 0; i < 40; ++i) EXPECT_EQ(machine.pair(MailboxCommand::kErase, machine.install()), MailboxCode::kOk);
  return {};
}
void both_leave_or_none(Machine& machine, const Machine::Keys& keys) {
  const auto leaves = [&](std::uint16_t index) { return !in_use(machine.state(index)); };
  EXPECT_EQ(leaves(keys.in_index), leaves(keys.out_index));
}

const Case kCases[] = {
    {"reserve", nothing, [](Machine& m, const auto&) { m.reserve(); }, {}},
    {"reserve_of_a_used_entry", used_entries, [](Machine& m, const auto&) { m.reserve(); }, {}},
    {"install", nothing, [](Machine& m, const auto&) { m.install(); }, {}},
    {"install_into_used_entries", used_entries, [](Machine& m, const auto&) { m.install(); }, {}},
    {"supersede",
     an_old_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kSupersede, keys), MailboxCode::kOk); },
     {}},
    {"retire", a_superseded_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kRetire, keys), MailboxCode::kOk); },
     both_leave_or_none},
    {"retire_of_an_active_pair", a_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kRetire, keys), MailboxCode::kOk); },
     both_leave_or_none},
    {"mark_redundant", a_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kMarkRedundant, keys), MailboxCode::kOk); },
     both_leave_or_none},
    {"mark_redundant_of_an_old_pair", a_superseded_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kMarkRedundant, keys), MailboxCode::kOk); },
     both_leave_or_none},
    {"drain", a_drained_pair, [](Machine& m, const auto&) { m.pass(0); }, both_leave_or_none},
    {"erase", a_pair,
     [](Machine& m, const auto& keys) { EXPECT_EQ(m.pair(MailboxCommand::kErase, keys), MailboxCode::kOk); },
     both_leave_or_none},
    {"rekey",
     a_pair,
     [](Machine& m, const auto& keys) {
       const auto request = Machine::replaced_by(keys, m.install());
       EXPECT_EQ(m.pair(MailboxCommand::kSupersede, request), MailboxCode::kOk);
       EXPECT_EQ(m.pair(MailboxCommand::kRetire, keys), MailboxCode::kOk);
       m.pass(100'000'000);
     },
     {}},
};

INSTANTIATE_TEST_SUITE_P(Requests, Recover, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(RecoverDrain, TheDeadlineOutlivesTheRun) {
  Machine machine;
  const auto keys = machine.install();
  auto retire = keys;
  retire.drain_ns = 500'000'000;
  ASSERT_EQ(machine.pair(MailboxCommand::kRetire, retire), MailboxCode::kOk);
  machine.device.advance(300'000'000);
  machine.start();
  machine.pass(150'000'000);
  EXPECT_EQ(machine.state(keys.in_index), EntryState::kDraining);
  machine.pass(60'000'000);
  EXPECT_EQ(machine.state(keys.in_index), EntryState::kFree);
}

// A rekey that was admitted has its second entry after a restart too.
TEST(RecoverClaim, OutlivesTheRun) {
  Machine machine;
  const auto reserved = machine.reserve();
  ASSERT_EQ(reserved.code, 0);
  ASSERT_EQ(machine.reserve(false).code, 0);
  machine.start();
  EXPECT_EQ(machine.ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{}).claimed, 1);
  expect_everything_comes_back(machine);
}

TEST(RecoverWord, HoldsWhatItIsGiven) {
  const FwWord word{.owner = 0x1234,
                    .partner = 0x5678,
                    .inbound = true,
                    .designated = true,
                    .intent = Intent::kLeave,
                    .both = true,
                    .pool = Pool::kEmergency,
                    .deadline = 0xABCDEF};
  const auto back = FwWord::unpack(static_cast<std::uint64_t>(word.high()) << 32 | word.low());
  EXPECT_EQ(back.owner, word.owner);
  EXPECT_EQ(back.partner, word.partner);
  EXPECT_TRUE(back.inbound && back.designated && back.both);
  EXPECT_EQ(back.intent, word.intent);
  EXPECT_EQ(back.pool, word.pool);
  EXPECT_EQ(back.deadline, word.deadline);
  // Deadlines: never early, at most two units late, also where the counter wraps.
  for (const std::uint64_t now : {std::uint64_t{0}, (std::uint64_t{1} << 44) - 5'000'000, std::uint64_t{1} << 50}) {
    for (const std::uint64_t wait : {std::uint64_t{0}, std::uint64_t{50'000'000}, std::uint64_t{60'000'000'000}}) {
      const FwWord w{.deadline = FwWord::deadline_of(now + wait, now)};
      EXPECT_GE(w.deadline_ns(now), now + wait);
      EXPECT_LE(w.deadline_ns(now), now + wait + (2U << FwWord::kDeadlineShift));
    }
  }
}

}  // namespace
}  // namespace sallyport::fw::test
