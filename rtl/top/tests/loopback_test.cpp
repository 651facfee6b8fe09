// The loopback through the whole top: known answers there and back, and nothing of it at the ports, whatever their
// other sides do.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "sallyport/regs.hpp"
#include "top_bench.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint32_t kOutIndex = 60;
constexpr std::uint32_t kInIndex = 61;
constexpr std::uint32_t kSpi = 0x7E570000 | 0x40 | kInIndex;
constexpr std::uint32_t kSalt = 0x01020304;
constexpr std::array<std::uint64_t, 4> kKey = {0x0011223344556677, 0x8899AABBCCDDEEFF, 0x0123456789ABCDEF,
                                               0xFEDCBA9876543210};

Octets big_endian(std::uint64_t value, unsigned octets) {
  Octets out;
  for (unsigned i = octets; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return out;
}

Octets& operator+=(Octets& to, const Octets& more) {
  to.insert(to.end(), more.begin(), more.end());
  return to;
}

/// RFC 4106: what stands behind the IP header, from the SPI to the ICV. The IV is the sequence number.
Octets esp(bool key256, std::uint64_t seq, Octets payload, std::uint8_t next_header) {
  const std::size_t plain = payload.size();
  while ((payload.size() + 2) % 4 != 0) payload.push_back(static_cast<std::uint8_t>(payload.size() - plain + 1));
  payload.push_back(static_cast<std::uint8_t>(payload.size() - plain));
  payload.push_back(next_header);
  Octets head = big_endian(kSpi, 4);
  head += big_endian(seq, 4);
  Octets key;
  for (unsigned w = 0; w < (key256 ? 4U : 2U); ++w) key += big_endian(kKey[w], 8);
  Octets nonce = big_endian(kSalt, 4);
  nonce += big_endian(seq, 8);
  Octets out = head;
  out += big_endian(seq, 8);
  const std::size_t at = out.size();
  out.resize(at + payload.size() + 16);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int n = 0;
  EVP_EncryptInit_ex(context, key256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key.data(), nonce.data());
  EVP_EncryptUpdate(context, nullptr, &n, head.data(), static_cast<int>(head.size()));
  EVP_EncryptUpdate(context, out.data() + at, &n, payload.data(), static_cast<int>(payload.size()));
  EVP_EncryptFinal_ex(context, out.data() + at + n, &n);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, out.data() + at + payload.size());
  EVP_CIPHER_CTX_free(context);
  return out;
}

/// A UDP packet with a right checksum of its IP header.
Octets ipv4(std::size_t n) {
  Octets p(n);
  for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<std::uint8_t>(0x30 + 5 * i);
  const Octets header = {0x45,
                         0,
                         static_cast<std::uint8_t>(n >> 8),
                         static_cast<std::uint8_t>(n),
                         0,
                         1,
                         0x40,
                         0,
                         64,
                         17,
                         0,
                         0,
                         192,
                         0,
                         2,
                         1,
                         192,
                         0,
                         2,
                         2};
  std::copy(header.begin(), header.end(), p.begin());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  p[10] = static_cast<std::uint8_t>(~sum >> 8);
  p[11] = static_cast<std::uint8_t>(~sum);
  return p;
}

