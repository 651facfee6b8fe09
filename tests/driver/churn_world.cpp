#include "churn_world.hpp"

#include <algorithm>
#include <sstream>

namespace sallyport::test {
namespace {

using abi::EntryState;

constexpr std::uint64_t kMs = 1'000'000;
// A rekey, as the firmware is told, and as it is. One that fails is refused soon: the peer has looked at it by then.
constexpr std::uint64_t kTIkeNs = 40 * kMs;
constexpr std::uint64_t kIkeFastestNs = 8 * kMs;
constexpr std::uint64_t kIkeSlowestNs = 38 * kMs;
constexpr std::uint64_t kRefusedNs = 12 * kMs;
// How long the peer takes to answer a rekey of its own with keys.
constexpr std::uint64_t kPeersKeysNs = 3 * kMs;
// From the replacement's key to the end of the Delete. Senders have switched, and what they sent has arrived, before
// the shortest of these and the guard have passed.
constexpr std::uint64_t kDeleteFastestNs = 3 * kMs;
constexpr std::uint64_t kDeleteSlowestNs = 10 * kMs;
constexpr std::uint64_t kGuardNs = 10 * kMs;
constexpr std::uint64_t kSwitchNs = 3 * kMs;
// Of the firmware's looks at rates: most of the simulation's time is spent on them.
constexpr std::uint64_t kRoundNs = 40 * kMs;
// The host looks for notices so often.
constexpr std::uint64_t kLookNs = 5 * kMs;
constexpr std::uint64_t kLoadLookNs = 25 * kMs;
constexpr std::uint64_t kBoundNs = 2'000 * kMs;
constexpr std::uint64_t kPatienceNs = 200 * kMs;
constexpr std::uint64_t kGenerationsACheck = 100;

}  // namespace

std::string ChurnFigures::text() const {
  std::ostringstream out;
  out << generations << " generations in " << seconds << " s of the device; " << ours << " rekeys asked for, "
      << by_peer << " by the peer, " << peer_refused << " of the peer refused, " << failed << " failed, " << collisions
      << " collisions, " << late << " retired late; load " << load_mean << " on average, " << load_most
      << " at most, above 1,000 in a share of " << overloaded << " of the time, warned of " << warnings
      << " times, of overload " << overload_warnings << "; occupancy " << occupancy << ", at most " << most_in_use
      << " entries; packets: " << sealed << " sealed, " << on_old << " opened by a superseded SA, " << lost << " lost, "
      << replayed << " replayed, " << forged << " forged, " << strays << " strays";
  return out.str();
}

std::uint64_t ChurnWorld::between(std::uint64_t low, std::uint64_t high) {
  return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
}

Packet ChurnWorld::random_octets(std::size_t count) {
  Packet out(count);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random_());
  return out;
}

void ChurnWorld::after(std::uint64_t ns, std::function<void()> action) {
  agenda_.push({now() + ns, event_number_++, std::move(action)});
}

InstallOptions ChurnWorld::terms(unsigned tunnel, abi::Pool pool, std::optional<RekeyOf> rekey) {
  auto out = options(static_cast<std::uint16_t>(tunnel));
  out.pool = pool;
  out.rekey = rekey;
  out.pace = {.ike_sa = static_cast<std::uint16_t>(tunnel), .window = 1, .t_ike_ns = kTIkeNs, .designated = true};
  return out;
}

ChurnWorld::Proposal ChurnWorld::propose(unsigned tunnel, const InstallOptions& with) {
  auto reservation = device_->reserve(with);
  if (!reservation) {
    EXPECT_EQ(device_->last_code(), abi::MailboxCode::kFull) << reservation.error().text;
    return nullptr;
  }
  auto out = std::make_shared<Reservation>(std::move(*reservation));
  books_.moved_in(out->ref(), {.owner = OwnerId{static_cast<std::uint16_t>(tunnel)}, .spi = out->spi()});
  books_.claimed();
  return out;
}

void ChurnWorld::give_up(const Proposal& proposal) {
  books_.given_back(proposal->ref(), now());
  books_.claim_used();
  EXPECT_TRUE(proposal->abandon());
}

