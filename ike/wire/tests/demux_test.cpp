// What stands in a datagram on UDP 4500.
#include "sallyport/ike/demux.hpp"

#include <map>

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

DatagramKind kind(const Bytes& datagram) { return classify(datagram).kind; }

TEST(IkeDemux, OneOctetOfOnesIsAKeepalive) {
  EXPECT_EQ(kind({0xff}), DatagramKind::kKeepalive);
  EXPECT_EQ(kind({0xfe}), DatagramKind::kMalformed);
  EXPECT_EQ(kind({0xff, 0xff}), DatagramKind::kMalformed);
  EXPECT_EQ(kind({}), DatagramKind::kMalformed);
}

TEST(IkeDemux, IkeStandsBehindTheMarker) {
  const Bytes datagram = hex("00000000 0102");
  const Datagram found = classify(datagram);
  EXPECT_EQ(found.kind, DatagramKind::kIke);
  EXPECT_EQ(to_hex(found.message), "0102");
  EXPECT_EQ(found.message.data(), datagram.data() + 4);
  EXPECT_EQ(kind(hex("00000000")), DatagramKind::kIke);  // an empty message, which has no header
  EXPECT_EQ(kind(hex("000000")), DatagramKind::kMalformed);
}

TEST(IkeDemux, EspHasAnSpiFrom256On) {
  const Bytes datagram = hex("00000100 00000001");
  const Datagram found = classify(datagram);
  EXPECT_EQ(found.kind, DatagramKind::kEsp);
  EXPECT_EQ(to_hex(found.message), "0000010000000001");
  EXPECT_EQ(kind(hex("ffffffff 00000001 00")), DatagramKind::kEsp);  // keepalives are shorter
  EXPECT_EQ(kind(hex("00000001 00000001")), DatagramKind::kMalformed);
  EXPECT_EQ(kind(hex("000000ff 00000001")), DatagramKind::kMalformed);
  EXPECT_EQ(kind(hex("00000100 000000")), DatagramKind::kMalformed);
}

TEST(IkeDemux, DatagramsOfARealSession) {
  // By frame number in isakmp4500.pcap, judged by tshark.
  const std::map<std::string, DatagramKind> expected{{"07", DatagramKind::kIke},       {"08", DatagramKind::kIke},
                                                     {"09", DatagramKind::kIke},       {"10", DatagramKind::kIke},
                                                     {"11", DatagramKind::kIke},       {"12", DatagramKind::kEsp},
                                                     {"18", DatagramKind::kKeepalive}, {"35", DatagramKind::kIke}};
  for (const auto& [frame, expected_kind] : expected) {
    const Bytes datagram = read_file(data_folder() / "udp4500" / (frame + ".bin"));
    EXPECT_EQ(name(kind(datagram)), name(expected_kind)) << frame;
  }
}

}  // namespace
}  // namespace sallyport::ike::test
