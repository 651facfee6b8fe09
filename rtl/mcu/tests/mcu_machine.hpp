// Core, bus and memories (mcu_bench) as a machine that runs programs: the loader, and a device that notes what is
// written to it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "Vmcu_bench_model.h"
#include "verilated.h"

namespace sallyport::test {

/// Where the memories are (docs/reference/abi.md).
inline constexpr std::uint32_t kImageBase = 0x0000'0000;
inline constexpr std::uint32_t kDataBase = 0x1000'0000;
inline constexpr std::uint32_t kDeviceBase = 0x2000'0000;
inline constexpr std::uint32_t kImageOctets = 65536;
inline constexpr std::uint32_t kRamOctets = 32768;

class McuMachine {
 public:
  McuMachine();

  /// One clock.
  void step();
  /// Zeroes both memories; the core stands in reset meanwhile.
  void wipe();
  /// What the loader does; nothing when the bus answered with an error.
  bool store(std::uint32_t address, std::uint32_t value, unsigned octets = 0xF) {
    return request(true, address, value, octets).has_value();
  }
  std::optional<std::uint32_t> load(std::uint32_t address) { return request(false, address, 0, 0xF); }
  /// Loads the segments of an ELF file; false when it is none or does not fit.
  bool load_elf(const std::string& path);
  /// The core leaves its reset, or goes back.
  void run_core(bool run) { model_->core_rst_ni = run ? 1 : 0; }

  struct Write {
    std::uint32_t address, value;
  };
  /// Writes to devices so far.
  std::vector<Write> writes;
  /// What devices answer; they take `wait` clocks.
  std::function<std::optional<std::uint32_t>(std::uint32_t)> read = [](std::uint32_t) { return 0; };
  unsigned wait = 0;
  std::uint64_t clocks = 0, asleep = 0, corrected = 0, fatal = 0;

  Vmcu_bench_model& pins() { return *model_; }

 private:
  struct Answer {
    unsigned wait;
    bool error;
    std::uint32_t value;
  };
  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vmcu_bench_model> model_ = std::make_unique<Vmcu_bench_model>(context_.get());
  std::optional<std::uint32_t> request(bool write, std::uint32_t address, std::uint32_t value, unsigned octets);

  std::optional<Answer> answer_;  // of a device, on its way
  std::optional<Answer> loaded_;  // of the bus to the loader
  bool taken_ = false;            // the loader's request
};

}  // namespace sallyport::test
