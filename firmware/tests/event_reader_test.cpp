// Event triage, access by access.
#include "sallyport/fw/event_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sallyport/regs.hpp"
#include "transcript_bus.hpp"

namespace sallyport::fw {
namespace {

class EventReaderTest : public ::testing::Test {
 protected:
  EventReaderTest() {
    table_.reset(8);
    table_.move(3, EntryEvent::kCommit);
    table_[3].generation = 9;
    table_[3].owner = 77;
    table_[3].partner = 4;
    bus_.expect_read(regs::kCaps1Address, 16U);
    bus_.expect_read(regs::kEvTailAddress, 31U);
    EXPECT_TRUE(reader_.start());
  }
  void expect_record(std::uint32_t slot, const abi::EventRecord& record) {
    const auto octets = record.pack();
    for (unsigned w = 0; w < 8; ++w) {
      std::uint32_t word = 0;
      for (unsigned i = 0; i < 4; ++i) word = word << 8 | octets[w * 4 + i];
      bus_.expect_read(regs::kRingAddress + slot * 32 + w * 4, word);
    }
  }
  static abi::EventRecord record(std::uint32_t number, std::uint16_t generation, abi::EventKind kind) {
    abi::EventRecord r;
    r.seq = number;
    r.index = 3;
    r.generation = generation;
    r.spi = 0x1003;
    r.kind = static_cast<std::uint8_t>(kind);
    r.count = 4'711;
    r.time_ns = 1'000;
    return r;
  }

  test::TranscriptBus bus_;
  std::array<Entry, 8> storage_{};
  EntryTable table_{storage_};
  std::array<abi::MailboxNotice, 2> queue_storage_{};
  NoticeQueue queue_{queue_storage_};
  struct Listener final : EventListener {
    void event(std::uint16_t index, abi::EventKind kind, std::uint64_t latency_ns) override {
      heard.push_back({index, kind, latency_ns});
    }
    struct Heard {
      std::uint16_t index;
      abi::EventKind kind;
      std::uint64_t latency_ns;
      bool operator==(const Heard&) const = default;
    };
    std::vector<Heard> heard;
  } listener_;
  EventReader reader_{bus_, table_, queue_, listener_};
};

// A firmware that ends in between finds the records again: the tail moves when their notices are on their way.
TEST_F(EventReaderTest, TakesRecordsAndMovesTheTailWhenTheHostIsTold) {
  bus_.now = 1'500;
  bus_.expect_read(regs::kEvHeadAddress, 33U);
  expect_record(15, record(32, 9, abi::EventKind::kSoftOctets));
  expect_record(0, record(33, 9, abi::EventKind::kIcvLimit));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  EXPECT_TRUE(reader_.untold());
  EXPECT_FALSE(reader_.more());
  const auto soft = queue_.take();
  ASSERT_TRUE(soft);
  EXPECT_EQ(soft->kind, static_cast<std::uint8_t>(abi::NoticeKind::kSoft));
  EXPECT_EQ(soft->event_kind, static_cast<std::uint8_t>(abi::EventKind::kSoftOctets));
  EXPECT_EQ(soft->record, 32U);
  EXPECT_EQ(soft->owner, 77);
  EXPECT_EQ(soft->partner, 4);
  EXPECT_EQ(soft->count, 4'711U);
  EXPECT_EQ(soft->time, 1'000U);
  EXPECT_EQ(soft->posted, 1'500U);
  EXPECT_EQ(soft->to_state, static_cast<std::uint8_t>(abi::EntryState::kActive));
  bus_.expect_write(regs::kEvTailAddress, 32);
  reader_.told(32);
  reader_.told(32);
  EXPECT_TRUE(reader_.untold());
  EXPECT_EQ(queue_.take()->kind, static_cast<std::uint8_t>(abi::NoticeKind::kIcv));
  bus_.expect_write(regs::kEvTailAddress, 33);
  reader_.told(33);
  EXPECT_FALSE(reader_.untold());
}

// Numbers that are none of those that were read.
TEST_F(EventReaderTest, NothingElseMovesTheTail) {
  reader_.told(0);
  reader_.told(30);
  reader_.told(32);
  bus_.expect_read(regs::kEvHeadAddress, 32U);
  expect_record(15, record(32, 9, abi::EventKind::kSoftOctets));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  reader_.told(0);
  reader_.told(31);
  reader_.told(33);
}

TEST_F(EventReaderTest, AnOldGenerationGetsNothingOfTheNewTenant) {
  bus_.expect_read(regs::kEvHeadAddress, 32U);
  expect_record(15, record(32, 8, abi::EventKind::kHard));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  const auto notice = queue_.take();
  EXPECT_EQ(notice->kind, static_cast<std::uint8_t>(abi::NoticeKind::kHard));
  EXPECT_EQ(notice->generation, 8);
  EXPECT_EQ(notice->owner, kNone);
  EXPECT_EQ(notice->partner, kNone);
}

TEST_F(EventReaderTest, LeavesInTheRingWhatHasNoRoom) {
  bus_.expect_read(regs::kEvHeadAddress, 34U);
  expect_record(15, record(32, 9, abi::EventKind::kSoftOctets));
  expect_record(0, record(33, 9, abi::EventKind::kSoftPackets));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  bus_.expect_read(regs::kEvHeadAddress, 34U);
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  EXPECT_EQ(queue_.lost(), 0U);
  queue_.take();
  bus_.expect_read(regs::kEvHeadAddress, 34U);
  expect_record(1, record(34, 9, abi::EventKind::kSeqEnd));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  EXPECT_FALSE(reader_.more());
}

TEST_F(EventReaderTest, ReadsAgainWhenTheBusGaveAWrongRecord) {
  bus_.expect_read(regs::kEvHeadAddress, 32U);
  expect_record(15, record(16, 9, abi::EventKind::kSoftOctets));
  EXPECT_FALSE(reader_.poll(UINT32_MAX));
  EXPECT_FALSE(queue_.take());
  bus_.expect_read(regs::kEvHeadAddress, 32U);
  expect_record(15, record(32, 9, abi::EventKind::kSoftOctets));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  EXPECT_TRUE(queue_.take());
}

// A bit of the ring that flipped: the events behind it are told all the same.
TEST_F(EventReaderTest, ARecordThatStaysWrongIsGivenUpAndCounted) {
  for (int i = 0; i < 3; ++i) {
    bus_.expect_read(regs::kEvHeadAddress, 33U);
    expect_record(15, record(16, 9, abi::EventKind::kSoftOctets));
    EXPECT_FALSE(reader_.poll(UINT32_MAX));
  }
  bus_.expect_read(regs::kEvHeadAddress, 33U);
  expect_record(15, record(16, 9, abi::EventKind::kSoftOctets));
  expect_record(0, record(33, 9, abi::EventKind::kIcvLimit));
  EXPECT_TRUE(reader_.poll(UINT32_MAX));
  EXPECT_EQ(queue_.lost(), 1U);
  const auto next = queue_.take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->record, 33U);
}

// With nothing behind it there is no notice that would give it back to the ring.
TEST_F(EventReaderTest, TheLastRecordThatStaysWrongIsGivenBackAtOnce) {
  for (int i = 0; i < 4; ++i) {
    bus_.expect_read(regs::kEvHeadAddress, 32U);
    expect_record(15, record(16, 9, abi::EventKind::kSoftOctets));
    if (i == 3) bus_.expect_write(regs::kEvTailAddress, 32);
    EXPECT_EQ(reader_.poll(UINT32_MAX), i == 3);
  }
  EXPECT_FALSE(reader_.untold());
}

}  // namespace
}  // namespace sallyport::fw