ChurnWorld::LifePtr ChurnWorld::key(unsigned tunnel, const Proposal& proposal) {
  auto inbound = half(Direction::kInbound, 0);
  auto outbound = half(Direction::kOutbound, 0);
  const Packet secret = random_octets(one_in(2) ? 16 : 32);
  inbound.key = SecretBytes(secret);
  outbound.key = SecretBytes(secret);
  inbound.esn = outbound.esn = one_in(2);
  outbound.spi = proposal->spi();
  auto life = std::make_shared<Life>();
  life->tunnel = tunnel;
  if (one_in(2)) {
    life->hard_packets = between(85, 115);
  } else {
    life->hard_octets = 100 * between(150, 190);
  }
  life->peer_begins_at = one_in(5) ? between(50, 75) : UINT64_MAX;
  inbound.lifetime.packets = outbound.lifetime.packets = Packets{life->hard_packets};
  inbound.lifetime.octets = outbound.lifetime.octets = Octets{life->hard_octets};
  const SaRef in = proposal->ref();
  auto pair = device_->install(*proposal, inbound, outbound, terms(tunnel, abi::Pool::kEstablished, std::nullopt));
  EXPECT_TRUE(pair) << pair.error().text;
  if (!pair) return nullptr;
  EXPECT_EQ(pair->in(), in);
  life->in = pair->in();
  life->out = pair->out();
  books_.claim_used();
  books_.now_is(life->in, EntryState::kActive);
  books_.moved_in(life->out, {.owner = OwnerId{static_cast<std::uint16_t>(tunnel)},
                              .spi = outbound.spi,
                              .direction = Direction::kOutbound,
                              .state = EntryState::kActive});
  life->sa = std::move(*pair);
  figures_.generations += 2;
  return life;
}

void ChurnWorld::establish(unsigned tunnel) {
  const auto proposal = propose(tunnel, terms(tunnel, abi::Pool::kEstablished, std::nullopt));
  ASSERT_TRUE(proposal) << "no room for tunnel " << tunnel;
  tunnels_[tunnel].now = key(tunnel, proposal);
  listen();
  // Not all of them together: their lives end at different times.
  after(between(0, static_cast<std::uint64_t>(config_.life_s * 1e9)), [this, tunnel] { send(tunnel); });
}

void ChurnWorld::begin(const RekeyRequest& request) {
  const unsigned tunnel = request.owner.value;
  ASSERT_LT(tunnel, tunnels_.size());
  // The peer may have begun before this was read.
  if (tunnels_[tunnel].rekeying || winding_up_) return;
  EXPECT_EQ(request.inbound, tunnels_[tunnel].now->in);
  const auto proposal = propose(tunnel, terms(tunnel, abi::Pool::kRekey, RekeyOf{.inbound = request.inbound}));
  ASSERT_TRUE(proposal) << "a rekey that the firmware asked for is refused";
  tunnels_[tunnel].rekeying = true;
  if (!tunnels_[tunnel].failed_before && (figures_.failed == 0 || one_in(30))) {
    after(between(kMs, kRefusedNs), [this, tunnel, proposal] {
      give_up(proposal);
      ++figures_.failed;
      tunnels_[tunnel].failed_before = true;
      tunnels_[tunnel].rekeying = false;
    });
    return;
  }
  tunnels_[tunnel].failed_before = false;
  after(between(kIkeFastestNs, kIkeSlowestNs), [this, tunnel, proposal] { answered(tunnel, proposal); });
}

void ChurnWorld::answered(unsigned tunnel, const Proposal& proposal) {
  ++figures_.ours;
  // Both ends have begun: the peer's proposal comes before our keys, or after.
  const auto peers = [&] {
    auto out = propose(tunnel, terms(tunnel, abi::Pool::kRekey, RekeyOf{tunnels_[tunnel].now->in, false}));
    if (!out) ++figures_.peer_refused;
    return out;
  };
  // With room for one rekey alone the second proposal is always refused.
  const bool none_yet = config_.reserve >= 4 && figures_.collisions == 0;
  const bool collision = none_yet || one_in(12);
  const bool before = one_in(2);
  auto second = collision && before ? peers() : nullptr;
  auto fresh = key(tunnel, proposal);
  if (collision && !before) second = peers();
  if (second) {
    ++figures_.collisions;
    auto loser = key(tunnel, second);
    if (one_in(2)) std::swap(fresh, loser);
    ASSERT_TRUE(loser);
    seal_on(loser);
    EXPECT_TRUE(loser->sa.mark_redundant());
    for (const SaRef ref : {loser->in, loser->out}) books_.now_is(ref, EntryState::kRedundant);
    seal_on(loser);
    after(between(kDeleteFastestNs, kDeleteSlowestNs), [this, loser] { retire(loser); });
  }
  replace(tunnel, fresh);
}

