// Everything random: SA images, plain packets with their descriptors, ESP packets of a peer that holds the same keys,
// and the damage that any of them may take.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "sallyport/bus.hpp"
#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/ip_view.hpp"
#include "sallyport/model/sa_image.hpp"

namespace sallyport::test {

/// An SA as both ends know it.
struct TestSa {
  std::uint32_t index = 0;
  std::uint16_t generation = 0;
  model::SaConfig config;
  model::SaSecret secret;
  std::optional<model::EspCodec> peer;  ///< Inbound: seals what the peer sends.
  std::uint64_t peer_sequence = 0;      ///< Last number the peer used.
};

/// Source of random things. The same seed gives the same things.
class Traffic {
 public:
  /// @param num_sas size of the table, a power of two.
  Traffic(std::uint64_t seed, std::uint32_t num_sas) : random_(seed), num_sas_(num_sas) {}

  bool chance(unsigned percent) { return below(100) < percent; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  model::Octets octets(std::size_t n);

  /// A new SA for an entry; even indexes are outbound, odd ones inbound.
  TestSa sa(std::uint32_t index);
  /// An IP packet, `payload` octets behind its headers; options, extension headers, fragments, ECN and DF at random.
  model::Octets ip_packet(bool v6, std::size_t payload);
  /// Something to send through an outbound SA: mostly right, sometimes with a descriptor or a packet that is not.
  PacketIn outbound(const TestSa& sa, std::uint32_t cookie);
  /// Something for an inbound SA to open; see above. Moves the peer's sequence number.
  PacketIn inbound(TestSa& sa, std::uint32_t cookie);
  /// An octet count: mostly small, sometimes around a beat, sometimes jumbo.
  std::size_t size();

 private:
  model::Octets plaintext_for(const TestSa& sa);
  model::Octets outer_packet(const TestSa& sa, const model::Octets& esp);
  std::uint64_t peer_number(TestSa& sa);
  PacketIn finish_inbound(model::Octets packet, std::uint32_t cookie);

  std::mt19937_64 random_;
  std::uint32_t num_sas_;
};

}  // namespace sallyport::test
