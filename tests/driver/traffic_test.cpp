// Packets through SAs that the driver installed.
#include "loopback.hpp"
#include "sallyport/sample_source.hpp"

namespace sallyport::test {
namespace {

class Traffic : public Loopback {};

TEST_F(Traffic, DiscoveryAgreesWithTheElaboration) {
  EXPECT_EQ(device_->info().num_sas, 64);
  EXPECT_EQ(device_->info().replay_window, 64);
  EXPECT_TRUE(device_->info().simulation);
  EXPECT_GE(device_->info().max_packet, 1'500);
}

TEST_F(Traffic, AnInstalledPairCarriesPackets) {
  const auto pair = install();
  for (const std::size_t octets : {28U, 64U, 577U, 1'400U}) round_trip(pair, ipv4_packet(octets));
}

TEST_F(Traffic, Aes128AndEsn) {
  auto reservation = device_->reserve(options(1));
  auto inbound = half(Direction::kInbound, 1);
  auto outbound = half(Direction::kOutbound, 1);
  inbound.key = SecretBytes(Packet(16, 7));
  outbound.key = SecretBytes(Packet(16, 7));
  inbound.esn = outbound.esn = true;
  outbound.spi = reservation->spi();
  auto pair = device_->install(*reservation, inbound, outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  round_trip(*pair, ipv4_packet(100));
}

TEST_F(Traffic, TransportModeBehindIpv6Extensions) {
  auto reservation = device_->reserve(options(1));
  auto inbound = half(Direction::kInbound, 1);
  auto outbound = half(Direction::kOutbound, 1);
  outbound.outer.reset();
  inbound.mode = outbound.mode = SaMode::kTransport;
  outbound.spi = reservation->spi();
  auto pair = device_->install(*reservation, inbound, outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  Packet packet(40 + 8 + 8 + 40);
  packet[0] = 0x60;
  packet[5] = 56;
  packet[6] = 0;  // hop-by-hop, then destination options, then UDP
  packet[7] = 64;
  packet[23] = 1;
  packet[39] = 2;
  packet[40] = 60;
  packet[48] = 17;
  for (std::size_t i = 56; i < packet.size(); ++i) packet[i] = static_cast<std::uint8_t>(i);
  round_trip(*pair, packet, SaMode::kTransport);
  round_trip(*pair, ipv4_packet(200), SaMode::kTransport);
}

TEST_F(Traffic, SelectorsHold) {
  auto reservation = device_->reserve(options(1));
  auto inbound = half(Direction::kInbound, 1);
  auto outbound = half(Direction::kOutbound, 1);
  inbound.selectors.source = IpPrefix::parse("10.0.0.0/24").value();
  inbound.selectors.protocol = 17;
  outbound.spi = reservation->spi();
  auto pair = device_->install(*reservation, inbound, outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  round_trip(*pair, ipv4_packet(100));
  auto foreign = ipv4_packet(100);
  foreign[13] = 9;
  const auto opened = open(seal(pair->out(), foreign).octets);
  EXPECT_EQ(verdict(opened), abi::Verdict::kDiscardsSelector);
}

TEST_F(Traffic, DummyPacketsAreDiscarded) {
  const auto pair = install();
  auto dummy = dummy_packet(pair.out(), Packet(33, 0xFF), 1);
  ASSERT_TRUE(dummy);
  const auto sealed = pass(Direction::kOutbound, std::move(*dummy));
  ASSERT_EQ(verdict(sealed), abi::Verdict::kOk);
  EXPECT_EQ(verdict(open(sealed.octets)), abi::Verdict::kDummy);
}

TEST_F(Traffic, CountersCanBeRead) {
  const auto pair = install();
  round_trip(pair, ipv4_packet(100));
  const auto sealed = seal(pair.out(), ipv4_packet(60));
  EXPECT_EQ(verdict(open(sealed.octets)), abi::Verdict::kOk);
  EXPECT_EQ(verdict(open(sealed.octets)), abi::Verdict::kReplay);

  const auto out = device_->query(pair.out().index);
  const auto in = device_->query(pair.in().index);
  ASSERT_TRUE(out && in);
  EXPECT_EQ(out->packets, Packets{2});
  EXPECT_EQ(out->sequence, 2U);
  // Payload and the trailer, padded to 4: 100 + 4 and 60 + 4.
  EXPECT_EQ(out->octets, Octets{104 + 64});
  EXPECT_EQ(in->octets, out->octets);
  EXPECT_EQ(in->packets, out->packets);
  EXPECT_EQ(in->spi, out->spi);
  EXPECT_EQ(in->partner, pair.out().index.value);

  SampleSource source(*device_);
  const auto sample = source.sample();
  ASSERT_TRUE(sample) << sample.error().text;
  const auto count = [&](Direction direction, abi::Verdict v) {
    return sample->verdicts[static_cast<std::size_t>(direction)][static_cast<std::size_t>(v)];
  };
  EXPECT_EQ(count(Direction::kOutbound, abi::Verdict::kOk), 2U);
  EXPECT_EQ(count(Direction::kInbound, abi::Verdict::kOk), 2U);
  EXPECT_EQ(count(Direction::kInbound, abi::Verdict::kReplay), 1U);
  EXPECT_EQ(count(Direction::kInbound, abi::Verdict::kBadIcv), 0U);
  EXPECT_EQ(sample->ecc_fatal, 0U);
  EXPECT_EQ(source.entries()->size(), 2U);
}

}  // namespace
}  // namespace sallyport::test
