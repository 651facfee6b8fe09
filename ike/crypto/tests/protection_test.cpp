#include "sallyport/ike/protection.hpp"

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::all_protections;
using testing::Ends;
using testing::joined;
using testing::parsed;
using testing::random_bytes;
using testing::seal_plainly;
using testing::some_ends;
using testing::some_header;
using testing::some_keys;
using testing::to_hex;

constexpr std::size_t kNoLimit = 65'503;

Bytes sealed(Sealer& sealer, View inner, RandomSource& random) {
  auto messages = sealer.seal(some_header(), PayloadType::kNotify, inner, kNoLimit, false, random);
  EXPECT_TRUE(messages) << (messages ? "" : messages.error().text);
  EXPECT_EQ(messages->size(), 1U);
  return messages->front();
}

Result<Opened> opened(Opener& opener, View message) {
  const Message view = parsed(message);
  return view.encrypted ? opener.open(message, *view.encrypted) : opener.open(message, *view.fragment);
}

TEST(Protection, OpensWhatItSealedInEverySuiteAndSize) {
  SeededRandom random(71);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    for (std::size_t size = 0; size <= 70; ++size) {
      const Bytes inner = random_bytes(random, size);
      const Bytes message = sealed(ends.sealer, inner, random);
      const Message view = parsed(message);
      EXPECT_EQ(view.header.next_payload, PayloadType::kEncrypted);
      EXPECT_EQ(view.header.length, message.size());
      EXPECT_EQ(view.header.message_id, 7U);
      EXPECT_EQ(view.header.exchange, ExchangeType::kInformational);
      ASSERT_TRUE(view.encrypted);
      const auto content = ends.opener.open(message, *view.encrypted);
      ASSERT_TRUE(content) << content.error().text;
      EXPECT_EQ(content->first_inner, PayloadType::kNotify);
      EXPECT_EQ(to_hex(content->inner.view()), to_hex(inner));
    }
  }
}

TEST(Protection, IsWhatOpenSslsPlainFunctionsMake) {
  SeededRandom random(72);
  for (const IkeSuite& suite : all_protections()) {
    const IkeKeys keys = some_keys(suite);
    const ProtectionSizes sizes = protection_sizes(suite);
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
      auto sealer = Sealer::make(suite, keys, side);
      ASSERT_TRUE(sealer);
      for (const std::size_t size : {0U, 1U, 14U, 15U, 16U, 17U, 31U, 300U}) {
        const Bytes inner = random_bytes(random, size);
        const Bytes message = sealed(*sealer, inner, random);
        // Padding: as little as there can be.
        const std::size_t padding = suite.integ ? (16 - (size + 1) % 16) % 16 : 0;
        const Bytes text = joined({inner, Bytes(padding), Bytes{static_cast<std::uint8_t>(padding)}});
        const View open_part = View(message).first(32);
        const View iv = View(message).subspan(32, sizes.iv);
        EXPECT_EQ(to_hex(message), to_hex(seal_plainly(suite, keys, side, open_part, iv, text)))
            << to_string(suite) << ", " << size;
      }
    }
  }
}

TEST(Protection, RefusesEveryChangedBitAndEveryOtherLength) {
  SeededRandom random(73);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    const Bytes inner = random_bytes(random, 40);
    const Bytes message = sealed(ends.sealer, inner, random);
    const EncryptedView sk = *parsed(message).encrypted;
    for (std::size_t i = 0; i < message.size(); ++i) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        Bytes changed = message;
        changed[i] ^= static_cast<std::uint8_t>(1U << bit);
        const auto content = ends.opener.open(changed, sk);
        ASSERT_FALSE(content) << to_string(suite) << ", octet " << i << ", bit " << bit;
        ASSERT_EQ(content.error().code, ErrorCode::kMalformedInput);
      }
    }
    for (std::size_t size = 0; size < message.size(); ++size) {
      ASSERT_FALSE(ends.opener.open(View(message).first(size), sk)) << to_string(suite) << ", " << size;
    }
    ASSERT_FALSE(ends.opener.open(joined({message, Bytes{0}}), sk));
    ASSERT_FALSE(ends.opener.open(joined({message, Bytes(16)}), sk));
    // And it still opens the right one.
    const auto content = ends.opener.open(message, sk);
    ASSERT_TRUE(content);
    EXPECT_EQ(to_hex(content->inner.view()), to_hex(inner));
  }
}

