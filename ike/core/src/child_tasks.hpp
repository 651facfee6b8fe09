#pragma once
/// @file
/// Exchanges of ours about Child SAs.
#include <memory>
#include <optional>

#include "negotiation.hpp"
#include "task.hpp"

namespace sallyport::ike {

/// A new Child SA, or the successor of one (RFC 7296 1.3.1, 1.3.3). `method`: the key exchange that the peer asked for
/// in place of our first choice.
std::unique_ptr<Task> make_child_task(const ChildConfig& config, std::optional<ChildId> old,
                                      std::optional<KeMethod> method = {});
/// Deletes a Child SA (RFC 7296 1.4.1).
std::unique_ptr<Task> delete_child_task(ChildId child);
/// Takes back what the peer has installed and we have not.
std::unique_ptr<Task> delete_spi_task(Spi inbound);

}  // namespace sallyport::ike
