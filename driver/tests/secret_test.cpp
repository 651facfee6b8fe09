#include "sallyport/secret.hpp"

#include <gtest/gtest.h>

#include <array>
#include <type_traits>

namespace sallyport {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);

TEST(SecretBytes, ReadsHex) {
  const auto secret = SecretBytes::from_hex("00fFa5");
  ASSERT_TRUE(secret);
  const auto octets = secret->expose();
  EXPECT_EQ(std::vector<std::uint8_t>(octets.begin(), octets.end()), (std::vector<std::uint8_t>{0x00, 0xFF, 0xA5}));
}

TEST(SecretBytes, ErrorsDoNotRepeatTheSecret) {
  for (const char* text : {"c0ffee0", "c0ffeeXX", "c0 ffee "}) {
    const auto secret = SecretBytes::from_hex(text);
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(secret.error().text.find("c0"), std::string::npos);
  }
}

TEST(SecretBytes, MovingEmptiesTheSource) {
  auto first = SecretBytes::from_hex("0102").value();
  SecretBytes second = std::move(first);
  EXPECT_EQ(second.size(), 2U);
  EXPECT_EQ(first.size(), 0U);  // NOLINT: looked at on purpose
  second = SecretBytes::from_hex("ff").value();
  EXPECT_EQ(second.size(), 1U);
  EXPECT_EQ(second.duplicate().size(), 1U);
}

TEST(Wipe, OverwritesEverything) {
  std::array<std::uint8_t, 5> octets{1, 2, 3, 4, 5};
  wipe(octets);
  EXPECT_EQ(octets, (std::array<std::uint8_t, 5>{}));
}

}  // namespace
}  // namespace sallyport
