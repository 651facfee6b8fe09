#include "sallyport/sample_source.hpp"

#include "sallyport/regs.hpp"

namespace sallyport {

Result<DeviceSample> SampleSource::sample() {
  DeviceSample out;
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    for (unsigned verdict = 0; verdict < abi::kVerdictCount; ++verdict) {
      const auto count = device_.verdict_counter(direction, static_cast<abi::Verdict>(verdict));
      if (!count) return count.error();
      out.verdicts[static_cast<std::size_t>(direction)][verdict] = *count;
    }
  }
  const struct {
    std::uint32_t address;
    std::uint32_t* value;
  } registers[] = {{regs::kEccCorrectedAddress, &out.ecc_corrected},
                   {regs::kEccFatalAddress, &out.ecc_fatal},
                   {regs::kEvLateAddress, &out.events_late}};
  for (const auto& [address, value] : registers) {
    const auto word = device_.bus().read32(address);
    if (!word) return word.error();
    *value = *word;
  }
  const auto occupancy = device_.occupancy();
  if (!occupancy) return occupancy.error();
  out.occupancy = *occupancy;
  return out;
}

Result<std::vector<EntryReport>> SampleSource::entries() {
  std::vector<EntryReport> out;
  std::uint16_t at = 0;
  while (at < device_.info().num_sas) {
    const auto found = device_.query_next(SaIndex{at});
    if (!found) return found.error();
    if (!*found) break;
    out.push_back(**found);
    at = static_cast<std::uint16_t>((*found)->ref.index.value + 1);
  }
  return out;
}

}  // namespace sallyport
