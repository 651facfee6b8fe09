#pragma once
/// @file
/// Protection of IKE messages: the Encrypted payload SK (RFC 7296 3.14, RFC 5282) and its fragments SKF (RFC 7383 2.5).
///
/// One Sealer and one Opener for each IKE SA, each with its own keys. Sizes are those of IKE messages: the non-ESP
/// marker of port 4500, UDP and IP headers are not counted.
#include <cstdint>
#include <memory>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/header.hpp"
#include "sallyport/ike/key_schedule.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/ike/plaintext.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/suite.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Whose messages: the original initiator's (SK_ei, SK_ai; flag I set) or the responder's (SK_er, SK_ar).
enum class Side : std::uint8_t { kInitiator, kResponder };

/// The 8 octets of the GCM IV, counted up so that none is used twice under a key (RFC 5282 3.1).
class IvCounter {
 public:
  IvCounter() = default;
  explicit IvCounter(std::uint64_t first) : next_(first) {}
  /// kBadState: all are used up; the IKE SA must not send any more.
  Result<std::uint64_t> take();

 private:
  std::uint64_t next_ = 0;
  bool used_up_ = false;
};

/// Largest message: what UDP over IPv4 leaves (65,507) behind a non-ESP marker.
inline constexpr std::size_t kMaximumMessage = 65503;

class Sealer {
 public:
  /// Takes the keys of that side's messages. kInvalidArgument: suite not supported, or keys not of its sizes.
  static Result<Sealer> make(const IkeSuite& suite, const IkeKeys& keys, Side sender, IvCounter iv = {});
  ~Sealer();
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  /// One whole message around these inner payloads, ready for the wire. If it would be larger than `max_message` and
  /// the peer takes fragments, it becomes as many as needed, none larger than that. If the peer takes none, it is one
  /// message of whatever size. Header fields "next payload" and "length" are set here. A GCM IV or, for CBC, 16 octets
  /// of `random` go into each. kInvalidArgument: larger than kMaximumMessage, more than 65,535 fragments, or
  /// max_message leaves a fragment no room. kBadState: no IV left.
  Result<std::vector<Bytes>> seal(const Header& header, PayloadType first_inner, View inner, std::size_t max_message,
                                  bool fragmentation_allowed, RandomSource& random);

 private:
  class Impl;
  explicit Sealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What was inside an SK payload or a fragment.
struct Opened {
  PayloadType first_inner = PayloadType::kNone;  ///< Of a fragment other than the first: kNone.
  Plaintext inner;                               ///< Inner payloads (or a slice of them) without padding.
};

class Opener {
 public:
  /// As Sealer::make; `sender` is the peer's side.
  static Result<Opener> make(const IkeSuite& suite, const IkeKeys& keys, Side sender);
  ~Opener();
  Opener(Opener&&) noexcept;
  Opener& operator=(Opener&&) noexcept;
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  /// Verifies, then decrypts. `message` is the whole IKE message, from its header to its end, that `sk` was found in.
  /// All of it is authenticated, unencrypted payloads in front of SK included. kMalformedInput: too short for IV and
  /// ICV, no whole number of blocks, ICV wrong, more padding than content. Nothing of the content has been looked at
  /// before the ICV was right.
  Result<Opened> open(View message, const EncryptedView& sk);
  /// The same for one fragment, number and total authenticated too. What they mean is the Reassembler's business.
  Result<Opened> open(View message, const FragmentView& skf);

 private:
  class Impl;
  explicit Opener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport::ike
