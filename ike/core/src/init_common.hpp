#pragma once
/// @file
/// What both sides of IKE_SA_INIT say about themselves, and learn.
#include "session.hpp"

namespace sallyport::ike {

/// NAT detection, fragmentation, hashes of signatures, the count extension. `message` is the side that says it.
void append_abilities(Session& session, PayloadChain& chain, const Endpoint& local, const Endpoint& remote,
                      IkeSpi spi_i, IkeSpi spi_r);
/// What the peer says of itself. `datagram`: how it came to us.
void learn_abilities(Session& session, const Contents& contents, const UdpMessage& datagram, IkeSpi spi_i,
                     IkeSpi spi_r);

}  // namespace sallyport::ike
