#include "sallyport/ike/reassembly.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::Ends;
using testing::parsed;
using testing::random_bytes;
using testing::some_ends;
using testing::some_header;
using testing::to_hex;

using Outcome = Reassembler::Outcome;

class Reassembly : public ::testing::Test {
 protected:
  std::vector<Bytes> fragments(View inner, std::size_t limit, const Header& header = some_header(),
                               PayloadType first = PayloadType::kIdi) {
    auto out = ends_.sealer.seal(header, first, inner, limit, true, random_);
    EXPECT_TRUE(out) << (out ? "" : out.error().text);
    return *std::move(out);
  }

  Reassembler::Verdict add(Reassembler& reassembler, View message) {
    const Message view = parsed(message);
    return reassembler.add(message, view.header, *view.fragment, ends_.opener);
  }
  // With a number and a total that need not be those of the message.
  Reassembler::Verdict add_as(Reassembler& reassembler, View message, std::uint16_t number, std::uint16_t total) {
    const Message view = parsed(message);
    FragmentView skf = *view.fragment;
    skf.number = number;
    skf.total = total;
    return reassembler.add(message, view.header, skf, ends_.opener);
  }

  static void expect_dropped(const Reassembler::Verdict& verdict, FragmentDrop why) {
    EXPECT_EQ(verdict.outcome, Outcome::kDropped);
    EXPECT_EQ(name(verdict.why), name(why));
  }
  static void expect_complete(const Reassembler::Verdict& verdict, View inner) {
    ASSERT_EQ(verdict.outcome, Outcome::kComplete) << name(verdict.why);
    EXPECT_EQ(verdict.message.first_inner, PayloadType::kIdi);
    EXPECT_EQ(to_hex(verdict.message.inner.view()), to_hex(inner));
  }

  SeededRandom random_{91};
  Ends ends_ = some_ends(IkeSuite{});
  Bytes inner_ = random_bytes(random_, 700);
};

Bytes forged(Bytes message) {
  message.back() ^= 1;
  return message;
}

TEST_F(Reassembly, InEveryOrder) {
  const auto pieces = fragments(inner_, 250);
  ASSERT_EQ(pieces.size(), 4U);
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0U);
  do {
    Reassembler reassembler;
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
      const auto verdict = add(reassembler, pieces[order[i]]);
      ASSERT_EQ(verdict.outcome, Outcome::kMore) << name(verdict.why);
      ASSERT_EQ(reassembler.messages(), 1U);
    }
    expect_complete(add(reassembler, pieces[order.back()]), inner_);
    EXPECT_EQ(reassembler.messages(), 0U);
    EXPECT_EQ(reassembler.octets(), 0U);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Reassembly, OfEverySuite) {
  for (const IkeSuite& suite : testing::all_protections()) {
    ends_ = some_ends(suite);
    Reassembler reassembler;
    const auto pieces = fragments(inner_, 300);
    for (std::size_t i = pieces.size(); --i > 0;) EXPECT_EQ(add(reassembler, pieces[i]).outcome, Outcome::kMore);
    expect_complete(add(reassembler, pieces.front()), inner_);
  }
}

TEST_F(Reassembly, OfASingleFragment) {
  // No sender of ours makes it, but it is legal: 1 of 1.
  const IkeKeys keys = testing::some_keys(IkeSuite{});
  Bytes open_part = fragments(inner_, 250).front();
  open_part.resize(36);
  const std::size_t size = 36 + 8 + 5 + 16;
  open_part[27] = static_cast<std::uint8_t>(size);  // Length of the message
  open_part[26] = 0;
  open_part[31] = static_cast<std::uint8_t>(size - 28);  // of the payload
  open_part[30] = 0;
  open_part[35] = 1;  // of 1
  const Bytes message = testing::seal_plainly(IkeSuite{}, keys, Side::kInitiator, open_part, Bytes(8, 0xee),
                                              testing::from_hex("01020304 00"));
  Reassembler reassembler;
  expect_complete(add(reassembler, message), testing::from_hex("01020304"));
}

