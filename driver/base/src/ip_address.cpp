#include "sallyport/ip_address.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <utility>

namespace sallyport {
namespace {

// "'text' what".
Error refused(std::string_view text, std::string_view what) {
  std::string message("'");
  message.append(text).append("' ").append(what);
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  IpAddress out;
  out.version = copy.find(':') == std::string::npos ? 4 : 6;
  const bool whole = copy.find('\0') == std::string::npos;  // inet_pton would stop there
  if (!whole || inet_pton(out.version == 4 ? AF_INET : AF_INET6, copy.c_str(), out.octets.data()) != 1) {
    return refused(text, "is neither an IPv4 nor an IPv6 address");
  }
  return out;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(version == 4 ? AF_INET : AF_INET6, octets.data(), text.data(), text.size());
  return text.data();
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return address.error();
  IpPrefix out{*address, static_cast<std::uint8_t>(address->bits())};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || length > address->bits()) {
      return refused(text, "needs a prefix length of 0.." + std::to_string(address->bits()));
    }
    out.length = static_cast<std::uint8_t>(length);
  }
  for (unsigned bit = out.length; bit < out.address.bits(); ++bit) {
    if ((out.address.octets[bit / 8] >> (7 - bit % 8) & 1U) != 0) {
      return refused(text, "has bits set beyond its prefix length");
    }
  }
  return out;
}

std::string IpPrefix::to_string() const { return address.to_string() + "/" + std::to_string(length); }

}  // namespace sallyport
