#pragma once
/// @file
/// Accelerator over one Verilated elaboration of the top `sallyport`. Included by one .cpp for each variant.
#include <verilated.h>
#include <verilated_fst_c.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "accel/accelerator.hpp"
#include "accel/command_watch.hpp"
#include "accel/lane_pins.hpp"
#include "accel/stream_driver.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::sim {

/// @tparam V the Verilated class. @tparam kLanes its parameter LANES.
template <class V, unsigned kLanes>
class VerilatedAccelerator final : public Accelerator {
 public:
  explicit VerilatedAccelerator(const AcceleratorOptions& options)
      : options_(options),
        random_(options.seed),
        noise_(~options.seed),
        stall_below_(static_cast<std::uint64_t>(options.stall * 0x1p53)) {
    // Before the first evaluation, or the model cannot record later.
    context_.traceEverOn(true);
    model_ = std::make_unique<V>(&context_);
    clock_cost_ = cost_of_timing();
  }
  ~VerilatedAccelerator() override {
    // Verilator 5.006 hangs when a model goes while the thread's current context is that of another, gone model.
    Verilated::threadContextp(&context_);
    if (fst_) fst_->close();
    model_->final();
    model_.reset();
  }
  VerilatedAccelerator(const VerilatedAccelerator&) = delete;
  VerilatedAccelerator& operator=(const VerilatedAccelerator&) = delete;

  Result<void> boot() {
    V& v = *model_;
    v.rst_ni = v.core_rst_ni = 0;
    v.clk_i = v.core_clk_i = 0;
    constexpr auto kAllLanes = static_cast<std::uint8_t>((1U << kLanes) - 1U);
    v.out_stat_tready = v.out_m_tready = v.in_stat_tready = v.in_m_tready = kAllLanes;
    v.s_axil_bready = v.s_axil_rready = 1;
    // Of the slower of the two clocks.
    for (unsigned i = 0; i < kResetClocks * options_.core_divider; ++i) edge();
    v.rst_ni = v.core_rst_ni = 1;
    for (int done = 0; done < kBootClocks; done += kBootPollClocks) {
      for (int i = 0; i < kBootPollClocks; ++i) edge();
      const auto status = read32(regs::kStatusAddress);
      if (!status) return status.error();
      if ((*status & regs::kStatusBootDoneMask) == 0) continue;
      // The management core zeroes its memories meanwhile.
      for (int wipes = 0; !v.core_idle_o && wipes < kBootClocks; ++wipes) edge();
      return {};
    }
    return Error{ErrorCode::kBusFailure, "the boot sweep of the Verilated accelerator did not end"};
  }

  // ---- clocks
  std::uint64_t run(std::uint64_t clocks) override {
    const bool irq_before = model_->irq_o;
    for (std::uint64_t n = 1; n <= clocks; ++n) {
      if (clock() || (model_->irq_o && !irq_before)) return n;
    }
    return clocks;
  }
  void skip(std::uint64_t clocks) override { skipped_ += clocks; }
  [[nodiscard]] bool idle() const override {
    if (!model_->idle_o || !model_->core_idle_o) return false;
    return std::all_of(paths_.begin(), paths_.end(),
                       [](const Path& path) { return path.source.empty() && !path.sink.collecting(); });
  }
  [[nodiscard]] std::uint64_t alarm_ns() const override { return model_->alarm_ns_o; }
  void on_command(std::function<void(const CommandSeen&)> listener) override { watch_.listener(std::move(listener)); }
  [[nodiscard]] std::uint64_t clocks_evaluated() const override { return evaluated_; }
  [[nodiscard]] std::uint64_t clocks_passed() const override { return evaluated_ + skipped_; }
  [[nodiscard]] std::uint64_t period_ps() const override { return options_.period_ps; }
  [[nodiscard]] double model_seconds() const override {
    if (timed_evaluations_ == 0) return 0.0;
    constexpr double kEvaluationsAClock = 2;
    return kEvaluationsAClock * timed_seconds_ * static_cast<double>(evaluated_) /
           static_cast<double>(timed_evaluations_);
  }
  Result<void> trace(const TraceWindow& window) override {
    if (fst_) return Error{ErrorCode::kBadState, "a trace window is already set: " + window_.path};
    if (window.to < window.from || window.to < clocks_passed()) {
      return Error{ErrorCode::kInvalidArgument,
                   "trace window " + std::to_string(window.from) + ".." + std::to_string(window.to) +
                       " is empty or over; the clock count is " + std::to_string(clocks_passed())};
    }
    fst_ = std::make_unique<VerilatedFstC>();
    model_->trace(fst_.get(), kTraceLevels);
    fst_->set_time_unit("1ps");
    fst_->set_time_resolution("1ps");
    window_ = window;
    return {};
  }

