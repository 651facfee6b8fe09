#pragma once
/// @file
/// All that goes on with one peer: its IKE SA and that one's successors, its Child SAs, the work that waits.
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "child.hpp"
#include "ike_sa.hpp"
#include "sallyport/ike/nonce_order.hpp"
#include "services.hpp"

namespace sallyport::ike {

/// What is known of the other end.
struct Peer {
  bool fragments = false;                  ///< Both ends take them (RFC 7383).
  std::optional<CountNotifyTypes> counts;  ///< It knows the extension; these are its numbers.
  std::optional<std::vector<HashId>> hashes;
  std::vector<CertReqPayload> cert_requests;
  bool nat_here = false;
  bool nat_there = false;
  std::optional<Identity> id;    ///< Once it is proven.
  bool initial_contact = false;  ///< It says that it has no other IKE SA with us (RFC 7296 2.4).
};

/// The peer's rekey of an SA that we are rekeying too. Nonces are copies: the exchange is over.
struct PeersRekey {
  Bytes nonce_i;
  Bytes nonce_r;
  ChildId made;
};

/// Of the IKE SA likewise.
struct IkeRekey {
  IkeSa* old = nullptr;
  Bytes peers_nonce_i;
  Bytes peers_nonce_r;
  IkeSa* peers = nullptr;  ///< What the peer's exchange made.
};

class Session {
 public:
  Session(Services& services, SessionId id, const ConnectionConfig& config)
      : services_(services), id_(id), config_(&config), times_(config.counts.t_ike) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] SessionId id() const { return id_; }
  Services& services() { return services_; }
  [[nodiscard]] const ConnectionConfig& config() const { return *config_; }
  /// A responder learns which connection it is when the peer has said who it is.
  void belongs_to(const ConnectionConfig& config) { config_ = &config; }
  Peer& peer() { return peer_; }
  ChildTable& children() { return children_; }
  [[nodiscard]] const ChildTable& children() const { return children_; }
  RekeyTimes& times() { return times_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] RetransmissionSchedule schedule() const;
  [[nodiscard]] bool udp() const { return config_->force_encapsulation || peer_.nat_here || peer_.nat_there; }

  // IKE SAs (session_ike.cpp).

  IkeSa& add_ike(bool initiator, const Endpoint& local, const Endpoint& remote);
  /// Gives it an SPI of ours and makes it findable.
  IkeSpi register_ike(IkeSa& ike);
  /// The one that requests of ours go out on; nullptr while there is none.
  [[nodiscard]] IkeSa* current() { return current_; }
  [[nodiscard]] const IkeSa* current() const { return current_; }
  /// The IKE SA is up and authenticated.
  void established(IkeSa& ike);
  /// `next` takes over from `old` with all children.
  void succeed(IkeSa& old, IkeSa& next);
  /// This IKE SA alone is no more.
  void forget(IkeSa& ike);
  /// So many replaced ones are left that the peer gets no further one before some are gone.
  [[nodiscard]] bool crowded() const;
  /// As forget, but the peer's Delete of it is answered again for as long as it may come again.
  void linger(IkeSa& ike);
  std::optional<IkeRekey>& ike_rekey() { return ike_rekey_; }
  /// Ends all, without a word to the peer.
  void close(AgentEventKind kind, const std::string& why);
  /// Ends what never was one: nobody is told.
  void drop();
  /// Tells the peer, then ends.
  void terminate();
  /// The peer is not who it has to be: tells it, then ends (RFC 7296 2.21.2).
  void fail_authentication(IkeSa& ike, const std::string& why);
  /// We have no other IKE SA with this peer.
  [[nodiscard]] bool only_one() const;
  /// Sends Delete for an IKE SA.
  void delete_ike(IkeSa& ike);
  [[nodiscard]] SessionReport report() const;

  // Work of our own (session_queue.cpp).

  void enqueue(std::unique_ptr<Task> task, bool first = false);
  /// Begins what can begin.
  void pump();
  [[nodiscard]] bool busy_with(TaskKind kind) const;
  [[nodiscard]] bool may_begin(TaskKind kind) const;
  /// No child is made before then: the peer wants to rekey the IKE SA.
  void hold_children(TimeNs until) { held_until_ = until; }

  // Child SAs (session_children.cpp).

