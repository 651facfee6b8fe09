// pkt_ingest: packets of every length in, records and ring contents out; descriptors that lie; slow and fast takers.
#include <gtest/gtest.h>

#include <deque>

#include "Vpkt_ingest_model.h"
#include "ip_reference.hpp"
#include "sallyport/abi.hpp"

namespace sallyport::test {
namespace {

constexpr std::size_t kDepth = 64;  // as the CMake file elaborates it
constexpr std::size_t kMaxPacket = 800;

struct Sent {
  std::size_t announced = 0;
  std::uint32_t cookie = 0;
  Octets octets;
  bool hole = false;  // a beat in the middle is not full
};

abi::Verdict expected(const Sent& s) {
  if (s.announced == 0 || s.hole || s.octets.size() != s.announced) return abi::Verdict::kLengthMismatch;
  if (s.announced > kMaxPacket) return abi::Verdict::kTooLong;
  const IpFacts ip = read_ip(s.octets);
  return ip.ok && ip.total == s.announced ? abi::Verdict::kOk : abi::Verdict::kMalformed;
}

class Ingest : public Bench<Vpkt_ingest_model> {
 public:
  Ingest(std::uint32_t seed, unsigned in_gap, unsigned work) : Bench(seed), in_gap_(in_gap), work_(work) {
    top.enable_i = 1;
  }

  void send(Sent s) { queue_.push_back(std::move(s)); }