TEST(Protection, SaysWhereAndWhy) {
  SeededRandom random(74);
  IkeSuite suite{EncrId::kAesCbc, 128, IntegId::kHmacSha2_256_128, PrfId::kHmacSha2_256, KeMethod::kCurve25519};
  Ends ends = some_ends(suite);
  Bytes message = sealed(ends.sealer, Bytes(3), random);
  const EncryptedView sk = *parsed(message).encrypted;
  const auto cut = ends.opener.open(View(message).first(79), sk);
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().text.find("octet 32"), std::string::npos) << cut.error().text;
  const auto odd = ends.opener.open(joined({message, Bytes{0}}), sk);
  ASSERT_FALSE(odd);
  EXPECT_NE(odd.error().text.find("octet 48: 17 octets"), std::string::npos) << odd.error().text;
  message.back() ^= 1;
  const auto wrong = ends.opener.open(message, sk);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().text.find("octet 64"), std::string::npos) << wrong.error().text;
}

TEST(Protection, KeysOfTheOtherSideAndOfAnotherSaDoNotOpen) {
  SeededRandom random(75);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    const Bytes message = sealed(ends.sealer, Bytes(20), random);
    auto others = Opener::make(suite, some_keys(suite), Side::kResponder);
    ASSERT_TRUE(others);
    EXPECT_FALSE(opened(*others, message));
    Ends another = some_ends(suite, 2);
    EXPECT_FALSE(opened(another.opener, message));
  }
}

// A message as a peer may send it: payloads in front of SK, padding of any size and content.
struct PeersMessage {
  Bytes octets;
  EncryptedView sk;
};
PeersMessage peers_message(const IkeSuite& suite, View before, View text) {
  const ProtectionSizes sizes = protection_sizes(suite);
  Header header = some_header();
  header.next_payload = before.empty() ? PayloadType::kEncrypted : PayloadType::kVendorId;
  const std::size_t sk_size = kPayloadHeaderSize + sizes.iv + text.size() + sizes.icv;
  header.length = static_cast<std::uint32_t>(kHeaderSize + before.size() + sk_size);
  Bytes open_part(kHeaderSize);
  write_header(header, std::span(open_part).first<kHeaderSize>());
  open_part =
      joined({open_part, before, write_payload_header(PayloadType::kNotify, static_cast<std::uint16_t>(sk_size))});
  PeersMessage out{seal_plainly(suite, some_keys(suite), Side::kInitiator, open_part, Bytes(sizes.iv, 0x77), text), {}};
  out.sk = *parsed(out.octets).encrypted;
  return out;
}

TEST(Protection, PayloadsInFrontOfSkAreAuthenticated) {
  // A Vendor ID of 6 octets; its next payload is SK.
  const Bytes before = testing::from_hex("2e00000a 112233445566");
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    PeersMessage message = peers_message(suite, before, Bytes(16, 15));
    EXPECT_EQ(message.sk.offset, 38U);
    const auto content = ends.opener.open(message.octets, message.sk);
    ASSERT_TRUE(content) << content.error().text;
    EXPECT_TRUE(content->inner.empty());
    message.octets[33] ^= 1;
    EXPECT_FALSE(ends.opener.open(message.octets, message.sk)) << to_string(suite);
  }
}

TEST(Protection, TakesPaddingOfAnySizeAndContent) {
  SeededRandom random(76);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    for (std::size_t padding = 0; padding <= 255; ++padding) {
      const std::size_t size = suite.integ ? 16 * 20 : 300;
      Bytes text = random_bytes(random, size);
      text.back() = static_cast<std::uint8_t>(padding);
      const PeersMessage message = peers_message(suite, {}, text);
      const auto content = ends.opener.open(message.octets, message.sk);
      ASSERT_TRUE(content) << content.error().text;
      ASSERT_EQ(to_hex(content->inner.view()), to_hex(View(text).first(size - padding - 1)));
    }
  }
}

