// A host that looks for keys, and one that writes everywhere (G5).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>
#include <vector>

#include "field.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::EntryState;
using abi::Op;
using abi::SadMem;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;
using model::OctetView;

/// Every window of 4 octets of the SA's secrets, as either octet order would show it.
void add_secret(std::set<std::uint32_t>& words, OctetView secret) {
  for (std::size_t i = 0; i + 4 <= secret.size(); ++i) {
    const std::uint32_t word = model::load32(secret, i);
    words.insert(word);
    words.insert(__builtin_bswap32(word));
  }
}

Octets hash_key(const TestSa& sa) {
  const bool key256 = sa.config.has(SaFlag::kKey256);
  Octets out(32);
  const Octets zero(16);
  int n = 0;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, key256 ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), nullptr, sa.secret.key.data(), nullptr);
  EVP_EncryptUpdate(context, out.data(), &n, zero.data(), 16);
  EVP_CIPHER_CTX_free(context);
  out.resize(16);
  return out;
}

/// Reads the whole register space, also where there are no registers and at odd addresses.
void scan(Field& field, const std::set<std::uint32_t>& secrets, const char* when) {
  for (std::uint32_t at = 0; at < 0x1'0000; at += 4) {
    const std::uint32_t address = at + (at % 28 == 0 ? 1 + (at / 28) % 3 : 0);
    const auto value = field.accelerator->read32(address);
    if (!value) continue;
    ASSERT_FALSE(secrets.contains(*value)) << when << ": a word of a key at " << std::hex << address;
    if (at >= regs::kStagingAddress && at < regs::kStagingAddress + 8 * abi::kStagingSlots * abi::kSlotWords) {
      ASSERT_EQ(*value, 0U) << when;
    }
  }
}

TEST(Attack, NoKeyCanBeRead) {
  Field field(19);
  TestSa out = field.sa(2, {SaFlag::kTunnel, SaFlag::kKey256});
  TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kIcvForce});
  std::set<std::uint32_t> secrets;
  for (const TestSa* sa : {&out, &in}) {
    add_secret(secrets, sa->secret.key);
    add_secret(secrets, sa->secret.salt);
    add_secret(secrets, hash_key(*sa));
  }
  in.config.icv_limit = 2;
  out.config.soft_packets = 1;
  // Staged, not committed; and a commit that is refused.
  const auto image = model::encode_image(out.config, out.secret);
  for (std::uint32_t w = 0; w < image.size(); ++w) {
    field.device.write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
    field.device.write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32));
  }
  scan(field, secrets, "staged");
  model::SaConfig broken = out.config;
  broken.head.spi = 1;
  ASSERT_EQ(field.device.commit(2, 0, model::encode_image(broken, out.secret)).code, CmdCode::kBadImage);
  scan(field, secrets, "refused");
  field.install(out);
  field.install(in);
  if (HasFatalFailure()) return;
  scan(field, secrets, "installed");
  // In use: the registers are read while packets are inside.
  for (std::uint32_t i = 0; i < 20; ++i) {
    field.accelerator->push(Direction::kOutbound, field.to_send(out, field.plain(900)));
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(in, i + 1, field.plain(900))));
  }
  scan(field, secrets, "in use");
  field.drain(Direction::kOutbound);
  field.drain(Direction::kInbound);
  // What a refused packet leaves behind.
  for (std::uint32_t i = 0; i < 3; ++i) {
    Octets forged = field.sealed(in, 100 + i, field.plain(60));
    forged.back() ^= 1;
    field.accelerator->push(Direction::kInbound, Field::to_open(forged));
  }
  for (const PacketOut& p : field.drain(Direction::kInbound)) {
    for (const std::uint32_t word : {p.status.aux, p.status.cookie}) ASSERT_FALSE(secrets.contains(word));
  }
  // A key word that cannot be read any more, met by a packet and by commands.
  ASSERT_EQ(
      field.device.command(Op::kFlip, 2, out.generation, static_cast<std::uint32_t>(SadMem::kKey), 5U << 16U | 6U).code,
      CmdCode::kOk);
  field.accelerator->push(Direction::kOutbound, field.to_send(out, field.plain(60)));
  ASSERT_EQ(verdict(field.drain(Direction::kOutbound)[0]), Verdict::kDeadMemory);
  for (std::uint32_t i = 0; i < kSas; ++i) {
    field.device.snapshot(i);
    if (i < 8) scan(field, secrets, "snapshot");
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(field.device.command(Op::kErase, 2, out.generation).state, EntryState::kFree);
  ASSERT_EQ(field.device.command(Op::kErase, 3, in.generation).state, EntryState::kFree);
  scan(field, secrets, "erased");
  for (unsigned op = 0; op < 256; ++op) {
    if (op == static_cast<unsigned>(Op::kCommit)) continue;
    field.device.command(static_cast<Op>(op), 2, out.generation, 0x8000'0000 | op, 0xFFFF'FFFF);
  }
  scan(field, secrets, "every operation");
  for (std::uint32_t i = 0; i < kSas; ++i) {
    const Snapshot snap = field.device.snapshot(i);
    EXPECT_TRUE(snap.state == EntryState::kFree || (i == 2 && snap.state == EntryState::kLarval)) << i;
  }
}

