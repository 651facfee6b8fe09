// What holds for every message: it is read as it was written, cut or corrupted it is read or refused with a text that
// says where. SALLYPORT_SEED chooses another beginning.
#include <algorithm>
#include <cctype>
#include <iostream>

#include "chain_of.hpp"
#include "octets.hpp"
#include "random_contents.hpp"
#include "sallyport/ike/message.hpp"
#include "support/environment.hpp"

namespace sallyport::ike::test {
namespace {

class IkeProperty : public ::testing::Test {
 protected:
  IkeProperty() : seed_(sallyport::test::from_environment("SALLYPORT_SEED", 0x5a11)), random_(seed_) {
    std::cout << "SALLYPORT_SEED=" << seed_ << "\n";
  }
  std::uint64_t seed_;
  Random random_;
};

Header some_header(Random& random) {
  Header header;
  header.initiator_spi = IkeSpi(random() | 1U);
  header.responder_spi = IkeSpi(random());
  header.exchange = static_cast<ExchangeType>(random() & 0xffU);
  header.initiator = (random() & 1U) != 0;
  header.response = (random() & 1U) != 0;
  header.message_id = static_cast<std::uint32_t>(random());
  return header;
}

// "octet N: where: why", with an octet that is in the message or its end.
void expect_text(const WireError& error, std::size_t size) {
  const std::string& text = error.text;
  ASSERT_EQ(text.rfind("octet ", 0), 0U) << text;
  std::size_t digits = 0;
  EXPECT_LE(std::stoul(text.substr(6), &digits), size) << text;
  const std::string rest = text.substr(6 + digits);
  const auto why = rest.find(": ", 2);
  ASSERT_TRUE(rest.rfind(": ", 0) == 0 && why != std::string::npos) << text;
  EXPECT_TRUE(std::all_of(rest.begin() + 2, rest.begin() + static_cast<std::ptrdiff_t>(why), [](unsigned char c) {
    return std::isalpha(c) != 0;
  })) << text;
  EXPECT_GT(rest.size(), why + 10) << text;
}

// Whatever is read can be written, and then reads the same.
void expect_stable(const Contents& contents) {
  const Contents rest = writable(contents);
  const PayloadChain chain = chain_of(rest);
  ASSERT_TRUE(chain.status().ok()) << chain.status().error().text;
  const auto again = parse_contents(chain.first(), chain.octets());
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_EQ(*again, rest);
}

// One octet changed: no crash, and read or refused in a way that makes sense.
void expect_sound(const Bytes& datagram) {
  const auto message = parse_message(datagram);
  if (message.ok()) {
    expect_stable(message->outer);
  } else {
    expect_text(message.error(), datagram.size());
  }
}

TEST_F(IkeProperty, WhatIsWrittenIsRead) {
  for (unsigned i = 0; i < 3000; ++i) {
    const Contents contents = random_contents(random_);
    Header header = some_header(random_);
    const PayloadChain chain = chain_of(contents);
    ASSERT_TRUE(chain.status().ok()) << chain.status().error().text << ", case " << i;
    const auto octets = write_message(header, chain);
    ASSERT_TRUE(octets.ok());
    const auto message = parse_message(*octets);
    ASSERT_TRUE(message.ok()) << message.error().text << ", case " << i;
    header.next_payload = chain.first();
    header.length = static_cast<std::uint32_t>(octets->size());
    ASSERT_EQ(message->header, header) << "case " << i;
    ASSERT_EQ(message->outer, contents) << "case " << i;
    const auto inner = parse_contents(chain.first(), chain.octets());
    ASSERT_TRUE(inner.ok());
    ASSERT_EQ(*inner, contents);
  }
}

TEST_F(IkeProperty, CutAnywhereIsRefused) {
  for (unsigned i = 0; i < 20; ++i) {
    const PayloadChain chain = chain_of(random_contents(random_));
    const auto octets = write_message(some_header(random_), chain);
    ASSERT_TRUE(octets.ok());
    for (std::size_t size = 0; size < octets->size(); ++size) {
      // As it came, and as if it had been sent that short.
      Bytes cut(octets->begin(), octets->begin() + static_cast<std::ptrdiff_t>(size));
      const auto plain = parse_message(cut);
      ASSERT_FALSE(plain.ok());
      expect_text(plain.error(), size);
      if (size <= kHeaderSize) continue;
      cut[26] = static_cast<std::uint8_t>(size >> 8);
      cut[27] = static_cast<std::uint8_t>(size);
      const auto shorter = parse_message(cut);
      ASSERT_FALSE(shorter.ok()) << "case " << i << ", " << size << " of " << octets->size();
      expect_text(shorter.error(), size);
    }
  }
}

TEST_F(IkeProperty, OneWrongOctetIsReadOrRefused) {
  for (unsigned i = 0; i < 12; ++i) {
    auto octets = write_message(some_header(random_), chain_of(random_contents(random_)));
    ASSERT_TRUE(octets.ok());
    for (std::size_t at = 0; at < octets->size(); ++at) {
      const std::uint8_t right = (*octets)[at];
      for (const std::uint8_t wrong : {std::uint8_t{0}, std::uint8_t{0xff}, static_cast<std::uint8_t>(right + 1),
                                       static_cast<std::uint8_t>(right - 1), static_cast<std::uint8_t>(random_())}) {
        (*octets)[at] = wrong;
        expect_sound(*octets);
      }
      (*octets)[at] = right;
    }
  }
}

TEST_F(IkeProperty, CapturedMessagesCutOrCorruptedAreReadOrRefused) {
  unsigned files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder() / "seeds")) {
    ++files;
    Bytes octets = read_file(entry.path());
    for (std::size_t at = 0; at < octets.size(); ++at) {
      const std::uint8_t right = octets[at];
      for (const unsigned wrong : {0U, 0xffU, right + 1U, right ^ 0x80U}) {
        octets[at] = static_cast<std::uint8_t>(wrong);
        expect_sound(octets);
      }
      octets[at] = right;
      const auto cut = parse_message(View(octets).first(at));
      ASSERT_FALSE(cut.ok());
      expect_text(cut.error(), at);
    }
  }
  EXPECT_EQ(files, 54U);
}

TEST_F(IkeProperty, NoiseIsReadOrRefused) {
  for (unsigned i = 0; i < 30000; ++i) {
    Bytes octets(below(random_, 120));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random_());
    // Small numbers, so that lengths and counts fit now and then.
    for (auto& octet : octets) octet = below(random_, 3) == 0 ? octet : static_cast<std::uint8_t>(octet % 13);
    const auto first = static_cast<PayloadType>(33 + below(random_, 22));
    const auto contents = parse_contents(first, octets, 28);
    if (contents.ok()) {
      expect_stable(*contents);
    } else {
      expect_text(contents.error(), 28 + octets.size());
    }
  }
}

}  // namespace
}  // namespace sallyport::ike::test
