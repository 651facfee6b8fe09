// esp_trailer: every pad length, right and with one wrong octet, at every alignment, and trailers that lie.
#include <gtest/gtest.h>

#include "Vesp_trailer_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

class Trailer : public ::testing::Test {
 protected:
  struct Facts {
    unsigned pad_len, next_header;
    bool pad_ok;
  };

  Facts judge(OctetView plaintext, unsigned gap_percent) {
    auto& top = bench_.top;
    top.start_i = 1;
    bench_.clock();
    top.start_i = 0;
    for (std::size_t k = 0; k < beats_of(plaintext.size()); ++k) {
      top.valid_i = 0;
      while (bench_.chance(gap_percent)) bench_.clock();
      const OctetView beat = beat_of(plaintext, k);
      set_beat(top.data_i, beat, static_cast<std::uint8_t>(bench_.random()));
      top.bytes_i = static_cast<std::uint8_t>(beat.size());
      top.last_i = (k + 1) * kBeat >= plaintext.size();
      top.valid_i = 1;
      bench_.clock();
    }
    top.valid_i = 0;
    bench_.clock();
    return {top.pad_len_o, top.next_header_o, top.pad_ok_o != 0};
  }

  void check(OctetView plaintext, unsigned gap_percent = 0) {
    const std::size_t end = plaintext.size() - 2;
    const unsigned pad = plaintext[end];
    const Facts got = judge(plaintext, gap_percent);
    ASSERT_EQ(got.pad_len, pad);
    ASSERT_EQ(got.next_header, plaintext[end + 1]);
    bool ok = pad <= end;
    for (unsigned i = 0; ok && i < pad; ++i) ok = ok && plaintext[end - pad + i] == i + 1;
    ASSERT_EQ(got.pad_ok, ok) << "pad length " << pad << " of " << plaintext.size();
  }

  Octets padded(std::size_t payload, unsigned pad) {
    Octets out = bench_.octets(payload);
    for (unsigned i = 1; i <= pad; ++i) out.push_back(static_cast<std::uint8_t>(i));
    out.push_back(static_cast<std::uint8_t>(pad));
    out.push_back(static_cast<std::uint8_t>(bench_.random()));
    return out;
  }

  Bench<Vesp_trailer_model> bench_{1};
};

TEST_F(Trailer, EveryPadLength) {
  for (unsigned pad = 0; pad <= 255; ++pad) {
    for (std::size_t more = 0; more < 5; ++more) check(padded((2 + 3 * pad) % 4 + 4 * more, pad));
  }
}

TEST_F(Trailer, OneWrongOctet) {
  for (unsigned pad = 1; pad <= 255; ++pad) {
    Octets plaintext = padded((2 + 3 * pad) % 4 + 4 * bench_.below(8), pad);
    plaintext[plaintext.size() - 3 - bench_.below(pad)] ^= static_cast<std::uint8_t>(1U << bench_.below(8));
    check(plaintext, 20);
  }
}

TEST_F(Trailer, LyingPadLength) {
  for (int i = 0; i < 5000; ++i) {
    const unsigned pad = bench_.below(40);
    Octets plaintext = padded((2 + 3 * pad) % 4 + 4 * bench_.below(12), pad);
    plaintext[plaintext.size() - 2] = static_cast<std::uint8_t>(pad + bench_.below(5) - 2);
    check(plaintext, 20);
  }
}

TEST_F(Trailer, RunOf255GoesOnWithZero) {
  Octets plaintext = padded(3, 255);
  plaintext.insert(plaintext.end() - 2, 4, 0);
  plaintext[plaintext.size() - 2] = 0;
  check(plaintext);
}

}  // namespace
}  // namespace sallyport::test
