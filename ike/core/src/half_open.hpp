#pragma once
/// @file
/// Who may begin an IKE SA (RFC 7296 2.6): responders' IKE SAs whose peer has not said who it is, how many, from where,
/// which one a repeated IKE_SA_INIT belongs to; what an address may ask for in a time; who is there already.
///
/// Whoever can send datagrams can write any address into them. So what an address is blamed for are the requests with a
/// cookie that is right, since those come from there; all others together only have cookies asked for.
#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "sallyport/ike/agent.hpp"
#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/header.hpp"
#include "token_bucket.hpp"

namespace sallyport::ike {

class Session;

/// Whom limits take for one: an IPv4 address, or an IPv6 network of 64 bits, all of which one host has.
using AddressKey = std::pair<std::uint8_t, std::array<std::uint8_t, 16>>;

/// What each address may ask for in a time. Kept for those that were heard last: whoever has others forgotten by
/// sending from thousands of addresses has cookies asked for by the number of half-open IKE SAs.
class AddressRates {
 public:
  struct Rates {
    TokenBucket inits;     ///< IKE_SA_INIT without a cookie.
    TokenBucket groups;    ///< INVALID_KE_PAYLOAD, where no cookie came.
    TokenBucket failures;  ///< Key exchanges that came to nothing, with a cookie.
  };
  static constexpr std::size_t kMost = 4'096;

  explicit AddressRates(const AgentConfig& config) : config_(config) {}
  [[nodiscard]] Rates& of(const AddressKey& address);

 private:
  struct Entry {
    AddressKey address;
    Rates rates;
  };
  const AgentConfig& config_;
  std::list<Entry> lately_;  // the one that was heard last in front
  std::map<AddressKey, std::list<Entry>::iterator> places_;
};

/// IKE_SA_INITs that have led to an IKE SA: a copy that comes late begins no other.
class FinishedInits {
 public:
  /// SPI, and a hash of the nonce: who knows both has seen the request and can do worse.
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  static constexpr std::size_t kMost = 4'096;

  void add(const Key& key, TimeNs until);
  [[nodiscard]] bool has(const Key& key, TimeNs now);

 private:
  void forget_first();

  std::deque<std::pair<TimeNs, Key>> order_;  // until when, oldest first
  std::set<Key> keys_;
};

class HalfOpen {
 public:
  /// `config` must outlive this.
  explicit HalfOpen(const AgentConfig& config) : config_(config), rates_(config) {}

  struct Init {
    IkeSpi initiator;
    View nonce;
    IpAddress from;
    bool proven = false;  ///< By a cookie: it comes from there.
  };
  void add(const Init& init, Session& session);
  /// It has come to nothing.
  void remove(IkeSpi initiator, const Session& session);
  /// It is up: what began it is known for half_open_time.
  void finish(IkeSpi initiator, const Session& session, TimeNs now);
  [[nodiscard]] bool has_finished(IkeSpi initiator, View nonce, TimeNs now);
  /// The sessions that this peer's SPI has begun: an SPI alone says nothing of who it is.
  [[nodiscard]] auto begun_by(IkeSpi initiator) const { return by_spi_.equal_range(initiator.value); }

  [[nodiscard]] std::size_t size() const { return by_spi_.size(); }
  /// Those that are known to come from where they say.
  [[nodiscard]] std::size_t proven() const { return proven_; }
  [[nodiscard]] std::size_t unproven() const { return size() - proven_; }
  /// Whether one more from there has to prove its address; counts it if it has not.
  [[nodiscard]] bool wants_cookie(const IpAddress& from, TimeNs now);
  /// Whether this address, which has been proven, has all that it may.
  [[nodiscard]] bool full_for(const IpAddress& from, TimeNs now);
  /// A key exchange with a value that is none: it was work, so it counts like a half-open IKE SA.
  void failed(const IpAddress& from, bool proven, TimeNs now);
  /// Whether INVALID_KE_PAYLOAD may be sent there.
  [[nodiscard]] bool may_ask_for_group(const IpAddress& to, bool proven, TimeNs now);

  /// The session of this number is up with a peer there; is no more.
  void up(std::uint32_t session, const IpAddress& at);
  void down(std::uint32_t session);
  [[nodiscard]] bool any_up_at(const IpAddress& address) const;

 private:
  struct Place {
    Session* session;
    FinishedInits::Key key;
    AddressKey from;
    bool proven;
  };
  struct Number {
    std::size_t all = 0;
    std::size_t proven = 0;
  };
  using Places = std::unordered_multimap<std::uint64_t, Place>;
  // From so many on, of half-open ones and of failures, nobody gets further without a cookie.
  [[nodiscard]] std::size_t threshold() const;
  [[nodiscard]] Places::iterator find(IkeSpi initiator, const Session& session);
  void remove(Places::iterator place);
  [[nodiscard]] Number number(const AddressKey& from) const;

  const AgentConfig& config_;
  Places by_spi_;
  std::map<AddressKey, Number> by_address_;
  std::size_t proven_ = 0;
  std::deque<TimeNs> failures_;  // until when they count, at most threshold()
  AddressRates rates_;
  FinishedInits finished_;
  std::unordered_map<std::uint32_t, AddressKey> up_;
  std::map<AddressKey, std::size_t> up_at_;
};

}  // namespace sallyport::ike
