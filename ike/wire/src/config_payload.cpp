#include "sallyport/ike/config_payload.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "put.hpp"
#include "reader.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kAttributeHeaderSize = 4;
constexpr std::uint16_t kAttributeTypeMask = 0x7fff;  // the bit above is reserved and ignored

// Length of a value that is there at all (RFC 7296 3.15.1); none: any.
std::optional<std::size_t> value_size(ConfigAttributeType type) {
  switch (type) {
    case ConfigAttributeType::kInternalIp4Address:
    case ConfigAttributeType::kInternalIp4Netmask:
    case ConfigAttributeType::kInternalIp4Dns:
    case ConfigAttributeType::kInternalIp4Nbns:
    case ConfigAttributeType::kInternalIp4Dhcp:
      return 4;
    case ConfigAttributeType::kInternalIp4Subnet:
      return 8;
    case ConfigAttributeType::kInternalIp6Dns:
    case ConfigAttributeType::kInternalIp6Dhcp:
      return 16;
    case ConfigAttributeType::kInternalIp6Address:
    case ConfigAttributeType::kInternalIp6Subnet:
      return 17;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> misfit(ConfigAttributeType type, std::size_t size) {
  const auto needed = value_size(type);
  if (!needed || size == 0 || size == *needed) return std::nullopt;
  return to_text(type) + " of " + octets_text(size) + ", it has 0 or " + std::to_string(*needed);
}

}  // namespace

Parsed<ConfigPayload> ConfigPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "CP");
  if (in.left() < 4) return in.too_short("the type", 4);
  ConfigPayload config;
  config.type = ConfigType{in.u8()};
  in.skip(3);
  while (in.left() > 0) {
    if (config.attributes.size() == kMaxConfigAttributes) {
      return in.refuse("more than " + std::to_string(kMaxConfigAttributes) + " attributes");
    }
    if (in.left() < kAttributeHeaderSize) return in.too_short("an attribute", kAttributeHeaderSize);
    const auto type = static_cast<ConfigAttributeType>(in.u16() & kAttributeTypeMask);
    const std::size_t length = in.u16();
    if (in.left() < length) return in.too_short("value of attribute " + to_text(type), length);
    if (const auto reason = misfit(type, length)) return in.refuse_at(in.offset() - 2, *reason);
    config.attributes.push_back({type, to_bytes(in.take(length))});
  }
  return config;
}

Result<void> ConfigPayload::write(Bytes& out) const {
  if (attributes.size() > kMaxConfigAttributes) {
    return unwritable("more than " + std::to_string(kMaxConfigAttributes) + " configuration attributes");
  }
  for (const ConfigAttribute& attribute : attributes) {
    if (auto reason = misfit(attribute.type, attribute.value.size())) return unwritable(*std::move(reason));
    if (attribute.value.size() > kMax16 || static_cast<std::uint16_t>(attribute.type) > kAttributeTypeMask) {
      return unwritable("configuration attribute of type " + to_text(attribute.type) + " with " +
                        octets_text(attribute.value.size()));
    }
  }
  put8(out, static_cast<std::uint8_t>(type));
  put8(out, 0);
  put16(out, 0);
  for (const ConfigAttribute& attribute : attributes) {
    put16(out, static_cast<std::uint16_t>(attribute.type));
    put16(out, static_cast<std::uint16_t>(attribute.value.size()));
    put(out, attribute.value);
  }
  return {};
}

}  // namespace sallyport::ike
