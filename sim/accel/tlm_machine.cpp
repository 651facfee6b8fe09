#include "accel/tlm_machine.hpp"

#include <utility>

#include "sallyport/tlm/device_model.hpp"

namespace sallyport::sim {

namespace {

tlm::DeviceForm form_of(const AcceleratorOptions& options) {
  tlm::DeviceForm form;
  form.num_sas = table_entries(options.variant);
  form.window = replay_window(options.variant);
  form.profile = options.profile == Profile::kFull ? tlm::Profile::kFull : tlm::Profile::kCompact;
  // As the compact models are elaborated: sallyport_64 in rtl/top/CMakeLists.txt, sallyport_1024 here.
  form.engines = options.variant == Variant::k64Sas ? 6 : 2;
  form.period_ps = options.period_ps;
  return form;
}

/// Beats of a packet on a stream, counted when it is handed over: the model knows no beats.
void count(StreamMeter& meter, std::uint64_t clock, std::size_t octets) {
  constexpr std::size_t kBeatOctets = 16;
  const std::size_t beats = (octets + kBeatOctets - 1) / kBeatOctets;
  for (std::size_t beat = 1; beat <= beats; ++beat) meter.beat(clock, beat == beats);
}

class TlmMachine final : public Accelerator {
 public:
  explicit TlmMachine(std::unique_ptr<tlm::DeviceModel> device) : device_(std::move(device)) {}

  std::uint64_t run(std::uint64_t clocks) override {
    const std::uint64_t ran = device_->run(clocks);
    evaluated_ += ran;
    return ran;
  }
  void skip(std::uint64_t clocks) override { device_->advance(clocks); }
  [[nodiscard]] bool idle() const override { return device_->idle(); }
  [[nodiscard]] std::uint64_t alarm_ns() const override { return UINT64_MAX; }
  void on_command(std::function<void(const CommandSeen&)> listener) override {
    device_->on_command([listener = std::move(listener)](const tlm::DeviceModel::Done& done) {
      listener({.op = done.command.op,
                .index = done.command.index,
                .generation = done.command.generation,
                .arg1 = done.command.arg1,
                .arg2 = done.command.arg2,
                .image = done.image,
                .code = done.result.code,
                .answered = done.result.generation});
    });
  }
  /// No clock is evaluated; these are the clocks that were not skipped, as of a Verilated device.
  [[nodiscard]] std::uint64_t clocks_evaluated() const override { return evaluated_; }
  [[nodiscard]] std::uint64_t clocks_passed() const override { return device_->clock(); }
  [[nodiscard]] std::uint64_t period_ps() const override { return device_->form().period_ps; }
  /// There is no Verilated model.
  [[nodiscard]] double model_seconds() const override { return 0.0; }
  Result<void> trace(const TraceWindow&) override {
    return Error{ErrorCode::kInvalidArgument, "the TLM accelerator has no waveforms; run the RTL"};
  }
  [[nodiscard]] Meters meters(Direction direction, unsigned) const override {
    return meters_[static_cast<std::size_t>(direction)];
  }
  void reset_meters() override { meters_ = {}; }
  [[nodiscard]] bool output_ready(Direction direction) const override {
    return device_->output_at(direction) != tlm::kNever;
  }
  [[nodiscard]] std::uint64_t stream_faults() const override { return 0; }

  Result<std::uint32_t> read32(std::uint32_t address) override {
    const Passing passing(*this);
    return device_->read32(address);
  }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    const Passing passing(*this);
    return device_->write32(address, value);
  }
  [[nodiscard]] EventDelivery event_delivery() const override { return device_->event_delivery(); }
  [[nodiscard]] bool interrupt_pending() const override { return device_->interrupt_pending(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return device_->now_ns(); }

  void push(Direction direction, PacketIn packet) override {
    count(meters_[static_cast<std::size_t>(direction)].in, device_->clock(), packet.octets.size());
    device_->push(direction, std::move(packet));
  }
  std::optional<PacketOut> pop(Direction direction) override {
    auto out = device_->pop(direction);
    if (out) count(meters_[static_cast<std::size_t>(direction)].out, device_->clock(), out->octets.size());
    return out;
  }
  [[nodiscard]] std::size_t in_flight(Direction direction) const override { return device_->in_flight(direction); }

 private:
  /// Counts the clocks of a register access.
  class Passing {
   public:
    explicit Passing(TlmMachine& machine) : machine_(machine), begin_(machine.device_->clock()) {}
    ~Passing() { machine_.evaluated_ += machine_.device_->clock() - begin_; }
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;

   private:
    TlmMachine& machine_;
    std::uint64_t begin_;
  };

  std::unique_ptr<tlm::DeviceModel> device_;
  std::uint64_t evaluated_ = 0;
  std::array<Meters, 2> meters_{};
};

}  // namespace

Result<std::unique_ptr<Accelerator>> make_tlm(const AcceleratorOptions& options) {
  if (options.stall != 0.0) {
    return Error{ErrorCode::kInvalidArgument, "stall probability " + std::to_string(options.stall) +
                                                  ": the TLM accelerator has no streams that could pause"};
  }
  auto device = tlm::DeviceModel::create(form_of(options));
  if (!device) return device.error();
  return std::unique_ptr<Accelerator>(std::make_unique<TlmMachine>(std::move(*device)));
}

}  // namespace sallyport::sim
