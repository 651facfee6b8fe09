#include "accel/accelerator.hpp"

#include <algorithm>

#include "accel/tlm_machine.hpp"
#include "accel/variants.hpp"

namespace sallyport::sim {

namespace {
constexpr std::uint64_t kShortestPeriodPs = 1'000;
constexpr std::uint64_t kLongestPeriodPs = 1'000'000;
constexpr unsigned kMostDivider = 8;  // mcu_core: a core clock of an eighth at least
}  // namespace

Result<std::unique_ptr<Accelerator>> Accelerator::create(const AcceleratorOptions& options) {
  if (options.period_ps < kShortestPeriodPs || options.period_ps > kLongestPeriodPs) {
    return Error{ErrorCode::kInvalidArgument,
                 "clock period " + std::to_string(options.period_ps) + " ps is outside 1,000 to 1,000,000 ps"};
  }
  if (options.core_divider < 1 || options.core_divider > kMostDivider) {
    return Error{ErrorCode::kInvalidArgument,
                 "core divider " + std::to_string(options.core_divider) + " is outside 1 to 8"};
  }
  // Written so that NaN is refused too.
  if (!(options.stall >= 0.0 && options.stall < 1.0)) {
    return Error{ErrorCode::kInvalidArgument,
                 "stall probability " + std::to_string(options.stall) + " is outside [0, 1)"};
  }
  if (options.machine == Machine::kTlm) return make_tlm(options);
  if (options.profile == Profile::kFull) {
    return options.variant == Variant::k64Sas ? boot_full_64(options) : boot_full_1024(options);
  }
  return options.variant == Variant::k64Sas ? boot_64(options) : boot_1024(options);
}

namespace {
constexpr std::uint64_t kPsInNs = 1'000;

std::uint64_t clocks_until(const Accelerator& accelerator, std::uint64_t ns) {
  const std::uint64_t now = accelerator.now_ns();
  if (ns >= UINT64_MAX / kPsInNs) return UINT64_MAX;
  if (ns <= now) return 0;
  return ((ns - now) * kPsInNs + accelerator.period_ps() - 1) / accelerator.period_ps();
}
}  // namespace

std::uint64_t clocks_to_alarm(const Accelerator& accelerator) {
  return clocks_until(accelerator, accelerator.alarm_ns());
}

void pass_time(Accelerator& accelerator, std::uint64_t ns) {
  constexpr std::uint64_t kBatch = 64;
  const std::uint64_t end = accelerator.now_ns() + ns;
  while (const std::uint64_t left = clocks_until(accelerator, end)) {
    const std::uint64_t idle = accelerator.idle() ? std::min(left, clocks_to_alarm(accelerator)) : 0;
    if (idle != 0) {
      accelerator.skip(idle);
    } else {
      accelerator.run(std::min(left, kBatch));
    }
  }
}

}  // namespace sallyport::sim
