#include <algorithm>
#include <array>
#include <charconv>

#include "sallyport/ike/selectors.hpp"

namespace sallyport::ike {
namespace {

struct ProtocolName {
  std::string_view text;
  std::uint8_t number;
};
// Of one protocol, the name that is written stands first.
constexpr std::array kProtocols{ProtocolName{"icmp", 1},   ProtocolName{"tcp", 6},     ProtocolName{"udp", 17},
                                ProtocolName{"dccp", 33},  ProtocolName{"gre", 47},    ProtocolName{"esp", 50},
                                ProtocolName{"ah", 51},    ProtocolName{"icmpv6", 58}, ProtocolName{"ipv6-icmp", 58},
                                ProtocolName{"sctp", 132}, ProtocolName{"mh", 135},    ProtocolName{"udplite", 136}};

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpV6 = 58;
constexpr std::uint8_t kMobility = 135;

// Its port field is type << 8 | code.
bool has_types(std::uint8_t protocol) { return protocol == kIcmp || protocol == kIcmpV6 || protocol == kMobility; }

std::optional<std::uint16_t> number(std::string_view text, unsigned greatest) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > greatest) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<std::uint8_t> protocol_of(std::string_view text) {
  if (text.empty() || text == "any") return 0;
  const auto* found =
      std::find_if(kProtocols.begin(), kProtocols.end(), [text](const auto& p) { return p.text == text; });
  if (found != kProtocols.end()) return found->number;
  const auto value = number(text, 255);
  return value && *value != 0 ? std::optional(static_cast<std::uint8_t>(*value)) : std::nullopt;
}

// "type" or "type(code)"; a code that is left out is `code`.
std::optional<std::uint16_t> type_and_code(std::string_view text, std::uint8_t code) {
  const std::size_t open = text.find('(');
  const auto type = number(text.substr(0, open), 255);
  if (!type) return std::nullopt;
  if (open == std::string_view::npos) return static_cast<std::uint16_t>(*type << 8 | code);
  if (text.back() != ')') return std::nullopt;
  const auto given = number(text.substr(open + 1, text.size() - open - 2), 255);
  return given ? std::optional(static_cast<std::uint16_t>(*type << 8 | *given)) : std::nullopt;
}

std::optional<Ports> ports_of(std::string_view text, std::uint8_t protocol) {
  if (text.empty() || text == "any") return Ports{};
  if (text == "opaque") return Ports::opaque();
  const std::size_t dash = text.find('-');
  const std::string_view low = text.substr(0, dash);
  const std::string_view high = dash == std::string_view::npos ? low : text.substr(dash + 1);
  const auto first = has_types(protocol) ? type_and_code(low, 0) : number(low, 65535);
  const auto last = has_types(protocol) ? type_and_code(high, 255) : number(high, 65535);
  if (!first || !last || *first > *last) return std::nullopt;
  return Ports{*first, *last};
}

std::string text_of(const Ports& ports, std::uint8_t protocol) {
  if (ports.is_opaque()) return "opaque";
  const bool types = has_types(protocol);
  // Codes are left out where all of them are meant.
  const bool codes = types && ((ports.first & 0xffU) != 0 || (ports.last & 0xffU) != 0xff);
  const auto one = [types, codes](std::uint16_t port) {
    if (!types) return std::to_string(port);
    const std::string type = std::to_string(port >> 8);
    return codes ? type + "(" + std::to_string(port & 0xffU) + ")" : type;
  };
  const std::string first = one(ports.first);
  const std::string last = one(ports.last);
  return first == last ? first : first + "-" + last;
}

Result<AddressRange> addresses_of(std::string_view text, const std::optional<IpAddress>& dynamic) {
  if (text == "dynamic") {
    if (dynamic) return AddressRange::of(*dynamic);
    return Error{ErrorCode::kInvalidArgument, "'dynamic' has no address here"};
  }
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const auto prefix = IpPrefix::parse(text);
    if (!prefix) return prefix.error();
    return AddressRange::of(*prefix);
  }
  const auto first = IpAddress::parse(text.substr(0, dash));
  if (!first) return first.error();
  const auto last = IpAddress::parse(text.substr(dash + 1));
  if (!last) return last.error();
  const AddressRange range{*first, *last};
  if (!range.valid()) {
    return Error{ErrorCode::kInvalidArgument, "'" + std::string(text) + "' is no range of addresses of one family"};
  }
  return range;
}

Error refused(std::string_view text, std::string_view what) {
  return {ErrorCode::kInvalidArgument, "traffic selector '" + std::string(text) + "' " + std::string(what)};
}

}  // namespace

Result<Selector> parse_selector(std::string_view text, const std::optional<IpAddress>& dynamic) {
  Selector selector;
  const std::size_t open = text.find('[');
  const auto addresses = addresses_of(text.substr(0, open), dynamic);
  if (!addresses) return addresses.error();
  selector.addresses = *addresses;
  if (open == std::string_view::npos) return selector;

  if (text.back() != ']') return refused(text, "has no ']' at its end");
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t slash = inside.find('/');
  const auto protocol = protocol_of(inside.substr(0, slash));
  if (!protocol) return refused(text, "has no protocol that is known, or a number of 1..255");
  selector.protocol = *protocol;
  if (slash == std::string_view::npos) return selector;

  const auto ports = ports_of(inside.substr(slash + 1), *protocol);
  if (!ports) return refused(text, "has ports that are neither a number nor an ascending range, 'any' or 'opaque'");
  selector.ports = *ports;
  if (!selector.valid()) return refused(text, "has ports, but no protocol that they belong to");
  return selector;
}

std::string to_text(const Selector& selector) {
  const auto prefix = selector.addresses.prefix();
  std::string text =
      prefix ? prefix->to_string() : selector.addresses.first.to_string() + "-" + selector.addresses.last.to_string();
  if (selector.protocol == 0 && selector.ports.is_any()) return text;
  const auto* known = std::find_if(kProtocols.begin(), kProtocols.end(),
                                   [&selector](const auto& p) { return p.number == selector.protocol; });
  text += "[";
  if (known != kProtocols.end()) {
    text += known->text;
  } else {
    text += selector.protocol == 0 ? "any" : std::to_string(selector.protocol);
  }
  if (!selector.ports.is_any()) text += "/" + text_of(selector.ports, selector.protocol);
  return text + "]";
}

std::string to_text(const SelectorSet& selectors) {
  std::string text;
  for (const Selector& selector : selectors) text += (text.empty() ? "" : ", ") + to_text(selector);
  return text;
}

}  // namespace sallyport::ike
