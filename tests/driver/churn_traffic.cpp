// What the tunnels of the churn world carry, and what becomes of it on the way.
#include "churn_world.hpp"

namespace sallyport::test {
namespace {

using abi::Verdict;

constexpr std::uint64_t kShortestWayNs = 100'000;
constexpr std::uint64_t kLongestWayNs = 4'000'000;
// Packets of a life, on average. With far fewer, a rate is guesswork: two packets close together look like a burst.
constexpr double kPacketsALife = 100;
constexpr std::uint64_t kLargest = 1'400;
// As the cipher counts: the payload and its trailer, in words.
std::uint64_t counted(std::size_t octets) { return (octets + 2 + 3) / 4 * 4; }

}  // namespace

bool ChurnWorld::Life::has_room(std::uint64_t octets_more) const {
  return (hard_packets == 0 || packets + 1 < hard_packets) && (hard_octets == 0 || octets + octets_more < hard_octets);
}

// In hundredths.
std::uint64_t ChurnWorld::Life::used() const {
  return hard_packets != 0 ? 100 * packets / hard_packets : 100 * octets / hard_octets;
}

void ChurnWorld::send(unsigned tunnel) {
  if (winding_up_) return;
  const Tunnel& t = tunnels_[tunnel];
  seal_on(t.now);
  if (!t.rekeying && t.now->used() >= t.now->peer_begins_at) peer_begins(tunnel);
  const double gap = config_.life_s * 1e9 / kPacketsALife / t.pace * static_cast<double>(between(50, 150)) / 100;
  after(static_cast<std::uint64_t>(gap), [this, tunnel] { send(tunnel); });
}

void ChurnWorld::seal_on(const LifePtr& life) {
  // Where octets count, none is a large part of the limit.
  const std::size_t octets = one_in(80) && life->hard_octets == 0 ? kLargest : between(28, 300);
  const Packet plain = ipv4_packet(octets, static_cast<std::uint8_t>(random_()));
  const PacketOut sealed = seal(life->out, plain);
  ++verdicts_[0][static_cast<unsigned>(Verdict::kOk)];
  ASSERT_EQ(verdict(sealed), Verdict::kOk) << abi::name(verdict(sealed)) << ", tunnel " << life->tunnel << " after "
                                           << life->packets << " packets, " << life->octets << " octets";
  ++figures_.sealed;
  life->octets += counted(octets);
  EXPECT_EQ(sealed.status.aux, ++life->packets) << "sequence number";
  EXPECT_NE(sealed.octets, plain);
  if (one_in(150)) life->stray = sealed.octets;
  if (one_in(50)) {
    ++figures_.lost;
    return;
  }
  after(between(kShortestWayNs, kLongestWayNs), [this, life, plain, esp = sealed.octets] { arrive(life, plain, esp); });
}

// Whoever uses an SA that is being replaced stops at its limit; one that is in use must not reach it.
void ChurnWorld::seal_late(const LifePtr& life) {
  if (life->has_room(kLargest)) seal_on(life);
}

PacketOut ChurnWorld::open_expecting(Verdict expected, const Packet& esp) {
  PacketOut opened = open(esp);
  ++verdicts_[1][static_cast<unsigned>(expected)];
  EXPECT_EQ(verdict(opened), expected) << abi::name(verdict(opened)) << " instead of " << abi::name(expected);
  return opened;
}

void ChurnWorld::arrive(const LifePtr& life, const Packet& plain, const Packet& esp) {
  if (one_in(40)) {
    ++figures_.forged;
    Packet forged = esp;
    // Behind outer header, SPI and sequence number.
    constexpr std::size_t kHeaders = 20 + 8;
    forged[between(kHeaders, forged.size() - 1)] ^= static_cast<std::uint8_t>(1U << between(0, 7));
    EXPECT_TRUE(open_expecting(Verdict::kBadIcv, forged).octets.empty());
  }
  const PacketOut opened = open_expecting(Verdict::kOk, esp);
  EXPECT_EQ(opened.octets, plain);
  EXPECT_EQ(opened.status.index, life->in.index.value);
  EXPECT_EQ(opened.status.generation, life->in.generation.value);
  if (life->superseded) ++figures_.on_old;
  if (one_in(40)) {
    ++figures_.replayed;
    EXPECT_TRUE(open_expecting(Verdict::kReplay, esp).octets.empty());
  }
}

void ChurnWorld::arrive_stray(const Packet& esp) {
  ++figures_.strays;
  EXPECT_TRUE(open_expecting(Verdict::kUnknownSpi, esp).octets.empty());
}

void ChurnWorld::take_verdicts(Verdicts& into) {
  for (const auto direction : {Direction::kOutbound, Direction::kInbound}) {
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
      const auto count = device_->verdict_counter(direction, static_cast<Verdict>(v));
      ASSERT_TRUE(count) << count.error().text;
      into[static_cast<unsigned>(direction)][v] = *count;
    }
  }
}

void ChurnWorld::check_verdicts() {
  Verdicts counted_there{};
  take_verdicts(counted_there);
  for (unsigned d = 0; d < verdicts_.size(); ++d) {
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
      EXPECT_EQ(counted_there[d][v], verdicts_[d][v])
          << (d == 0 ? "outbound " : "inbound ") << abi::name(static_cast<Verdict>(v));
    }
  }
}

}  // namespace sallyport::test
