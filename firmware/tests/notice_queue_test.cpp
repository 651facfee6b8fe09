#include "sallyport/fw/notice_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sallyport::fw {
namespace {

TEST(NoticeQueue, NumbersWithoutGaps) {
  std::array<abi::MailboxNotice, 4> storage{};
  NoticeQueue queue(storage);
  EXPECT_FALSE(queue.take());
  for (std::uint32_t n = 1; n <= 20; ++n) {
    queue.next();
    const auto notice = queue.take();
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->seq, n);
    EXPECT_EQ(notice->lost, 0U);
  }
}

TEST(NoticeQueue, LosesTheNewestAndSaysHowMany) {
  std::array<abi::MailboxNotice, 4> storage{};
  NoticeQueue queue(storage);
  for (int i = 0; i < 7; ++i) queue.next();
  EXPECT_TRUE(queue.full());
  for (std::uint32_t n = 1; n <= 4; ++n) EXPECT_EQ(queue.take()->seq, n);
  EXPECT_FALSE(queue.take());
  queue.next();
  const auto after = queue.take();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->seq, 8U);
  EXPECT_EQ(after->lost, 3U);
  EXPECT_EQ(queue.number(), 8U);
}

}  // namespace
}  // namespace sallyport::fw
