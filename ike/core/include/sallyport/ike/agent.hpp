#pragma once
/// @file
/// The IKEv2 agent without sockets, clocks and entropy: datagrams, times, events of SAs and random numbers go in;
/// datagrams, deadlines and commands for SAs come out. The same inputs give the same outputs, octet by octet.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/connection.hpp"
#include "sallyport/ike/cookie.hpp"
#include "sallyport/ike/counters.hpp"
#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/sa_backend.hpp"
#include "sallyport/ike/trust.hpp"

namespace sallyport::ike {

/// Number of a peer's IKE SA as users see it; a rekeyed one keeps it.
using SessionId = Strong<struct SessionIdTag, std::uint32_t>;
/// Number of a Child SA; a rekeyed one has another.
using ChildId = Strong<struct ChildIdTag, std::uint32_t>;

struct AgentConfig {
  UnixTime unix_time_at_start;            ///< What time it was when TimeNs was 0: certificates have dates.
  std::size_t cookie_threshold = 30;      ///< Half-open IKE SAs from which on cookies are asked for.
  std::size_t half_open_limit = 1'000;    ///< Of those with a cookie: from here on IKE_SA_INIT is not answered.
  std::size_t half_open_per_address = 8;  ///< The same for one address (IPv6: for a /64). Cookies from half of it on.
  unsigned init_rate_per_address = 10;    ///< IKE_SA_INITs a second and address without a cookie; 0: no limit.
  TimeNs half_open_time = 30 * kSecond;   ///< Then a half-open IKE SA is forgotten.
  unsigned full_watermark = 950;  ///< Part of the SA table in use (1/1,000) from which on no new peer is answered: only
                                  ///< an address with an IKE SA may have started anew, and has to prove itself.
  std::size_t sessions_limit = 10'000;
  CountNotifyTypes count_types;  ///< Numbers that our Vendor ID announces.
  bool key_log = false;          ///< DEBUG ONLY: reveal the keys of every IKE SA as events (wireshark_decryption_line).
};

enum class AgentEventKind : std::uint8_t {
  kIkeUp,
  kIkeFailed,
  kIkeRekeyed,
  kIkeDown,
  kChildUp,
  kChildFailed,
  kChildRekeyed,
  kChildDown,
  kCollision,  ///< Both ends rekeyed one SA.
  kDuplicate,  ///< A second Child SA for the same traffic.
  kWarning,
  kKeyLog,  ///< Text is a line for Wireshark (AgentConfig::key_log).
};
[[nodiscard]] std::string_view name(AgentEventKind kind);

struct AgentEvent {
  AgentEventKind kind = AgentEventKind::kWarning;
  TimeNs time = 0;
  SessionId session;
  std::string connection;
  std::string child;                ///< Name of its configuration, where the event is of one.
  std::optional<ChildId> child_id;  ///< Of the new one, where one replaces another.
  Spi spi_in;
  Spi spi_out;
  std::string text;
};

struct ChildReport {
  ChildId id;
  std::string name;
  ChildHandle handle;
  Spi spi_in;
  Spi spi_out;
  ChildSuite suite;
  bool tunnel = true;
  bool udp = false;
  SelectorSet local;
  SelectorSet remote;
  std::string_view state;                ///< "installed", "rekeying", "replaced", "deleting", "redundant".
  std::optional<NegotiatedCount> count;  ///< Of a count-based SA.
  bool designated = false;               ///< We are to rekey it.
  bool duplicate = false;
  TimeNs installed = 0;
};

struct SessionReport {
  SessionId id;
  std::string connection;
  std::string_view state;  ///< "connecting", "established", "closing".
  IkeSpi initiator_spi;
  IkeSpi responder_spi;
  bool initiator = false;
  Endpoint local;
  Endpoint remote;
  std::string remote_id;  ///< Empty before it is proven.
  IkeSuite suite;
  bool count_based = false;  ///< The peer knows the extension.
  bool nat_here = false;     ///< We are behind a NAT.
  bool nat_there = false;
  std::vector<ChildReport> children;
};

/// One thread at a time.
class Agent {
 public:
  /// `backend` and `random` must outlive the agent.
  Agent(const AgentConfig& config, SaBackend& backend, RandomSource& random);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Takes a connection in; its name and owner must be new. The text of a success is what sizing says (rule 8), a line
  /// for each child.
  Result<std::string> load(ConnectionConfig connection);

  // Commands. They return at once; what comes of them is told by events.

  /// Begins an IKE SA with this connection's peer. kNotFound; kInvalidArgument: the connection names no peer.
  Result<SessionId> initiate(TimeNs now, std::string_view connection);
  /// One more Child SA. kNotFound; kBadState: the IKE SA is not up.
  Result<void> initiate_child(TimeNs now, SessionId session, std::string_view child);
  Result<void> rekey_child(TimeNs now, SessionId session, ChildId child);
  Result<void> rekey_ike(TimeNs now, SessionId session);
  Result<void> delete_child(TimeNs now, SessionId session, ChildId child);
  /// Tells the peer, then forgets the IKE SA and its children.
  Result<void> terminate(TimeNs now, SessionId session);
  /// Asks the peer whether it is there.
  Result<void> probe(TimeNs now, SessionId session);

  // Inputs.

  void receive(TimeNs now, const UdpMessage& message);
  void on_child_event(TimeNs now, const ChildEvent& event);
  /// Does what is due. To be called at next_deadline().
  void advance(TimeNs now);

  // Outputs.

  /// When advance() has something to do; kNever: nothing in sight.
  [[nodiscard]] TimeNs next_deadline() const;
  std::optional<UdpMessage> next_message();
  std::optional<AgentEvent> next_event();
  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] std::vector<SessionReport> sessions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport::ike