class Loopback : public testing::Test {
 protected:
  /// The pair of SAs of the test: transport mode, whose octets are those that were sent and what RFC 4106 says; or
  /// tunnel mode.
  void install(bool key256, bool tunnel = false) {
    std::array<std::uint64_t, abi::kImageWords> image{};
    const auto flag = [](abi::SaFlag f) { return std::uint64_t{1} << static_cast<unsigned>(f); };
    const std::uint64_t flags = (key256 ? flag(abi::SaFlag::kKey256) : 0) | (tunnel ? flag(abi::SaFlag::kTunnel) : 0);
    image[0] = std::uint64_t{kSpi} << 32 | std::uint64_t{1500} << 16 | flags;
    image[1] = std::uint64_t{64} << 24;
    image[2] = 0xC0000201'00000000;
    image[4] = 0xC0000202'00000000;
    image[6] = image[8] = UINT64_MAX;
    image[10] = std::uint64_t{1} << 36;
    for (unsigned w = 0; w < 4; ++w) image[12 + w] = kKey[w];
    image[16] = std::uint64_t{kSalt} << 32;
    stage(kOutIndex, image);
    generation_ = bench.generation;
    image[0] |= flag(abi::SaFlag::kInbound);
    image[1] = 0x0000FFFF'0000FFFF;
    image[2] = image[4] = 0;
    stage(kInIndex, image);
    tunnel_ = tunnel;
  }
  void stage(std::uint32_t index, const std::array<std::uint64_t, abi::kImageWords>& image) {
    for (std::uint32_t w = 0; w < image.size(); ++w) {
      bench.write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
      bench.write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32));
    }
    ASSERT_EQ(bench.command(abi::Op::kCommit, index), abi::CmdCode::kOk);
  }

  void load(const Octets& octets, std::size_t at = 0) {
    for (std::size_t i = 0; i < octets.size(); i += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, octets.data() + i, std::min<std::size_t>(4, octets.size() - i));
      bench.write(regs::kTestBufferAddress + static_cast<std::uint32_t>(at + i), word);
    }
  }
  Octets stored(std::size_t n) {
    Octets out((n + 3) / 4 * 4);
    for (std::size_t i = 0; i < n; i += 4) {
      const std::uint32_t word = bench.read(regs::kTestBufferAddress + static_cast<std::uint32_t>(i));
      std::memcpy(out.data() + i, &word, 4);
    }
    out.resize(n);
    return out;
  }
  template <class Descriptor>
  void load_descriptor(const Descriptor& descriptor) {
    const auto raw = descriptor.pack();
    load({raw.begin(), raw.end()});
  }
  void load_outbound(const Octets& packet) {
    abi::OutDesc d;
    d.index = kOutIndex;
    d.generation = generation_;
    d.length = static_cast<std::uint16_t>(packet.size());
    d.next_header = tunnel_ ? 4 : 17;
    d.esp_offset = tunnel_ ? 0 : 20;
    d.nh_offset = tunnel_ ? 0 : 9;
    d.flags = tunnel_ ? 1 : 0;
    d.cookie = 0xC00C1E;
    load_descriptor(d);
    load(packet, 16);
  }

  void start(bool inbound) {
    seq_ = ((status() >> regs::kTestStatusSeqShift) + 1) & 0xFFFF;
    bench.write(regs::kTestGoAddress, seq_ << regs::kTestGoSeqShift | (inbound ? regs::kTestGoInboundMask : 0));
  }
  std::uint32_t status() { return bench.read(regs::kTestStatusAddress); }
  /// Until the run is over; its octets, status descriptor first.
  Octets finish() {
    last = regs::kTestStatusBusyMask;
    for (int i = 0; i < 2'000 && (last & regs::kTestStatusBusyMask) != 0; ++i) last = status();
    EXPECT_EQ(last & regs::kTestStatusBusyMask, 0U);
    EXPECT_EQ(last >> regs::kTestStatusSeqShift, seq_);
    return stored((last & regs::kTestStatusOctetsMask) >> regs::kTestStatusOctetsShift);
  }
  static abi::StatusDesc unpack(const Octets& octets) {
    std::array<std::uint8_t, 16> raw{};
    std::copy_n(octets.begin(), 16, raw.begin());
    return abi::StatusDesc::unpack(raw);
  }

  /// A packet out, its ESP octets against OpenSSL's, and back in.
  void there_and_back(bool key256, std::size_t n, std::uint64_t seq) {
    const Octets packet = ipv4(n);
    load_outbound(packet);
    start(false);
    Octets out = finish();
    ASSERT_GE(out.size(), 36U);
    ASSERT_EQ(last & (regs::kTestStatusOverflowMask | regs::kTestStatusRefusedMask | regs::kTestStatusAbortedMask), 0U);
    const abi::StatusDesc sent = unpack(out);
    ASSERT_EQ(sent.verdict, 0) << abi::name(static_cast<abi::Verdict>(sent.verdict));
    EXPECT_EQ(sent.cookie, 0xC00C1EU);
    ASSERT_EQ(out.size(), 16U + sent.length);
    EXPECT_EQ(out[16 + 9], 50);
    EXPECT_EQ(Octets(out.begin() + 36, out.end()), esp(key256, seq, {packet.begin() + 20, packet.end()}, 17)) << n;
    // An inbound descriptor in place of the status; the packet stays where it is.
    abi::InDesc in;
    in.length = sent.length;
    in.cookie = 0xBAC4;
    load_descriptor(in);
    start(true);
    out = finish();
    const abi::StatusDesc got = unpack(out);
    ASSERT_EQ(got.verdict, 0) << abi::name(static_cast<abi::Verdict>(got.verdict));
    EXPECT_EQ(got.cookie, 0xBAC4U);
    EXPECT_EQ(got.index, kInIndex);
    EXPECT_EQ(Octets(out.begin() + 16, out.end()), packet) << n;
  }

  /// The other sides of the ports: all of them offer, and take what they get.
  void lure() {
    for (CData* valid :
         {&bench.top.out_desc_tvalid, &bench.top.out_s_tvalid, &bench.top.in_desc_tvalid, &bench.top.in_s_tvalid}) {
      *valid = 1;
    }
  }
  bool quiet() {
    return !bench.top.out_stat_tvalid && !bench.top.out_m_tvalid && !bench.top.in_stat_tvalid &&
           !bench.top.in_m_tvalid && !bench.top.out_desc_tready && !bench.top.out_s_tready &&
           !bench.top.in_desc_tready && !bench.top.in_s_tready;
  }

  /// Packets with this verdict that were counted.
  std::uint64_t counted(bool inbound, abi::Verdict verdict) {
    EXPECT_EQ(bench.command(abi::Op::kCounter, 0, (inbound ? 64U : 0U) | static_cast<unsigned>(verdict)),
              abi::CmdCode::kOk);
    return bench.read(regs::kSnapCounterLoAddress);
  }

  TopBench bench{1};
  std::uint32_t last = 0;

 private:
  std::uint16_t generation_ = 0;
  std::uint32_t seq_ = 0;
  bool tunnel_ = false;
};

