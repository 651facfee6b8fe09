#pragma once
/// @file
/// One SA as the caller knows it, and its image for the staging bank (abi.toml, "SA image").
#include <array>
#include <cstdint>
#include <optional>

#include "sallyport/abi.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"
#include "sallyport/sa_types.hpp"
#include "sallyport/secret.hpp"

namespace sallyport {

enum class SaMode : std::uint8_t { kTunnel, kTransport };

/// Outer DF bit over IPv4 (RFC 4301 8.1).
enum class DfRule : std::uint8_t {
  kCopy,  ///< From an IPv4 inner header; set over an IPv6 one.
  kSet,
  kClear,
};

/// UDP encapsulation (RFC 3948).
struct UdpEncapsulation {
  std::uint16_t source_port = 4500;
  std::uint16_t destination_port = 4500;
};

/// Outer header of an outbound tunnel.
struct OuterHeader {
  IpAddress source;
  IpAddress destination;             ///< Same family as source.
  std::uint8_t ttl = 64;             ///< TTL or hop limit, 1..255.
  std::optional<std::uint8_t> dscp;  ///< 0..63; nothing = copied from the inner header.
  DfRule df = DfRule::kCopy;
};

/// Ports from low to high, both inclusive. All ports also match packets that have none.
struct PortRange {
  std::uint16_t low = 0;
  std::uint16_t high = 65535;
  [[nodiscard]] bool any() const { return low == 0 && high == 65535; }
};

/// What may come out of an inbound SA (G11).
struct Selectors {
  std::optional<IpPrefix> source;
  std::optional<IpPrefix> destination;  ///< Same family as source.
  std::uint8_t protocol = 0;            ///< 0 = any.
  PortRange source_ports;
  PortRange destination_ports;
};

/// Hard limits; 0 = none. The firmware draws the soft ones below them.
struct Lifetime {
  Octets octets;
  Packets packets;
  std::uint64_t integrity = std::uint64_t{1} << 36;  ///< Failed ICV checks; below 2^32 only with force_integrity.
  bool force_integrity = false;
};

/// One direction of an SA. Moves, because its keys do.
struct SaConfig {
  Direction direction = Direction::kOutbound;
  SaMode mode = SaMode::kTunnel;
  Spi spi;                  ///< Outbound: the peer's. Inbound: the reserved one; 0 = take it from the reservation.
  SecretBytes key;          ///< 16 or 32 octets: AES-128 or AES-256.
  SecretBytes salt;         ///< 4 octets (RFC 4106 8.1).
  bool esn = false;         ///< 64-bit sequence numbers.
  bool anti_replay = true;  ///< Inbound.
  bool decrement_ttl = false;
  bool ecn_compatibility = false;  ///< RFC 6040 compatibility mode.
  std::uint16_t path_mtu = 1500;   ///< Outbound: largest outer packet in octets, 68 and more.
  std::optional<UdpEncapsulation> udp;
  std::optional<OuterHeader> outer;  ///< Outbound tunnel: needed. Else: none.
  Selectors selectors;               ///< Inbound only.
  Lifetime lifetime;
};

/// The image, in words. Wiped when it goes.
class SaImage {
 public:
  explicit SaImage(const std::array<std::uint64_t, abi::kImageWords>& words) : words_(words) {}
  ~SaImage() { wipe(words_); }
  SaImage(SaImage&& other) noexcept : words_(other.words_) { wipe(other.words_); }
  SaImage& operator=(SaImage&&) = delete;
  SaImage(const SaImage&) = delete;
  SaImage& operator=(const SaImage&) = delete;
  [[nodiscard]] std::uint64_t operator[](unsigned word) const { return words_[word]; }

 private:
  std::array<std::uint64_t, abi::kImageWords> words_;
};

/// Checks the SA and makes its image, soft limits still open (all ones). The error names the field and its range.
Result<SaImage> encode(const SaConfig& config);

/// Writes an image straight into a staging slot (never into the mailbox). On a bus failure the slot's secrets are
/// overwritten as far as the bus allows.
Result<void> write_staging(Bus& bus, unsigned slot, const SaImage& image);
/// Overwrites the secret words of a staging slot with zero.
Result<void> clear_staging(Bus& bus, unsigned slot);

}  // namespace sallyport
