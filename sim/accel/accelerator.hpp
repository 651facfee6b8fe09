#pragma once
/// @file
/// The Verilated accelerator as a C++ object: registers (Bus), packets (PacketPort) and clocks. No SystemC in here; the
/// SystemC module around it is world/accelerator_module.hpp, and a bench of your own may use either.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "accel/command_seen.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/result.hpp"

namespace sallyport::sim {

/// Which elaboration of the RTL: parameters are fixed when Verilator runs.
enum class Variant : std::uint8_t {
  k64Sas,    ///< 64 entries, replay window 64.
  k1024Sas,  ///< 1,024 entries, replay window 1,024.
};

/// Profile of the RTL: how packets are worked on, and how fast. Registers and verdicts are the same.
enum class Profile : std::uint8_t {
  kCompact,  ///< Iterative AES engines, for small FPGAs.
  kFull,     ///< Pipelined lanes, a block a clock.
};

/// What stands for the hardware.
enum class Machine : std::uint8_t {
  kRtl,  ///< The Verilated RTL, clock by clock.
  kTlm,  ///< The model of model/tlm: the same registers, statuses and events, loosely timed, no management core.
};

/// Entries of the SA table of a variant.
constexpr unsigned table_entries(Variant variant) { return variant == Variant::k64Sas ? 64 : 1024; }
/// Replay window of a variant, in sequence numbers.
constexpr unsigned replay_window(Variant variant) { return variant == Variant::k64Sas ? 64 : 1024; }

/// What the transactors and the clock do.
struct AcceleratorOptions {
  Variant variant = Variant::k64Sas;
  Profile profile = Profile::kCompact;
  Machine machine = Machine::kRtl;
  std::uint64_t period_ps = 10'000;  ///< Clock period; 1,000 to 1,000,000 ps.
  unsigned core_divider = 1;         ///< Clocks of the accelerator for one of its management core, 1..8.
  std::uint64_t seed = 1;            ///< For stalls and the noise source.
  double stall =
      0.0;  ///< Probability, a clock, that a stream pauses (input gap or output back-pressure); 0 <= stall < 1.
};

/// What passed on one data stream since the meters were last set to zero. Clocks as clocks_evaluated() counts them.
struct StreamMeter {
  std::uint64_t beats = 0;
  std::uint64_t first = 0;  ///< Clock of the first beat.
  std::uint64_t last = 0;   ///< Clock of the last beat.
  std::uint64_t packets = 0;
  std::uint64_t end = 0;  ///< Clock of the last beat of the last whole packet.
  void beat(std::uint64_t clock, bool packet_ends) {
    if (beats++ == 0) first = clock;
    last = clock;
    if (!packet_ends) return;
    ++packets;
    end = clock;
  }
};

/// A window of a waveform, in clocks since the model was built. Both ends are recorded.
struct TraceWindow {
  std::string path;  ///< FST file; written when recording begins, so a window that is never reached leaves no file.
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
};

/// The device under simulation. One thread. Time is local: `run` and every bus access move it forward.
class Accelerator : public Bus, public PacketPort {
 public:
  /// Builds, resets and boots the model (the boot sweep has run when this returns).
  /// Errors: kInvalidArgument (an option out of range, or stalls of a machine that has none), kBusFailure (the boot
  /// sweep does not end).
  static Result<std::unique_ptr<Accelerator>> create(const AcceleratorOptions& options);

  /// Runs up to `clocks` clocks; returns early after a clock in which an output packet was completed or the interrupt
  /// line rose. Returns the clocks run.
  virtual std::uint64_t run(std::uint64_t clocks) = 0;
  /// Lets time pass without evaluating the model. Only while `idle()`, and not beyond `alarm_ns()`; the device then
  /// only sweeps its table in the background.
  virtual void skip(std::uint64_t clocks) = 0;
  /// Nothing in flight inside, nothing queued towards it, its management core asleep.
  [[nodiscard]] virtual bool idle() const = 0;
  /// Device time in ns at which the management core wants to be woken; UINT64_MAX = never.
  [[nodiscard]] virtual std::uint64_t alarm_ns() const = 0;
  /// Called in the clock in which a command ends, whoever gave it. One listener.
  virtual void on_command(std::function<void(const CommandSeen&)> listener) = 0;
  /// Clocks evaluated since the model was built.
  [[nodiscard]] virtual std::uint64_t clocks_evaluated() const = 0;
  /// Clocks evaluated and clocks skipped; times the period, this is the device's time.
  [[nodiscard]] virtual std::uint64_t clocks_passed() const = 0;
  /// Clock period in ps.
  [[nodiscard]] virtual std::uint64_t period_ps() const = 0;
  /// Seconds of processor time inside the Verilated model's own evaluation, estimated from one clock in some sixty that
  /// is timed.
  [[nodiscard]] virtual double model_seconds() const = 0;
  /// Records a window, now or later; one window a model. Errors: kBadState (a window is set already), kInvalidArgument
  /// (it is empty or over, or the machine has no waveforms).
  virtual Result<void> trace(const TraceWindow& window) = 0;
  /// Data beats taken in and given out in this direction of a lane.
  struct Meters {
    StreamMeter in, out;
  };
  [[nodiscard]] virtual Meters meters(Direction direction, unsigned lane) const = 0;
  virtual void reset_meters() = 0;
  /// Completed packets wait to be popped in this direction.
  [[nodiscard]] virtual bool output_ready(Direction direction) const = 0;
  /// Broken stream rules seen at the model's outputs (data without a status, a packet that ends early or late). 0 in a
  /// sound model.
  [[nodiscard]] virtual std::uint64_t stream_faults() const = 0;
};

/// Lets device time pass; clocks in which nothing happens are skipped.
void pass_time(Accelerator& accelerator, std::uint64_t ns);
/// Clocks until the management core wants to be woken; 0: it is time; UINT64_MAX: never.
std::uint64_t clocks_to_alarm(const Accelerator& accelerator);

}  // namespace sallyport::sim
