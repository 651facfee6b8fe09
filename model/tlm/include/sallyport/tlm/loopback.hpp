#pragma once
/// @file
/// The loopback's registers: TEST_GO's guard, TEST_STATUS, TEST_BUFFER. What a run does with the packet is the owner's.
#include <array>
#include <cstdint>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::tlm {

class Loopback {
 public:
  /// Longest packet that a run takes, octets: the buffer, less a descriptor.
  static constexpr std::size_t kLongest = regs::kTestBufferOctets - abi::StatusDesc::kOctets;

  /// What a run is asked to do.
  struct Go {
    bool inbound = false;
    unsigned lane = 0;
  };

  /// A write to TEST_GO. True when its number is the next one and no run is on: run `seq` is on then, and has to be
  /// ended with finish() or refuse().
  bool start(std::uint32_t value, Go& go);
  void refuse();
  /// Puts the status and what of the packet has room into the buffer, and ends the run.
  void finish(const abi::StatusDesc& status, std::span<const std::uint8_t> packet);

  [[nodiscard]] bool busy() const { return (status_ & regs::kTestStatusBusyMask) != 0; }
  [[nodiscard]] std::uint32_t status() const { return status_; }
  /// The descriptor in the buffer.
  [[nodiscard]] std::span<const std::uint8_t, 16> descriptor() const { return std::span(buffer_).first<16>(); }
  /// The packet behind it. @param length 0..kLongest.
  [[nodiscard]] std::span<const std::uint8_t> packet(std::size_t length) const {
    return std::span(buffer_).subspan(abi::StatusDesc::kOctets, length);
  }
  /// Word `at` of TEST_BUFFER, 0..127; 0 while a run is on.
  [[nodiscard]] std::uint32_t word(std::size_t at) const;
  /// Does nothing while a run is on.
  void set_word(std::size_t at, std::uint32_t value);

 private:
  std::array<std::uint8_t, regs::kTestBufferOctets> buffer_{};
  std::uint32_t status_ = 0;
};

}  // namespace sallyport::tlm
