// Drives the top by its pins alone: AXI4-Lite and the eight AXI4-Streams. Keeps the stream rules on its side and
// watches them on the other one. SALLYPORT_TOP_MODEL, from the build, is the Verilated class: one of 64 SAs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <vector>

#include SALLYPORT_TOP_HEADER
#include "sallyport/abi.hpp"

namespace sallyport::test {

using Octets = std::vector<std::uint8_t>;

struct In {
  std::array<std::uint8_t, 16> descriptor{};
  Octets octets;
  std::uint16_t first_keep = 0;  ///< Not 0: tkeep of the first beat, whatever it holds.
};

struct Out {
  abi::StatusDesc status;
  Octets octets;
};

/// The four streams of a direction.
struct Streams {
  CData *desc_valid, *desc_ready, *s_valid, *s_ready, *s_last, *stat_valid, *stat_ready, *m_valid, *m_ready, *m_last;
  VlWide<4>*desc_data, *s_data, *stat_data, *m_data;
  SData *s_keep, *m_keep;
};

/// One direction: queues of packets in and out.
class Side {
 public:
  explicit Side(const Streams& pins) : pins_(pins) {}

  std::deque<In> in;
  std::deque<Out> out;
  std::uint64_t faults = 0;  ///< Breaches of the stream rules by the device.

  /// Inputs for the coming clock edge. `pause` keeps anything new from being offered.
  void offer(bool pause, bool stat_ready, bool m_ready) {
    *pins_.stat_ready = stat_ready;
    *pins_.m_ready = m_ready;
    if (in.empty() || pause) return;
    const In& packet = in.front();
    if (!*pins_.desc_valid && !desc_sent_) {
      std::memcpy(pins_.desc_data->data(), packet.descriptor.data(), 16);
      *pins_.desc_valid = 1;
    }
    if (!*pins_.s_valid && !data_sent_ && !packet.octets.empty()) {
      const std::size_t n = std::min<std::size_t>(16, packet.octets.size() - at_);
      std::memset(pins_.s_data->data(), 0xEE, 16);
      std::memcpy(pins_.s_data->data(), packet.octets.data() + at_, n);
      *pins_.s_keep = static_cast<SData>((1U << n) - 1);
      if (at_ == 0 && packet.first_keep != 0) *pins_.s_keep = packet.first_keep;
      *pins_.s_last = at_ + n == packet.octets.size();
      *pins_.s_valid = 1;
    }
  }

  /// What the clock edge will take and give; call with settled outputs.
  void look() {
    desc_fire_ = *pins_.desc_valid && *pins_.desc_ready;
    s_fire_ = *pins_.s_valid && *pins_.s_ready;
    if (*pins_.stat_valid && *pins_.stat_ready) {
      std::array<std::uint8_t, 16> raw{};
      std::memcpy(raw.data(), pins_.stat_data->data(), 16);
      open_.push_back({abi::StatusDesc::unpack(raw), {}});
    }
    if (*pins_.m_valid && *pins_.m_ready) take_beat();
    join();
  }

  /// After the clock edge.
  void advance() {
    if (desc_fire_) {
      desc_sent_ = true;
      *pins_.desc_valid = 0;
    }
    if (s_fire_) {
      at_ += 16;
      data_sent_ = *pins_.s_last != 0;
      *pins_.s_valid = 0;
    }
    if (!in.empty() && desc_sent_ && (data_sent_ || in.front().octets.empty())) {
      in.pop_front();
      desc_sent_ = data_sent_ = false;
      at_ = 0;
    }
  }

 private:
  // A beat may be taken before its status is, if only the status stream waits; but by then its status is on offer.
  void take_beat() {
    const bool owner_known = packets_.size() < open_lengths();
    if (!owner_known && !*pins_.stat_valid) ++faults;
    std::size_t n = 0;
    while (n < 16 && ((*pins_.m_keep >> n) & 1U) != 0) ++n;
    if (*pins_.m_keep != (1U << n) - 1 || n == 0 || (n < 16 && !*pins_.m_last)) ++faults;
    std::array<std::uint8_t, 16> beat{};
    std::memcpy(beat.data(), pins_.m_data->data(), 16);
    packet_.insert(packet_.end(), beat.begin(), beat.begin() + static_cast<std::ptrdiff_t>(n));
    if (!*pins_.m_last) return;
    packets_.push_back(std::move(packet_));
    packet_.clear();
  }

  [[nodiscard]] std::size_t open_lengths() const {
    return static_cast<std::size_t>(
        std::count_if(open_.begin(), open_.end(), [](const Out& o) { return o.status.length != 0; }));
  }

  void join() {
    while (!open_.empty()) {
      Out& front = open_.front();
      if (front.status.length != 0) {
        if (packets_.empty()) return;
        front.octets = std::move(packets_.front());
        packets_.pop_front();
        if (front.octets.size() != front.status.length) ++faults;
      }
      out.push_back(std::move(front));
      open_.pop_front();
    }
  }

  Streams pins_;
  std::deque<Out> open_;        // statuses whose packets have not ended
  std::deque<Octets> packets_;  // packets whose statuses have not been taken
  Octets packet_;
  bool desc_sent_ = false, data_sent_ = false, desc_fire_ = false, s_fire_ = false;
  std::size_t at_ = 0;
};

class TopBench {
 public:
  explicit TopBench(std::uint32_t seed, unsigned stall_percent = 0);

  void clock();
  std::uint32_t read(std::uint32_t address);
  void write(std::uint32_t address, std::uint32_t value);
  /// Runs a command to its end and gives its code; the entry's generation goes to `generation`.
  abi::CmdCode command(abi::Op op, std::uint32_t index, std::uint32_t arg1 = 0);
  void enable();
  /// Runs until `n` packets have come out of `side`; false if they do not come.
  bool wait(Side& side, std::size_t n);
  Octets octets(std::size_t n) {
    Octets out(n);
    for (auto& octet : out) octet = static_cast<std::uint8_t>(random_());
    return out;
  }

  SALLYPORT_TOP_MODEL top;
  Side outbound, inbound;
  std::uint16_t generation = 0;
  bool hold_outputs = false;  ///< The receiving side takes nothing.
  /// Single streams of which nothing is taken: outbound status and packets, inbound status and packets.
  std::array<bool, 4> blocked{};
  bool booted_silent = true;  ///< Nothing was ready to be taken in before boot_done and enable.

 private:
  bool stalls() { return random_() % 100 < stall_percent_; }

  std::mt19937 random_;
  unsigned stall_percent_;
};

}  // namespace sallyport::test