  // ---- Bus
  Result<std::uint32_t> read32(std::uint32_t address) override {
    V& v = *model_;
    v.s_axil_araddr = address;
    v.s_axil_arvalid = 1;
    bool sent = false;
    for (int i = 0; i < kBusTimeoutClocks; ++i) {
      settle();
      const bool ar = v.s_axil_arvalid && v.s_axil_arready;
      const bool r = v.s_axil_rvalid && v.s_axil_rready;
      const std::uint32_t data = v.s_axil_rdata;
      const bool bad = v.s_axil_rresp != 0;
      clock();
      if (ar) {
        v.s_axil_arvalid = 0;
        sent = true;
      }
      if (r && sent) {
        if (bad) return bus_error("read", address, "answered with an error");
        return data;
      }
    }
    v.s_axil_arvalid = 0;
    return bus_error("read", address, "timed out");
  }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    V& v = *model_;
    v.s_axil_awaddr = address;
    v.s_axil_wdata = value;
    v.s_axil_wstrb = 0xF;
    v.s_axil_awvalid = v.s_axil_wvalid = 1;
    for (int i = 0; i < kBusTimeoutClocks; ++i) {
      settle();
      const bool aw = v.s_axil_awvalid && v.s_axil_awready;
      const bool w = v.s_axil_wvalid && v.s_axil_wready;
      const bool b = v.s_axil_bvalid && v.s_axil_bready;
      const bool bad = v.s_axil_bresp != 0;
      clock();
      if (aw) v.s_axil_awvalid = 0;
      if (w) v.s_axil_wvalid = 0;
      if (b) {
        if (bad) return bus_error("write", address, "answered with an error");
        return {};
      }
    }
    v.s_axil_awvalid = v.s_axil_wvalid = 0;
    return bus_error("write", address, "timed out");
  }
  [[nodiscard]] EventDelivery event_delivery() const override { return EventDelivery::kInterrupt; }
  [[nodiscard]] bool interrupt_pending() const override { return model_->irq_o; }
  [[nodiscard]] std::uint64_t now_ns() const override { return clocks_passed() * options_.period_ps / 1000; }

  // ---- PacketPort
  [[nodiscard]] unsigned lanes() const override { return kLanes; }
  void push(Direction direction, PacketIn packet) override {
    ++pushed_[static_cast<std::size_t>(direction)];
    Path& to = path(direction, std::min(packet.lane, kLanes - 1));
    to.source.push(std::move(packet));
  }
  std::optional<PacketOut> pop(Direction direction) override {
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      auto out = path(direction, lane).sink.pop();
      if (!out) continue;
      --pushed_[static_cast<std::size_t>(direction)];
      out->lane = lane;
      return out;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t in_flight(Direction direction) const override {
    return pushed_[static_cast<std::size_t>(direction)];
  }
  [[nodiscard]] bool output_ready(Direction direction) const override {
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      if (path(direction, lane).sink.ready()) return true;
    }
    return false;
  }
  [[nodiscard]] Meters meters(Direction direction, unsigned lane) const override {
    return path(direction, lane).meters;
  }
  void reset_meters() override {
    for (Path& path : paths_) path.meters = {};
  }
  [[nodiscard]] std::uint64_t stream_faults() const override {
    std::uint64_t faults = 0;
    for (const Path& path : paths_) faults += path.sink.faults();
    return faults;
  }

 private:
  static constexpr int kBusTimeoutClocks = 100'000;

  static Error bus_error(const char* what, std::uint32_t address, const char* why) {
    char text[96];
    std::snprintf(text, sizeof text, "register %s at 0x%04x %s", what, address, why);
    return {ErrorCode::kBusFailure, text};
  }

  /// Evaluates the model; about one clock in sixty is timed. The stride is odd so that it does not beat with anything
  /// regular. A reading in which the operating system took the processor away says nothing about the model and is left
  /// out.
  void evaluate() {
    if (evaluated_ % kTimingStride != 0) {
      model_->eval();
      return;
    }
    const auto begin = std::chrono::steady_clock::now();
    model_->eval();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() - clock_cost_;
    if (seconds > kInterruptedSeconds) return;
    timed_seconds_ += seconds;
    ++timed_evaluations_;
  }
  /// What reading the clock adds to a measurement, in seconds: some per cent of one evaluation.
  static double cost_of_timing() {
    constexpr int kReadings = 1'000;
    const auto begin = std::chrono::steady_clock::now();
    auto end = begin;
    for (int i = 0; i < kReadings; ++i) end = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(end - begin).count() / kReadings;
  }
  /// Low half of a clock with the inputs as they stand; afterwards the handshakes of this clock can be read.
  void settle() {
    if (settled_) return;
    model_->clk_i = 0;
    model_->core_clk_i = 0;
    model_->time_ns_i = now_ns();
    evaluate();
    settled_ = true;
  }
  /// One clock without touching the streams.
  void edge() {
    settle();
    if (fst_) record(0);
    if (CommandWatch::busy(model_->watch_o.data())) watch_.clock(model_->watch_o.data());
    // The core's clock stands while it sleeps, as on a board that saves the power.
    if (!model_->core_idle_o && ++core_phase_ >= options_.core_divider) {
      core_phase_ = 0;
      model_->core_clk_i = 1;
      model_->noise_i = noise();
    }
    model_->clk_i = 1;
    evaluate();
    if (fst_) record(options_.period_ps / 2);
    settled_ = false;
    ++evaluated_;
  }
  /// One clock with the streams served. True when a packet was completed.
  bool clock() {
    settle();
    bool done = false;
    // What happened on the streams in this clock; they move on after its edge.
    std::array<Fires, 2 * kLanes> fires;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      fires[lane] = take(OutPins<V, kLanes>{*model_, lane}, paths_[lane], done);
      fires[kLanes + lane] = take(InPins<V, kLanes>{*model_, lane}, paths_[kLanes + lane], done);
    }
    edge();
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      give(OutPins<V, kLanes>{*model_, lane}, paths_[lane], fires[lane]);
      give(InPins<V, kLanes>{*model_, lane}, paths_[kLanes + lane], fires[kLanes + lane]);
    }
    return done;
  }
  struct Path {
    StreamSource source;
    StreamSink sink;
    Meters meters;
  };
  struct Fires {
    bool desc, data;
  };
  template <class Pins>
  Fires take(Pins pins, Path& path, bool& done) {
    if (pins.output_valid()) {
      const bool beat = pins.m_fire();
      if (beat) path.meters.out.beat(evaluated_, pins.m_tlast());
      done |= path.sink.clock(pins, pins.stat_fire(), beat);
    }
    const bool beat = pins.s_fire();
    if (beat) path.meters.in.beat(evaluated_, pins.s_tlast());
    return {pins.desc_fire(), beat};
  }
  template <class Pins>
  void give(Pins pins, Path& path, Fires fires) {
    const bool stalling = stall_below_ != 0;
    if (!path.source.empty()) path.source.clock(pins, fires.desc, fires.data, stalling && stall());
    if (stalling) {
      pins.stat_tready() = !stall();
      pins.m_tready() = !stall();
    }
  }
  Path& path(Direction direction, unsigned lane) {
    return paths_[(direction == Direction::kOutbound ? 0 : kLanes) + lane];
  }
  const Path& path(Direction direction, unsigned lane) const {
    return paths_[(direction == Direction::kOutbound ? 0 : kLanes) + lane];
  }
  /// A bit for the core's noise source.
  bool noise() {
    if (noise_left_ == 0) {
      noise_bits_ = noise_();
      noise_left_ = 64;
    }
    return (noise_bits_ >> --noise_left_ & 1U) != 0;
  }
  /// Not std::uniform_real_distribution: its results differ between libraries, and a run must repeat from its seed
  /// anywhere.
  bool stall() { return (random_() >> 11U) < stall_below_; }

  /// Dumps the model as it stands, `phase_ps` after the start of the clock that is being evaluated.
  void record(std::uint64_t phase_ps) {
    const std::uint64_t at = clocks_passed();
    if (at < window_.from) return;
    if (at > window_.to) {
      if (fst_->isOpen()) fst_->close();
      return;
    }
    if (!fst_->isOpen()) fst_->open(window_.path.c_str());
    fst_->dump(at * options_.period_ps + phase_ps);
  }

  static constexpr unsigned kResetClocks = 4;
  static constexpr int kBootPollClocks = 64;
  static constexpr int kBootClocks = 4'000'000;  // 16,384 entries of some 100 words, twice over
  static constexpr int kTraceLevels = 99;
  static constexpr std::uint64_t kTimingStride = 61;
  // An evaluation takes a few microseconds a lane; who is interrupted is away for longer.
  static constexpr double kInterruptedSeconds = 50e-6 * kLanes;

  AcceleratorOptions options_;
  VerilatedContext context_;
  std::unique_ptr<V> model_;
  std::unique_ptr<VerilatedFstC> fst_;
  TraceWindow window_;
  bool settled_ = false;
  std::array<Path, 2 * kLanes> paths_;  ///< Outbound lanes, then inbound ones.
  std::array<std::size_t, 2> pushed_{};
  CommandWatch watch_;
  std::mt19937_64 random_;
  std::mt19937_64 noise_;
  std::uint64_t noise_bits_ = 0;
  unsigned noise_left_ = 0;
  unsigned core_phase_ = 0;
  std::uint64_t stall_below_;
  std::uint64_t evaluated_ = 0;
  std::uint64_t skipped_ = 0;
  double clock_cost_ = 0;
  double timed_seconds_ = 0;
  std::uint64_t timed_evaluations_ = 0;
};

/// Builds and boots one elaboration.
template <class V, unsigned kLanes = 1>
Result<std::unique_ptr<Accelerator>> boot_verilated(const AcceleratorOptions& options) {
  auto accelerator = std::make_unique<VerilatedAccelerator<V, kLanes>>(options);
  if (auto booted = accelerator->boot(); !booted) return booted.error();
  return std::unique_ptr<Accelerator>(std::move(accelerator));
}

}  // namespace sallyport::sim
