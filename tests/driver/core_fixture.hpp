#pragma once
/// @file
/// An accelerator whose management core waits for an image.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/core_firmware.hpp"
#include "sallyport/core_regs.hpp"
#include "sallyport/device.hpp"
#include "sallyport/firmware_image.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {

class Core : public testing::Test {
 protected:
  using Image = std::vector<std::uint8_t>;

  void SetUp() override {
    sim::AcceleratorOptions options;
    options.profile = profile_under_test();
    auto accelerator = sim::Accelerator::create(options);
    ASSERT_TRUE(accelerator) << accelerator.error().text;
    accelerator_ = std::move(*accelerator);
  }
  /// The firmware's own image for 64 entries.
  static Image whole() {
    const auto image = firmware_image(64);
    return {image.begin(), image.end()};
  }
  std::unique_ptr<CoreFirmware> load(const Image& image) {
    auto firmware = CoreFirmware::load(*accelerator_, image);
    EXPECT_TRUE(firmware) << (firmware ? "" : firmware.error().text);
    return firmware ? std::move(*firmware) : nullptr;
  }
  std::string refusal(const Image& image) {
    const auto firmware = CoreFirmware::load(*accelerator_, image);
    return firmware ? "" : firmware.error().text;
  }
  std::uint32_t read(std::uint32_t address) { return accelerator_->read32(address).value(); }
  /// A request by hand, so that the core can be taken down while it works on it.
  template <class Request>
  void ring(Request request) {
    const std::uint32_t bell = read(core_regs::kRequestBellAddress);
    request.version = abi::kAbiVersion;
    request.seq = read(abi::kHostMailbox + 4) + 1;  // after the last request's
    std::uint32_t at = abi::kHostMailbox;
    for (const std::uint32_t word : request.words()) {
      ASSERT_TRUE(accelerator_->write32(at, word));
      at += 4;
    }
    ASSERT_TRUE(accelerator_->write32(core_regs::kRequestBellAddress, bell + 1));
  }

  std::unique_ptr<sim::Accelerator> accelerator_;
};

}  // namespace sallyport::test
