#pragma once
/// @file
/// What the agent counts, since its start.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::ike {

enum class Counter : std::uint8_t {
  kMessagesIn,
  kMessagesOut,
  kMalformed,     ///< Not an IKE message, or one whose content breaks RFC 7296 3.
  kUnknownSpi,    ///< No IKE SA has this SPI.
  kNotAuthentic,  ///< ICV wrong.
  kFragmentsDropped,
  kAnsweredAgain,  ///< Retransmitted requests whose answer was sent again.
  kOutsideWindow,
  kRetransmissions,  ///< Requests of ours that were sent again.
  kTimeouts,         ///< Requests of ours that were given up: each ends an IKE SA.
  kCookiesAsked,
  kHalfOpenRefused,  ///< IKE_SA_INIT not answered: too many half-open IKE SAs, or the table is too full.
  kRateRefused,      ///< The same for one address.
  kIkeUp,
  kIkeFailed,  ///< Before they were up.
  kIkeRekeys,
  kIkeCollisions,
  kChildrenUp,  ///< New ones, not by a rekey.
  kRekeysOurs,  ///< Child SAs, finished.
  kRekeysPeers,
  kCollisions,         ///< Both ends rekeyed one Child SA.
  kRekeysFailed,       ///< Ours that came to nothing.
  kRedundantByUs,      ///< A loser that the peer was to delete and did not.
  kUnconfirmed,        ///< A Delete that was never answered.
  kRefusedFull,        ///< Child SAs and rekeys refused for want of an entry.
  kTemporaryFailures,  ///< Sent.
  kTemporaryFailuresReceived,
  kDuplicates,         ///< Child SAs with the selectors of another one of the same peer.
  kDuplicatesDeleted,  ///< Older ones that we deleted (UniqueChildren::kNewest).
  kQueuesRefused,      ///< Answered with TS_MAX_QUEUE.
  kCountNegotiated,
  kCountIgnored,  ///< PROPOSED and SELECTED notifies without effect.
  kExpired,       ///< Child SAs that died of a hard limit before they were replaced.
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::kExpired) + 1;

/// For metrics, e.g. "child_rekeys_ours".
[[nodiscard]] std::string_view name(Counter counter);

class Counters {
 public:
  void add(Counter counter, std::uint64_t n = 1) { counts_[static_cast<std::size_t>(counter)] += n; }
  [[nodiscard]] std::uint64_t operator[](Counter counter) const { return counts_[static_cast<std::size_t>(counter)]; }

 private:
  std::array<std::uint64_t, kCounters> counts_{};
};

}  // namespace sallyport::ike
