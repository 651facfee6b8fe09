// How fast the bare ciphers simulate: a SEAL and an OPEN pipe side by side, AES-256, a slot a clock, every packet
// another key. Prints one line of JSON. The speed of the whole system is held against it.
//
//   gcm_pipe_bench [--blocks N] [--seconds S]
//
// N: payload blocks of a packet (default 94: 1,500 octets).
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "Vgcm_pipe_open_bare_model.h"
#include "Vgcm_pipe_seal_bare_model.h"

namespace {

// gcm_slot_t and gcm_start_t, see rtl/pkg/gcm_pkg.sv.
constexpr std::uint32_t kFirst = 0, kData = 1, kLen = 2;

class Feeder {
 public:
  explicit Feeder(unsigned blocks) : blocks_(blocks) {}

  // One clock for a pipe. What goes in matters little as long as it changes.
  template <typename Model>
  void clock(Model& top) {
    top.slot_valid_i = 1;
    top.slot_i[0] = 16 | at_ << 5;
    top.slot_i[1] = packet_;
    const std::uint32_t kind = at_ == 0 ? kFirst : at_ <= blocks_ ? kData : kLen;
    top.slot_i[4] = kind << 6;
    if (at_ == 0) {
      for (unsigned i = 0; i < 19; ++i) top.start_i[i] = packet_ * 2654435761U + i;
      top.start_i[0] = 16 * blocks_;
      top.start_i[19] = 1U << (625 % 32);
    }
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  }

  void next() {
    if (at_ == blocks_ + 1) ++packet_;
    at_ = at_ == blocks_ + 1 ? 0 : at_ + 1;
  }

 private:
  unsigned blocks_;
  std::uint32_t at_ = 0;
  std::uint32_t packet_ = 0;
};

template <typename Model>
void reset(Model& top) {
  top.rst_ni = 0;
  top.slot_valid_i = 0;
  for (int i = 0; i < 3; ++i) {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  }
  top.rst_ni = 1;
}

double processor_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned blocks = 94;
  double seconds = 2;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--blocks") {
      blocks = static_cast<unsigned>(std::atoi(argv[i + 1]));
    } else if (option == "--seconds") {
      seconds = std::atof(argv[i + 1]);
    } else {
      std::fprintf(stderr, "gcm_pipe_bench: unknown option %s\n", argv[i]);
      return 2;
    }
  }
  if (blocks < 1 || blocks > 4095) {
    std::fprintf(stderr, "gcm_pipe_bench: --blocks is 1 to 4095\n");
    return 2;
  }
  Vgcm_pipe_seal_bare_model seal;
  Vgcm_pipe_open_bare_model open;
  reset(seal);
  reset(open);
  Feeder feeder(blocks);
  std::uint64_t clocks = 0;
  std::uint64_t tags = 0;
  const auto wall_begin = std::chrono::steady_clock::now();
  const double begin = processor_seconds();
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 10000; ++i) {
      feeder.clock(seal);
      feeder.clock(open);
      feeder.next();
      tags += seal.tag_valid_o + open.tag_valid_o;
    }
    clocks += 10000;
    elapsed = processor_seconds() - begin;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_begin;
  std::printf(
      "{\"bench\": \"gcm_pipe\", \"pipes\": 2, \"key_bits\": 256, \"blocks_per_packet\": %u, \"clocks\": %llu, "
      "\"packets\": %llu, \"cpu_seconds\": %.3f, \"wall_seconds\": %.3f, \"kilo_clocks_per_second\": %.0f}\n",
      blocks, static_cast<unsigned long long>(clocks), static_cast<unsigned long long>(tags), elapsed, wall.count(),
      static_cast<double>(clocks) / elapsed / 1000);
  return 0;
}
