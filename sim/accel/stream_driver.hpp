#pragma once
/// @file
/// The C++ ends of the accelerator's streams. Templates over the Verilated model's pins, so that a clock costs a
/// handful of compares.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "sallyport/bus.hpp"

namespace sallyport::sim {

inline constexpr std::size_t kBeatOctets = 16;

/// Feeds descriptors and packet octets of one direction into the model.
///
/// Whether data follows a descriptor is decided as the device does: by the length that the descriptor announces (octets
/// 4 and 5 in both directions), not by the octets at hand. A packet announced but empty is one beat without octets, so
/// that a descriptor that lies cannot hang the stream.
class StreamSource {
 public:
  void push(PacketIn packet) { queue_.push_back(std::move(packet)); }
  [[nodiscard]] bool empty() const { return queue_.empty(); }

  /// Called after the clock edge with the handshakes of the clock that just ended; moves on and sets the pins for the
  /// next one. Descriptors run ahead of the data as far as the model takes them. `pause` holds back the next beat
  /// (never one that is already on offer).
  template <class Pins>
  void clock(Pins&& pins, bool desc_fire, bool data_fire, bool pause) {
    if (desc_fire) ++described_;
    if (data_fire) {
      offset_ += kBeatOctets;
      if (offset_ >= queue_.front().octets.size()) data_sent_ = true;
    }
    // A packet leaves the queue when both its descriptor and its data have gone.
    while (described_ != 0 && (data_sent_ || !announced(queue_.front()))) {
      queue_.pop_front();
      --described_;
      data_sent_ = false;
      offset_ = 0;
    }
    if (!pins.desc_tvalid() || desc_fire) {
      const bool offer = described_ < queue_.size() && !pause;
      pins.desc_tvalid() = offer;
      if (offer) std::memcpy(pins.desc_tdata(), queue_[described_].descriptor.data(), kBeatOctets);
    }
    if (!pins.s_tvalid() || data_fire) {
      const bool offer = !queue_.empty() && !data_sent_ && announced(queue_.front()) && !pause;
      pins.s_tvalid() = offer;
      if (offer) offer_beat(pins);
    }
  }

 private:
  static bool announced(const PacketIn& packet) { return packet.descriptor[4] != 0 || packet.descriptor[5] != 0; }

  template <class Pins>
  void offer_beat(Pins& pins) {
    const auto& octets = queue_.front().octets;
    const std::size_t n = std::min(kBeatOctets, octets.size() - offset_);
    auto* beat = reinterpret_cast<std::uint8_t*>(pins.s_tdata());
    if (n != 0) std::memcpy(beat, octets.data() + offset_, n);
    std::memset(beat + n, 0, kBeatOctets - n);
    pins.s_tkeep() = static_cast<std::uint16_t>((1U << n) - 1U);
    pins.s_tlast() = offset_ + n == octets.size();
  }

  std::deque<PacketIn> queue_;
  std::size_t described_ = 0;  ///< Descriptors sent of packets that are still in the queue.
  std::size_t offset_ = 0;
  bool data_sent_ = false;  ///< All data of the front packet.
};

/// Collects status descriptors and packet octets of one direction.
class StreamSink {
 public:
  [[nodiscard]] bool ready() const { return !done_.empty(); }
  /// A status has come whose packet has not ended yet.
  [[nodiscard]] bool collecting() const { return open_.has_value(); }
  /// Broken rules seen: data without a status, a status before the last packet ended, or an end that is not where the
  /// status says.
  [[nodiscard]] std::uint64_t faults() const { return faults_; }

  std::optional<PacketOut> pop() {
    if (done_.empty()) return std::nullopt;
    PacketOut out = std::move(done_.front());
    done_.pop_front();
    return out;
  }

  /// Takes what the pins show in a clock in which the handshakes happened. Returns true when a packet was completed.
  /// The model offers a packet's status no later than its first beat, and takes up the next packet only when both are
  /// gone.
  template <class Pins>
  bool clock(Pins&& pins, bool stat_fire, bool data_fire) {
    bool completed = false;
    // A beat may be taken before its status when the status is held back; it is the next packet's then.
    if (stat_fire) {
      if (open_) {
        ++faults_;
        completed = complete();
      }
      std::array<std::uint8_t, kBeatOctets> raw{};
      std::memcpy(raw.data(), pins.stat_tdata(), kBeatOctets);
      open_ = PacketOut{abi::StatusDesc::unpack(raw), std::move(early_)};
      early_.clear();
      open_->octets.reserve(open_->status.length);
    }
    if (data_fire) take_beat(pins);
    if (open_ && (open_->status.length == 0 || ended_)) completed = complete();
    return completed;
  }

 private:
  template <class Pins>
  void take_beat(Pins& pins) {
    if (ended_) ++faults_;
    const auto n = static_cast<std::size_t>(__builtin_popcount(static_cast<std::uint16_t>(pins.m_tkeep())));
    std::uint8_t beat[kBeatOctets];
    std::memcpy(beat, pins.m_tdata(), kBeatOctets);
    auto& octets = open_ ? open_->octets : early_;
    octets.insert(octets.end(), beat, beat + n);
    ended_ = pins.m_tlast();
    // The end must be where the status says.
    if (open_ && ended_ != (octets.size() >= open_->status.length)) {
      ++faults_;
      ended_ = true;
    }
  }

  bool complete() {
    if (open_->octets.size() != open_->status.length) ++faults_;
    done_.push_back(std::move(*open_));
    open_.reset();
    ended_ = false;
    return true;
  }

  std::optional<PacketOut> open_;
  std::vector<std::uint8_t> early_;
  bool ended_ = false;
  std::deque<PacketOut> done_;
  std::uint64_t faults_ = 0;
};

}  // namespace sallyport::sim