TEST(Protection, RefusesMorePaddingThanThereIs) {
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    for (const auto& [padding, fits] : {std::pair{15, true}, std::pair{16, false}, std::pair{255, false}}) {
      Bytes text(16);
      text.back() = static_cast<std::uint8_t>(padding);
      const PeersMessage message = peers_message(suite, {}, text);
      const auto content = ends.opener.open(message.octets, message.sk);
      EXPECT_EQ(content.ok(), fits) << to_string(suite) << ", " << padding;
      if (content) {
        EXPECT_TRUE(content->inner.empty());
      } else {
        EXPECT_NE(content.error().text.find("padding"), std::string::npos) << content.error().text;
      }
    }
  }
}

TEST(Protection, GcmCountsItsIvs) {
  SeededRandom random(77);
  const IkeSuite suite;
  Ends ends = some_ends(suite);
  for (std::uint8_t i = 0; i < 3; ++i) {
    const Bytes message = sealed(ends.sealer, Bytes(5), random);
    EXPECT_EQ(to_hex(View(message).subspan(32, 8)), to_hex(Bytes{0, 0, 0, 0, 0, 0, 0, i}));
  }
  // Fragments have one each.
  const auto fragments = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(500), 200, true, random);
  ASSERT_TRUE(fragments);
  for (std::size_t i = 0; i < fragments->size(); ++i) EXPECT_EQ((*fragments)[i][36 + 7], 3 + i);
}

TEST(Protection, GcmStopsWhenItsIvsAreUsedUp) {
  SeededRandom random(78);
  const IkeSuite suite;
  auto sealer = Sealer::make(suite, some_keys(suite), Side::kInitiator, IvCounter(~std::uint64_t{0} - 1));
  ASSERT_TRUE(sealer);
  Bytes last;
  for (int i = 0; i < 2; ++i) last = sealed(*sealer, Bytes(5), random);
  EXPECT_EQ(to_hex(View(last).subspan(32, 8)), "ffffffffffffffff");
  for (int i = 0; i < 2; ++i) {
    const auto refused = sealer->seal(some_header(), PayloadType::kNotify, Bytes(5), 1280, true, random);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kBadState);
  }
}

TEST(Protection, CbcDrawsItsIvs) {
  const IkeSuite suite{EncrId::kAesCbc, 256, IntegId::kHmacSha2_512_256, PrfId::kHmacSha2_512, KeMethod::kEcp256};
  Ends ends = some_ends(suite);
  testing::FixedRandom random(Bytes(32, 0x3c));
  const Bytes message = sealed(ends.sealer, Bytes(5), random);
  EXPECT_EQ(random.left(), 16U);
  EXPECT_EQ(to_hex(View(message).subspan(32, 16)), to_hex(Bytes(16, 0x3c)));
}

TEST(Protection, IsDeterministicFromTheSeed) {
  for (const IkeSuite& suite : all_protections()) {
    const auto run = [&suite] {
      SeededRandom random(79);
      Ends ends = some_ends(suite);
      auto messages = ends.sealer.seal(some_header(), PayloadType::kIdi, Bytes(3000, 1), 1280, true, random);
      EXPECT_TRUE(messages);
      return *std::move(messages);
    };
    EXPECT_EQ(run(), run());
  }
}

