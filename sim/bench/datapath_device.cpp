#include "bench/datapath_device.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "sallyport/model/sa_image.hpp"
#include "sallyport/packet.hpp"
#include "sallyport/regs.hpp"
#include "vectors/sa_commands.hpp"

namespace sallyport::sim {

namespace {

constexpr std::uint32_t kBeat = 16;

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().text);
  return std::move(result).value();
}

std::uint32_t cipher_octets(std::uint32_t inner) { return (inner + 2 + 3) / 4 * 4; }

/// An IPv4 packet, 10.0.0.1 to 10.0.0.2, protocol UDP; the payload is a pattern.
std::vector<std::uint8_t> ipv4_packet(std::uint16_t octets) {
  constexpr std::uint8_t kPattern = 0x33;
  std::vector<std::uint8_t> p(octets, kPattern);
  const std::uint8_t head[20] = {0x45,
                                 0,
                                 static_cast<std::uint8_t>(octets >> 8),
                                 static_cast<std::uint8_t>(octets),
                                 0,
                                 1,
                                 0x40,
                                 0,
                                 64,
                                 17,
                                 0,
                                 0,
                                 10,
                                 0,
                                 0,
                                 1,
                                 10,
                                 0,
                                 0,
                                 2};
  std::copy(std::begin(head), std::end(head), p.begin());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < sizeof head; i += 2) sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  p[10] = static_cast<std::uint8_t>(~sum >> 8);
  p[11] = static_cast<std::uint8_t>(~sum);
  return p;
}

}  // namespace

void give_up(const std::string& what) {
  std::fprintf(stderr, "data path measurement: %s\n", what.c_str());
  std::exit(1);
}

std::uint32_t esp_octets(std::uint32_t inner) {
  constexpr std::uint32_t kAround = 20 + 8 + 8 + 16;  // outer IPv4, SPI and number, IV, ICV
  return cipher_octets(inner) + kAround;
}

double Mix::mean_octets() const {
  return static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), 0U)) / static_cast<double>(sizes.size());
}

double Mix::mean_esp_octets() const {
  std::uint32_t octets = 0;
  for (const std::uint16_t size : sizes) octets += esp_octets(size);
  return static_cast<double>(octets) / static_cast<double>(sizes.size());
}

double Mix::mean_beats() const {
  std::uint32_t beats = 0;
  for (const std::uint16_t size : sizes) beats += (esp_octets(size) + kBeat - 1) / kBeat;
  return static_cast<double>(beats) / static_cast<double>(sizes.size());
}

std::uint64_t Mix::beats(std::uint64_t first, std::uint64_t end) const {
  std::uint64_t beats = 0;
  for (std::uint64_t i = first; i < end; ++i) beats += (esp_octets(sizes[i % sizes.size()]) + kBeat - 1) / kBeat;
  return beats;
}

double Mix::mean_blocks() const {
  std::uint32_t blocks = 0;
  for (const std::uint16_t size : sizes) blocks += (cipher_octets(size) + kBeat - 1) / kBeat + 1;
  return static_cast<double>(blocks) / static_cast<double>(sizes.size());
}

std::vector<Mix> all_mixes() {
  std::vector<Mix> mixes;
  for (const std::uint16_t size : {64, 128, 256, 576, 1500, 9000}) mixes.push_back({std::to_string(size), {size}});
  mixes.push_back({"IMIX", {64, 570, 64, 64, 570, 64, 1518, 64, 570, 64, 64, 570}});
  return mixes;
}

DatapathDevice::DatapathDevice(std::unique_ptr<Accelerator> accelerator, unsigned key_bits)
    : accelerator_(std::move(accelerator)), key_bits_(key_bits) {
  const std::uint32_t caps = must(accelerator_->read32(regs::kCaps0Address));
  // The last pair is left for event_latency().
  pairs_ = (1U << (((caps & regs::kCaps0Log2SasMask) >> regs::kCaps0Log2SasShift) - 1)) - 1;
  generations_.resize(pairs_ + 1);
  for (unsigned pair = 0; pair < pairs_; ++pair) install(pair, UINT64_MAX);
  const auto on = accelerator_->write32(regs::kControlAddress, regs::kControlEnableMask | regs::kControlIrqEnableMask);
  if (!on) give_up(on.error().text);
}

void DatapathDevice::install(unsigned pair, std::uint64_t soft_packets) {
  model::SaConfig config;
  const auto in_index = static_cast<std::uint16_t>(2 * pair + 1);
  config.head.spi = (pair + 1) << 16 | in_index;
  config.set(abi::SaFlag::kTunnel);
  config.set(abi::SaFlag::kEsn);
  if (key_bits_ == 256) config.set(abi::SaFlag::kKey256);
  model::SaSecret secret;
  for (std::size_t i = 0; i < secret.key.size(); ++i) {
    secret.key[i] = static_cast<std::uint8_t>(pair * 7 + i * 13 + (pair >> 5));
  }
  secret.salt = {1, 2, static_cast<std::uint8_t>(pair >> 8), static_cast<std::uint8_t>(pair)};

  model::SaConfig in = config;
  in.set(abi::SaFlag::kInbound);
  in.ports = {0, UINT16_MAX, 0, UINT16_MAX};
  must(install_sa(*accelerator_, in_index, model::encode_image(in, secret)));

  model::SaConfig out = config;
  constexpr std::uint16_t kMtu = 9600;
  out.head.path_mtu = kMtu;
  out.out.ttl = 64;
  out.first = {192, 0, 2, 1};
  out.second = {192, 0, 2, 2};
  out.soft_packets = soft_packets;
  generations_[pair] =
      must(install_sa(*accelerator_, static_cast<std::uint16_t>(2 * pair), model::encode_image(out, secret)));
}

