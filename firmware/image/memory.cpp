// The functions that a compiler may call by itself.
#include <cstddef>
#include <cstdint>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t octets) {
  auto* out = static_cast<std::uint8_t*>(to);
  const auto* in = static_cast<const std::uint8_t*>(from);
  // Words where both sides allow it: an octet costs the memory two clocks.
  if (((reinterpret_cast<std::uintptr_t>(out) | reinterpret_cast<std::uintptr_t>(in)) & 3U) == 0) {
    for (; octets >= 4; octets -= 4, out += 4, in += 4) {
      *reinterpret_cast<std::uint32_t*>(out) = *reinterpret_cast<const std::uint32_t*>(in);
    }
  }
  for (; octets > 0; --octets) *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, std::size_t octets) {
  auto* out = static_cast<std::uint8_t*>(to);
  const auto* in = static_cast<const std::uint8_t*>(from);
  if (out <= in) return memcpy(to, from, octets);
  while (octets > 0) {
    --octets;
    out[octets] = in[octets];
  }
  return to;
}

void* memset(void* to, int value, std::size_t octets) {
  auto* out = static_cast<std::uint8_t*>(to);
  const auto octet = static_cast<std::uint8_t>(value);
  if ((reinterpret_cast<std::uintptr_t>(out) & 3U) == 0) {
    const std::uint32_t word = octet * 0x01010101U;
    for (; octets >= 4; octets -= 4, out += 4) *reinterpret_cast<std::uint32_t*>(out) = word;
  }
  for (; octets > 0; --octets) *out++ = octet;
  return to;
}

int memcmp(const void* left, const void* right, std::size_t octets) {
  const auto* a = static_cast<const std::uint8_t*>(left);
  const auto* b = static_cast<const std::uint8_t*>(right);
  for (; octets > 0; --octets, ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}

}  // extern "C"