TEST(Protection, RefusesKeysOfOtherSizesAndSuitesItHasNot) {
  const IkeSuite gcm128{EncrId::kAesGcm16, 128, std::nullopt, PrfId::kHmacSha2_256, KeMethod::kCurve25519};
  const IkeSuite gcm256;
  const IkeSuite cbc{EncrId::kAesCbc, 128, IntegId::kHmacSha2_256_128, PrfId::kHmacSha2_256, KeMethod::kCurve25519};
  IkeSuite none = gcm128;
  none.encr = EncrId::kAesCtr;
  for (const auto& [suite, keys] :
       {std::pair{gcm256, some_keys(gcm128)}, std::pair{gcm128, some_keys(gcm256)}, std::pair{cbc, some_keys(gcm128)},
        std::pair{none, some_keys(gcm128)}, std::pair{gcm128, IkeKeys{}}}) {
    const auto sealer = Sealer::make(suite, keys, Side::kInitiator);
    const auto opener = Opener::make(suite, keys, Side::kResponder);
    ASSERT_FALSE(sealer);
    ASSERT_FALSE(opener);
    EXPECT_EQ(sealer.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(opener.error().code, ErrorCode::kInvalidArgument);
  }
}

// --- Fragments ---

TEST(Fragments, FillTheirSizeAndCarryAllOfIt) {
  SeededRandom random(81);
  for (const IkeSuite& suite : all_protections()) {
    const IkeKeys keys = some_keys(suite);
    const ProtectionSizes sizes = protection_sizes(suite);
    Ends ends = some_ends(suite);
    for (const std::size_t limit : {120U, 121U, 137U, 548U, 576U, 1248U, 1280U}) {
      const Bytes inner = random_bytes(random, 2500);
      const auto fragments = ends.sealer.seal(some_header(), PayloadType::kIdr, inner, limit, true, random);
      ASSERT_TRUE(fragments) << fragments.error().text;
      Bytes whole;
      for (std::size_t i = 0; i < fragments->size(); ++i) {
        const Bytes& message = (*fragments)[i];
        ASSERT_LE(message.size(), limit);
        if (i + 1 < fragments->size()) {
          ASSERT_GT(message.size() + sizes.block, limit);  // one more block would not fit
        }
        const Message view = parsed(message);
        EXPECT_EQ(view.header.length, message.size());
        EXPECT_EQ(view.header.next_payload, PayloadType::kFragment);
        ASSERT_TRUE(view.fragment);
        EXPECT_EQ(view.fragment->number, i + 1);
        EXPECT_EQ(view.fragment->total, fragments->size());
        EXPECT_EQ(view.fragment->first_inner, i == 0 ? PayloadType::kIdr : PayloadType::kNone);
        const auto content = ends.opener.open(message, *view.fragment);
        ASSERT_TRUE(content) << content.error().text;
        EXPECT_EQ(content->first_inner, view.fragment->first_inner);
        const View slice = content->inner.view();
        // Number and total are authenticated; the plain functions make the same.
        const std::size_t padding = suite.integ ? (16 - (slice.size() + 1) % 16) % 16 : 0;
        const Bytes text = joined({slice, Bytes(padding), Bytes{static_cast<std::uint8_t>(padding)}});
        EXPECT_EQ(to_hex(message), to_hex(seal_plainly(suite, keys, Side::kInitiator, View(message).first(36),
                                                       View(message).subspan(36, sizes.iv), text)));
        whole.insert(whole.end(), slice.begin(), slice.end());
      }
      EXPECT_EQ(to_hex(whole), to_hex(inner));
    }
  }
}

TEST(Fragments, AreMadeOnlyOfWhatIsTooLargeForOneMessage) {
  SeededRandom random(82);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    for (std::size_t size = 400; size < 600; ++size) {
      const Bytes inner(size, 9);
      const std::size_t whole = sealed(ends.sealer, inner, random).size();
      const auto one = ends.sealer.seal(some_header(), PayloadType::kNotify, inner, whole, true, random);
      ASSERT_TRUE(one);
      EXPECT_EQ(one->size(), 1U);
      EXPECT_TRUE(parsed(one->front()).encrypted);
      const auto two = ends.sealer.seal(some_header(), PayloadType::kNotify, inner, whole - 1, true, random);
      ASSERT_TRUE(two);
      EXPECT_EQ(two->size(), 2U);
      EXPECT_TRUE(parsed(two->front()).fragment);
      const auto forbidden = ends.sealer.seal(some_header(), PayloadType::kNotify, inner, whole - 1, false, random);
      ASSERT_TRUE(forbidden);
      EXPECT_EQ(forbidden->size(), 1U);
      EXPECT_EQ(forbidden->front().size(), whole);
    }
  }
}

