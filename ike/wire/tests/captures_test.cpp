// Messages from captures: what seeds.tsv says of each, and field by field what tcpdump printed of those that it could
// read.
#include <algorithm>
#include <map>
#include <sstream>

#include "octets.hpp"
#include "sallyport/ike/demux.hpp"
#include "sallyport/ike/message.hpp"

namespace sallyport::ike::test {
namespace {

struct Seed {
  std::string file;
  std::string capture;
  std::string place;  // in the capture, from 1
  unsigned major = 0;
  unsigned exchange = 0;
  std::uint32_t message_id = 0;
  std::string expected;  // "read", or why it is refused

  [[nodiscard]] Bytes octets() const { return read_file(data_folder() / "seeds" / file); }
};

std::vector<Seed> seeds() {
  std::ifstream file(data_folder() / "seeds.tsv");
  std::vector<Seed> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    Seed seed;
    std::string major;
    std::string exchange;
    std::string message_id;
    for (std::string* field :
         {&seed.file, &seed.capture, &seed.place, &major, &exchange, &message_id, &seed.expected}) {
      std::getline(fields, *field, '\t');
    }
    seed.major = static_cast<unsigned>(std::stoul(major));
    seed.exchange = static_cast<unsigned>(std::stoul(exchange));
    seed.message_id = static_cast<std::uint32_t>(std::stoul(message_id));
    out.push_back(seed);
  }
  return out;
}

// tcpdump's words for what these captures hold.
std::string word(const Transform& transform) {
  static const std::map<std::pair<unsigned, unsigned>, std::string> kWords{
      {{1, 3}, "type=encr id=3des"},      {{1, 12}, "type=encr id=aes"},       {{2, 1}, "type=prf id=hmac-md5"},
      {{2, 2}, "type=prf id=hmac-sha"},   {{2, 4}, "type=prf id=aes128_xcbc"}, {{3, 1}, "type=integ id=hmac-md5"},
      {{3, 2}, "type=integ id=hmac-sha"}, {{3, 5}, "type=integ id=aes-xcbc"},  {{4, 2}, "type=dh id=modp1024"},
      {{4, 5}, "type=dh id=modp1536"},    {{4, 14}, "type=dh id=modp2048"}};
  const auto at = kWords.find({static_cast<unsigned>(transform.type), transform.id});
  return at == kWords.end() ? "?" : at->second;
}

std::string group(KeMethod method) {
  return method == KeMethod::kModp1024 ? "modp1024" : method == KeMethod::kModp1536 ? "modp1536" : "?";
}

std::string keylen(const Transform& transform) {
  if (!transform.key_bits) return " ";
  const std::uint16_t bits = *transform.key_bits;
  return " (type=keylen value=" + to_hex(Bytes{static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)}) +
         ")";
}

std::size_t written_size(const SaPayload& sa) {
  Bytes out;
  EXPECT_TRUE(sa.write(out).ok());
  return out.size();
}

