#pragma once
/// @file
/// The loopback of the fake device: the golden model behind TEST_GO, one SA at a time, which is all that the firmware's
/// known answers need.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/model/golden_accelerator.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::test {

class FakeLoopback {
 public:
  using Image = std::array<std::uint64_t, abi::kImageWords>;
  /// An SA as the device holds it; nothing when the entry has no active one.
  struct Tenant {
    std::uint16_t generation = 0;
    Image image{};
  };
  using FindTenant = std::function<std::optional<Tenant>(std::uint16_t index)>;

  explicit FakeLoopback(std::uint16_t num_sas) : num_sas_(num_sas) {}

  /// Nothing when the address is not the loopback's.
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t address) const;
  /// False when the address is not the loopback's. `shut`: no packets are taken in.
  bool write(std::uint32_t address, std::uint32_t value, bool shut, const FindTenant& find);
  /// The last octet of the next `packets` packets that come out is wrong.
  void break_cipher(unsigned packets = UINT32_MAX) { broken_ = packets; }
  /// From now on no run ends.
  void hang() { hung_ = true; }

 private:
  void go(bool inbound, const FindTenant& find);
  [[nodiscard]] std::span<std::uint8_t> packet() { return std::span(buffer_).subspan(abi::StatusDesc::kOctets); }

  std::uint16_t num_sas_;
  std::array<std::uint8_t, regs::kTestBufferOctets> buffer_{};
  std::uint32_t status_ = 0;
  std::unique_ptr<model::GoldenAccelerator> model_;
  std::uint16_t index_ = 0;
  std::uint16_t generation_ = 0;
  std::uint16_t model_generation_ = 0;
  unsigned broken_ = 0;
  bool hung_ = false;
};

}  // namespace sallyport::test
