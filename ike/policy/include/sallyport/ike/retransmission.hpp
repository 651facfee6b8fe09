#pragma once
/// @file
/// When a request is sent again (RFC 7296 2.1, 2.4). Times in ns.
#include <cstdint>
#include <optional>

namespace sallyport::ike {

/// Waits after each sending of one request: first, first * factor, ... but none above the greater of cap and first.
struct RetransmissionSchedule {
  std::uint64_t first = 4'000'000'000;
  std::uint32_t factor_tenths = 18;  ///< 10 or more.
  std::uint64_t cap = 0;             ///< 0: none.
  unsigned sends = 6;                ///< Sendings in all, the first one included; 1..64.

  /// Wait after the sending of this number (0, 1, ...), for the answer or the next sending; nothing when there is no
  /// such sending. After the last one's wait the peer is given up. Never above a day.
  [[nodiscard]] std::optional<std::uint64_t> wait(unsigned send) const;
  /// From the first sending to the sending of this number.
  [[nodiscard]] std::uint64_t sent_at(unsigned send) const;
  /// From the first sending to giving up.
  [[nodiscard]] std::uint64_t give_up() const { return sent_at(sends); }
  friend bool operator==(const RetransmissionSchedule&, const RetransmissionSchedule&) = default;
};

/// For peers that are not Sallyport, as charon does it: 4 s, 1.8, 5 tries more, given up after 165 s. It meets RFC
/// 7296's "several minutes" half way; values of one's own may be put in its place.
[[nodiscard]] RetransmissionSchedule rfc_schedule();

/// Between Sallyports: max(4 RTT, 100 ms), 1.5, at most 1 s, 30 sendings. Where 4 RTT is above 1 s it stays at 4 RTT:
/// an answer must have the time to come.
[[nodiscard]] RetransmissionSchedule sallyport_schedule(std::uint64_t rtt);

/// Loss of one packet on one way, and what is allowed to remain, in parts of 10^9.
struct LossTarget {
  std::uint32_t loss = 0;        ///< Below 10^9. The same each way, each packet by itself.
  std::uint32_t missed = 1'000;  ///< 10^-6.
};

struct ExchangeTime {
  std::uint64_t time = 0;  ///< ns from the first sending to the answer.
  unsigned sends = 0;      ///< Sendings that it takes.
  bool reached = false;    ///< false: all sendings together leave more than the target; time is then give_up().
};

/// Time by which an exchange has its answer with probability 1 - missed: n sendings fail with (1 - (1 - p)^2)^n, and
/// the n-th answer comes one round trip after the n-th sending. Never below what is exact.
[[nodiscard]] ExchangeTime exchange_time(const RetransmissionSchedule& schedule, std::uint64_t rtt,
                                         const LossTarget& target);

}  // namespace sallyport::ike