TEST_F(Loopback, KnownAnswersBothWays) {
  for (const bool key256 : {false, true}) {
    install(key256);
    std::uint64_t seq = 0;
    for (const std::size_t n : {28U, 29U, 36U, 64U, 100U, 255U, 400U}) {
      there_and_back(key256, n, ++seq);
      if (HasFatalFailure()) return;
    }
    for (const std::uint32_t index : {kOutIndex, kInIndex}) {
      EXPECT_EQ(bench.command(abi::Op::kSnapshot, index), abi::CmdCode::kOk);
      EXPECT_EQ(bench.read(regs::kSnapPacketsLoAddress), seq);
      const std::uint32_t generation = bench.read(regs::kSnapInfoAddress) & 0xFFFF;
      EXPECT_EQ(bench.command(abi::Op::kErase, index | generation << 16), abi::CmdCode::kOk);
    }
  }
  EXPECT_TRUE(bench.outbound.out.empty() && bench.inbound.out.empty());
  EXPECT_TRUE(bench.top.idle_o);
  EXPECT_EQ(counted(false, abi::Verdict::kOk) + counted(true, abi::Verdict::kOk), 0U) << "it is no traffic";
}

TEST_F(Loopback, AForgedPacketGivesAStatusAlone) {
  install(false);
  const Octets packet = ipv4(60);
  load_outbound(packet);
  start(false);
  Octets out = finish();
  const abi::StatusDesc sent = unpack(out);
  abi::InDesc in;
  in.length = sent.length;
  load_descriptor(in);
  bench.write(regs::kTestBufferAddress + 52, bench.read(regs::kTestBufferAddress + 52) ^ 0x10);
  start(true);
  out = finish();
  ASSERT_EQ(out.size(), 16U);
  EXPECT_EQ(unpack(out).verdict, static_cast<std::uint8_t>(abi::Verdict::kBadIcv));
  EXPECT_EQ(counted(true, abi::Verdict::kBadIcv), 0U);
}

TEST_F(Loopback, NothingPassesThePortsMeanwhile) {
  install(true);
  for (const bool inbound : {false, false, true}) {
    load_outbound(ipv4(200));
    start(inbound);
    unsigned busy = 0;
    for (int i = 0; i < 3'000; ++i) {
      bench.clock();
      ASSERT_TRUE(quiet()) << i;
      busy += bench.top.idle_o ? 0 : 1;
    }
    EXPECT_GT(busy, 20U);
    EXPECT_EQ(unpack(finish()).verdict == 0, !inbound);
    EXPECT_TRUE(bench.top.idle_o);
    // In the second run the ports' other sides offer, before it, all through it and after it.
    lure();
  }
  EXPECT_TRUE(bench.outbound.out.empty() && bench.inbound.out.empty());
}