// What the peer begins is answered at once, or refused before anything has happened.
void ChurnWorld::peer_begins(unsigned tunnel) {
  Tunnel& t = tunnels_[tunnel];
  const auto proposal = propose(tunnel, terms(tunnel, abi::Pool::kRekey, RekeyOf{t.now->in, false}));
  if (!proposal) {
    ++figures_.peer_refused;
    constexpr std::uint64_t kLater = 5;
    t.now->peer_begins_at += kLater;
    return;
  }
  t.rekeying = true;
  ++figures_.by_peer;
  after(between(0, kPeersKeysNs), [this, tunnel, proposal] { replace(tunnel, key(tunnel, proposal)); });
}

void ChurnWorld::replace(unsigned tunnel, const LifePtr& fresh) {
  ASSERT_TRUE(fresh);
  Tunnel& t = tunnels_[tunnel];
  const LifePtr old = t.now;
  // On their way while the host switches.
  for (std::uint64_t i = between(0, 2); i > 0; --i) seal_late(old);
  const auto done = old->sa.supersede_by(fresh->sa);
  EXPECT_TRUE(done) << done.error().text;
  for (const SaRef ref : {old->in, old->out}) books_.now_is(ref, EntryState::kOverlap);
  old->superseded = true;
  t.now = fresh;
  t.pace = static_cast<double>(between(75, 125)) / 100;
  // A sender that has not switched yet.
  if (one_in(2)) after(between(0, kSwitchNs), [this, old] { seal_late(old); });
  const bool late = figures_.late == 0 || one_in(30);
  if (late) ++figures_.late;
  const std::uint64_t deleted = late ? between(kTIkeNs, 2 * kTIkeNs) : between(kDeleteFastestNs, kDeleteSlowestNs);
  after(deleted, [this, tunnel, old] {
    retire(old);
    tunnels_[tunnel].rekeying = false;
  });
}

void ChurnWorld::retire(const LifePtr& life) {
  const auto done = life->sa.retire();
  EXPECT_TRUE(done) << done.error().text;
  for (const SaRef ref : {life->in, life->out}) books_.given_back(ref, now());
  // Somebody has kept a packet of it.
  if (!life->stray.empty()) after(kPatienceNs, [this, esp = life->stray] { arrive_stray(esp); });
}

