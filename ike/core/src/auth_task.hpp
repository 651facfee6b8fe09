#pragma once
/// @file
/// The initiator's IKE_AUTH (RFC 7296 1.2), and what both sides need for AUTH.
#include <memory>

#include "session.hpp"

namespace sallyport::ike {

std::unique_ptr<Task> auth_task();

/// What AUTH of this IKE SA rests on. Views point into the IKE SA.
[[nodiscard]] AuthContext auth_context(Session& session, IkeSa& ike);
/// The peer is who it should be: the session is up.
void authenticated(Session& session, IkeSa& ike, const AuthenticatedPeer& peer);
[[nodiscard]] UnixTime unix_time(const Services& services);

}  // namespace sallyport::ike
