// The stream ends against pins that are plain variables: what is offered, when, and how packets are put together again.
#include "accel/stream_driver.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace sallyport::sim {
namespace {

/// Both ends' pins, under the names that the transactors use.
struct FakePins {
  bool desc_valid = false, s_valid = false, s_last = false, m_last = false;
  std::uint16_t s_keep = 0, m_keep = 0;
  std::array<std::uint8_t, 16> desc{}, s{}, stat{}, m{};
  bool& desc_tvalid() { return desc_valid; }
  std::uint8_t* desc_tdata() { return desc.data(); }
  bool& s_tvalid() { return s_valid; }
  std::uint8_t* s_tdata() { return s.data(); }
  std::uint16_t& s_tkeep() { return s_keep; }
  bool& s_tlast() { return s_last; }
  std::uint8_t* stat_tdata() { return stat.data(); }
  std::uint8_t* m_tdata() { return m.data(); }
  std::uint16_t& m_tkeep() { return m_keep; }
  bool& m_tlast() { return m_last; }
};

PacketIn packet(std::uint16_t announced, std::size_t octets) {
  PacketIn in;
  in.descriptor = abi::InDesc{.reserved0 = 0, .length = announced, .reserved1 = 0, .cookie = 7}.pack();
  in.octets.resize(octets);
  std::iota(in.octets.begin(), in.octets.end(), std::uint8_t{1});
  return in;
}

TEST(StreamSource, SplitsIntoBeatsAndMarksTheLast) {
  for (std::size_t octets : {1U, 15U, 16U, 17U, 32U, 33U}) {
    FakePins pins;
    StreamSource source;
    source.push(packet(static_cast<std::uint16_t>(octets), octets));
    std::vector<std::uint8_t> seen;
    source.clock(pins, false, false, false);
    EXPECT_TRUE(pins.desc_valid);
    bool desc = true;
    while (pins.s_valid) {
      const auto n = static_cast<std::size_t>(__builtin_popcount(pins.s_keep));
      seen.insert(seen.end(), pins.s.begin(), pins.s.begin() + static_cast<std::ptrdiff_t>(n));
      EXPECT_EQ(pins.s_last, seen.size() == octets);
      source.clock(pins, desc, true, false);
      desc = false;
    }
    EXPECT_EQ(seen, packet(0, octets).octets);
    EXPECT_TRUE(source.empty());
    EXPECT_FALSE(pins.desc_valid);
  }
}

TEST(StreamSource, NeverTakesAnOfferBack) {
  FakePins pins;
  StreamSource source;
  source.push(packet(40, 40));
  source.clock(pins, false, false, false);
  const FakePins before = pins;
  for (int i = 0; i < 5; ++i) source.clock(pins, false, false, true);
  EXPECT_TRUE(pins.desc_valid && pins.s_valid);
  EXPECT_EQ(pins.s, before.s);
}

TEST(StreamSource, AnnouncedZeroSendsNoData) {
  FakePins pins;
  StreamSource source;
  source.push(packet(0, 20));
  source.clock(pins, false, false, false);
  EXPECT_TRUE(pins.desc_valid);
  EXPECT_FALSE(pins.s_valid);
  source.clock(pins, true, false, false);
  EXPECT_TRUE(source.empty());
}

TEST(StreamSource, AnnouncedButEmptySendsOneEmptyLastBeat) {
  FakePins pins;
  StreamSource source;
  source.push(packet(20, 0));
  source.clock(pins, false, false, false);
  EXPECT_TRUE(pins.s_valid && pins.s_last);
  EXPECT_EQ(pins.s_keep, 0);
  source.clock(pins, true, true, false);
  EXPECT_TRUE(source.empty());
}

/// Sends `octets` octets as the model does; status in the clock `status_at` (0: before the data).
std::optional<PacketOut> collect(StreamSink& sink, std::uint16_t status_length, std::size_t octets,
                                 std::size_t status_at) {
  FakePins pins;
  pins.stat =
      abi::StatusDesc{
          .index = 3, .generation = 1, .length = status_length, .verdict = 0, .next_header = 50, .aux = 9, .cookie = 5}
          .pack();
  const auto sent = packet(0, octets).octets;
  const std::size_t beats = (octets + 15) / 16;
  for (std::size_t clock = 0; clock <= std::max(beats, status_at); ++clock) {
    const bool data = clock >= 1 && clock <= beats;
    if (data) {
      const std::size_t at = (clock - 1) * 16;
      const std::size_t n = std::min<std::size_t>(16, octets - at);
      std::copy_n(sent.begin() + static_cast<std::ptrdiff_t>(at), n, pins.m.begin());
      pins.m_keep = static_cast<std::uint16_t>((1U << n) - 1U);
      pins.m_last = clock == beats;
    }
    if (clock == status_at || data) sink.clock(pins, clock == status_at, data);
  }
  return sink.pop();
}

TEST(StreamSink, PutsAPacketTogetherWhateverTheStatusTiming) {
  for (std::size_t octets : {1U, 16U, 17U, 64U}) {
    for (std::size_t status_at = 0; status_at < 7; ++status_at) {
      StreamSink sink;
      const auto out = collect(sink, static_cast<std::uint16_t>(octets), octets, status_at);
      ASSERT_TRUE(out) << octets << " " << status_at;
      EXPECT_EQ(out->octets, packet(0, octets).octets);
      EXPECT_EQ(out->status.cookie, 5U);
      EXPECT_EQ(sink.faults(), 0U);
      EXPECT_FALSE(sink.collecting());
    }
  }
}

TEST(StreamSink, StatusAloneIsAPacketWithoutOctets) {
  StreamSink sink;
  const auto out = collect(sink, 0, 0, 0);
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->octets.empty());
}

TEST(StreamSink, CountsAPacketThatEndsAtTheWrongPlace) {
  for (const auto& [status, octets] : {std::pair{40, 20}, std::pair{20, 40}}) {
    StreamSink sink;
    collect(sink, static_cast<std::uint16_t>(status), static_cast<std::size_t>(octets), 0);
    EXPECT_GT(sink.faults(), 0U);
  }
}

}  // namespace
}  // namespace sallyport::sim
