#pragma once
/// @file
/// Configuration payload (RFC 7296 3.15).
#include <cstddef>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/wire_error.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

inline constexpr std::size_t kMaxConfigAttributes = 256;

struct ConfigAttribute {
  ConfigAttributeType type{};
  Bytes value;

  friend bool operator==(const ConfigAttribute&, const ConfigAttribute&) = default;
};

struct ConfigPayload {
  static constexpr PayloadType kType = PayloadType::kConfig;
  ConfigType type = ConfigType::kRequest;
  std::vector<ConfigAttribute> attributes;

  /// Errors: lengths that do not fit; a value whose length is neither 0 nor what RFC 7296 3.15.1 gives; more than
  /// kMaxConfigAttributes. Unknown attributes are read.
  static Parsed<ConfigPayload> parse(View body, std::size_t offset = 0);
  Result<void> write(Bytes& out) const;

  friend bool operator==(const ConfigPayload&, const ConfigPayload&) = default;
};

}  // namespace sallyport::ike