TEST_F(Reassembly, DuplicatesAreDroppedUnlooked) {
  Reassembler reassembler;
  const auto pieces = fragments(inner_, 250);
  EXPECT_EQ(add(reassembler, pieces[1]).outcome, Outcome::kMore);
  const std::size_t held = reassembler.octets();
  expect_dropped(add(reassembler, pieces[1]), FragmentDrop::kDuplicate);
  // Before its ICV is looked at.
  expect_dropped(add(reassembler, forged(pieces[1])), FragmentDrop::kDuplicate);
  EXPECT_EQ(reassembler.octets(), held);
  EXPECT_EQ(add(reassembler, pieces[0]).outcome, Outcome::kMore);
  EXPECT_EQ(add(reassembler, pieces[3]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, pieces[2]), inner_);
}

TEST_F(Reassembly, NumbersThatCannotBe) {
  Reassembler reassembler;
  const auto pieces = fragments(inner_, 250);
  for (const auto& [number, total] :
       {std::pair{0, 4}, std::pair{0, 0}, std::pair{1, 0}, std::pair{5, 4}, std::pair{65535, 65534}}) {
    expect_dropped(
        add_as(reassembler, pieces[0], static_cast<std::uint16_t>(number), static_cast<std::uint16_t>(total)),
        FragmentDrop::kBadNumber);
  }
  expect_dropped(add_as(reassembler, pieces[0], 1, 257), FragmentDrop::kTooMany);
  expect_dropped(add_as(reassembler, pieces[0], 1, 65535), FragmentDrop::kTooMany);
  EXPECT_EQ(reassembler.messages(), 0U);
}

TEST_F(Reassembly, ForgeriesChangeNothing) {
  const auto pieces = fragments(inner_, 250);
  const auto smaller = fragments(inner_, 150);
  Reassembler reassembler;
  // The first of a message: nothing begins.
  expect_dropped(add(reassembler, forged(pieces[2])), FragmentDrop::kNotAuthentic);
  EXPECT_EQ(reassembler.messages(), 0U);
  EXPECT_EQ(add(reassembler, pieces[2]).outcome, Outcome::kMore);
  expect_dropped(add(reassembler, forged(pieces[0])), FragmentDrop::kNotAuthentic);
  // A greater total would make what is held go.
  ASSERT_GT(smaller.size(), pieces.size());
  expect_dropped(add(reassembler, forged(smaller[0])), FragmentDrop::kNotAuthentic);
  // Octets of the header are authenticated, too.
  Bytes other = pieces[0];
  other[18] = 36;  // exchange type
  expect_dropped(add(reassembler, other), FragmentDrop::kNotAuthentic);
  EXPECT_EQ(add(reassembler, pieces[0]).outcome, Outcome::kMore);
  EXPECT_EQ(add(reassembler, pieces[1]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, pieces[3]), inner_);
}

TEST_F(Reassembly, ForgedNumbersInTheMessageAreNotAuthentic) {
  const auto pieces = fragments(inner_, 250);
  Reassembler reassembler;
  EXPECT_EQ(add(reassembler, pieces[0]).outcome, Outcome::kMore);
  Bytes other = pieces[1];
  other[33] = 3;  // says number 3
  expect_dropped(add(reassembler, other), FragmentDrop::kNotAuthentic);
  other = pieces[1];
  other[35] = 200;  // says 2 of 200
  expect_dropped(add(reassembler, other), FragmentDrop::kNotAuthentic);
  EXPECT_EQ(reassembler.octets(), parsed(pieces[0]).fragment->body.size() - 8 - 16 - 1);
}

