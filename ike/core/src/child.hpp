#pragma once
/// @file
/// The Child SAs of one peer. They belong to the peer, not to an IKE SA: a rekeyed IKE SA's successor has them all (RFC
/// 7296 2.8, 2.18).
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sallyport/ike/agent.hpp"

namespace sallyport::ike {

enum class ChildState : std::uint8_t {
  kInstalled,  ///< In use, or about to be.
  kRekeying,   ///< Our request for its successor is under way.
  kReplaced,   ///< The peer's request made its successor; the peer is to delete it.
  kDeleting,   ///< Our Delete is queued or under way.
  kRedundant,  ///< Loser of a collision; whoever began its exchange is to delete it.
};
[[nodiscard]] std::string_view name(ChildState state);

/// A request of the peer's: our SPI of the IKE SA that it came on, and its Message ID.
struct PeersRequest {
  IkeSpi ike;
  std::uint32_t id = 0;
};

struct Child {
  ChildId id;
  const ChildConfig* config = nullptr;
  ChildHandle handle;
  Spi spi_in;
  Spi spi_out;
  ChildSuite suite;
  SelectorSet local;
  SelectorSet remote;
  bool tunnel = true;
  bool udp = false;
  ChildState state = ChildState::kInstalled;
  std::optional<NegotiatedCount> count;
  CountRole role = CountRole::kOther;
  std::optional<ChildId> replaces;      ///< Whose traffic it takes over; nothing any more once it has.
  std::optional<ChildId> replaced_by;   ///< Made by the peer.
  std::optional<PeersRequest> made_by;  ///< The peer's request whose answer made it.
  bool outbound = false;                ///< Traffic goes out on it.
  bool rekey_queued = false;
  bool duplicate = false;
  bool dead = false;
  bool delete_sent = false;  ///< Our Delete is under way.
  TimeNs installed = 0;
  TimeNs wanted = 0;        ///< Since when it is to be rekeyed.
  TimeNs soft_at = kNever;  ///< By time.
  TimeNs hard_at = kNever;
  TimeNs retry_at = kNever;
  TimeNs gone_by = kNever;  ///< When we delete it because the peer has not.
  TimeNs look = kNever;     ///< When it is looked at next.
  bool unwanted = false;    ///< The user has deleted it: what replaces it goes too.
  unsigned failures = 0;    ///< Rekeys that came to nothing, in a row.
};

/// By number, by our SPI and by the peer's.
class ChildTable {
 public:
  Child& add(Child child);
  [[nodiscard]] Child* find(ChildId id);
  /// The one that the peer sends on with this SPI.
  [[nodiscard]] Child* by_inbound(Spi spi);
  /// The one whose Delete by the peer names this SPI: it receives on it.
  [[nodiscard]] Child* by_outbound(Spi spi);
  void remove(ChildId id);
  [[nodiscard]] std::size_t size() const { return children_.size(); }
  [[nodiscard]] const std::unordered_map<std::uint32_t, Child>& all() const { return children_; }
  [[nodiscard]] std::unordered_map<std::uint32_t, Child>& all() { return children_; }
  /// Ascending: whatever goes through all of them goes the same way in every run.
  [[nodiscard]] std::vector<ChildId> ids() const;

 private:
  std::unordered_map<std::uint32_t, Child> children_;
  std::unordered_map<std::uint32_t, ChildId> inbound_;
  std::unordered_map<std::uint32_t, ChildId> outbound_;
};

}  // namespace sallyport::ike
