// Packets for lane_ingest and pkt_ingest alike: what a host may send, true or not, and the side of the bench that sends
// it.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "ip_reference.hpp"

namespace sallyport::test {

inline constexpr std::size_t kRingDepth = 64;  // as the CMake file elaborates the models
inline constexpr std::size_t kMaxPacket = 800;

struct Sent {
  std::size_t announced = 0;
  std::uint32_t cookie = 0;
  Octets octets;           // empty: no data packet
  std::size_t hole = 0;    // beat in the middle that is not full, 0: none
  bool empty_end = false;  // the last beat has no octets
};

template <class B>
Octets plain_ip(B& bench, std::size_t n) {
  Octets p = bench.octets(n);
  if (n >= 20) {
    p[0] = 0x45;
    put16(p, 2, n);
  }
  return p;
}

/// Mostly good packets of up to `most` octets behind the header, and every kind of lie.
template <class B>
Sent random_packet(B& bench, std::uint32_t cookie, std::size_t most) {
  Sent s;
  s.cookie = cookie;
  s.octets = bench.chance(5) ? plain_ip(bench, 1 + bench.below(40)) : random_ip(bench, most);
  damage_ip(bench, s.octets);
  s.announced = s.octets.size();
  switch (bench.below(26)) {
    case 0:
      s.announced = 0;
      s.octets.clear();
      break;
    case 1:
      s.announced += 1 + bench.below(40);
      break;
    case 2:
      s.announced -= std::min(s.announced - 1, std::size_t{1} + bench.below(40));
      break;
    case 3:
      if (s.octets.size() > 2 * kBeat)
        s.hole = 1 + bench.below(static_cast<std::uint32_t>(beats_of(s.octets.size()) - 2));
      break;
    case 4:
      s.announced = bench.chance(50) ? 60000 + bench.below(5536) : kMaxPacket + 1 + bench.below(200);
      break;
    case 5:  // more than may be, and announced truly
      s.octets = bench.octets(kMaxPacket + 1 + bench.below(100));
      s.announced = s.octets.size();
      break;
    case 6:
      s.octets.resize(std::max<std::size_t>(1, s.octets.size() / kBeat) * kBeat);
      s.announced = s.octets.size();
      s.empty_end = true;
      break;
    case 7:
      s.announced = (s.octets.size() + kBeat - 1) / kBeat * kBeat;  // as many beats, but not as many octets
      break;
    case 8:  // a full beat too many, and an empty one behind it
      s.announced = std::max<std::size_t>(1, s.octets.size() / kBeat) * kBeat;
      s.octets.resize(s.announced + kBeat);
      s.empty_end = true;
      break;
    default:
      break;
  }
  return s;
}

/// Beats of a data packet as they go over the stream.
inline std::vector<Octets> beats_on_stream(const Sent& s) {
  std::vector<Octets> beats;
  for (std::size_t k = 0; k < beats_of(s.octets.size()); ++k) {
    const OctetView beat = beat_of(s.octets, k);
    beats.emplace_back(beat.begin(), beat.end());
  }
  if (s.hole != 0) beats[s.hole].resize(7);
  if (s.empty_end) beats.emplace_back();
  return beats;
}

/// Offers descriptors and data, each as early as `gap` percent of idle clocks let it. step() comes before the clock
/// edge, after all other inputs are set; what it returns says whether anything went in.
template <class Model>
class IngestDrive {
 public:
  IngestDrive(Model& top, std::uint32_t seed, unsigned gap) : top_(top), random_(seed), gap_(gap) { top_.enable_i = 1; }

  void send(const Sent& s, OctetView descriptor) {
    descs_.emplace_back(descriptor.begin(), descriptor.end());
    const auto beats = beats_on_stream(s);
    for (std::size_t k = 0; k < beats.size(); ++k) data_.emplace_back(beats[k], k + 1 == beats.size());
  }
  bool done() const { return descs_.empty() && data_.empty(); }
  std::size_t descs_left() const { return descs_.size(); }
  std::size_t beats_left() const { return data_.size(); }

  void offer() {
    if (!top_.desc_valid_i && !descs_.empty() && !idle()) {
      set_beat(top_.desc_i, descs_.front());
      top_.desc_valid_i = 1;
    }
    if (!top_.data_valid_i && !data_.empty() && !idle()) {
      const auto& [octets, last] = data_.front();
      set_beat(top_.data_i, octets, 0xEE);
      top_.data_bytes_i = static_cast<std::uint8_t>(octets.size());
      top_.data_last_i = last;
      top_.data_valid_i = 1;
    }
  }

  /// After eval, before the clock edge. Whether a data beat is taken; `last_taken` whether it is a packet's last.
  bool look() {
    desc_ = top_.desc_valid_i && top_.desc_ready_o;
    beat_ = top_.data_valid_i && top_.data_ready_o;
    last_taken = beat_ && top_.data_last_i;
    return beat_;
  }
  /// After the clock edge.
  void settle() {
    if (desc_) {
      descs_.pop_front();
      top_.desc_valid_i = 0;
    }
    if (beat_) {
      data_.pop_front();
      top_.data_valid_i = 0;
    }
  }
  bool last_taken = false;

 private:
  bool idle() { return gap_ != 0 && random_() % 100 < gap_; }

  Model& top_;
  std::mt19937 random_;
  unsigned gap_;
  std::deque<Octets> descs_;
  std::deque<std::pair<Octets, bool>> data_;
  bool desc_ = false, beat_ = false;
};

/// ingest_t, as far as it may be relied on.
struct Record {
  Octets desc, ip;
  std::uint8_t verdict = 0;
  std::size_t addr = 0, beats = 0;
  bool operator==(const Record&) const = default;
};

template <class Port>
Record read_record(const Port& port) {
  constexpr std::size_t kInfoBits = 466;
  FieldReader fields(port, 128 + 8 + 16 + 16 + kInfoBits);
  Record r;
  r.desc = fields.take_octets(16);
  r.verdict = static_cast<std::uint8_t>(fields.take(8));
  r.addr = fields.take(16);
  r.beats = fields.take(16);
  // Whether the packet was readable; then, and only then, what was read.
  r.ip = {static_cast<std::uint8_t>(fields.take(1))};
  if (r.beats == 0) r.ip.clear();
  if (!r.ip.empty() && r.ip[0] != 0) {
    r.ip.push_back(static_cast<std::uint8_t>(fields.take(1)));
    const Octets rest = fields.take_octets((kInfoBits - 2) / 8);
    r.ip.insert(r.ip.end(), rest.begin(), rest.end());
  }
  return r;
}

}  // namespace sallyport::test
