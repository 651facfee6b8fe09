#include "fixtures.hpp"
#include "sallyport/ike/identity.hpp"

namespace sallyport::ike {
namespace {

using test::contains;

struct Case {
  const char* pattern;
  const char* identity;
  IdentityMatch match;
};

TEST(IdentityPattern, Matches) {
  constexpr auto kNone = IdentityMatch::kNone;
  constexpr auto kAny = IdentityMatch::kAny;
  constexpr auto kWild = IdentityMatch::kWildcard;
  constexpr auto kExact = IdentityMatch::kExact;
  const Case table[] = {
      {"%any", "gw.example.org", kAny},
      {"*", "192.0.2.1", kAny},
      {"gw.example.org", "GW.example.org", kExact},
      {"gw.example.org", "gx.example.org", kNone},
      {"*.example.org", "gw.example.org", kWild},
      {"*.example.org", "a.b.EXAMPLE.org", kWild},
      {"*.example.org", "example.org", kNone},
      {"*.example.org", "badexample.org", kNone},
      {"*.example.org", "gw.example.org.evil", kNone},
      {"*.example.org", "user@gw.example.org", kNone},
      {"*@example.org", "user@example.org", kWild},
      {"*@example.org", "user@Example.org", kWild},
      {"*@example.org", "user@sub.example.org", kNone},
      {"*@example.org", "example.org", kNone},
      {"C=CH, O=Ex, CN=*", "C=CH, O=Ex, CN=gw", kWild},
      {"C=CH, O=Ex, CN=*", "C=ch, O=EX, CN=gw", kWild},
      {"C=CH, O=Ex, CN=*", "C=CH, O=Ey, CN=gw", kNone},
      {"C=CH, O=Ex, CN=*", "C=CH, O=Ex", kNone},
      {"C=CH, O=Ex, CN=*", "C=CH, O=Ex, CN=gw, CN=x", kNone},
      {"C=CH, O=Ex, CN=*", "C=CH, O=Ex, OU=gw", kNone},
      {"C=CH, O=Ex, CN=*", "keyid:gw", kNone},
      {"C=CH, CN=gw", "C=CH, CN=GW", kExact},
      {"192.0.2.1", "192.0.2.1", kExact},
      {"192.0.2.1", "192.0.2.2", kNone},
      {"@*.example.org", "gw.example.org", kWild},
  };
  for (const Case& row : table) {
    const auto pattern = IdentityPattern::parse(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << ": " << pattern.error().text;
    const auto identity = Identity::parse(row.identity).value();
    EXPECT_EQ(pattern->match(identity), row.match) << row.pattern << " and " << row.identity;
    EXPECT_EQ(pattern->matches(identity), row.match != kNone);
  }
}

TEST(IdentityPattern, AttributesOfOneRelativeNameAreNotTwo) {
  // CN=a + OU=b in one SET: 2.5.4.3 "a", 2.5.4.11 "b".
  const auto together =
      Identity::from_name(test::from_hex("301a 3118 3008 0603550403 130161 300c 060355040b 1305 6262626262"));
  ASSERT_TRUE(together) << together.error().text;
  EXPECT_EQ(together->to_string(), "CN=a + OU=bbbbb");
  EXPECT_FALSE(IdentityPattern::parse("CN=*, OU=*")->matches(*together));
  EXPECT_TRUE(IdentityPattern::parse("CN=*, OU=*")->matches(Identity::parse("CN=a, OU=bbbbb").value()));
}

TEST(IdentityPattern, KnowsTheOneItMeans) {
  EXPECT_EQ(*IdentityPattern::parse("gw.example.org")->one(), Identity::parse("gw.example.org").value());
  EXPECT_EQ(IdentityPattern::parse("%any")->one(), nullptr);
  EXPECT_EQ(IdentityPattern::parse("*.example.org")->one(), nullptr);
  EXPECT_EQ(IdentityPattern::parse("CN=*")->one(), nullptr);
  EXPECT_EQ(IdentityPattern().one(), nullptr);
  EXPECT_TRUE(IdentityPattern().matches(Identity::parse("gw").value()));
}

TEST(IdentityPattern, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> table[] = {
      {"*.", "nothing follows the wildcard"},
      {"*@", "nothing follows the wildcard"},
      {"*.*.org", "has a wildcard"},
      {"gw.*.org", "has a wildcard"},
      {"*.a@", "user@domain"},
      {"*@a@b", "second '@'"},
      {"*.ex ample", "a space"},
      {"C=CH, CN", "has no '='"},
      {"", "empty"},
      {"10.0.0.300", "IPv4"},
      {std::string(5000, '*'), "too long"},
  };
  for (const auto& [text, part] : table) {
    const auto pattern = IdentityPattern::parse(text);
    ASSERT_FALSE(pattern) << text;
    EXPECT_TRUE(contains(pattern.error().text, part)) << text << ": " << pattern.error().text;
  }
}

TEST(IdentityPattern, PrintsWhatItReads) {
  for (const char* text : {"%any", "*.example.org", "*@example.org", "C=CH, CN=*", "gw.example.org", "192.0.2.1"}) {
    EXPECT_EQ(IdentityPattern::parse(text)->to_string(), text);
  }
}

}  // namespace
}  // namespace sallyport::ike
