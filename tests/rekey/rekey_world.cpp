#include "rekey_world.hpp"

#include <algorithm>
#include <cmath>

namespace sallyport::test {

using abi::MailboxCode;
using abi::MailboxCommand;

namespace {
constexpr std::uint32_t kPeerSpi = 0xC0FFEE01;
constexpr double kMeanRate = 1e8;  // octets a second
constexpr double kAsymmetry = 0.1;
constexpr std::uint16_t kSoftFrom = 8'000;
constexpr std::uint16_t kSoftSpan = 500;
constexpr std::uint16_t kLeastSoftFrom = 2'500;  // a shorter life is not offered
constexpr std::uint16_t kTakeOverFrom = 9'000;   // of the end that is not designated
}  // namespace

const char* name(Shape shape) {
  switch (shape) {
    case Shape::kSymmetric:
      return "symmetric";
    case Shape::kAsymmetric:
      return "asymmetric";
    case Shape::kBursty:
      return "bursty";
  }
  return "?";
}

RekeyWorld::RekeyWorld(const RekeyWorldConfig& config)
    : config_(config),
      random_(config.seed),
      device_(config.log2_sas, 256),
      firmware_random_(config.seed + 1),
      pairs_(config.pairs),
      ike_sas_(config.ike_sas),
      hard_octets_(static_cast<std::uint64_t>(config.life_s * kMeanRate)) {
  // One loss in a thousand at most is not covered: with a loss of 1 % that is two in a row.
  double t_ike = config.t_ike_s;
  if (t_ike == 0) {
    const double both_ways = 1 - (1 - config.loss) * (1 - config.loss);
    double uncovered = both_ways;
    double timeout = config.retransmit_s;
    t_ike = config.rtt_s;
    for (; uncovered > 0.001; uncovered *= both_ways, timeout *= 2) t_ike += timeout;
    // Behind the exchange that deletes an earlier child.
    t_ike += config.rtt_s;
  }
  t_ike_ = abi::Rough(static_cast<std::uint64_t>(t_ike * 1e9));
}

template <class Answer, class Request>
Answer RekeyWorld::ask(MailboxCommand command, Request request) {
  request.version = abi::kAbiVersion;
  request.command = static_cast<std::uint8_t>(command);
  request.seq = ++seq_;
  return Answer::unpack(firmware_.handle(request.pack()));
}

void RekeyWorld::wrong(const std::string& what) {
  if (result_.fault.empty()) {
    result_.fault = what + " at " + std::to_string(now_s()) + " s (seed " + std::to_string(config_.seed) + ")";
  }
}

void RekeyWorld::after(double seconds, std::function<void()> action) {
  agenda_.push({now_s() + seconds, event_number_++, std::move(action)});
}

void RekeyWorld::lost_one() {
  if (!result_.first_loss_s) result_.first_loss_s = since_s();
}

abi::MailboxAnswer RekeyWorld::reserve(unsigned pair, abi::Pool pool, std::optional<abi::RekeyStarter> starter) {
  abi::MailboxReserve request;
  request.owner = static_cast<std::uint16_t>(pair);
  request.pool = static_cast<std::uint8_t>(pool);
  request.claim = 1;
  if (starter) {
    request.starter = static_cast<std::uint8_t>(*starter);
    request.old_index = pairs_[pair].keys.in.index;
    request.old_generation = pairs_[pair].keys.in.generation;
  }
  return ask(MailboxCommand::kReserve, request);
}

std::optional<RekeyWorld::Keys> RekeyWorld::install(unsigned pair, const abi::MailboxAnswer& reserved,
                                                    double life_used) {
  for (const bool inbound : {true, false}) {
    const std::uint32_t spi = inbound ? reserved.spi : kPeerSpi;
    const std::uint64_t word0 = static_cast<std::uint64_t>(spi) << 32 | 1500U << 16 | (inbound ? 1U : 0U);
    if (!fw::write_staging(bus_, inbound ? 0 : 1, 0, word0)) wrong("the staging bank does not answer");
  }
  const Pair& p = pairs_[pair];
  abi::MailboxInstall request;
  request.in_index = reserved.in_index;
  request.in_generation = reserved.in_generation;
  request.owner = static_cast<std::uint16_t>(pair);
  request.slot_in = 0;
  request.slot_out = 1;
  request.partner = fw::kNone;
  // As if it had been there for a part of its life.
  request.in_hard_octets = request.out_hard_octets =
      static_cast<std::uint64_t>((1 - life_used) * static_cast<double>(hard_octets_));
  // Rule 6 of the extension: the soft limit leaves G = M * T_ike before the hard one, M the peak rate.
  const double peak = kMeanRate * (1 + config_.spread) * (config_.shape == Shape::kBursty ? 2 : 1) * config_.surge;
  const double least = peak * static_cast<double>(t_ike_.value()) * 1e-9 / static_cast<double>(request.out_hard_octets);
  const double latest = (1 - least) * fw::kWhole - kSoftSpan;
  const double usual = p.by_peer ? kTakeOverFrom : kSoftFrom;
  request.soft_from = static_cast<std::uint16_t>(std::clamp(latest, static_cast<double>(kLeastSoftFrom), usual));
  request.soft_span = kSoftSpan;
  request.out_spi = kPeerSpi;
  request.group = static_cast<std::uint16_t>(pair % config_.ike_sas);
  request.t_ike = t_ike_.code();
  request.flags = static_cast<std::uint8_t>(2U | (p.by_peer ? 0U : 4U) | config_.window << 3);
  const auto answer = ask(MailboxCommand::kInstallPair, request);
  if (answer.code != 0) return std::nullopt;
  result_.generations += 2;
  pairs_[pair].hard_octets = request.out_hard_octets;
  return Keys{{answer.in_index, answer.in_generation}, {answer.out_index, answer.out_generation}};
}

MailboxCode RekeyWorld::pair_command(MailboxCommand command, const Keys& keys, const Keys& replacement,
                                     std::uint64_t drain_ns) {
  abi::MailboxPair request;
  request.in_index = keys.in.index;
  request.in_generation = keys.in.generation;
  request.out_index = keys.out.index;
  request.out_generation = keys.out.generation;
  if (command == MailboxCommand::kSupersede) {
    request.new_in_index = replacement.in.index;
    request.new_in_generation = replacement.in.generation;
    request.new_out_index = replacement.out.index;
    request.new_out_generation = replacement.out.generation;
  }
  request.drain_ns = drain_ns;
  return static_cast<MailboxCode>(ask(command, request).code);
}

MailboxCode RekeyWorld::pair_command(MailboxCommand command, const Keys& keys) {
  return pair_command(command, keys, Keys{}, 0);
}

void RekeyWorld::erase_reservation(const abi::MailboxAnswer& reserved) {
  const Keys keys{{reserved.in_index, reserved.in_generation}, {}};
  if (pair_command(MailboxCommand::kErase, keys) != MailboxCode::kOk) wrong("a reservation cannot be given up");
}

void RekeyWorld::establish(unsigned pair) {
  const auto reserved = reserve(pair, abi::Pool::kEstablished, std::nullopt);
  if (reserved.code != 0) return wrong("no room for an established SA");
  const double used = config_.together ? 0 : std::uniform_real_distribution<>(0, 0.75)(random_);
  const auto keys = install(pair, reserved, used);
  if (!keys) return wrong("an SA cannot be installed");
  pairs_[pair].keys = *keys;
}

double RekeyWorld::exchange_s() {
  double seconds = config_.rtt_s;
  double timeout = config_.retransmit_s;
  while (chance(1 - (1 - config_.loss) * (1 - config_.loss))) {
    seconds += timeout;
    timeout *= 2;
  }
  return seconds;
}

void RekeyWorld::exchange(unsigned ike_sa, std::function<void()> done) {
  IkeSa& ike = ike_sas_[ike_sa];
  auto run = [this, ike_sa, done = std::move(done)] {
    after(exchange_s(), [this, ike_sa, done] {
      IkeSa& mine = ike_sas_[ike_sa];
      --mine.under_way;
      done();
      if (!mine.waiting.empty() && mine.under_way < config_.window) {
        const auto next = std::move(mine.waiting.front());
        mine.waiting.pop_front();
        ++mine.under_way;
        next();
      }
    });
  };
  if (ike.under_way < config_.window) {
    ++ike.under_way;
    run();
  } else {
    ike.waiting.emplace_back(std::move(run));
  }
}

void RekeyWorld::begin(unsigned pair) {
  Pair& p = pairs_[pair];
  if (p.busy || winding_up_) return;
  const auto reserved = reserve(pair, abi::Pool::kRekey, abi::RekeyStarter::kHere);
  if (reserved.code != 0) {
    ++result_.refused_ours;
    return lost_one();
  }
  p.busy = true;
  p.begun_s = now_s();
  exchange(pair % config_.ike_sas, [this, pair, reserved, begun = now_s()] { answered(pair, reserved, begun); });
}

void RekeyWorld::answered(unsigned pair, const abi::MailboxAnswer& reserved, double begun_s) {
  Pair& p = pairs_[pair];
  ike_sum_s_ += now_s() - begun_s;
  ++ike_count_;
  if (chance(config_.faults)) device_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
  // Refused by the peer, or the device could not take the key.
  std::optional<Keys> fresh;
  if (!chance(config_.faults)) fresh = install(pair, reserved, 0);
  if (!fresh) {
    erase_reservation(reserved);
    p.busy = false;
    return;
  }
  const Keys old = p.keys;
  if (chance(config_.faults)) {
    // Both ends have begun: the other pair loses, and is deleted again.
    const auto second = reserve(pair, abi::Pool::kRekey, abi::RekeyStarter::kPeer);
    if (second.code == 0) {
      if (const auto loser = install(pair, second, 0)) {
        if (pair_command(MailboxCommand::kMarkRedundant, *loser) != MailboxCode::kOk) wrong("a loser is not marked");
        exchange(pair % config_.ike_sas, [this, loser] {
          if (pair_command(MailboxCommand::kRetire, *loser) != MailboxCode::kOk) wrong("a loser does not go");
        });
      } else {
        erase_reservation(second);
      }
    }
  }
  replaced(pair, old, *fresh, true);
}

void RekeyWorld::replaced(unsigned pair, const Keys& old, const Keys& fresh, bool by_us) {
  if (pair_command(MailboxCommand::kSupersede, old, fresh, 0) != MailboxCode::kOk)
    wrong("an old pair is not superseded");
  Pair& p = pairs_[pair];
  p.keys = fresh;
  result_.rekeys += counts() ? 1 : 0;
  const double soft = (kSoftFrom + std::uniform_real_distribution<>(0, kSoftSpan)(random_)) / 10'000;
  p.peer_soft = static_cast<std::uint64_t>(soft * static_cast<double>(p.hard_octets));
  const auto gone = [this, pair, old] {
    const auto guard = static_cast<std::uint64_t>(std::max(0.05, 2 * config_.rtt_s) * 1e9);
    if (pair_command(MailboxCommand::kRetire, old, {}, guard) != MailboxCode::kOk) {
      // The dead half of a pair the firmware has erased by itself.
      if (!pairs_[pair].dead) wrong("an old pair does not go");
      static_cast<void>(pair_command(MailboxCommand::kRetire, {{}, old.out}));
      static_cast<void>(pair_command(MailboxCommand::kRetire, {old.in, {}}));
    }
    pairs_[pair].busy = false;
  };
  // Whoever began deletes; the peer's DELETE comes a round trip after its request.
  if (by_us) {
    exchange(pair % config_.ike_sas, gone);
  } else {
    after(exchange_s(), gone);
  }
}

void RekeyWorld::peer_begins(unsigned pair) {
  Pair& p = pairs_[pair];
  const auto reserved = reserve(pair, abi::Pool::kRekey, abi::RekeyStarter::kPeer);
  if (reserved.code != 0) {
    ++result_.refused_peer;
    lost_one();
    // TEMPORARY_FAILURE: it tries again, unless we begin meanwhile.
    p.peer_soft += hard_octets_ / 50;
    return;
  }
  const Keys old = p.keys;
  const auto fresh = install(pair, reserved, 0);
  if (!fresh) return erase_reservation(reserved);
  p.busy = true;
  replaced(pair, old, *fresh, false);
}

void RekeyWorld::traffic(double seconds) {
  const double now = now_s();
  for (unsigned i = 0; i < pairs_.size(); ++i) {
    Pair& p = pairs_[i];
    double rate = p.rate * surge();
    if (config_.shape == Shape::kBursty) {
      // On half of the time at twice the rate, some twenty changes a life.
      if (now >= p.toggle_s) {
        p.on = !p.on;
        p.toggle_s = now + std::exponential_distribution<>(20 / config_.life_s)(random_);
      }
      rate = p.on ? 2 * rate : 0;
    }
    p.carry += rate * seconds;
    const auto octets = static_cast<std::uint64_t>(p.carry);
    if (octets == 0) continue;
    p.carry -= static_cast<double>(octets);
    device_.packet(p.keys.out.index, octets);
    const auto back = config_.shape == Shape::kAsymmetric
                          ? static_cast<std::uint64_t>(static_cast<double>(octets) * kAsymmetry)
                          : octets;
    device_.packet(p.keys.in.index, back);
    if (p.by_peer && !p.busy && device_.sa(p.keys.out.index).octets >= p.peer_soft) peer_begins(i);
  }
}

void RekeyWorld::notice(const abi::MailboxNotice& notice) {
  switch (static_cast<abi::NoticeKind>(notice.kind)) {
    case abi::NoticeKind::kRekey:
      if (notice.owner < pairs_.size()) begin(notice.owner);
      break;
    case abi::NoticeKind::kHard:
      // Of an SA that is in use.
      if (notice.owner < pairs_.size()) {
        const Keys& keys = pairs_[notice.owner].keys;
        if (keys.in.index == notice.index || keys.out.index == notice.index) {
          Pair& p = pairs_[notice.owner];
          p.dead = true;
          if (p.busy && now_s() - p.begun_s > static_cast<double>(t_ike_.value()) * 1e-9) {
            ++result_.overtaken;
            break;
          }
          ++result_.died;
          ++result_.deaths[notice.owner];
          lost_one();
        }
      }
      break;
    case abi::NoticeKind::kLoad:
      if (!counts()) break;
      if (!result_.warned_s) result_.warned_s = since_s();
      if (notice.count >= 1'000 && !result_.overloaded_s) result_.overloaded_s = since_s();
      break;
    default:
      break;
  }
}

void RekeyWorld::manage() {
  if (!device_.irq() && firmware_.next_deadline() > device_.now_ns() && !firmware_.has_notice()) return;
  do {
    if (!firmware_.poll()) wrong("the firmware's bus fails");
    while (const auto message = firmware_.take_notice()) notice(abi::MailboxNotice::unpack(*message));
  } while (device_.irq() || firmware_.more_to_poll());
}

RekeyWorldResult RekeyWorld::run() {
  result_.deaths.resize(pairs_.size());
  if (firmware_.start() != MailboxCode::kOk) wrong("the firmware does not start");
  ask<abi::MailboxInfo>(MailboxCommand::kHello, abi::MailboxHello{});
  abi::MailboxPolicy policy;
  policy.reserve = config_.reserve;
  policy.emergency = config_.emergency;
  policy.soft_from = kSoftFrom;
  policy.soft_span = kSoftSpan;
  policy.drain_ns = static_cast<std::uint64_t>(std::max(0.05, 2 * config_.rtt_s) * 1e9);
  policy.bound_ns = 60'000'000'000;
  policy.round_ns = 10'000'000;
  if (ask(MailboxCommand::kSetPolicy, policy).code != 0) wrong("the policy is refused");
  double per_second = 0;
  for (unsigned i = 0; i < pairs_.size(); ++i) {
    Pair& p = pairs_[i];
    p.rate = kMeanRate * std::uniform_real_distribution<>(1 - config_.spread, 1 + config_.spread)(random_);
    p.by_peer = chance(config_.by_peer);
    establish(i);
    p.peer_soft = static_cast<std::uint64_t>(0.8 * static_cast<double>(p.hard_octets));
    per_second += p.rate / static_cast<double>(hard_octets_) / 0.825;  // lives to the soft limit
    while (firmware_.take_notice()) {
    }
  }
  base_s_ = now_s();
  const auto steps = static_cast<std::uint64_t>(config_.duration_s / config_.step_s);
  double in_use = 0;
  double loads = 0;
  unsigned load_samples = 0;
  for (std::uint64_t i = 0; i < steps && result_.fault.empty(); ++i) {
    const double target = base_s_ + static_cast<double>(i + 1) * config_.step_s;
    while (!agenda_.empty() && agenda_.top().time <= target) {
      const auto action = agenda_.top().action;
      agenda_.pop();
      action();
    }
    traffic(config_.step_s);
    const auto target_ns = static_cast<std::uint64_t>(target * 1e9);
    if (device_.now_ns() < target_ns) device_.advance(target_ns - device_.now_ns());
    manage();
    if (i % 4'096 == 0) check_books();
    if (i % 16 == 0) {
      const auto info = ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{});
      const std::uint32_t used = info.num_sas - info.free;
      result_.most_in_use = std::max(result_.most_in_use, used);
      in_use += used;
      // The first lives are short ones.
      if (!counts() || now_s() - base_s_ < config_.life_s) continue;
      const auto load = ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{});
      result_.load_most = std::max(result_.load_most, load.load / 1e3);
      loads += load.load / 1e3;
      ++load_samples;
    }
  }
  const double samples = std::ceil(static_cast<double>(steps) / 16);
  result_.mean_in_use = in_use / samples;
  result_.load_mean = loads / std::max(load_samples, 1U);
  const auto load = ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{});
  result_.ike_s = ike_sum_s_ / static_cast<double>(std::max<std::uint64_t>(ike_count_, 1));
  result_.drain_s = static_cast<double>(load.drain_ns) * 1e-9;
  result_.early = load.early;
  result_.forced = load.forced;
  result_.load_formula = per_second * surge() * (2 * result_.ike_s + result_.drain_s) / config_.reserve;
  wind_up();
  return std::move(result_);
}