// What tcpdump prints of the message's payloads, one line each, closing brackets of lists left out.
std::vector<std::string> as_tcpdump(const Message& message) {
  std::vector<std::string> lines;
  const Contents& outer = message.outer;
  if (outer.sa) {
    lines.push_back("(sa: len=" + std::to_string(written_size(*outer.sa)));
    for (const Proposal& proposal : outer.sa->proposals) {
      lines.push_back("(p: #" + std::to_string(proposal.number) +
                      " protoid=isakmp transform=" + std::to_string(proposal.transforms.size()) +
                      " len=" + std::to_string(written_size({{proposal}})));
      unsigned n = 0;
      for (const Transform& transform : proposal.transforms) {
        lines.push_back("(t: #" + std::to_string(++n) + " " + word(transform) + keylen(transform) + ")");
      }
    }
  }
  if (outer.ke) {
    lines.push_back("(v2ke: len=" + std::to_string(outer.ke->data.size()) + " group=" + group(outer.ke->method) + " " +
                    to_hex(outer.ke->data) + ")");
  }
  if (outer.nonce) {
    lines.push_back("(nonce: len=" + std::to_string(outer.nonce->data.size()) + " nonce=(" + to_hex(outer.nonce->data) +
                    ") )");
  }
  for (const NotifyPayload& notify : outer.notifies) {
    lines.push_back("(n: prot_id=#0 type=" + std::to_string(static_cast<unsigned>(notify.type)) + " data=(" +
                    to_hex(notify.data));
  }
  for (const VendorIdPayload& vendor : outer.vendor_ids) {
    lines.push_back("(v2vid: len=" + std::to_string(vendor.data.size()) + " " + to_hex(vendor.data) + ")");
  }
  if (message.encrypted) {
    const View body = message.encrypted->body;
    lines.push_back("(v2e: len=" + std::to_string(body.size()) + " " + to_hex(body));
  }
  return lines;
}

// "msgid 00000000 cookie a88875a8198992a6->0000000000000000: parent_sa ikev2_init[I]:"; "parent_sa" says that the
// message ID is 0.
std::string header_as_tcpdump(const Header& header) {
  static const std::map<ExchangeType, std::string> kExchanges{{ExchangeType::kIkeSaInit, "ikev2_init"},
                                                              {ExchangeType::kIkeAuth, "ikev2_auth"},
                                                              {ExchangeType::kCreateChildSa, "child_sa"},
                                                              {ExchangeType::kInformational, "inf2"}};
  const auto exchange = kExchanges.find(header.exchange);
  const std::uint32_t id = header.message_id;
  return "msgid " +
         to_hex(Bytes{static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
                      static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)}) +
         " cookie " + to_text(header.initiator_spi) + "->" + to_text(header.responder_spi) + ": " +
         (id == 0 ? "parent_sa " : "child_sa  ") + (exchange == kExchanges.end() ? "?" : exchange->second) +
         (header.response ? "[R]" : "[I]") + ":";
}

// One message as tcpdump printed it, critical marks, names of notifies and text of Vendor IDs left out.
struct Printed {
  std::string header;
  std::vector<std::string> lines;
};

// Takes out what stands from first to last, if it is there.
void erase(std::string& line, std::string_view first, std::string_view last) {
  const auto from = line.find(first);
  if (from == std::string::npos) return;
  line.erase(from, line.find(last, from) + last.size() - from);
}

std::vector<Printed> read_tcpdump(const std::string& file) {
  std::ifstream in(data_folder() / "tcpdump" / file);
  std::vector<Printed> out;
  for (std::string line; std::getline(in, line);) {
    const auto at = line.find("isakmp 2.0 ");
    if (at != std::string::npos) out.push_back({line.substr(at + 11), {}});
    const auto start = line.find_first_not_of(' ');
    if (out.empty() || start == std::string::npos || line[start] != '(') continue;
    line = line.substr(start);
    erase(line, "[C]", "[C]");
    erase(line, "(nat_detection", ")");
    erase(line, "(cookie)", ")");
    erase(line, " vid=", "QukSR");
    out.back().lines.push_back(line);
  }
  return out;
}

// Whether tcpdump's line is ours: brackets that close lists follow it, and what tcpdump prints of a notify's data goes
// on beyond its end (tcpdump takes the rest of the packet).
bool same(const std::string& ours, const std::string& theirs) {
  if (theirs.compare(0, ours.size(), ours) != 0) return false;
  const std::string rest = theirs.substr(ours.size());
  return ours.rfind("(n:", 0) == 0 || rest.find_first_not_of(")") == std::string::npos;
}

