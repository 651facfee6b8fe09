#include "sallyport/telemetry/from_notice.hpp"

#include <gtest/gtest.h>

namespace sallyport {
namespace {

TEST(FromNotice, TransitionKeepsEverything) {
  EntryTransition transition;
  transition.ref = {SaIndex{5}, Generation{9}};
  transition.from = abi::EntryState::kActive;
  transition.to = abi::EntryState::kOverlap;
  transition.cause = abi::TransitionCause::kSupersede;
  transition.time_ns = 77;
  const TransitionRecord record = to_record(transition, 1, "tunnel");
  EXPECT_EQ(record.table, 1u);
  EXPECT_EQ(record.time_ns, 77u);
  EXPECT_EQ(record.index, 5u);
  EXPECT_EQ(record.generation, 9u);
  EXPECT_EQ(record.from, abi::EntryState::kActive);
  EXPECT_EQ(record.to, abi::EntryState::kOverlap);
  EXPECT_EQ(record.cause, abi::TransitionCause::kSupersede);
  EXPECT_EQ(record.owner, "tunnel");
}

TEST(FromNotice, EventThatWasReconstructedHasNoNumber) {
  SaEvent event;
  event.event = abi::EventKind::kHard;
  event.ref = {SaIndex{5}, Generation{9}};
  event.spi = Spi{0x1234};
  event.direction = Direction::kInbound;
  event.packets = true;
  event.count = 10;
  event.record = 3;
  EventLogRecord record = to_record(event, 0);
  EXPECT_EQ(record.seq, 3u);
  EXPECT_EQ(record.spi, 0x1234u);
  EXPECT_TRUE(record.inbound && record.packets);
  EXPECT_FALSE(record.late);
  EXPECT_EQ(record.count, 10u);
  event.reconstructed = true;
  EXPECT_EQ(to_record(event, 0).seq, 0u);
}

}  // namespace
}  // namespace sallyport
