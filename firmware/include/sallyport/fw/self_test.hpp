#pragma once
/// @file
/// Known answers through the loopback, before packets are let in: for each lane and key size, what the outbound path
/// makes of a fixed packet, and that the inbound path gives it back and refuses it with a bit changed.
#include <array>
#include <cstdint>
#include <optional>

#include "sallyport/abi.hpp"
#include "sallyport/fw/command_port.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// The packet, its key, and what must come out. Words of packets are as in TEST_BUFFER: first octet lowest.
namespace known_answer {
inline constexpr std::uint32_t kSpi = 0x53400000;
inline constexpr std::uint32_t kSalt = 0x01020304;
/// 64-bit word `w` of the key: octets 0, 1, 2 and so on.
constexpr std::uint64_t key_word(unsigned w) { return 0x0001020304050607 + 0x0808080808080808 * w; }

inline constexpr unsigned kHeaderWords = 5;
inline constexpr unsigned kPacketWords = 38;
/// 152 octets: IPv4 from 192.0.2.1 to 192.0.2.2, protocol 253 (for experiments, RFC 3692), then 132 octets of which no
/// two blocks are alike. With the ESP trailer 8.5 blocks, more than a compact path has engines.
constexpr std::uint32_t packet_word(unsigned i) {
  constexpr std::array<std::uint32_t, kHeaderWords> kHeader = {0x98000045, 0x00400000, 0x65B5FD40, 0x010200C0,
                                                               0x020200C0};
  return i < kHeaderWords ? kHeader[i] : 0x9E3779B9U * (i - kHeaderWords + 1);
}
inline constexpr std::uint8_t kProtocol = 253;

/// With sequence number 1, which is the IV too (RFC 4106), the ICV for 128 and 256 bit. It covers every octet between,
/// so they are not compared.
inline constexpr std::array<std::array<std::uint32_t, 4>, 2> kIcv = {
    {{0x313499CC, 0x4BB5D83B, 0xD1E89B6B, 0x1CCB3A41}, {0xCA597E33, 0x52420978, 0x2EA3B1DD, 0x6408A8B8}}};
/// IP header, SPI, sequence number, IV, payload and trailer, ICV.
inline constexpr unsigned kEspWords = kPacketWords + 4 + 1 + 4;
}  // namespace known_answer

/// How it ended.
enum class SelfTestResult : std::uint8_t {
  kPassed,
  kNotRun,  ///< A packet that was under way did not end, so the loopback was not to be had.
  kFailed,  ///< A wrong answer, or none.
  kLeft,    ///< An SA of the test could not be erased. Its key is known to everybody, so no packet may come near it.
  kBus,     ///< The registers did not answer.
};

/// Runs the test on an entry that nobody has. While it runs no packet is taken in. The counters of verdicts stand
/// still; the entry is free again afterwards, some generations later. Some 900 register accesses a lane; of each run
/// the bus hears that the work goes on.
class SelfTest {
 public:
  SelfTest(RegisterBus& bus, CommandPort& port) : bus_(bus), port_(port) {}

  /// `index` is free. Leaves CONTROL.enable at 0.
  SelfTestResult run(std::uint16_t index, unsigned lanes);

 private:
  enum class Way : std::uint8_t { kOut, kIn };

  void write(std::uint32_t address, std::uint32_t value);
  std::uint32_t read(std::uint32_t address);
  // Passed: the device takes nothing in and has nothing inside.
  SelfTestResult quiet();
  bool lane(std::uint16_t index, unsigned lane, bool key256);
  bool install(std::uint16_t index, std::uint32_t spi, Way way, bool key256);
  bool erase(std::uint16_t index);
  template <class Descriptor>
  void put(const Descriptor& descriptor);
  // The known packet goes out through the SA that is installed, and comes back whole.
  bool send(std::uint16_t index, unsigned lane);
  std::optional<abi::StatusDesc> receive(unsigned lane);
  // Starts a run of what stands in the buffer and waits for its end; TEST_STATUS.
  std::uint32_t go(Way way, unsigned lane);
  // The same; the status that came out.
  std::optional<abi::StatusDesc> pass(Way way, unsigned lane);

  RegisterBus& bus_;
  CommandPort& port_;
  std::uint16_t generation_ = 0;
  std::uint32_t octets_ = 0;  // that came out of the last run
  bool bus_failed_ = false;
};

}  // namespace sallyport::fw
