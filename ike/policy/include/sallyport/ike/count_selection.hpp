#pragma once
/// @file
/// Which life time two peers agree on (count-based SAs, rules 1, 3 and 4).
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sallyport/ike/count_notify.hpp"
#include "sallyport/ike/sa_payload.hpp"
#include "sallyport/ike/suite.hpp"

namespace sallyport::ike {

/// A cipher as limits see it.
struct CipherKey {
  EncrId encr{};
  unsigned key_bits = 0;

  friend bool operator==(const CipherKey&, const CipherKey&) = default;
};

/// The ciphers of all ESP proposals of an offer, each once, in order.
[[nodiscard]] std::vector<CipherKey> ciphers(const SaPayload& offer);

/// What we accept for one cipher with one key length.
struct CipherRange {
  CipherKey cipher;
  CountRange range;
};

/// Rule 1: one structure for each distinct ENCR ID of the offer, its range what suits every key length offered under
/// that ID. An ID with an empty range, or with a key length that `accepted` does not list, gets no structure.
[[nodiscard]] CountOffer build_count_offer(const SaPayload& offer, std::span<const CipherRange> accepted,
                                           std::uint16_t rekey_value);

/// What was negotiated for one SA pair.
struct NegotiatedCount {
  std::uint64_t life = 0;  ///< L in octets, the hard limit H on both sides.
  std::uint16_t initiator_value = 0;
  std::uint16_t responder_value = 0;  ///< Rekey Values, of the exchange that made this pair.

  friend bool operator==(const NegotiatedCount&, const NegotiatedCount&) = default;
};

/// Either something negotiated or why not.
struct CountOutcome {
  std::optional<NegotiatedCount> negotiated;
  CountIgnored ignored = CountIgnored::kNone;  ///< kNone without something negotiated: there was no notify.
};

/// Rule 3, the responder's part. proposed: data of every PROPOSED notify of the request, in our numbers; own: what we
/// accept for the cipher picked; rekey_value: our draw, for the answer. The life time is the smaller of the two maxima.
[[nodiscard]] CountOutcome select_count(std::span<const View> proposed, const CipherKey& picked, const CountRange& own,
                                        std::uint16_t rekey_value);
/// The answer that goes with it.
[[nodiscard]] CountSelected selected_answer(const NegotiatedCount& negotiated);

/// Rule 4, the initiator's part. sent: what we proposed (empty: nothing); selected: data of every SELECTED notify of
/// the response. When something is ignored, run local limits of local_life().
[[nodiscard]] CountOutcome check_count_answer(const CountOffer& sent, const CipherKey& picked,
                                              std::span<const View> selected);

/// Rule 4: hard limit in octets where nothing was negotiated: no greater than our own maximum for the cipher.
/// hard: what size_life() gives (Sizing::octets.limit.hard); 0: none.
[[nodiscard]] std::uint64_t local_life(const CountRange& own, std::uint64_t hard);

}  // namespace sallyport::ike