  /// The rekeys of ours that are under way, by the old child: what the peer did meanwhile.
  std::map<ChildId, std::optional<PeersRekey>>& rekeys() { return rekeys_; }
  Child& add_child(Child child);
  /// The peer has no room for a new one just now, or we have not: try again later, ever less often.
  void want_child(const ChildConfig& config);
  /// It has been made, or refused for good.
  void want_no_more(const ChildConfig& config) { wanted_.erase(&config); }
  /// Rekey it, if it is not being replaced already.
  void want_rekey(Child& child);
  /// Traffic goes from the old one to the new one.
  void take_over(Child& next);
  /// The peer is done with this one: what it made in its place takes over now, if it has not. Returns that one.
  Child* hand_over(Child& old);
  /// Child SAs in use for this traffic.
  [[nodiscard]] unsigned carrying(const SelectorSet& local, const SelectorSet& remote, bool tunnel) const;
  /// The peer has surely had our answer that made this one, so it receives on it.
  [[nodiscard]] bool known_to_peer(const Child& child) const;
  /// The peer takes back what it made in the place of another one, which goes on if it has not been replaced yet.
  void keep_predecessor(const Child& child);
  /// Delete it by an exchange of ours.
  void want_delete(Child& child);
  /// Both ends know that it is no more.
  void retire(Child& child);
  void on_child_event(ChildId id, ChildEventKind kind);
  /// DEBUG ONLY, and only when it was asked for.
  void log_keys(const IkeSa& ike);
  void tell(AgentEventKind kind, const Child* child, std::string text);
  void tell(AgentEventKind kind, const std::string& child_name, std::string text);

  // Time (session_timers.cpp).

  void advance(TimeNs now);
  /// Of the IKE SA, and before it of the children that would reach a limit meanwhile (rule 9).
  void begin_ike_rekey();
  /// Frees IKE SAs that are no more. When nothing of them is in use.
  void reap();
  [[nodiscard]] TimeNs next_deadline() const;
  /// Looks at this child again then.
  void look_at(ChildId child, TimeNs when);
  /// Pause after TEMPORARY_FAILURE.
  [[nodiscard]] TimeNs pause();
  void retry_ike_rekey_at(TimeNs when) { ike_rekey_at_ = when; }
  /// This request has just been answered.
  void measure_round_trip(const Outstanding& request);

  // What comes in (session_receive.cpp).

  void receive(IkeSa& ike, const UdpMessage& datagram, const Message& message);

 private:
  void on_request(IkeSa& ike, ExchangeType exchange, std::uint32_t id, const Contents& contents);
  void on_response(IkeSa& ike, std::uint32_t id, const Contents& contents);
  void on_opened(IkeSa& ike, const UdpMessage& datagram, const Header& header, const Opened& opened);
  void follow(IkeSa& ike, const UdpMessage& datagram) const;
  void advance_requests(IkeSa& ike);
  void advance_child(Child& child);
  void advance_ike();
  void advance_wanted();
  void ask_for_life();
  // The newer one is used: older ones for its traffic may go.
  void delete_older(const Child& newer);

  Services& services_;
  SessionId id_;
  const ConnectionConfig* config_;
  Peer peer_;
  RekeyTimes times_;
  std::vector<std::unique_ptr<IkeSa>> ikes_;
  IkeSa* current_ = nullptr;
  std::optional<IkeRekey> ike_rekey_;
  std::deque<std::unique_ptr<Task>> queue_;
  ChildTable children_;
  std::map<ChildId, std::optional<PeersRekey>> rekeys_;
  std::set<std::pair<TimeNs, ChildId>> looks_;
  struct WantedChild {
    TimeNs at = kNever;
    unsigned failures = 0;
  };
  std::map<const ChildConfig*, WantedChild> wanted_;
  TimeNs ike_rekey_at_ = kNever;
  TimeNs held_until_ = 0;
  TimeNs may_delete_older_ = 0;  ///< Not before.
  std::uint64_t packets_heard_ = 0;
  TimeNs rtt_ = 0;            ///< Of the last exchange that needed no retransmission; 0 before.
  std::string failure_;       ///< Why authentication failed.
  bool terminating_ = false;  ///< Only the Delete goes out any more.
  bool closed_ = false;
};

}  // namespace sallyport::ike
