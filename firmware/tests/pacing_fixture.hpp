#pragma once
/// @file
/// SAs whose rekeys the firmware asks for, time that passes and traffic that uses up limits.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {

inline constexpr std::uint64_t kMs = 1'000'000;
inline constexpr std::uint64_t kSecond = 1'000 * kMs;
inline constexpr auto kHere = abi::RekeyStarter::kHere;
inline constexpr auto kPeer = abi::RekeyStarter::kPeer;

class PacingTest : public FirmwareFixture {
 protected:
  using FirmwareFixture::FirmwareFixture;
  struct Terms {
    std::uint16_t group = 0;
    unsigned window = 4;
    std::uint64_t t_ike_ns = 100 * kMs;
    bool designated = true;
    std::uint64_t hard_octets = 1'000'000;
  };
  static abi::MailboxInstall paced(abi::MailboxInstall request, const Terms& terms) {
    request.flags = static_cast<std::uint8_t>(2U | (terms.designated ? 4U : 0U) | terms.window << 3);
    request.group = terms.group;
    request.t_ike = Rough{terms.t_ike_ns}.code();
    request.in_hard_octets = request.out_hard_octets = terms.hard_octets;
    request.in_hard_packets = request.out_hard_packets = 0;
    request.soft_from = 8'000;
    request.soft_span = 0;
    return request;
  }
  abi::MailboxAnswer install_paced() { return install_paced(Terms{}); }
  abi::MailboxAnswer install_paced(const Terms& terms) { return install_paced(reserve(1, true), terms); }
  abi::MailboxAnswer install_paced(const abi::MailboxAnswer& reserved, const Terms& terms) {
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    const auto installed = ask(MailboxCommand::kInstallPair, paced(pair_request(reserved), terms));
    EXPECT_EQ(installed.code, 0) << abi::name(static_cast<MailboxCode>(installed.code));
    return installed;
  }
  MailboxCode supersede(const abi::MailboxAnswer& old, const abi::MailboxAnswer& fresh) {
    return code(MailboxCommand::kSupersede, replaced_by(old, fresh));
  }
  /// Entries for which a rekey was asked.
  std::vector<std::uint16_t> asked() {
    std::vector<std::uint16_t> indices;
    for (const auto& notice : notices()) {
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kRekey)) indices.push_back(notice.index);
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kLoad)) warnings_.push_back(notice.count);
    }
    return indices;
  }
  /// Time passes, `octets` go out on each of `pairs` every 10 ms.
  void run(std::uint64_t ns, const std::vector<abi::MailboxAnswer>& pairs, std::uint64_t octets) {
    for (std::uint64_t t = 0; t < ns; t += 10 * kMs) {
      for (const auto& pair : pairs) device_.packet(pair.out_index, octets);
      device_.advance(10 * kMs);
      poll();
    }
  }
  void poll() {
    do {
      ASSERT_TRUE(firmware_.poll());
    } while (firmware_.more_to_poll());
  }
  abi::MailboxLoad load() { return ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{}); }

  std::vector<std::uint64_t> warnings_;
};

/// All entries but R + E = 6 in use.
class FullTablePacingTest : public PacingTest {
 protected:
  void SetUp() override {
    PacingTest::SetUp();
    // All but R + E = 6.
    for (std::uint16_t i = 0; i < 29; ++i) pairs_.push_back(install_paced({.group = i, .window = 1}));
    ASSERT_EQ(info().free, 6);
    notices();
  }
  std::vector<abi::MailboxAnswer> pairs_;
};

using Indices = std::vector<std::uint16_t>;

}  // namespace sallyport::fw::test
