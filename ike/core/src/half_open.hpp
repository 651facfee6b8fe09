#pragma once
/// @file
/// Responders' IKE SAs whose peer has not said who it is (RFC 7296 2.6): how many, from where, and which one a repeated
/// IKE_SA_INIT belongs to.
#include <cstdint>
#include <map>
#include <unordered_map>

#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/header.hpp"

namespace sallyport::ike {

class Session;

class HalfOpen {
 public:
  void add(IkeSpi initiator, const IpAddress& from, Session& session);
  void remove(IkeSpi initiator, const Session& session);
  [[nodiscard]] std::size_t size() const { return by_spi_.size(); }
  [[nodiscard]] std::size_t from(const IpAddress& address) const;
  /// The sessions that this peer's SPI has begun: an SPI alone says nothing of who it is.
  [[nodiscard]] auto begun_by(IkeSpi initiator) const { return by_spi_.equal_range(initiator.value); }

 private:
  struct Place {
    Session* session;
    IpAddress from;
  };
  using Key = std::pair<std::uint8_t, std::array<std::uint8_t, 16>>;
  static Key key(const IpAddress& address) { return {address.version, address.octets}; }

  std::unordered_multimap<std::uint64_t, Place> by_spi_;
  std::map<Key, std::size_t> by_address_;
};

}  // namespace sallyport::ike