// Device and firmware see the same table, and every pair has its own two entries in it.
void RekeyWorld::check_books() {
  const auto info = ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{});
  using S = abi::EntryState;
  const std::pair<S, std::uint16_t> counts[] = {{S::kFree, info.free},         {S::kLarval, info.larval},
                                                {S::kActive, info.active},     {S::kOverlap, info.overlap},
                                                {S::kDraining, info.draining}, {S::kRedundant, info.redundant},
                                                {S::kErasing, info.erasing}};
  for (const auto& [state, count] : counts) {
    if (device_.count(state) != count)
      wrong(std::string("the firmware counts another number of entries ") + abi::name(state));
  }
  std::vector<bool> used(device_.size());
  for (const Pair& p : pairs_) {
    for (const Side& side : {p.keys.in, p.keys.out}) {
      if (used[side.index]) wrong("an entry has two tenants");
      used[side.index] = true;
      if (device_.sa(side.index).generation != side.generation) wrong("an SA in use has lost its entry");
    }
  }
}

// Everything ends, everything is given back, and the books balance.
void RekeyWorld::wind_up() {
  winding_up_ = true;
  while (!agenda_.empty() && result_.fault.empty()) {
    const double time = agenda_.top().time;
    const auto action = agenda_.top().action;
    agenda_.pop();
    const auto ns = static_cast<std::uint64_t>(time * 1e9);
    if (device_.now_ns() < ns) device_.advance(ns - device_.now_ns());
    action();
    manage();
  }
  for (const Pair& p : pairs_) {
    if (pair_command(MailboxCommand::kErase, p.keys) != MailboxCode::kOk) wrong("a pair cannot be erased");
  }
  for (int i = 0; i < 100; ++i) {
    device_.advance(100'000'000);
    manage();
  }
  const auto info = ask<abi::MailboxInfo>(MailboxCommand::kInfo, abi::MailboxHello{});
  if (info.free != info.num_sas) wrong(std::to_string(info.num_sas - info.free) + " entries have leaked");
  if (info.claimed != 0) wrong("claims have leaked");
  if (device_.count(abi::EntryState::kFree) != info.num_sas) wrong("the device sees another table");
  const auto load = ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{});
  if (load.paced != 0 || load.waiting != 0 || load.under_way != 0) wrong("pacing still counts SAs that are gone");
}

}  // namespace sallyport::test