// Somebody writes anything to every address, registers or not, in front of packets. Only CONTROL is left alone: it may
// close the intake. Neither packets nor table nor the read-only registers are moved by it, and no command starts
// without its number.
TEST(Attack, WritesEverywhere) {
  Field field(26);
  TestSa out = field.sa(2, {SaFlag::kTunnel});
  TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
  out.config.soft_packets = 1;
  field.install(out);
  field.install(in);
  if (HasFatalFailure()) return;
  std::vector<Octets> sent;
  for (std::uint32_t i = 0; i < 100; ++i) {
    sent.push_back(field.plain(300));
    field.accelerator->push(Direction::kOutbound, field.to_send(out, sent.back(), i));
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(in, i + 1, sent.back()), i));
  }
  const auto seq = field.device.read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift;
  for (std::uint32_t address = 0; address < 0x1'0000; address += 1 + (address % 4 == 3 ? 0 : field.traffic.below(3))) {
    const std::uint32_t word = address & ~3U;
    if (word == regs::kControlAddress) continue;
    auto value = static_cast<std::uint32_t>(field.traffic.below(0x1'0000'0000));
    // The number that is next would be a command.
    if (word == regs::kCmdGoAddress && value >> 16 == ((seq + 1) & 0xFFFF)) value ^= 0x8000'0000;
    (void)field.accelerator->write32(address, value);
  }
  EXPECT_EQ(field.device.read(regs::kIdAddress), 0x534C'5950U);
  EXPECT_EQ(field.device.read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift, seq);
  EXPECT_EQ(field.device.read(regs::kCmdStatusAddress) & regs::kCmdStatusBusyMask, 0U);
  std::size_t passed = 0;
  for (const PacketOut& p : field.drain(Direction::kInbound)) {
    ASSERT_EQ(verdict(p), Verdict::kOk);
    ASSERT_EQ(p.octets, sent[p.status.cookie]);
    ++passed;
  }
  for (const PacketOut& p : field.drain(Direction::kOutbound)) {
    ASSERT_EQ(verdict(p), Verdict::kOk);
    ++passed;
  }
  EXPECT_EQ(passed, 200U);
  EXPECT_EQ(field.device.read(regs::kEvHeadAddress), 1U);
  EXPECT_LE(field.device.read(regs::kEvTailAddress), 1U);
  EXPECT_EQ(field.device.read(regs::kRingAddress), 1U) << "the ring was written";
  // What stands in the staging bank now is no image; where it is, it must contradict itself, not pass.
  for (std::uint32_t slot = 0; slot < abi::kStagingSlots; ++slot) {
    ASSERT_EQ(field.device.command(Op::kClearStaging, 0, 0, slot).code, CmdCode::kOk);
    EXPECT_EQ(field.device.command(Op::kCommit, 9, 0, slot).code, CmdCode::kBadImage);
  }
  EXPECT_EQ(field.device.snapshot(9).state, EntryState::kFree);
}

}  // namespace
}  // namespace sallyport::test
