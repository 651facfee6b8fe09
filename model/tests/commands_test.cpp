// Commands: states, generations, images.
#include <gtest/gtest.h>

#include "test_sa.hpp"

namespace sallyport::model::test {
namespace {

using abi::CmdCode;
using abi::EntryState;

TEST(Commands, LifeOfAnInboundEntry) {
  GoldenAccelerator golden(kNumSas, kWindow);
  const CommandResult reserved = golden.reserve(kInIndex, kSpi);
  EXPECT_EQ(reserved.code, CmdCode::kOk);
  EXPECT_EQ(reserved.state, EntryState::kLarval);
  EXPECT_EQ(golden.reserve(kInIndex, kSpi).code, CmdCode::kBadState);
  const ImageWords image = encode_image(in_config(), secret());
  EXPECT_EQ(golden.commit(kInIndex, static_cast<std::uint16_t>(reserved.generation + 1), image).code,
            CmdCode::kBadGeneration);
  const CommandResult committed = golden.commit(kInIndex, reserved.generation, image);
  EXPECT_EQ(committed.code, CmdCode::kOk);
  EXPECT_EQ(committed.generation, reserved.generation);
  EXPECT_EQ(committed.state, EntryState::kActive);
  EXPECT_EQ(golden.commit(kInIndex, reserved.generation, image).code, CmdCode::kBadState);
  EXPECT_EQ(golden.erase(kInIndex, static_cast<std::uint16_t>(reserved.generation - 1)).code, CmdCode::kBadGeneration);
  EXPECT_EQ(golden.erase(kInIndex, reserved.generation).state, EntryState::kFree);
  EXPECT_EQ(golden.erase(kInIndex, reserved.generation).code, CmdCode::kBadState);
  EXPECT_NE(golden.reserve(kInIndex, kSpi).generation, reserved.generation);
}

TEST(Commands, Transitions) {
  const EntryState states[] = {EntryState::kFree,     EntryState::kLarval,    EntryState::kActive, EntryState::kOverlap,
                               EntryState::kDraining, EntryState::kRedundant, EntryState::kErasing};
  const std::pair<EntryState, std::vector<EntryState>> allowed[] = {
      {EntryState::kActive, {EntryState::kOverlap, EntryState::kDraining, EntryState::kRedundant}},
      {EntryState::kOverlap, {EntryState::kActive, EntryState::kDraining, EntryState::kRedundant}},
      {EntryState::kRedundant, {EntryState::kDraining}},
      {EntryState::kDraining, {}}};
  for (const auto& [from, to] : allowed) {
    for (const EntryState target : states) {
      Pair pair;
      if (from != EntryState::kActive) pair.a.set_state(kOutIndex, pair.a_generation, from);
      ASSERT_EQ(pair.a.entry(kOutIndex).state(), from);
      const bool ok = std::find(to.begin(), to.end(), target) != to.end();
      const CommandResult got = pair.a.set_state(kOutIndex, pair.a_generation, target);
      EXPECT_EQ(got.code, ok ? CmdCode::kOk : CmdCode::kBadState) << abi::name(from) << " to " << abi::name(target);
      EXPECT_EQ(got.state, ok ? target : from);
    }
  }
}

TEST(Commands, TargetsAreChecked) {
  Pair pair;
  EXPECT_EQ(pair.a.kill(kNumSas, 0).code, CmdCode::kBadIndex);
  EXPECT_EQ(pair.a.kill(0, 0).code, CmdCode::kBadState);
  EXPECT_EQ(pair.a.kill(kOutIndex, 77).code, CmdCode::kBadGeneration);
  EXPECT_EQ(pair.a.write_firmware_word(kOutIndex, pair.a_generation, 5).code, CmdCode::kOk);
  EXPECT_EQ(pair.a.entry(kOutIndex).firmware_word(), 5U);
}

TEST(Commands, ImagesAreChecked) {
  const auto code = [](SaConfig sa, auto change) {
    GoldenAccelerator golden(kNumSas, kWindow);
    change(sa);
    return golden.commit(kInIndex, 0, encode_image(sa, secret())).code;
  };
  EXPECT_EQ(code(in_config(), [](SaConfig& sa) { sa.head.spi = kInIndex; }), CmdCode::kBadImage);
  EXPECT_EQ(code(in_config(), [](SaConfig& sa) { sa.head.spi = kSpi + 1; }), CmdCode::kBadImage);
  EXPECT_EQ(code(out_config(), [](SaConfig& sa) { sa.head.spi = kSpi + 1; }), CmdCode::kOk);
  EXPECT_EQ(code(out_config(), [](SaConfig& sa) { sa.head.path_mtu = 0; }), CmdCode::kBadImage);
  GoldenAccelerator golden(kNumSas, kWindow);
  const std::uint16_t generation = golden.reserve(kInIndex, kSpi + kNumSas).generation;
  EXPECT_EQ(golden.commit(kInIndex, generation, encode_image(in_config(), secret())).code, CmdCode::kBadImage);
}

TEST(Commands, ImageSurvivesEncodingAndDecoding) {
  SaConfig in = in_config({SaFlag::kTunnel, SaFlag::kEsn, SaFlag::kKey256});
  in.rule = {8, 16, 17, 4, 0};
  in.soft_octets = 1;
  in.hard_octets = 2;
  in.soft_packets = 3;
  in.hard_packets = 4;
  in.icv_limit = 5;
  store<8>(in.first, 8, 0x0102030405060708);
  const ImageWords image = encode_image(in, secret());
  EXPECT_EQ(encode_image(decode_config(image), decode_secret(image)), image);
  EXPECT_EQ(image[0] >> 32, kSpi);
  EXPECT_EQ(image[12] >> 56, 0x40U);
  EXPECT_EQ(image[16], 0x0102030400000000U);
}

TEST(Commands, AKilledReservationCannotBecomeAnSa) {
  GoldenAccelerator golden(kNumSas, kWindow);
  const std::uint16_t generation = golden.reserve(kInIndex, kSpi).generation;
  EXPECT_EQ(golden.kill(kInIndex, generation).dead, abi::DeadReason::kKilled);
  EXPECT_EQ(golden.commit(kInIndex, generation, encode_image(in_config(), secret())).code, CmdCode::kBadState);
  EXPECT_EQ(golden.erase(kInIndex, generation).code, CmdCode::kOk);
}

TEST(Commands, NewTenantStartsAfresh) {
  Pair pair;
  pair.send(udp4());
  pair.a.kill(kOutIndex, pair.a_generation);
  pair.a.erase(kOutIndex, pair.a_generation);
  EXPECT_EQ(pair.send(udp4()).verdict(), Verdict::kStaleGeneration);
  const CommandResult again = pair.a.commit(kOutIndex, 0, encode_image(out_config(), secret()));
  EXPECT_EQ(pair.send(udp4()).verdict(), Verdict::kStaleGeneration);
  pair.a_generation = again.generation;
  const PacketResult sent = pair.send(udp4());
  EXPECT_EQ(sent.verdict(), Verdict::kOk);
  EXPECT_EQ(sent.status.aux, 1U);
}

}  // namespace
}  // namespace sallyport::model::test