TEST(Fragments, EveryChangedOctetIsRefused) {
  SeededRandom random(83);
  for (const IkeSuite& suite : all_protections()) {
    Ends ends = some_ends(suite);
    const auto fragments = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(200, 3), 180, true, random);
    ASSERT_TRUE(fragments);
    const Bytes& message = fragments->back();
    const FragmentView skf = *parsed(message).fragment;
    for (std::size_t i = 0; i < message.size(); ++i) {
      Bytes changed = message;
      changed[i] ^= 0x20;
      ASSERT_FALSE(ends.opener.open(changed, skf)) << to_string(suite) << ", octet " << i;
    }
    ASSERT_TRUE(ends.opener.open(message, skf));
  }
}

TEST(Fragments, OnlyTheFirstSaysWhatTheFirstPayloadIs) {
  SeededRandom random(86);
  const IkeSuite suite;
  Ends ends = some_ends(suite);
  const auto fragments = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(200, 3), 180, true, random);
  ASSERT_TRUE(fragments);
  // The second one as a peer may send it: with a type where 0 should be.
  const Bytes& second = fragments->at(1);
  Bytes open_part(second.begin(), second.begin() + 36);
  open_part[28] = static_cast<std::uint8_t>(PayloadType::kDelete);
  const Bytes text = testing::from_hex("0102030400");
  const std::size_t size = 36 + 8 + text.size() + 16;
  open_part[27] = static_cast<std::uint8_t>(size);
  open_part[31] = static_cast<std::uint8_t>(size - 28);
  const auto content =
      opened(ends.opener, seal_plainly(suite, some_keys(suite), Side::kInitiator, open_part, Bytes(8, 1), text));
  ASSERT_TRUE(content) << content.error().text;
  EXPECT_EQ(content->first_inner, PayloadType::kNone);
  EXPECT_EQ(to_hex(content->inner.view()), "01020304");
}

TEST(Fragments, LimitsAreSaid) {
  SeededRandom random(84);
  for (const IkeSuite& suite : all_protections()) {
    const ProtectionSizes sizes = protection_sizes(suite);
    Ends ends = some_ends(suite);
    // Header, SKF header and numbers, IV, ICV, and one octet of payload with the pad length: in CBC one block.
    const std::size_t least = 28 + 8 + sizes.iv + sizes.icv + (suite.integ ? 16 : 2);
    const Bytes inner(400);
    EXPECT_TRUE(ends.sealer.seal(some_header(), PayloadType::kNotify, inner, least, true, random));
    for (const std::size_t limit : {std::size_t{0}, std::size_t{28}, least - 1}) {
      const auto none = ends.sealer.seal(some_header(), PayloadType::kNotify, inner, limit, true, random);
      ASSERT_FALSE(none) << to_string(suite) << ", " << limit;
      EXPECT_EQ(none.error().code, ErrorCode::kInvalidArgument);
    }
    const auto many = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(1'200'000), least, true, random);
    ASSERT_FALSE(many);
    EXPECT_NE(many.error().text.find("65,535"), std::string::npos);
    const auto large = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(65'600), 1280, false, random);
    ASSERT_FALSE(large);
    EXPECT_NE(large.error().text.find("65503"), std::string::npos) << large.error().text;
  }
}

TEST(Fragments, OfALargestMessageFitIntoUdp) {
  SeededRandom random(85);
  Ends ends = some_ends(IkeSuite{});
  const auto fragments = ends.sealer.seal(some_header(), PayloadType::kNotify, Bytes(100'000), 1'000'000, true, random);
  ASSERT_TRUE(fragments);
  // It fits into one of a million octets; but there is no such message, so the limit is the datagram's.
  EXPECT_EQ(fragments->size(), 2U);
  for (const Bytes& message : *fragments) EXPECT_LE(message.size(), kMaximumMessage);
}

}  // namespace
}  // namespace sallyport::ike
