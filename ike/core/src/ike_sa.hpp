#pragma once
/// @file
/// One IKE SA as a way to exchange protected messages: SPIs, keys, addresses, windows. What the messages mean is the
/// session's business.
#include <memory>
#include <optional>
#include <vector>

#include "initiation.hpp"
#include "reply_window.hpp"
#include "request_window.hpp"
#include "sallyport/ike/key_schedule.hpp"
#include "sallyport/ike/message.hpp"
#include "sallyport/ike/protection.hpp"
#include "sallyport/ike/reassembly.hpp"
#include "services.hpp"

namespace sallyport::ike {

enum class IkeState : std::uint8_t {
  kInit,         ///< IKE_SA_INIT is under way (initiator only).
  kAuth,         ///< Keys are there, the peer is not authenticated.
  kEstablished,  ///< Up.
  kReplaced,     ///< Its successor is up; a Delete is to come or under way.
  kClosing,      ///< Our Delete is under way.
  kDeleted,      ///< By the peer, a successor is up: its Delete is answered again, should our answer be lost.
  kClosed,       ///< To be forgotten.
};

/// What goes into AUTH: both messages of the IKE_SA_INIT that succeeded, and its nonces.
struct Transcript {
  Bytes request;
  Bytes response;
  Bytes nonce_i;
  Bytes nonce_r;
};

class IkeSa {
 public:
  IkeSa(Session& session, bool initiator, const Endpoint& local, const Endpoint& remote)
      : session_(session), initiator_(initiator), local_(local), remote_(remote) {}

  [[nodiscard]] Session& session() const { return session_; }
  /// We are the original initiator: of IKE_SA_INIT, or of the rekey that made it (RFC 7296 2.2).
  [[nodiscard]] bool initiator() const { return initiator_; }
  [[nodiscard]] Side side() const { return initiator_ ? Side::kInitiator : Side::kResponder; }
  [[nodiscard]] IkeSpi own_spi() const { return initiator_ ? spi_i : spi_r; }

  IkeSpi spi_i;
  IkeSpi spi_r;
  IkeState state = IkeState::kInit;
  IkeSuite suite;
  IkeKeys keys;
  Transcript transcript;                   ///< Until IKE_AUTH is done.
  std::unique_ptr<Initiation> initiation;  ///< Of the initiator, until IKE_SA_INIT is done.
  TimeNs began = 0;
  TimeNs established = 0;
  TimeNs usable_from = 0;       ///< When requests of ours may go out on it.
  TimeNs gone_by = kNever;      ///< When we delete it, or forget it, because the peer has not.
  std::uint32_t answering = 0;  ///< Message ID of the peer's request that is being answered, or was last.

  [[nodiscard]] const Endpoint& local() const { return local_; }
  [[nodiscard]] const Endpoint& remote() const { return remote_; }
  void move_to(const Endpoint& local, const Endpoint& remote) {
    local_ = local;
    remote_ = remote;
  }
  RequestWindow& requests() { return requests_; }
  [[nodiscard]] const RequestWindow& requests() const { return requests_; }
  ReplyWindow& replies() { return replies_; }
  [[nodiscard]] const ReplyWindow& replies() const { return replies_; }
  Reassembler& reassembler(bool response) { return response ? response_pieces_ : request_pieces_; }
  void take_requests_at_once(unsigned window);

  /// Keys are known: from here on messages are protected.
  Result<void> protect(const IkeSuite& with, IkeKeys derived);
  [[nodiscard]] bool is_protected() const { return sealer_.has_value(); }
  Opener& opener() { return *opener_; }

  /// An IKE_SA_INIT request of ours, whole as it goes out.
  void send_init(Services& services, Bytes message, const RetransmissionSchedule& schedule);
  /// Seals and sends a request; `task` gets its answer. An error is the end of this IKE SA.
  Result<void> send_request(Services& services, Request request, std::unique_ptr<Task> task,
                            const RetransmissionSchedule& schedule);
  /// Seals and sends an answer to the request with this ID, and keeps it.
  Result<void> send_reply(Services& services, ExchangeType exchange, std::uint32_t id, const PayloadChain& payloads);
  void send_again(Services& services, const std::vector<Bytes>& datagrams) const;
  void send(Services& services, Bytes datagram) const;
  /// Keeps a NAT's mapping (RFC 3948 4).
  void send_keepalive(Services& services) const;
  [[nodiscard]] TimeNs last_sent() const { return last_sent_; }
  [[nodiscard]] TimeNs last_heard() const { return last_heard_; }
  void heard(TimeNs now) { last_heard_ = now; }
  /// Nothing is opened or sealed any more: its keys are erased. Answers that were kept stay.
  void end_protection();

 private:
  [[nodiscard]] Result<std::vector<Bytes>> seal(Services& services, ExchangeType exchange, std::uint32_t id,
                                                bool response, const PayloadChain& payloads);

  Session& session_;
  bool initiator_;
  Endpoint local_;
  Endpoint remote_;
  std::optional<Sealer> sealer_;
  std::optional<Opener> opener_;
  RequestWindow requests_;
  ReplyWindow replies_;
  Reassembler request_pieces_;
  Reassembler response_pieces_;
  mutable TimeNs last_sent_ = 0;
  TimeNs last_heard_ = 0;
};

}  // namespace sallyport::ike
