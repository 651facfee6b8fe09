#pragma once
/// @file
/// The SA image of abi.toml as values: what a staging slot holds when it is committed.
#include <array>
#include <cstdint>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/model/ip_view.hpp"
#include "sallyport/model/octets.hpp"

namespace sallyport::model {

/// An SA image as it is written to a staging slot.
using ImageWords = std::array<std::uint64_t, abi::kImageWords>;
using ImageView = std::span<const std::uint64_t, abi::kImageWords>;

/// Words 0 to 11: everything that is not secret. Of the words that mean two things both readings are held; the
/// direction says which one counts.
struct SaConfig {
  abi::SaWord0 head{};
  abi::SaWord1Out out{};   ///< Outbound: ports, TTL, DSCP.
  abi::SaWord1In ports{};  ///< Inbound: port selectors.
  IpAddress first{};       ///< Outbound: outer source; inbound: inner source prefix.
  IpAddress second{};      ///< Outbound: outer destination; inbound: inner destination prefix.
  std::uint64_t soft_octets = UINT64_MAX;
  std::uint64_t hard_octets = 0;
  std::uint64_t soft_packets = UINT64_MAX;
  std::uint64_t hard_packets = 0;
  std::uint64_t icv_limit = std::uint64_t{1} << 36;
  std::uint64_t soft_sequence = 0;  ///< Outbound: number at which soft_seq is raised; 0: never.
  abi::SaWord11In rule{};           ///< Inbound: prefix lengths, protocol, family.

  [[nodiscard]] bool has(abi::SaFlag flag) const { return ((head.flags >> static_cast<unsigned>(flag)) & 1U) != 0; }
  void set(abi::SaFlag flag) {
    head.flags = static_cast<std::uint16_t>(head.flags | (1U << static_cast<unsigned>(flag)));
  }
  [[nodiscard]] bool inbound() const { return has(abi::SaFlag::kInbound); }
  [[nodiscard]] bool tunnel() const { return has(abi::SaFlag::kTunnel); }
};

/// Words 12 to 16. Wiped when it goes.
struct SaSecret {
  std::array<std::uint8_t, 32> key{};  ///< AES-128: the first 16 octets.
  std::array<std::uint8_t, 4> salt{};

  SaSecret() = default;
  SaSecret(const SaSecret&) = default;
  SaSecret& operator=(const SaSecret&) = default;
  ~SaSecret();
};

SaConfig decode_config(ImageView image);
SaSecret decode_secret(ImageView image);
ImageWords encode_image(const SaConfig& config, const SaSecret& secret);

/// Whether an image may be installed: kOk, kBadImage or kBadLimits.
/// @param index entry it is meant for. @param num_sas size of the table, a power of two.
abi::CmdCode check_config(const SaConfig& config, std::uint32_t index, std::uint32_t num_sas);

}  // namespace sallyport::model
