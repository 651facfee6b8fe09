// Captures, good and bad: what is kept, what is skipped and under which name, and what the messages say.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "capture/capture_reader.hpp"
#include "capture/capture_writer.hpp"
#include "capture/link_layer.hpp"
#include "support/test_folder.hpp"

namespace sallyport::sim {
namespace {

using Octets = std::vector<std::uint8_t>;
constexpr std::uint32_t kEthernet = 1;
constexpr std::uint32_t kRaw = 101;

Octets join(std::initializer_list<Octets> parts) {
  Octets all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Octets ipv4(std::size_t total) {
  Octets packet(total, 0xA5);
  packet[0] = 0x45;
  packet[2] = static_cast<std::uint8_t>(total >> 8U);
  packet[3] = static_cast<std::uint8_t>(total);
  return packet;
}

Octets ipv6(std::size_t payload) {
  Octets packet(40 + payload, 0x5A);
  packet[0] = 0x60;
  packet[4] = static_cast<std::uint8_t>(payload >> 8U);
  packet[5] = static_cast<std::uint8_t>(payload);
  packet[6] = 17;
  return packet;
}

Octets ethernet(std::uint16_t type, const Octets& payload) {
  return join({Octets(12, 2), {static_cast<std::uint8_t>(type >> 8U), static_cast<std::uint8_t>(type)}, payload});
}

Octets le32(std::uint32_t v) {
  return {static_cast<std::uint8_t>(v), static_cast<std::uint8_t>(v >> 8U), static_cast<std::uint8_t>(v >> 16U),
          static_cast<std::uint8_t>(v >> 24U)};
}

Octets file_header(std::uint32_t link_type) {
  return join({le32(0xA1B2C3D4), {2, 0, 4, 0}, le32(0), le32(0), le32(65'535), le32(link_type)});
}

Octets record(const Octets& frame, std::uint32_t cut = 0) {
  const auto n = static_cast<std::uint32_t>(frame.size());
  return join({le32(100), le32(7), le32(n), le32(n + cut), frame});
}

class CaptureTest : public test::FolderTest {
 protected:
  std::string put(const Octets& octets) {
    const auto file = path("in.pcap");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
    return file.string();
  }
  /// The message of a file that must be refused; it must name the file.
  std::string refusal(const Octets& octets, bool strict = false) {
    const auto path = put(octets);
    const auto got = read_capture(path, strict);
    EXPECT_FALSE(got);
    if (got) return {};
    EXPECT_EQ(got.error().code, ErrorCode::kMalformedInput);
    EXPECT_NE(got.error().text.find(path), std::string::npos) << got.error().text;
    return got.error().text;
  }
};

TEST_F(CaptureTest, KeepsIpAndTrimsLinkPadding) {
  const Octets padding(6, 0);
  const auto got = read_capture(put(join({file_header(kEthernet), record(ethernet(0x0800, join({ipv4(40), padding}))),
                                          record(ethernet(0x86DD, ipv6(9)))})),
                                true);
  ASSERT_TRUE(got) << got.error().text;
  ASSERT_EQ(got->packets.size(), 2U);
  EXPECT_EQ(got->packets[0].octets, ipv4(40));
  EXPECT_EQ(got->packets[0].time_ns, 100'000'007'000U);
  EXPECT_EQ(got->packets[1].octets, ipv6(9));
  EXPECT_EQ(got->packets[1].frame, 2U);
  EXPECT_TRUE(got->warning().empty());
}

TEST_F(CaptureTest, PassesOverVlanTags) {
  for (const auto& tags : {Octets{0, 5}, Octets{0, 5, 0x88, 0xA8, 0, 6, 0x81, 0x00, 0, 7}}) {
    const Octets inner = join({tags, {0x08, 0x00}, ipv4(60)});
    const auto got = read_capture(put(join({file_header(kEthernet), record(ethernet(0x8100, inner))})), true);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->packets[0].octets, ipv4(60));
  }
}

TEST_F(CaptureTest, ReadsRawIp) {
  const auto got = read_capture(put(join({file_header(kRaw), record(ipv4(21)), record(ipv6(0))})), true);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->packets.size(), 2U);
}

TEST_F(CaptureTest, SkipsAndCountsByKind) {
  Octets offload = ipv4(60);
  offload[2] = offload[3] = 0;
  Octets beyond = ipv4(60);
  beyond[3] = 61;
  const auto path =
      put(join({file_header(kEthernet), record(ethernet(0x0806, Octets(28))), record(ethernet(0x0806, Octets(28))),
                record(ethernet(0x88CC, Octets(30))), record(ethernet(0x0026, Octets(38))),
                record(ethernet(0x1234, Octets(38))), record(ethernet(0x0800, ipv4(60)), 100),
                record(ethernet(0x0800, offload)), record(ethernet(0x0800, beyond)), record(ethernet(0x0800, ipv6(20))),
                record(Octets(5)), record(ethernet(0x8100, {0})), record(ethernet(0x0800, ipv4(60)))}));
  const auto got = read_capture(path, false);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->packets.size(), 1U);
  EXPECT_EQ(got->frames, 12U);
  const std::map<std::string, std::uint64_t> expected{{"ARP", 2},
                                                      {"LLDP", 1},
                                                      {"IEEE 802.3 with LLC", 1},
                                                      {"ethertype 0x1234", 1},
                                                      {"cut by the snap length", 1},
                                                      {"IPv4 total length 0 (segmentation offload)", 1},
                                                      {"IPv4 total length beyond the frame", 1},
                                                      {"IP version that contradicts the ethertype", 1},
                                                      {"link header cut off", 1},
                                                      {"VLAN tag cut off", 1}};
  EXPECT_EQ(got->skipped, expected);
  EXPECT_NE(got->warning().find("11 of 12 frames"), std::string::npos);
  EXPECT_NE(got->warning().find("ARP 2"), std::string::npos);

  const auto strict = read_capture(path, true);
  ASSERT_FALSE(strict);
  EXPECT_NE(strict.error().text.find("frame 1 (octet 24 of the file)"), std::string::npos) << strict.error().text;
  EXPECT_NE(strict.error().text.find("ARP"), std::string::npos);
}

TEST_F(CaptureTest, RefusesATruncatedFileAndSaysWhere) {
  const Octets whole =
      join({file_header(kEthernet), record(ethernet(0x0800, ipv4(40))), record(ethernet(0x0800, ipv4(40)))});
  const std::size_t second = 24 + 16 + 54;
  for (std::size_t keep = second + 1; keep < whole.size(); ++keep) {
    const auto text = refusal(Octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)));
    EXPECT_NE(text.find("frame 2 (octet 94 of the file): truncated"), std::string::npos) << text;
  }
}

TEST_F(CaptureTest, RefusesWhatIsNoCapture) {
  EXPECT_NE(refusal({}).find("file header"), std::string::npos);
  EXPECT_NE(refusal(Octets(100, 0x77)).find("file header"), std::string::npos);
  EXPECT_NE(refusal(file_header(147)).find("link type 147"), std::string::npos);
  // A frame length that no capture has.
  EXPECT_NE(
      refusal(join({file_header(kEthernet), le32(0), le32(0), le32(0xFFFFFFFF), le32(0xFFFFFFFF)})).find("frame 1"),
      std::string::npos);
}

TEST_F(CaptureTest, RefusesACaptureWithoutOneIpPacket) {
  EXPECT_NE(refusal(file_header(kEthernet)).find("no frame in it"), std::string::npos);
  EXPECT_NE(refusal(join({file_header(kEthernet), record(ethernet(0x0806, Octets(28)))})).find("ARP 1"),
            std::string::npos);
}

TEST_F(CaptureTest, MissingFileAndFolder) {
  const auto missing = read_capture(path("none.pcap").string(), false);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(read_capture(folder().string(), false));
}

TEST_F(CaptureTest, WritesWhatItReadsAndOnlyWhenWhole) {
  const auto out = path("out.pcap");
  {
    auto writer = CaptureWriter::create(out);
    ASSERT_TRUE(writer) << writer.error().text;
    writer->write(1'500'000'000'000'000'123U, ipv4(33));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder())) << "an abandoned file must leave nothing";
  {
    auto writer = CaptureWriter::create(out);
    ASSERT_TRUE(writer);
    writer->write(1'500'000'000'000'000'123U, ipv4(33));
    writer->write(1'500'000'000'000'000'124U, ipv6(5));
    EXPECT_FALSE(std::filesystem::exists(out));
    ASSERT_TRUE(writer->commit());
  }
  const auto got = read_capture(out.string(), true);
  ASSERT_TRUE(got) << got.error().text;
  ASSERT_EQ(got->packets.size(), 2U);
  EXPECT_EQ(got->packets[0].time_ns, 1'500'000'000'000'000'123U);
  EXPECT_EQ(got->packets[0].octets, ipv4(33));
  EXPECT_EQ(got->packets[1].octets, ipv6(5));
}

TEST_F(CaptureTest, WriterSaysWhyItCannotWrite) {
  const auto writer = CaptureWriter::create(folder() / "no" / "such" / "out.pcap");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace sallyport::sim
