#pragma once
/// @file
/// Which connections a peer may mean.
#include <vector>

#include "sallyport/ike/contents.hpp"
#include "services.hpp"

namespace sallyport::ike {

/// Those whose addresses, identity of the peer (nullptr: not known yet), own identity (where the request names one) and
/// way of authentication fit; best first, then in the order in which they were loaded.
[[nodiscard]] std::vector<const ConnectionConfig*> connections_for(const Services& services, const IpAddress& local,
                                                                   const IpAddress& remote, const Identity* peer,
                                                                   const Contents& request);

}  // namespace sallyport::ike
