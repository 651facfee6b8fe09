// Wireshark as an independent reader: given the line that the agent can write in debug mode, does it decrypt what we
// seal, check the ICVs, and put fragments together?
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "crypto_testing.hpp"
#include "support/test_folder.hpp"

namespace sallyport::ike {
namespace {

using testing::all_protections;
using testing::some_header;
using testing::some_keys;
using testing::to_hex;

void put(Bytes& out, std::uint64_t value, std::size_t size) {
  while (size-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * size)));
}

// A capture of raw IP packets (link type 101), big endian.
class Capture {
 public:
  Capture() {
    put(octets_, 0xa1b2c3d4, 4);
    put(octets_, 0x00020004, 4);
    put(octets_, 0, 8);
    put(octets_, 65535, 4);
    put(octets_, 101, 4);
  }
  // From 192.0.2.1 to 192.0.2.2, ports 500.
  void add(View message) {
    const std::size_t size = 28 + message.size();
    put(octets_, 0, 8);
    put(octets_, size, 4);
    put(octets_, size, 4);
    put(octets_, 0x45000000 | size, 4);
    put(octets_, 0x00004000, 4);
    put(octets_, 0x40110000, 4);
    put(octets_, 0xc0000201, 4);
    put(octets_, 0xc0000202, 4);
    put(octets_, 500 << 16 | 500, 4);
    put(octets_, (8 + message.size()) << 16, 4);
    octets_.insert(octets_.end(), message.begin(), message.end());
  }
  [[nodiscard]] const Bytes& octets() const { return octets_; }

 private:
  Bytes octets_;
};

// A notify of a private type with this data.
Bytes notify(View data) {
  Bytes out;
  put(out, 0, 2);
  put(out, 8 + data.size(), 2);
  put(out, 0, 2);
  put(out, 40'960, 2);
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

class Wireshark : public test::FolderTest {
 protected:
  void write(const std::string& name, View octets) {
    std::ofstream out(path(name), std::ios::binary);
    out.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  }
  [[nodiscard]] std::string tshark(const std::string& options) const {
    const std::string command = "WIRESHARK_CONFIG_DIR=" + folder().string() + " " SALLYPORT_TSHARK " -r " +
                                path("ike.pcap").string() + " " + options + " 2>/dev/null";
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return "no pipe";
    std::array<char, 4096> buffer{};
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
    return pclose(pipe) == 0 ? out : "failed: " + out;
  }
};

TEST_F(Wireshark, DecryptsWhatWeSealAndReassemblesIt) {
  SeededRandom random(111);
  Capture capture;
  std::string table;
  std::string expected;
  std::uint64_t spi = 0x5a11000000000001;
  for (const IkeSuite& suite : all_protections()) {
    const IkeKeys keys = some_keys(suite, spi);
    Header header = some_header(0);
    header.initiator_spi = IkeSpi{spi++};
    table += wireshark_decryption_line(suite, keys, header.initiator_spi, header.responder_spi) + "\n";
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
      auto sealer = Sealer::make(suite, keys, side);
      ASSERT_TRUE(sealer);
      header.initiator = side == Side::kInitiator;
      header.response = side == Side::kResponder;
      for (const std::size_t size : {3U, 900U}) {
        header.message_id = size == 3 ? 1 : 2;
        const Bytes data = testing::random_bytes(random, size);
        const auto messages = sealer->seal(header, PayloadType::kNotify, notify(data), 576, true, random);
        ASSERT_TRUE(messages);
        for (const Bytes& message : *messages) capture.add(message);
        expected += to_hex(data) + "\n";
      }
    }
  }
  write("ike.pcap", capture.octets());
  write("ikev2_decryption_table", View(reinterpret_cast<const std::uint8_t*>(table.data()), table.size()));
  EXPECT_EQ(tshark("-Y isakmp.notify.data -T fields -e isakmp.notify.data"), expected);
  const std::string wrong = "-Y 'isakmp.ikev2.integrity_checksum or _ws.malformed' -T fields -e frame.number";
  EXPECT_EQ(tshark(wrong), "");
  // And it does look at the ICVs: of one octet changed in the last message it tells.
  Bytes changed = capture.octets();
  changed.back() ^= 1;
  write("ike.pcap", changed);
  EXPECT_NE(tshark(wrong), "");
}

}  // namespace
}  // namespace sallyport::ike
