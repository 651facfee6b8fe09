#pragma once
/// @file
/// A register bus that expects an ordered transcript of accesses (OpenTitan's mock_mmio is the model).
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <optional>

#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw::test {

/// Every access must be the next one of the transcript; the transcript must be used up at the end.
class TranscriptBus final : public RegisterBus {
 public:
  ~TranscriptBus() { EXPECT_TRUE(script_.empty()) << script_.size() << " accesses did not happen"; }

  void expect_read(std::uint32_t address, std::optional<std::uint32_t> value) {
    script_.push_back({false, address, value});
  }
  void expect_write(std::uint32_t address, std::uint32_t value) { script_.push_back({true, address, value}); }

  std::optional<std::uint32_t> read32(std::uint32_t address) override {
    const Access access = next();
    EXPECT_FALSE(access.write) << "read of " << std::hex << address;
    EXPECT_EQ(access.address, address);
    return access.value;
  }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    const Access access = next();
    EXPECT_TRUE(access.write) << "write to " << std::hex << address;
    EXPECT_EQ(access.address, address);
    EXPECT_EQ(access.value, value);
    return true;
  }
  std::uint64_t now_ns() override { return now; }

  std::uint64_t now = 0;

 private:
  struct Access {
    bool write = false;
    std::uint32_t address = 0;
    std::optional<std::uint32_t> value;
  };
  Access next() {
    if (script_.empty()) {
      ADD_FAILURE() << "access after the end of the transcript";
      return {};
    }
    const Access access = script_.front();
    script_.pop_front();
    return access;
  }
  std::deque<Access> script_;
};

}  // namespace sallyport::fw::test
