#pragma once
/// @file
/// Addresses as numbers.
#include <optional>

#include "sallyport/ip_address.hpp"

namespace sallyport::ike {

/// The address with the bits beyond the first `length` cleared, or set.
IpAddress lowest_of(const IpAddress& address, unsigned length);
IpAddress highest_of(const IpAddress& address, unsigned length);

/// The address after this one; nothing after the last.
std::optional<IpAddress> next(const IpAddress& address);

}  // namespace sallyport::ike