void ChurnWorld::listen() {
  const auto polled = queue_->poll();
  ASSERT_TRUE(polled) << polled.error().text;
  while (const auto notice = queue_->next()) {
    if (const auto* step = std::get_if<EntryTransition>(&*notice)) {
      books_.told(*step);
    } else if (const auto* request = std::get_if<RekeyRequest>(&*notice)) {
      begin(*request);
    } else if (const auto* event = std::get_if<SaEvent>(&*notice)) {
      EXPECT_EQ(event->kind, abi::NoticeKind::kSoft)
          << abi::name(event->event) << " of entry " << event->ref.index.value;
    } else if (const auto* warning = std::get_if<LoadWarning>(&*notice)) {
      ++figures_.warnings;
      if (warning->load >= 1'000) ++figures_.overload_warnings;
    } else {
      ADD_FAILURE() << "a drain was forced";
    }
  }
}

void ChurnWorld::rest(std::uint64_t ns) {
  sim::pass_time(*accelerator_, ns);
  listen();
}

void ChurnWorld::step() {
  const std::uint64_t before = now();
  const std::uint64_t due = agenda_.empty() ? before + kLookNs : std::min(agenda_.top().time, before + kLookNs);
  rest(due > before ? due - before : 0);
  if (!agenda_.empty() && agenda_.top().time <= now()) {
    const auto action = agenda_.top().action;
    agenda_.pop();
    action();
    listen();
  }
  figures_.most_in_use = std::max(figures_.most_in_use, static_cast<unsigned>(books_.in_use()));
  if (load_samples_ == 0 || winding_up_) return;
  in_use_ns_ += static_cast<double>(books_.in_use()) * static_cast<double>(now() - before);
  measured_ns_ += static_cast<double>(now() - before);
}

void ChurnWorld::look_at_load() {
  if (winding_up_) return;
  const auto load = device_->rekey_load();
  ASSERT_TRUE(load) << load.error().text;
  figures_.load_most = std::max(figures_.load_most, load->load);
  load_sum_ += load->load;
  if (load->load > 1'000) ++overloads_;
  ++load_samples_;
  after(kLoadLookNs, [this] { look_at_load(); });
}

ChurnFigures ChurnWorld::churn(const ChurnConfig& config) {
  config_ = config;
  random_.seed(config.seed);
  tunnels_.resize(config.tunnels);
  books_.open(device_->info().num_sas, kPatienceNs);
  DevicePolicy policy;
  policy.reserve = config.reserve;
  policy.soft = {.from = 7000, .span = 500};
  policy.drain_ns = kGuardNs;
  policy.bound_ns = kBoundNs;
  policy.round_ns = kRoundNs;
  EXPECT_TRUE(device_->set_policy(policy));
  take_verdicts(verdicts_);
  const std::uint64_t begin = now();
  for (unsigned i = 0; i < config.tunnels; ++i) establish(i);
  EXPECT_FALSE(device_->reserve(options(0))) << "the table is full";
  // All tunnels are up after a life.
  after(static_cast<std::uint64_t>(config.life_s * 1e9), [this] { look_at_load(); });
  while (figures_.generations < config.generations && !HasFailure()) {
    step();
    if (figures_.generations < next_check_) continue;
    next_check_ = figures_.generations + kGenerationsACheck;
    books_.compare(*device_);
  }
  if (!HasFailure()) wind_up();
  figures_.seconds = static_cast<double>(now() - begin) * 1e-9;
  figures_.load_mean = load_sum_ / static_cast<double>(std::max<std::uint64_t>(load_samples_, 1));
  figures_.overloaded =
      static_cast<double>(overloads_) / static_cast<double>(std::max<std::uint64_t>(load_samples_, 1));
  figures_.occupancy = in_use_ns_ / std::max(measured_ns_, 1.0) / device_->info().num_sas;
  return figures_;
}

// What is under way ends, then every tunnel.
void ChurnWorld::wind_up() {
  winding_up_ = true;
  while (!agenda_.empty() && !HasFailure()) step();
  books_.compare(*device_);
  for (const Tunnel& t : tunnels_) {
    retire(t.now);
    rest(kMs);
  }
  while (!agenda_.empty() && !HasFailure()) step();
  for (int i = 0; i < 20; ++i) rest(kGuardNs);
  check_nothing_is_left();
  check_verdicts();
}

void ChurnWorld::check_nothing_is_left() {
  // Whoever holds nothing has room for a pair in a quota of two, and for nothing in a quota of one.
  for (unsigned tunnel = 0; tunnel < tunnels_.size(); ++tunnel) {
    const OwnerId owner{static_cast<std::uint16_t>(tunnel)};
    ASSERT_TRUE(device_->set_quota(owner, 2));
    const auto proposal = propose(tunnel, options(owner.value));
    ASSERT_TRUE(proposal) << "tunnel " << tunnel << " still holds entries";
    give_up(proposal);
    ASSERT_TRUE(device_->set_quota(owner, std::nullopt));
    rest(kMs);
  }
  books_.compare(*device_);
  EXPECT_EQ(books_.in_use(), 0U);
  EXPECT_EQ(entries(EntryState::kFree), device_->info().num_sas);
  const auto load = device_->rekey_load();
  ASSERT_TRUE(load) << load.error().text;
  EXPECT_EQ(load->paced, 0);
  EXPECT_EQ(load->waiting, 0);
  EXPECT_EQ(load->under_way, 0);
  EXPECT_EQ(load->late, 0U);
  EXPECT_EQ(load->forced, 0U);
  EXPECT_EQ(load->failed, figures_.failed);
  EXPECT_EQ(load->refused_peer, figures_.peer_refused);
  EXPECT_EQ(queue_->lost(), 0U);
  const auto in_use = queue_->reconcile();
  ASSERT_TRUE(in_use) << in_use.error().text;
  EXPECT_TRUE(in_use->empty());
  EXPECT_FALSE(queue_->next()) << "a sweep finds what notices had not told";
  EXPECT_EQ(accelerator_->stream_faults(), 0U);
}

}  // namespace sallyport::test