PacketIn DatapathDevice::packet(unsigned pair, std::uint16_t octets) {
  const SaRef sa{SaIndex(static_cast<std::uint16_t>(2 * pair)), Generation(generations_[pair])};
  PacketIn in = must(outbound_packet(sa, SaMode::kTunnel, ipv4_packet(octets), pair));
  in.lane = pair % accelerator_->lanes();
  return in;
}

std::vector<PacketIn> DatapathDevice::plain(const Mix& mix, std::size_t count) {
  const unsigned lanes = accelerator_->lanes();
  std::vector<PacketIn> packets;
  for (std::size_t i = 0; i < count; ++i) {
    for (unsigned lane = 0; lane < lanes; ++lane) {
      const auto pair = static_cast<unsigned>((i * lanes + lane) % pairs_);
      packets.push_back(packet(pair, mix.sizes[i % mix.sizes.size()]));
    }
  }
  return packets;
}

bool DatapathDevice::busy(std::vector<StreamMeter>& now, std::uint64_t most) const {
  now.clear();
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    for (unsigned lane = 0; lane < accelerator_->lanes(); ++lane)
      now.push_back(accelerator_->meters(direction, lane).out);
  }
  return std::all_of(now.begin(), now.end(),
                     [most](const StreamMeter& m) { return m.packets > 0 && m.packets < most; });
}

DatapathDevice::Outcome DatapathDevice::run(const Mix& mix, std::vector<PacketIn> plain, std::vector<PacketIn> esp) {
  // No packet takes fewer clocks, so that the end of none is missed: spans are whole rounds of the mix.
  constexpr std::uint64_t kBatch = 4;
  accelerator_->reset_meters();
  std::vector<StreamMeter> from(std::size_t{2} * accelerator_->lanes());
  std::vector<StreamMeter> to = from;
  std::vector<StreamMeter> now;
  const std::uint64_t most = std::min(plain.size(), esp.size()) / accelerator_->lanes();
  constexpr std::uint64_t kGiveUpClocks = 10'000'000;
  const std::size_t plain_count = plain.size();
  const std::size_t esp_count = esp.size();
  for (auto& packet : plain) accelerator_->push(Direction::kOutbound, std::move(packet));
  for (auto& packet : esp) accelerator_->push(Direction::kInbound, std::move(packet));
  Outcome outcome;
  const auto collect = [this](Direction direction, std::vector<PacketOut>& to) {
    while (auto packet = accelerator_->pop(direction)) {
      if (packet->status.verdict != static_cast<std::uint8_t>(abi::Verdict::kOk)) {
        give_up(std::string("packet dropped: ") + abi::name(static_cast<abi::Verdict>(packet->status.verdict)));
      }
      if (direction == Direction::kInbound &&
          packet->octets != ipv4_packet(static_cast<std::uint16_t>(packet->octets.size()))) {
        give_up("a packet came back changed");
      }
      to.push_back(std::move(*packet));
    }
  };
  const std::uint64_t give_up_at = accelerator_->clocks_passed() + kGiveUpClocks;
  while (outcome.esp.size() < plain_count || outcome.plain.size() < esp_count) {
    accelerator_->run(kBatch);
    collect(Direction::kOutbound, outcome.esp);
    collect(Direction::kInbound, outcome.plain);
    if (accelerator_->clocks_passed() > give_up_at) give_up("packets do not come out");
    if (!busy(now, most)) continue;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i].packets % mix.sizes.size() == 0) (from[i].packets == 0 ? from[i] : to[i]) = now[i];
    }
  }
  const std::size_t lanes = accelerator_->lanes();
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i].packets == 0) continue;
    const double beats =
        static_cast<double>(mix.beats(from[i].packets, to[i].packets)) / static_cast<double>(to[i].end - from[i].end);
    (i < lanes ? outcome.esp_beats : outcome.plain_beats) += beats;
  }
  return outcome;
}

DatapathDevice::Outcome DatapathDevice::both_ways(const Mix& mix, double least_beats) {
  constexpr double kLeastPackets = 60;
  const auto count = static_cast<std::size_t>(std::max(kLeastPackets, least_beats / mix.mean_beats()));
  auto out = run(mix, plain(mix, count), {});
  return run(mix, plain(mix, count), turn_around(std::move(out.esp)));
}

std::vector<PacketIn> DatapathDevice::turn_around(std::vector<PacketOut> esp) {
  std::vector<PacketIn> packets;
  packets.reserve(esp.size());
  for (auto& packet : esp) {
    PacketIn in = must(inbound_packet(std::move(packet.octets), packet.status.cookie));
    in.lane = packet.lane;
    packets.push_back(std::move(in));
  }
  return packets;
}

std::uint64_t DatapathDevice::event_latency() {
  constexpr std::uint16_t kOctets = 64;
  constexpr int kMostClocks = 10'000;
  install(pairs_, 1);
  accelerator_->reset_meters();
  accelerator_->push(Direction::kOutbound, packet(pairs_, kOctets));
  for (int i = 0; i < kMostClocks && !accelerator_->interrupt_pending(); ++i) accelerator_->run(1);
  if (!accelerator_->interrupt_pending()) give_up("no event came");
  const unsigned lane = pairs_ % accelerator_->lanes();
  return accelerator_->clocks_evaluated() - accelerator_->meters(Direction::kOutbound, lane).in.last;
}

}  // namespace sallyport::sim