TEST_F(Loopback, IsRefusedWhileEnabledOrBusyWithPackets) {
  install(false);
  load_outbound(ipv4(60));
  bench.enable();
  start(false);
  finish();
  EXPECT_NE(last & regs::kTestStatusRefusedMask, 0U);
  EXPECT_EQ(last & regs::kTestStatusOctetsMask, 0U);
  // A packet inside: its descriptor has been taken, its octets have not come.
  abi::OutDesc d;
  d.index = kOutIndex;
  d.length = 64;
  const auto raw = d.pack();
  std::memcpy(bench.top.out_desc_tdata.data(), raw.data(), 16);
  bench.top.out_desc_tvalid = 1;
  bench.top.eval();
  ASSERT_TRUE(bench.top.out_desc_tready);
  bench.clock();
  bench.top.out_desc_tvalid = 0;
  bench.write(regs::kControlAddress, 0);
  start(false);
  finish();
  EXPECT_NE(last & regs::kTestStatusRefusedMask, 0U);
  EXPECT_FALSE(bench.top.idle_o);
}

// The host enables the device in the middle of a run: the run goes on alone, then packets flow.
TEST_F(Loopback, PacketsFlowAfterTheRun) {
  install(false);
  load_outbound(ipv4(400));
  bench.outbound.in.push_back({abi::OutDesc{.index = 9, .length = 60}.pack(), ipv4(60)});
  start(false);
  bench.enable();
  const Octets out = finish();
  EXPECT_EQ(unpack(out).verdict, 0);
  EXPECT_EQ(out.size(), 16U + unpack(out).length);
  ASSERT_TRUE(bench.wait(bench.outbound, 1));
  EXPECT_EQ(bench.outbound.out.front().status.index, 9);
  EXPECT_NE(bench.outbound.out.front().status.verdict, 0);
  EXPECT_EQ(counted(false, static_cast<abi::Verdict>(bench.outbound.out.front().status.verdict)), 1U);
  for (int i = 0; i < 500; ++i) bench.clock();
  EXPECT_EQ(bench.outbound.out.size(), 1U);
}

TEST_F(Loopback, TooMuchIsDropped) {
  install(false, true);
  load_outbound(ipv4(490));
  start(false);
  const Octets out = finish();
  EXPECT_NE(last & regs::kTestStatusOverflowMask, 0U);
  ASSERT_EQ(out.size(), 512U);
  EXPECT_GT(unpack(out).length, 496);
  EXPECT_TRUE(bench.top.idle_o);
  load_outbound(ipv4(100));
  start(false);
  EXPECT_EQ(unpack(finish()).verdict, 0);
  EXPECT_EQ(last & regs::kTestStatusOverflowMask, 0U);
}

TEST_F(Loopback, AnAbortLeavesNothingBehind) {
  install(true);
  unsigned aborted = 0;
  for (unsigned wait = 0; wait < 200; wait += 7) {
    load_outbound(ipv4(400));
    const std::uint32_t seq = (status() >> regs::kTestStatusSeqShift) + 1;
    start(false);
    for (unsigned i = 0; i < wait; ++i) bench.clock();
    bench.write(regs::kTestAbortAddress, seq << regs::kTestAbortSeqShift);
    finish();
    aborted += (last & regs::kTestStatusAbortedMask) != 0 ? 1 : 0;
    ASSERT_TRUE(bench.top.idle_o);
  }
  EXPECT_GT(aborted, 5U);
  // The next packet is as good as ever, and traffic flows.
  load_outbound(ipv4(100));
  start(false);
  EXPECT_EQ(unpack(finish()).verdict, 0);
  bench.enable();
  for (int i = 0; i < 500; ++i) bench.clock();
  EXPECT_TRUE(bench.outbound.out.empty() && bench.inbound.out.empty());
}

TEST_F(Loopback, MarchesBeforeTraffic) {
  for (std::uint32_t index = 0; index < 64; ++index)
    ASSERT_EQ(bench.command(abi::Op::kMarch, index), abi::CmdCode::kOk);
  EXPECT_EQ(bench.read(regs::kEccCorrectedAddress) + bench.read(regs::kEccFatalAddress), 0U);
  install(false);
  there_and_back(false, 100, 1);
  EXPECT_EQ(bench.command(abi::Op::kMarch, kOutIndex), abi::CmdCode::kBadState);
  for (std::uint32_t index = 0; index < 64; ++index) {
    ASSERT_EQ(bench.command(abi::Op::kVerify, index), abi::CmdCode::kOk);
  }
  there_and_back(false, 64, 2);
}

}  // namespace
}  // namespace sallyport::test
