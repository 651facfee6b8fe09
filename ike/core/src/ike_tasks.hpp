#pragma once
/// @file
/// Exchanges of ours about the IKE SA itself.
#include <memory>

#include "sallyport/ike/proposal_choice.hpp"
#include "session.hpp"
#include "task.hpp"

namespace sallyport::ike {

/// A new IKE SA in place of this one (RFC 7296 1.3.2, 2.18). `method`: asked for by the peer.
std::unique_ptr<Task> rekey_ike_task(IkeSpi of, std::optional<KeMethod> method = {});
/// Delete for the IKE SA that it is sent on.
std::unique_ptr<Task> delete_ike_task();
/// An empty INFORMATIONAL: are you there (RFC 7296 2.4)?
std::unique_ptr<Task> liveness_task();
/// AUTHENTICATION_FAILED from the initiator, after which the IKE SA is closed (RFC 7296 2.21.2).
std::unique_ptr<Task> authentication_failed_task();

/// The peer's request to rekey the IKE SA: the answer's payloads. The new IKE SA is made.
PayloadChain answer_ike_rekey(Session& session, IkeSa& ike, const Contents& request);
/// The new IKE SA is usable only when its maker has had our answer; until then requests of ours wait, but not longer.
inline constexpr TimeNs kSettleTime = kSecond;

}  // namespace sallyport::ike
