#pragma once
/// @file
/// Firmware over the fake device, spoken to by mailbox messages only.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "fake_device.hpp"
#include "fake_register_bus.hpp"
#include "sallyport/fw/firmware.hpp"

namespace sallyport::fw::test {

using abi::EntryState;
using abi::MailboxCode;
using abi::MailboxCommand;
using abi::Pool;
using FakeBus = sallyport::test::FakeRegisterBus;

class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t next() override { return stuck ? 0U : static_cast<std::uint32_t>(engine_()); }

  bool stuck = false;  ///< Gives nothing but zero, as a broken source would.

 private:
  std::mt19937 engine_;
};

/// Started firmware in an open session.
class FirmwareFixture : public ::testing::Test {
 protected:
  explicit FirmwareFixture(unsigned log2_sas = 6, unsigned ring_depth = 256) : device_(log2_sas, ring_depth) {}
  void SetUp() override {
    ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
    hello();
  }

  static MailboxCode code_of(const Message& answer) { return static_cast<MailboxCode>(answer[3]); }
  template <class Answer = abi::MailboxAnswer, class Request>
  Answer ask(MailboxCommand command, Request request) {
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(command);
    request.seq = ++seq_;
    return Answer::unpack(firmware_.handle(request.pack()));
  }
  template <class Request>
  MailboxCode code(MailboxCommand command, Request request) {
    return static_cast<MailboxCode>(ask(command, request).code);
  }
  void hello() { ASSERT_EQ(ask<abi::MailboxInfo>(MailboxCommand::kHello, abi::MailboxHello{}).code, 0); }
  abi::MailboxInfo info() { return ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{}); }

  /// For a new SA.
  abi::MailboxAnswer reserve(std::uint16_t owner = 1, bool claim = false) {
    abi::MailboxReserve request;
    request.owner = owner;
    request.claim = claim ? 1 : 0;
    return ask(MailboxCommand::kReserve, request);
  }
  static abi::MailboxReserve rekey_request(const abi::MailboxAnswer& old, abi::RekeyStarter starter, Pool pool,
                                           std::uint16_t owner = 1) {
    abi::MailboxReserve request;
    request.owner = owner;
    request.pool = static_cast<std::uint8_t>(pool);
    request.claim = 1;
    request.old_index = old.in_index;
    request.old_generation = old.in_generation;
    request.starter = static_cast<std::uint8_t>(starter);
    return request;
  }
  /// For the rekey of a pair.
  abi::MailboxAnswer reserve_for(const abi::MailboxAnswer& old, abi::RekeyStarter starter = abi::RekeyStarter::kHere,
                                 Pool pool = Pool::kRekey) {
    return ask(MailboxCommand::kReserve, rekey_request(old, starter, pool));
  }
  MailboxCode give_up(const abi::MailboxAnswer& reserved) {
    abi::MailboxPair request;
    request.in_index = reserved.in_index;
    request.in_generation = reserved.in_generation;
    request.out_index = kNone;
    return code(MailboxCommand::kErase, request);
  }
  /// The policy of a start with other pools. Zeros let new SAs fill the whole table.
  void set_pools(std::uint16_t reserve, std::uint16_t emergency) {
    const Policy start;
    abi::MailboxPolicy policy;
    policy.reserve = reserve;
    policy.emergency = emergency;
    policy.soft_from = start.soft.from;
    policy.soft_span = start.soft.span;
    policy.drain_ns = start.drain_ns;
    policy.bound_ns = start.bound_ns;
    policy.round_ns = start.round_ns;
    ASSERT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kOk);
  }
  /// Entries that an owner holds, promised ones too; sets its quota.
  std::uint64_t held(std::uint16_t owner, std::uint16_t quota = kNone) {
    abi::MailboxQuota request;
    request.owner = owner;
    request.quota = quota;
    const auto answer = ask(MailboxCommand::kSetQuota, request);
    EXPECT_EQ(answer.code, 0);
    return answer.value;
  }
  /// Writes the head of an image as the driver would; a key word stands for the secret.
  void stage(unsigned slot, std::uint32_t spi, bool inbound) {
    const std::uint64_t word0 = static_cast<std::uint64_t>(spi) << 32 | 1500U << 16 | (inbound ? 1U : 0U);
    ASSERT_TRUE(write_staging(bus_, static_cast<std::uint8_t>(slot), 0, word0));
    ASSERT_TRUE(write_staging(bus_, static_cast<std::uint8_t>(slot), 12, 0x5EC2E75EC2E75EC2));
  }
  [[nodiscard]] bool staging_empty() const {
    for (unsigned slot = 0; slot < abi::kStagingSlots; ++slot) {
      for (const std::uint64_t word : device_.staging(slot)) {
        if (word != 0) return false;
      }
    }
    return true;
  }
  static abi::MailboxInstall pair_request(const abi::MailboxAnswer& reserved, std::uint16_t owner = 1) {
    abi::MailboxInstall request;
    request.in_index = reserved.in_index;
    request.in_generation = reserved.in_generation;
    request.owner = owner;
    request.slot_in = 0;
    request.slot_out = 1;
    request.partner = kNone;
    request.in_hard_octets = request.out_hard_octets = 100'000;
    request.in_hard_packets = request.out_hard_packets = 1'000;
    request.out_spi = kPeerSpi;
    return request;
  }
  abi::MailboxAnswer install_pair(std::uint16_t owner = 1) { return install_reserved(reserve(owner, true), owner); }
  /// The pair that replaces `old`.
  abi::MailboxAnswer install_rekey(const abi::MailboxAnswer& old) { return install_reserved(reserve_for(old)); }
  abi::MailboxAnswer install_reserved(const abi::MailboxAnswer& reserved, std::uint16_t owner = 1) {
    EXPECT_EQ(reserved.code, 0) << abi::name(static_cast<MailboxCode>(reserved.code));
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    const auto installed = ask(MailboxCommand::kInstallPair, pair_request(reserved, owner));
    EXPECT_EQ(installed.code, 0) << abi::name(static_cast<MailboxCode>(installed.code));
    return installed;
  }
  static abi::MailboxPair pair_of(const abi::MailboxAnswer& installed) {
    abi::MailboxPair request;
    request.in_index = installed.in_index;
    request.in_generation = installed.in_generation;
    request.out_index = installed.out_index;
    request.out_generation = installed.out_generation;
    return request;
  }
  /// The request that supersedes it.
  static abi::MailboxPair replaced_by(const abi::MailboxAnswer& old, const abi::MailboxAnswer& fresh) {
    auto request = pair_of(old);
    request.new_in_index = fresh.in_index;
    request.new_in_generation = fresh.in_generation;
    request.new_out_index = fresh.out_index;
    request.new_out_generation = fresh.out_generation;
    return request;
  }
  std::vector<abi::MailboxNotice> notices() {
    std::vector<abi::MailboxNotice> all;
    while (const auto message = firmware_.take_notice()) all.push_back(abi::MailboxNotice::unpack(*message));
    return all;
  }
  /// The device's picture and the firmware's agree, and nothing is counted twice.
  void expect_consistent() {
    const auto now = info();
    EXPECT_EQ(now.free, device_.count(EntryState::kFree));
    EXPECT_EQ(now.larval, device_.count(EntryState::kLarval));
    EXPECT_EQ(now.active, device_.count(EntryState::kActive));
    EXPECT_EQ(now.overlap, device_.count(EntryState::kOverlap));
    EXPECT_EQ(now.draining, device_.count(EntryState::kDraining));
    EXPECT_EQ(now.redundant, device_.count(EntryState::kRedundant));
    EXPECT_EQ(now.erasing, device_.count(EntryState::kErasing));
  }

  static constexpr std::uint32_t kPeerSpi = 0xC0FFEE01;
  sallyport::test::FakeDevice device_;
  FakeBus bus_{device_};
  SeededRandom random_{1};
  Storage<64, 64, 8> storage_{};
  Kept<8> kept_{};
  Firmware firmware_{bus_, random_, storage_, kept_};
  std::uint32_t seq_ = 100;
};

}  // namespace sallyport::fw::test