  // Until everything sent has come out as a record and has been compared.
  void run() {
    for (int idle = 0; !queue_.empty() || !waiting_.empty();) {
      const std::size_t before = waiting_.size() + 1000 * queue_.size();
      step();
      idle = before == waiting_.size() + 1000 * queue_.size() ? idle + 1 : 0;
      ASSERT_LT(idle, 20000) << "stuck";
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  int good() const { return good_; }

 private:
  void step() {
    offer();
    top.rec_ready_i = 0;
    top.rd_en_i = 0;
    top.eval();
    if (top.rec_valid_o && checked_ == 0) start_check();
    if (checked_ > 0) work();
    top.eval();
    const bool desc = top.desc_valid_i && top.desc_ready_o;
    const bool data = top.data_valid_i && top.data_ready_o;
    const bool pop = top.rec_valid_o && top.rec_ready_i;
    clock();
    if (desc) {
      desc_sent_ = true;
      top.desc_valid_i = 0;
      waiting_.push_back(queue_.front());
    }
    if (data) {
      at_ += top.data_bytes_i;
      top.data_valid_i = 0;
      if (top.data_last_i) data_sent_ = true;
    }
    if (desc_sent_ && (data_sent_ || queue_.front().announced == 0)) {
      queue_.pop_front();
      desc_sent_ = data_sent_ = false;
      at_ = 0;
    }
    if (pop) {
      waiting_.pop_front();
      checked_ = 0;
    }
  }

  void offer() {
    if (queue_.empty()) return;
    const Sent& s = queue_.front();
    if (!desc_sent_ && !top.desc_valid_i && !chance(in_gap_)) {
      Octets desc = octets(16);
      put16(desc, 4, s.announced);
      put16(desc, 12, s.cookie >> 16);
      put16(desc, 14, s.cookie & 0xFFFF);
      set_beat(top.desc_i, desc);
      top.desc_valid_i = 1;
    }
    if (desc_sent_ && !data_sent_ && !top.data_valid_i && !chance(in_gap_)) {
      std::size_t n = std::min(kBeat, s.octets.size() - at_);
      if (s.hole && at_ == 0 && n == kBeat) n = 7;
      set_beat(top.data_i, OctetView(s.octets).subspan(at_, n), 0xEE);
      top.data_bytes_i = static_cast<std::uint8_t>(n);
      top.data_last_i = at_ + n == s.octets.size();
      top.data_valid_i = 1;
    }
  }

  void start_check() {
    const Sent& s = waiting_.front();
    FieldReader fields(top.rec_o, 128 + 8 + 16 + 16 + 466);
    const Octets desc = fields.take_octets(16);
    const auto verdict = static_cast<abi::Verdict>(fields.take(8));
    address_ = fields.take(16);
    const std::size_t beats = fields.take(16);
    ASSERT_EQ(desc[12] << 24 | desc[13] << 16 | desc[14] << 8 | desc[15], static_cast<int>(s.cookie));
    ASSERT_EQ(verdict, expected(s)) << s.announced << " announced, " << s.octets.size() << " sent";
    const bool kept = verdict == abi::Verdict::kOk || verdict == abi::Verdict::kMalformed;
    ASSERT_EQ(beats, kept ? beats_of(s.octets.size()) : 0);
    good_ += verdict == abi::Verdict::kOk ? 1 : 0;
    beats_ = beats;
    checked_ = 1;
  }

  // Reads the packet back beat by beat, then pops it. `checked_` counts what has been asked for, plus one.
  void work() {
    const std::size_t asked = checked_ - 1;
    if (asked > 0 && read_pending_) {
      const OctetView want = beat_of(waiting_.front().octets, asked - 1);
      ASSERT_EQ(get_beat(top.rd_data_o, want.size()), Octets(want.begin(), want.end())) << "beat " << asked - 1;
      read_pending_ = false;
    }
    if (chance(work_)) return;
    if (asked < beats_) {
      top.rd_en_i = 1;
      top.rd_addr_i = static_cast<std::uint16_t>(address_ + asked);
      read_pending_ = true;
      ++checked_;
    } else {
      top.rec_ready_i = 1;
    }
  }

  unsigned in_gap_, work_;
  std::deque<Sent> queue_, waiting_;
  bool desc_sent_ = false, data_sent_ = false, read_pending_ = false;
  std::size_t at_ = 0, checked_ = 0, address_ = 0, beats_ = 0;
  int good_ = 0;
};

Octets plain_ip(Ingest& bench, std::size_t n) {
  Octets p = bench.octets(n);
  if (n >= 20) {
    p[0] = 0x45;
    put16(p, 2, n);
  }
  return p;
}

TEST(PktIngest, EveryLength) {
  Ingest bench(1, 0, 0);
  std::uint32_t cookie = 0;
  for (std::size_t n = 1; n <= kMaxPacket + 40; ++n) {
    Octets p = plain_ip(bench, n);
    bench.send({p.size(), ++cookie, p});
  }
  bench.run();
  EXPECT_EQ(bench.good(), static_cast<int>(kMaxPacket) - 19);
}

TEST(PktIngest, RandomWithLies) {
  for (std::uint32_t seed = 2; seed < 8; ++seed) {
    Ingest bench(seed, seed % 2 == 0 ? 0 : 40, seed % 3 == 0 ? 0 : 30 * (seed % 3));
    for (std::uint32_t i = 0; i < 1500; ++i) {
      Sent s;
      s.cookie = i << 16 | seed;
      s.octets = random_ip(bench, bench.chance(5) ? 850 : 120);
      damage_ip(bench, s.octets);
      s.announced = s.octets.size();
      switch (bench.below(20)) {
        case 0:
          s.announced = 0;
          s.octets.clear();
          break;
        case 1:
          s.announced += 1 + bench.below(40);
          break;
        case 2:
          s.announced =
              std::max<std::size_t>(1, s.announced - std::min<std::size_t>(s.announced - 1, 1 + bench.below(40)));
          break;
        case 3:
          s.hole = s.octets.size() > kBeat;
          break;
        case 4:
          s.announced = 60000 + bench.below(5536);
          break;
        default:
          break;
      }
      bench.send(std::move(s));
    }
    bench.run();
    EXPECT_GT(bench.good(), 400);
  }
}

TEST(PktIngest, DisabledTakesNothing) {
  Ingest bench(9, 0, 0);
  auto& top = bench.top;
  top.enable_i = 0;
  top.desc_valid_i = 1;
  for (int i = 0; i < 50; ++i) {
    bench.clock();
    EXPECT_FALSE(top.desc_ready_o);
    EXPECT_FALSE(top.busy_o);
  }
}

}  // namespace
}  // namespace sallyport::test
