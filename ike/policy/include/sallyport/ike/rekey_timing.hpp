#pragma once
/// @file
/// When an IKE SA may be rekeyed, and when to try again (count-based SAs, rule 9).
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {

/// One soft limit of one direction of a Child SA, in its own unit.
struct SoftDistance {
  std::size_t child = 0;    ///< The caller's number.
  std::uint64_t count = 0;  ///< So far.
  std::uint64_t soft = 0;   ///< 0: none.
  std::uint64_t guard = 0;  ///< G.
};

/// Whether the limit will be reached within G at the peak rate, or has been.
[[nodiscard]] bool reaches_soft_within_guard(const SoftDistance& distance);

/// Children to be rekeyed before their IKE SA is, each once, ascending; none: begin. The list is made once, when the
/// IKE SA is due. With many children one or the other is always near, so whoever waited for a moment without any would
/// wait for ever.
[[nodiscard]] std::vector<std::size_t> children_before_ike_rekey(std::span<const SoftDistance> distances);

struct RetryTime {
  std::uint64_t delay = 0;  ///< ns from now.
  bool too_late = false;    ///< Even at once the hard limit may come first: raise an event.
};

/// After TEMPORARY_FAILURE: the earlier of the usual pause (ns) and of the last moment at which a rekey of t_ike (ns)
/// is done before octets_left have passed at peak_rate a second. peak_rate 0: the pause.
[[nodiscard]] RetryTime retry_after_temporary_failure(std::uint64_t pause, std::uint64_t octets_left,
                                                      std::uint64_t peak_rate, std::uint64_t t_ike);

/// The usual pause after TEMPORARY_FAILURE (RFC 7296 2.25: not at once): 6 to 15 s in ms steps, as charon does.
[[nodiscard]] std::uint64_t draw_pause(RandomSource& random);

}  // namespace sallyport::ike
