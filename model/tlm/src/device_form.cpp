#include "sallyport/tlm/device_form.hpp"

#include <bit>
#include <string>

namespace sallyport::tlm {

namespace {

Result<void> in_range(const char* member, std::uint64_t value, std::uint64_t least, std::uint64_t most, bool power) {
  if (value >= least && value <= most && (!power || std::has_single_bit(value))) return {};
  return Error{ErrorCode::kInvalidArgument, std::string("device form: ") + member + " is " + std::to_string(value) +
                                                ", not " + (power ? "a power of two " : "") + "from " +
                                                std::to_string(least) + " to " + std::to_string(most)};
}

}  // namespace

Result<void> check_form(const DeviceForm& form) {
  struct Rule {
    const char* member;
    std::uint64_t value, least, most;
    bool power;
  };
  const Rule rules[] = {
      {"num_sas", form.num_sas, 64, 16'384, true},
      {"window", form.window, 64, 1'024, true},
      {"engines", form.engines, 1, 8, false},
      {"ring_depth", form.ring_depth, 2, 256, true},
      {"max_packet", form.max_packet, 9'600, 16'384, false},
      {"period_ps", form.period_ps, 1'000, 1'000'000, false},
  };
  for (const Rule& rule : rules) {
    if (auto fits = in_range(rule.member, rule.value, rule.least, rule.most, rule.power); !fits) return fits;
  }
  return {};
}

}  // namespace sallyport::tlm