void compare(const std::string& capture, const std::string& printed_file) {
  const std::vector<Printed> printed = read_tcpdump(printed_file);
  std::size_t compared = 0;
  for (const Seed& seed : seeds()) {
    if (seed.capture != capture) continue;
    SCOPED_TRACE(seed.file);
    ASSERT_LT(compared, printed.size());
    const Printed& theirs = printed[compared++];
    const Bytes octets = seed.octets();
    const auto message = parse_message(octets);
    ASSERT_TRUE(message.ok()) << message.error().text;
    EXPECT_EQ(header_as_tcpdump(message->header), theirs.header);
    std::vector<std::string> left = theirs.lines;
    // What tcpdump decrypted is not ours to look at.
    left.erase(
        std::remove_if(left.begin(), left.end(),
                       [](const std::string& l) { return l.rfind("(v2ID", 0) == 0 || l.rfind("(v2auth", 0) == 0; }),
        left.end());
    for (const std::string& ours : as_tcpdump(*message)) {
      const auto at = std::find_if(left.begin(), left.end(), [&](const std::string& line) { return same(ours, line); });
      EXPECT_NE(at, left.end()) << "tcpdump does not print " << ours;
      if (at != left.end()) left.erase(at);
    }
    EXPECT_TRUE(left.empty()) << "only tcpdump prints " << left.front();
  }
  EXPECT_EQ(compared, printed.size());
}

TEST(IkeCaptures, EverySeedIsReadOrRefusedAsItShouldBe) {
  const std::vector<Seed> all = seeds();
  EXPECT_EQ(all.size(), 59U);
  unsigned read = 0;
  for (const Seed& seed : all) {
    SCOPED_TRACE(seed.file + " of " + seed.capture);
    const Bytes octets = seed.octets();
    const auto header = peek_header(octets);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->version >> 4U, seed.major);
    EXPECT_EQ(static_cast<unsigned>(header->exchange), seed.exchange);
    EXPECT_EQ(header->message_id, seed.message_id);
    const auto message = parse_message(octets);
    EXPECT_EQ(message.ok() ? "read" : message.error().text, seed.expected);
    read += message.ok() ? 1 : 0;
    if (!message.ok()) {
      const bool other_version = message.error().answer == NotifyType::kInvalidMajorVersion;
      EXPECT_EQ(other_version, seed.major != 2);
    }
  }
  EXPECT_EQ(read, 23U);
}

TEST(IkeCaptures, IdentitiesOfTheMalformedOnes) {
  // Their SPIs are 0, so that the header is refused first; the payload is what tcpdump's tests are about.
  const auto identity = [](const char* file) {
    const Bytes octets = read_file(data_folder() / "seeds" / file);
    return parse_contents(PayloadType::kIdi, View(octets).subspan(kHeaderSize), kHeaderSize);
  };
  // tcpdump: "(v2IDi: len=5 01000000de ipv4:de)".
  expect_refused(identity("512a0a821222f24f.bin"), "octet 32: ID: ID_IPV4_ADDR of 1 octet, it has 4");
  // tcpdump: "(v2IDi: len=1 01 [payload too short])".
  expect_refused(identity("027ce6675f300a70.bin"), "octet 32: ID: the type needs 4 octets, left are 1");
}

TEST(IkeCaptures, FourExchangesAsTcpdumpReadsThem) { compare("ikev2four.pcap", "ikev2fourv4.out"); }

TEST(IkeCaptures, OfferOfSixProposalsAsTcpdumpReadsIt) { compare("ikev2pI2.pcap", "ikev2pI2.out"); }

TEST(IkeCaptures, Ikev1BehindTheMarkerIsAnotherVersion) {
  for (const char* frame : {"07", "08", "09", "10", "11", "35"}) {
    const Bytes octets = read_file(data_folder() / "udp4500" / (std::string(frame) + ".bin"));
    const auto message = parse_message(classify(octets).message);
    ASSERT_FALSE(message.ok());
    EXPECT_EQ(message.error().answer, NotifyType::kInvalidMajorVersion);
  }
}

}  // namespace
}  // namespace sallyport::ike::test
