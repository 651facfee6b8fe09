#include "accel/accelerator.hpp"

#include "accel/variants.hpp"

namespace sallyport::sim {

namespace {
constexpr std::uint64_t kShortestPeriodPs = 1'000;
constexpr std::uint64_t kLongestPeriodPs = 1'000'000;
}  // namespace

Result<std::unique_ptr<Accelerator>> Accelerator::create(const AcceleratorOptions& options) {
  if (options.period_ps < kShortestPeriodPs || options.period_ps > kLongestPeriodPs) {
    return Error{ErrorCode::kInvalidArgument,
                 "clock period " + std::to_string(options.period_ps) + " ps is outside 1,000 to 1,000,000 ps"};
  }
  // Written so that NaN is refused too.
  if (!(options.stall >= 0.0 && options.stall < 1.0)) {
    return Error{ErrorCode::kInvalidArgument,
                 "stall probability " + std::to_string(options.stall) + " is outside [0, 1)"};
  }
  if (options.profile == Profile::kFull) {
    return options.variant == Variant::k64Sas ? boot_full_64(options) : boot_full_1024(options);
  }
  return options.variant == Variant::k64Sas ? boot_64(options) : boot_1024(options);
}

}  // namespace sallyport::sim
