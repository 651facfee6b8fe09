#pragma once
/// @file
/// Messages that come in fragments (RFC 7383 2.6).
#include <cstdint>
#include <string_view>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/header.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/plaintext.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike {

/// Why a fragment was dropped. None of these is answered.
enum class FragmentDrop : std::uint8_t {
  kBadNumber,      ///< Number or total is 0, or number is greater than total.
  kTooMany,        ///< Total is greater than the limit.
  kTotalShrank,    ///< Total is smaller than that of the fragments held.
  kDuplicate,      ///< The same number of the same total is held.
  kNotAuthentic,   ///< ICV wrong, or padding that cannot be.
  kHeaderDiffers,  ///< Authentic, but exchange type or flags are not those of the fragments held.
  kTooLarge,       ///< Authentic, but all pieces together pass the limit; the held ones are dropped too.
  kNoRoom,         ///< The first of its message, and as many messages are begun as may be.
};
std::string_view name(FragmentDrop why);

/// Limits of what one peer can make us hold.
struct ReassemblyLimits {
  std::size_t octets = 32'768;    ///< Inner payloads of one message.
  std::uint16_t fragments = 256;  ///< Of one message.
  std::size_t messages = 1;       ///< Begun at the same time; the window's size.
};

/// Fragments of one direction (requests or responses) of one IKE SA. The caller has checked that the Message ID is one
/// that is waited for; one that is answered already goes to triggers_retransmission instead.
class Reassembler {
 public:
  enum class Outcome : std::uint8_t {
    kMore,      ///< Taken; some are missing.
    kComplete,  ///< `message` is whole, and its fragments are forgotten.
    kDropped,   ///< `why` says why; nothing that is held has changed (but see kTooLarge).
  };
  struct Verdict {
    Outcome outcome = Outcome::kDropped;
    FragmentDrop why = FragmentDrop::kNotAuthentic;  ///< Only of kDropped.
    Opened message;                                  ///< Only of kComplete.
  };

  explicit Reassembler(ReassemblyLimits limits = {}) : limits_(limits) {}

  /// One message with an SKF payload, all of it, with the header and the payload found in it.
  /// In this order (RFC 7383 2.6): numbers and duplicates, the ICV, then what is held. Only an authentic fragment
  /// changes what is held; one with a greater total makes the others of its message go (the sender made its fragments
  /// smaller).
  Verdict add(View message, const Header& header, const FragmentView& skf, Opener& opener);

  /// Forgets what has come of messages below this ID (their time is over), or of exactly one (it came whole).
  void forget_below(std::uint32_t message_id);
  void forget(std::uint32_t message_id);
  /// How many messages are begun, and how many octets of inner payloads are held.
  [[nodiscard]] std::size_t messages() const { return begun_.size(); }
  [[nodiscard]] std::size_t octets() const;

 private:
  struct Piece {
    std::uint16_t number;
    Plaintext inner;
  };
  struct Begun {
    std::uint32_t message_id = 0;
    std::uint16_t total = 0;
    ExchangeType exchange{};
    bool initiator = false;
    bool response = false;
    PayloadType first_inner = PayloadType::kNone;
    std::size_t octets = 0;
    std::vector<Piece> pieces;  // by number
  };

  ReassemblyLimits limits_;
  std::vector<Begun> begun_;
};

/// Whether a retransmitted request that is answered already is answered again for the sake of this piece: fragment
/// number 1 only, or N fragments would make N answers (RFC 7383 2.6.1). An unfragmented copy always is. Number 0: no.
[[nodiscard]] constexpr bool triggers_retransmission(std::uint16_t fragment_number) { return fragment_number == 1; }

}  // namespace sallyport::ike
