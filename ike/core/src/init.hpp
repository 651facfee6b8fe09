#pragma once
/// @file
/// IKE_SA_INIT, both sides (RFC 7296 1.2, 2.6, 2.23).
#include "sallyport/ike/message.hpp"
#include "session.hpp"

namespace sallyport::ike {

/// The initiator's first try. An error: the configuration cannot work.
Result<void> begin_init(Session& session, IkeSa& ike);
/// An answer to it; not authenticated, so it may only be one of those that RFC 7296 2.21.1 lets count.
void on_init_answer(Session& session, IkeSa& ike, const UdpMessage& datagram, const Message& message);

/// The responder's part: the keys of `ike`, which is new, and the answer. An error: what is said to the peer, if
/// anything.
struct InitRefusal {
  NotifyType type{};
  Bytes data;
};
Result<void> answer_init(Session& session, IkeSa& ike, const UdpMessage& datagram, const Message& message,
                         std::optional<InitRefusal>& refusal);

}  // namespace sallyport::ike
