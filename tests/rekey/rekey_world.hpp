#pragma once
/// @file
/// A gateway full of SAs that are rekeyed in turn: the firmware over the behavioural table, traffic that uses up
/// limits, and IKE as exchanges that take time, get lost and share the window of their IKE SA. Events, no packets;
/// replays from its seed.
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "fake_device.hpp"
#include "fake_register_bus.hpp"
#include "sallyport/fw/firmware.hpp"

namespace sallyport::test {

enum class Shape : std::uint8_t { kSymmetric, kAsymmetric, kBursty };
const char* name(Shape shape);

struct RekeyWorldConfig {
  unsigned log2_sas = 10;
  unsigned pairs = 504;
  unsigned ike_sas = 504;  ///< The pairs are spread over them.
  unsigned window = 1;     ///< Exchanges of an IKE SA at once.
  double life_s = 20;      ///< Time to the hard limit at the mean rate.
  double spread = 0.5;     ///< A pair's rate is the mean times 1 - spread .. 1 + spread.
  bool together = false;   ///< All SAs are installed at once, not spread over a life.
  Shape shape = Shape::kSymmetric;
  double rtt_s = 0.05;
  double loss = 0;            ///< Of each message.
  double retransmit_s = 0.5;  ///< First time-out; doubles.
  double t_ike_s = 0;         ///< What the firmware is told; 0 = worked out from rtt and loss.
  double by_peer = 0;         ///< Share of pairs that the peer rekeys.
  double surge = 1;           ///< All rates are multiplied by this
  double surge_at_s = 0;      ///< from here on, where counts and times of the result begin too. 0 = there is no surge.
  double faults = 0;          ///< Chance of each fault at each rekey: a failed exchange, a failed commit, a collision.
  double duration_s = 60;
  double step_s = 0.002;
  std::uint16_t reserve = 14;
  std::uint16_t emergency = 2;
  std::uint64_t seed = 1;
};

struct RekeyWorldResult {
  double load_formula = 0;  ///< F from the configuration and the mean times.
  double load_most = 0;     ///< F as the firmware said, in whole.
  double load_mean = 0;
  double ike_s = 0;    ///< Mean from reservation to key.
  double drain_s = 0;  ///< As the firmware says.
  std::uint64_t rekeys = 0;
  std::uint64_t generations = 0;
  std::uint64_t refused_ours = 0;
  std::uint64_t refused_peer = 0;
  std::uint64_t died = 0;       ///< SAs that reached their hard limit before their replacement was keyed.
  std::uint64_t overtaken = 0;  ///< And those whose exchange took longer than the T_ike that was promised.
  std::uint64_t early = 0;
  std::uint64_t forced = 0;
  std::uint32_t most_in_use = 0;
  double mean_in_use = 0;
  std::optional<double> warned_s;      ///< First warning, at 0.7 or more.
  std::optional<double> overloaded_s;  ///< First warning at 1 or more.
  std::optional<double> first_loss_s;  ///< First SA that died, or refusal.
  std::vector<std::uint64_t> deaths;   ///< By pair.
  std::string fault;                   ///< What went wrong, empty = the books balance.
};

class RekeyWorld {
 public:
  explicit RekeyWorld(const RekeyWorldConfig& config);
  RekeyWorld(const RekeyWorld&) = delete;
  RekeyWorld& operator=(const RekeyWorld&) = delete;
  /// Runs it once, then gives all entries back.
  RekeyWorldResult run();

 private:
  struct Side {
    std::uint16_t index = fw::kNone;
    std::uint16_t generation = 0;
  };
  struct Keys {
    Side in;
    Side out;
  };
  struct Pair {
    Keys keys;
    double rate = 1;  ///< Octets a second.
    std::uint64_t hard_octets = 0;
    bool by_peer = false;
    bool on = true;               ///< Bursty: sends now.
    double toggle_s = 0;          ///< Bursty: next change.
    bool busy = false;            ///< A rekey is under way.
    double begun_s = 0;           ///< Since then.
    bool dead = false;            ///< An SA of it has died.
    std::uint64_t peer_soft = 0;  ///< Octets at which the peer starts.
    double carry = 0;             ///< Octets not yet sent.
  };
  struct IkeSa {
    unsigned under_way = 0;
    std::deque<std::function<void()>> waiting;
  };
  struct Event {
    double time;
    std::uint64_t number;
    std::function<void()> action;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : number > other.number; }
  };

  class Random final : public fw::RandomSource {
   public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint32_t next() override { return static_cast<std::uint32_t>(engine_() >> 32); }

   private:
    std::mt19937_64 engine_;
  };

  template <class Answer = abi::MailboxAnswer, class Request>
  Answer ask(abi::MailboxCommand command, Request request);
  void wrong(const std::string& what);
  [[nodiscard]] double now_s() const { return static_cast<double>(device_.now_ns()) * 1e-9; }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  void after(double seconds, std::function<void()> action);

  void establish(unsigned pair);
  abi::MailboxAnswer reserve(unsigned pair, abi::Pool pool, std::optional<abi::RekeyStarter> starter);
  std::optional<Keys> install(unsigned pair, const abi::MailboxAnswer& reserved, double life_used);
  abi::MailboxCode pair_command(abi::MailboxCommand command, const Keys& keys);
  abi::MailboxCode pair_command(abi::MailboxCommand command, const Keys& keys, const Keys& replacement,
                                std::uint64_t drain_ns);
  void erase_reservation(const abi::MailboxAnswer& reserved);
  double exchange_s();
  void exchange(unsigned ike_sa, std::function<void()> done);
  void begin(unsigned pair);
  void answered(unsigned pair, const abi::MailboxAnswer& reserved, double begun_s);
  void replaced(unsigned pair, const Keys& old, const Keys& fresh, bool by_us);
  void peer_begins(unsigned pair);
  void traffic(double seconds);
  void manage();
  void notice(const abi::MailboxNotice& notice);
  void lost_one();
  [[nodiscard]] bool counts() const { return now_s() - base_s_ >= config_.surge_at_s; }
  [[nodiscard]] double surge() const { return config_.surge_at_s != 0 && counts() ? config_.surge : 1; }
  // Time of the result.
  [[nodiscard]] double since_s() const { return now_s() - base_s_ - config_.surge_at_s; }
  void check_books();
  void wind_up();

  RekeyWorldConfig config_;
  RekeyWorldResult result_;
  std::mt19937_64 random_;
  FakeDevice device_;
  FakeRegisterBus bus_{device_};
  Random firmware_random_;
  std::unique_ptr<fw::Storage<1024, 256, 4>> storage_ = std::make_unique<fw::Storage<1024, 256, 4>>();
  fw::Kept<4> kept_{};
  fw::Firmware firmware_{bus_, firmware_random_, *storage_, kept_};
  std::uint32_t seq_ = 0;
  std::vector<Pair> pairs_;
  std::vector<IkeSa> ike_sas_;
  std::priority_queue<Event> agenda_;
  std::uint64_t event_number_ = 0;
  std::uint64_t hard_octets_;
  abi::Rough t_ike_;
  double base_s_ = 0;
  double ike_sum_s_ = 0;
  std::uint64_t ike_count_ = 0;
  bool winding_up_ = false;
};

}  // namespace sallyport::test