TEST_F(Reassembly, TheTotalMayGrowButNotShrink) {
  const auto large = fragments(inner_, 400);
  const auto small = fragments(inner_, 200);
  ASSERT_LT(large.size(), small.size());
  Reassembler reassembler;
  EXPECT_EQ(add(reassembler, large[0]).outcome, Outcome::kMore);
  // The sender found its fragments too large: those held go.
  EXPECT_EQ(add(reassembler, small[1]).outcome, Outcome::kMore);
  EXPECT_EQ(reassembler.octets(), parsed(small[1]).fragment->body.size() - 8 - 16 - 1);
  // What was still on its way of the old ones is too late, forged or not.
  expect_dropped(add(reassembler, large[1]), FragmentDrop::kTotalShrank);
  expect_dropped(add(reassembler, forged(large[1])), FragmentDrop::kTotalShrank);
  // Number 2 of the new ones is held; number 1 is not, though number 1 of the old ones had come.
  EXPECT_EQ(add(reassembler, small[0]).outcome, Outcome::kMore);
  for (std::size_t i = 2; i + 1 < small.size(); ++i) EXPECT_EQ(add(reassembler, small[i]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, small.back()), inner_);
}

TEST_F(Reassembly, TheFirstInnerTypeIsThatOfTheNewTotal) {
  // The old fragment 1 says IDi; the restarted message begins otherwise.
  Reassembler reassembler;
  EXPECT_EQ(add(reassembler, fragments(inner_, 400)[0]).outcome, Outcome::kMore);
  const auto pieces = fragments(inner_, 200, some_header(), PayloadType::kNotify);
  for (std::size_t i = pieces.size(); --i > 0;) EXPECT_EQ(add(reassembler, pieces[i]).outcome, Outcome::kMore);
  const auto verdict = add(reassembler, pieces[0]);
  ASSERT_EQ(verdict.outcome, Outcome::kComplete);
  EXPECT_EQ(verdict.message.first_inner, PayloadType::kNotify);
}

TEST_F(Reassembly, PiecesOfAnotherHeaderAreDropped) {
  const auto pieces = fragments(inner_, 250);
  std::vector<Header> others(3, some_header());
  others[0].exchange = ExchangeType::kCreateChildSa;
  others[1].response = true;
  others[2].initiator = false;
  Reassembler reassembler;
  EXPECT_EQ(add(reassembler, pieces[0]).outcome, Outcome::kMore);
  for (const Header& header : others) {
    expect_dropped(add(reassembler, fragments(inner_, 250, header)[1]), FragmentDrop::kHeaderDiffers);
    // Not even with a greater total.
    expect_dropped(add(reassembler, fragments(inner_, 200, header)[1]), FragmentDrop::kHeaderDiffers);
  }
  EXPECT_EQ(add(reassembler, pieces[1]).outcome, Outcome::kMore);
  EXPECT_EQ(add(reassembler, pieces[2]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, pieces[3]), inner_);
}

TEST_F(Reassembly, TooManyOctetsMakeTheMessageGo) {
  Reassembler reassembler({.octets = inner_.size(), .fragments = 256, .messages = 1});
  const auto exact = fragments(inner_, 250);
  for (std::size_t i = 0; i + 1 < exact.size(); ++i) EXPECT_EQ(add(reassembler, exact[i]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, exact.back()), inner_);
  inner_.push_back(0);
  const auto larger = fragments(inner_, 250);
  for (std::size_t i = 0; i + 1 < larger.size(); ++i) EXPECT_EQ(add(reassembler, larger[i]).outcome, Outcome::kMore);
  expect_dropped(add(reassembler, larger.back()), FragmentDrop::kTooLarge);
  EXPECT_EQ(reassembler.messages(), 0U);
  // A forged piece does not reach the limit: its octets do not count.
  EXPECT_EQ(add(reassembler, larger[0]).outcome, Outcome::kMore);
  for (int i = 0; i < 10; ++i) expect_dropped(add(reassembler, forged(larger[1])), FragmentDrop::kNotAuthentic);
  EXPECT_EQ(reassembler.messages(), 1U);
}

TEST_F(Reassembly, TooManyOctetsInTheFirstPiece) {
  Reassembler reassembler({.octets = 100, .fragments = 256, .messages = 1});
  expect_dropped(add(reassembler, fragments(inner_, 250)[0]), FragmentDrop::kTooLarge);
  EXPECT_EQ(reassembler.messages(), 0U);
}

