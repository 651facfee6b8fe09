#include "sallyport/telemetry/entry_time.hpp"

#include <gtest/gtest.h>

namespace sallyport {
namespace {

TEST(EntryTime, IsExactBeyond64Bit) {
  const EntryTime most(65'536, UINT64_MAX);
  EXPECT_EQ(most.to_string(), "1208925819614629174640640");
  EXPECT_EQ((most + most).to_string(), "2417851639229258349281280");
  EXPECT_LT(EntryTime(65'536, UINT64_MAX - 1), most);
}

TEST(EntryTime, TextGoesBothWays) {
  for (const char* text : {"0", "7", "18446744073709551616", "340282366920938463463374607431768211455"}) {
    const auto value = EntryTime::from_string(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->to_string(), text);
  }
}

TEST(EntryTime, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-1", "+1", "01", "1.0", "1e3", " 1", "1 ", "0x10",
                           "340282366920938463463374607431768211456", "999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(EntryTime::from_string(text)) << text;
  }
}

TEST(EntryTime, SecondsKeepEveryNanosecond) {
  EXPECT_EQ(EntryTime(0, 0).to_seconds_string(), "0.000000000");
  EXPECT_EQ(EntryTime(1, 50).to_seconds_string(), "0.000000050");
  EXPECT_EQ(EntryTime(12, 1'000'000'000).to_seconds_string(), "12.000000000");
  EXPECT_EQ(EntryTime(3, 500'000'001).to_seconds_string(), "1.500000003");
}

}  // namespace
}  // namespace sallyport
