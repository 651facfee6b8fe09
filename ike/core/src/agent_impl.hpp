#pragma once
/// @file
/// The agent's inside: sessions, who may begin one, and when each has something to do.
#include <map>
#include <set>
#include <unordered_map>

#include "half_open.hpp"
#include "sallyport/ike/message.hpp"
#include "services.hpp"
#include "session.hpp"
#include "token_bucket.hpp"

namespace sallyport::ike {

class Agent::Impl {
 public:
  Impl(const AgentConfig& config, SaBackend& backend, RandomSource& random);

  Result<std::string> load(ConnectionConfig connection);
  Result<SessionId> initiate(TimeNs now, std::string_view name);
  void receive(TimeNs now, const UdpMessage& datagram);
  void on_child_event(TimeNs now, const ChildEvent& event);
  void advance(TimeNs now);
  [[nodiscard]] TimeNs next_deadline() const;
  [[nodiscard]] Session* find(SessionId id);
  /// After anything that happened to a session: its waiting work, its deadline, its end.
  void settle(Session& session);
  [[nodiscard]] std::vector<SessionReport> reports() const;

  Services services;

 private:
  struct Slot {
    std::unique_ptr<Session> session;
    TimeNs deadline = kNever;         // as it stands in deadlines_
    std::optional<IkeSpi> half_open;  // the peer's SPI, while it stands in half_open_
  };
  Session& make_session(const ConnectionConfig& config);
  void on_init_request(const UdpMessage& datagram, const Message& message);
  // Whether an IKE_SA_INIT request is answered with more than a cookie.
  [[nodiscard]] bool admit(const UdpMessage& datagram, const Message& message);
  void answer_unprotected(const UdpMessage& datagram, const Header& to, NotifyType type, View data);
  void end_others(Session& session);

  AgentConfig config_;
  std::map<std::uint32_t, Slot> sessions_;
  std::set<std::pair<TimeNs, std::uint32_t>> deadlines_;
  HalfOpen half_open_;
  CookieMint cookies_;
  TimeNs cookies_since_ = 0;
  TokenBucket errors_{20, 20};  // unprotected error messages a second: they may be asked for by anybody
  std::uint32_t next_session_ = 1;
};

}  // namespace sallyport::ike
