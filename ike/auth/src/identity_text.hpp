#pragma once
/// @file
/// Which kind of identity a text means, and what is wrong with a name.
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"

namespace sallyport::ike::auth {

struct TextKind {
  IdType type;
  std::string_view rest;  ///< The text without the prefix that said so.
};

/// By prefix ("keyid:", "fqdn:", "@", ...), else by looks: '=' a distinguished name, '@' mail, ':' IPv6, digits and
/// dots IPv4, anything else a host.
TextKind classify(std::string_view text);

/// Why octets cannot be a host's name, or part of a mail address; empty: they can.
std::string_view name_fault(View octets, bool ascii_only);
/// The same of user@domain.
std::string_view mail_fault(View octets);

}  // namespace sallyport::ike::auth
