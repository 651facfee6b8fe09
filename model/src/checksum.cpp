#include "sallyport/model/checksum.hpp"

#include "sallyport/model/ip_view.hpp"

namespace sallyport::model {

namespace {

std::uint16_t fold(std::uint32_t sum) {
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

constexpr std::uint16_t complement(std::uint16_t word) { return static_cast<std::uint16_t>(~word); }

}  // namespace

std::uint16_t ones_sum(OctetView octets, std::uint16_t start) {
  std::uint32_t sum = start;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum = fold(sum + (i % 2 == 0 ? std::uint32_t{octets[i]} << 8 : std::uint32_t{octets[i]}));
  }
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t checksum_update(std::uint16_t checksum, std::uint16_t old_word, std::uint16_t new_word) {
  return complement(fold(std::uint32_t{complement(checksum)} + complement(old_word) + new_word));
}

void patch_ipv4_word(std::span<std::uint8_t> header, std::size_t at, std::uint16_t word) {
  constexpr std::size_t kChecksumAt = 10;
  const std::uint16_t old_word = load16(header, at);
  if (old_word == word) return;
  store<2>(header, kChecksumAt, checksum_update(load16(header, kChecksumAt), old_word, word));
  store<2>(header, at, word);
}

std::uint16_t udp6_checksum(OctetView source, OctetView destination, OctetView datagram) {
  std::array<std::uint8_t, 8> tail{};
  store<4>(tail, 0, datagram.size());
  tail[7] = kProtocolUdp;
  const std::uint16_t sum = ones_sum(datagram, ones_sum(tail, ones_sum(destination, ones_sum(source))));
  const std::uint16_t checksum = complement(sum);
  return checksum == 0 ? 0xFFFF : checksum;
}

}  // namespace sallyport::model
