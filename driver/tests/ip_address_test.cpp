#include "sallyport/ip_address.hpp"

#include <gtest/gtest.h>

namespace sallyport {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  for (const char* text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->octets[3], 1);
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->octets[4], 0);
}

TEST(IpAddress, SaysWhatIsWrong) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "1.2.3.4/8", "fe80::1%eth0", "localhost"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_NE(address.error().text.find(std::string("'") + text + "'"), std::string::npos);
  }
}

TEST(IpPrefix, ReadsLengths) {
  EXPECT_EQ(IpPrefix::parse("10.0.0.0/8")->length, 8);
  EXPECT_EQ(IpPrefix::parse("10.1.2.3")->length, 32);
  EXPECT_EQ(IpPrefix::parse("::/0")->length, 0);
  EXPECT_EQ(IpPrefix::parse("2001:db8::/33")->to_string(), "2001:db8::/33");
}

TEST(IpPrefix, RefusesWhatIsNone) {
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "10.0.0.1/8", "2001:db8::/129"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

}  // namespace
}  // namespace sallyport