TEST_F(Reassembly, SeveralMessagesUpToTheWindow) {
  Reassembler reassembler({.octets = 10'000, .fragments = 256, .messages = 2});
  std::map<std::uint32_t, std::vector<Bytes>> sent;
  std::map<std::uint32_t, Bytes> contents;
  for (const std::uint32_t id : {7U, 8U, 9U}) {
    contents[id] = random_bytes(random_, 400 + id);
    sent[id] = fragments(contents[id], 250, some_header(id));
  }
  EXPECT_EQ(add(reassembler, sent[8][0]).outcome, Outcome::kMore);
  EXPECT_EQ(add(reassembler, sent[7][1]).outcome, Outcome::kMore);
  expect_dropped(add(reassembler, sent[9][0]), FragmentDrop::kNoRoom);
  EXPECT_EQ(add(reassembler, sent[7][0]).outcome, Outcome::kMore);
  EXPECT_EQ(reassembler.messages(), 2U);
  expect_complete(add(reassembler, sent[7][2]), contents[7]);
  EXPECT_EQ(add(reassembler, sent[9][0]).outcome, Outcome::kMore);
  EXPECT_EQ(add(reassembler, sent[8][2]).outcome, Outcome::kMore);
  expect_complete(add(reassembler, sent[8][1]), contents[8]);
}

TEST_F(Reassembly, Forgets) {
  Reassembler reassembler({.octets = 10'000, .fragments = 256, .messages = 4});
  for (const std::uint32_t id : {5U, 6U, 7U, 8U}) {
    EXPECT_EQ(add(reassembler, fragments(inner_, 250, some_header(id))[0]).outcome, Outcome::kMore);
  }
  reassembler.forget_below(7);
  EXPECT_EQ(reassembler.messages(), 2U);
  reassembler.forget(8);
  reassembler.forget(9);
  EXPECT_EQ(reassembler.messages(), 1U);
  const auto seven = fragments(inner_, 250, some_header(7));
  expect_dropped(add(reassembler, seven[0]), FragmentDrop::kDuplicate);
  reassembler.forget_below(8);
  EXPECT_EQ(reassembler.messages(), 0U);
  EXPECT_EQ(reassembler.octets(), 0U);
}

// Pieces of one message cut in two ways (their totals differ, as RFC 7383 2.5.2 wants it of a sender), of another
// message, forged ones, all many times and in any order: whatever comes out is one of the two messages, and each comes
// out.
TEST_F(Reassembly, OfRandomMixes) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    const Bytes other = random_bytes(random, 300 + random.below(500));
    Reassembler reassembler({.octets = 2'000, .fragments = 20, .messages = 2});
    std::vector<Bytes> pool;
    for (const auto& sent : {fragments(inner_, 400), fragments(inner_, 120 + random.below(100)),
                             fragments(other, 120 + random.below(200), some_header(8))}) {
      pool.insert(pool.end(), sent.begin(), sent.end());
    }
    unsigned complete = 0;
    std::map<std::uint32_t, unsigned> of;
    for (int step = 0; step < 2000 && (of[7] == 0 || of[8] == 0); ++step) {
      Bytes message = pool[random.below(pool.size())];
      const bool forge = random.below(4) == 0;
      if (forge) message[36 + random.below(message.size() - 36)] ^= 1;
      const auto verdict = add(reassembler, message);
      ASSERT_LE(reassembler.messages(), 2U) << "seed " << seed;
      ASSERT_LE(reassembler.octets(), 2U * 2'000) << "seed " << seed;
      if (forge) {
        ASSERT_EQ(verdict.outcome, Outcome::kDropped) << "seed " << seed;
      }
      if (verdict.outcome != Outcome::kComplete) continue;
      ++complete;
      const std::uint32_t id = parsed(message).header.message_id;
      ++of[id];
      ASSERT_EQ(to_hex(verdict.message.inner.view()), to_hex(id == 7 ? inner_ : other)) << "seed " << seed;
    }
    EXPECT_GE(complete, 2U) << "seed " << seed;
  }
}

TEST(Retransmission, IsTriggeredByFragmentOneOnly) {
  EXPECT_TRUE(triggers_retransmission(1));
  for (const std::uint16_t number : {0, 2, 3, 65535}) EXPECT_FALSE(triggers_retransmission(number));
}

}  // namespace
}  // namespace sallyport::ike
