// ring_window against the packet it reads: any offset, any place in the ring, any rhythm of taking.
#include <gtest/gtest.h>

#include "Vring_window_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

constexpr std::size_t kDepth = 64;  // beats

TEST(RingWindow, RandomOffsets) {
  Bench<Vring_window_model> bench(1);
  auto& top = bench.top;
  std::vector<Octets> ring(kDepth);
  for (int i = 0; i < 5000; ++i) {
    const Octets packet = bench.octets(1 + bench.below(kDepth * kBeat));
    const std::size_t base = bench.below(kDepth);
    const std::size_t beats = beats_of(packet.size());
    for (auto& beat : ring) beat = bench.octets(kBeat);
    for (std::size_t k = 0; k < beats; ++k) {
      const OctetView from = beat_of(packet, k);
      std::copy(from.begin(), from.end(), ring[(base + k) % kDepth].begin());
    }
    std::size_t at = bench.below(static_cast<std::uint32_t>(packet.size())) / 4 * 4;
    top.addr_i = static_cast<std::uint16_t>(base);
    top.beats_i = static_cast<std::uint16_t>(beats);
    top.offset_i = static_cast<std::uint16_t>(at);
    const unsigned taking = bench.chance(50) ? 100 : 1 + bench.below(99);
    int clocks = 0;
    // Sometimes the reader is started again elsewhere before it has come to the end.
    const bool stop_early = bench.chance(20);
    for (top.start_i = 1; at < packet.size() && !(stop_early && clocks > 3); ++clocks) {
      ASSERT_LT(clocks, 100000);
      top.take_i = 0;
      top.eval();
      if (top.valid_o && !top.start_i) {
        const OctetView want = OctetView(packet).subspan(at, std::min(kBeat, packet.size() - at));
        ASSERT_EQ(get_beat(top.data_o, want.size()), Octets(want.begin(), want.end()))
            << "packet " << i << " at " << at;
        top.take_i = bench.chance(taking);
        if (top.take_i) at += kBeat;
      }
      if (taking == 100) {
        ASSERT_TRUE(clocks < 2 || top.valid_o) << "a clock without a beat";
      }
      top.eval();
      const bool rd = top.rd_en_o;
      const std::size_t address = top.rd_addr_o;
      if (rd) {
        ASSERT_LT((address - base) & 0xFFFF, beats) << "a beat of another packet is read";
      }
      bench.clock();
      if (rd) set_beat(top.rd_data_i, ring[address % kDepth]);
      top.start_i = 0;
    }
  }
}

}  // namespace
}  // namespace sallyport::test
