#pragma once
/// @file
/// A full table of SA pairs on the Verilated accelerator, each rekeyed again and again when the firmware asks for it.
/// Every pair is its own peer: what its outbound half seals travels for a while, and its inbound half opens it. IKE is
/// the time that its exchanges take; some fail, some collide, some are the peer's. Replays from its seed.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "churn_books.hpp"
#include "loopback.hpp"

namespace sallyport::test {

struct ChurnConfig {
  unsigned tunnels = 31;
  std::uint16_t reserve = 2;
  double life_s = 2.3;              ///< Of an SA to its hard limit, on average.
  std::uint64_t generations = 300;  ///< SAs to install.
  std::uint64_t seed = 1;
};

/// What came to pass.
struct ChurnFigures {
  std::uint64_t generations = 0;
  std::uint64_t ours = 0;  ///< Rekeys.
  std::uint64_t by_peer = 0;
  std::uint64_t peer_refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t collisions = 0;
  std::uint64_t late = 0;  ///< Retirements.
  std::uint64_t sealed = 0;
  std::uint64_t on_old = 0;  ///< Opened by an SA that was superseded.
  std::uint64_t lost = 0;
  std::uint64_t replayed = 0;
  std::uint64_t forged = 0;
  std::uint64_t strays = 0;  ///< Of an SA that is gone.
  std::uint64_t warnings = 0;
  std::uint64_t overload_warnings = 0;
  unsigned load_most = 0;  ///< 1/1,000, as the firmware tells.
  double load_mean = 0;
  double overloaded = 0;  ///< Part of the time with a load above 1.
  double occupancy = 0;   ///< Mean of the time that all tunnels were up.
  unsigned most_in_use = 0;
  double seconds = 0;  ///< Of the device.
  [[nodiscard]] std::string text() const;
};

class ChurnWorld : public Loopback {
 protected:
  /// From an empty table to an empty table.
  ChurnFigures churn(const ChurnConfig& config);

 private:
  /// An SA pair from key to key.
  struct Life {
    SaPair sa;  ///< Empty once it is retired.
    SaRef in, out;
    unsigned tunnel = 0;
    std::uint64_t hard_packets = 0;  ///< 0: none.
    std::uint64_t hard_octets = 0;
    std::uint64_t packets = 0;
    std::uint64_t octets = 0;
    bool superseded = false;
    std::uint64_t peer_begins_at = 0;  ///< Part of the limit in hundredths; then the peer rekeys it.
    Packet stray;
    [[nodiscard]] bool has_room(std::uint64_t octets_more) const;
    [[nodiscard]] std::uint64_t used() const;
  };
  using LifePtr = std::shared_ptr<Life>;
  using Proposal = std::shared_ptr<Reservation>;
  struct Tunnel {
    LifePtr now;
    double pace = 1;  ///< Of its traffic.
    bool rekeying = false;
    bool failed_before = false;
  };
  struct Event {
    std::uint64_t time;
    std::uint64_t number;
    std::function<void()> action;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : number > other.number; }
  };

  using Verdicts = std::array<std::array<std::uint64_t, abi::kVerdictCount>, 2>;  // by direction

  [[nodiscard]] std::uint64_t now() const { return accelerator_->now_ns(); }
  std::uint64_t between(std::uint64_t low, std::uint64_t high);
  bool one_in(std::uint64_t n) { return between(1, n) == 1; }
  Packet random_octets(std::size_t count);
  void after(std::uint64_t ns, std::function<void()> action);
  void rest(std::uint64_t ns);
  void step();
  void listen();
  void look_at_load();

  // Traffic (churn_traffic.cpp).
  void send(unsigned tunnel);
  void seal_on(const LifePtr& life);
  void seal_late(const LifePtr& life);
  void arrive(const LifePtr& life, const Packet& plain, const Packet& esp);
  void arrive_stray(const Packet& esp);
  PacketOut open_expecting(abi::Verdict expected, const Packet& esp);
  void take_verdicts(Verdicts& into);
  void check_verdicts();

  // Rekeys.
  InstallOptions terms(unsigned tunnel, abi::Pool pool, std::optional<RekeyOf> rekey);
  Proposal propose(unsigned tunnel, const InstallOptions& options);
  void give_up(const Proposal& proposal);
  LifePtr key(unsigned tunnel, const Proposal& proposal);
  void establish(unsigned tunnel);
  void begin(const RekeyRequest& request);
  void peer_begins(unsigned tunnel);
  void answered(unsigned tunnel, const Proposal& proposal);
  void replace(unsigned tunnel, const LifePtr& fresh);
  void retire(const LifePtr& life);
  void wind_up();
  void check_nothing_is_left();

  ChurnConfig config_;
  ChurnFigures figures_;
  std::mt19937_64 random_;
  ChurnBooks books_;
  std::vector<Tunnel> tunnels_;
  std::priority_queue<Event> agenda_;
  std::uint64_t event_number_ = 0;
  std::uint64_t next_check_ = 0;  // generations
  bool winding_up_ = false;
  double load_sum_ = 0;
  std::uint64_t load_samples_ = 0;
  std::uint64_t overloads_ = 0;
  double in_use_ns_ = 0;
  double measured_ns_ = 0;
  Verdicts verdicts_{};  // that there must have been
};

}  // namespace sallyport::test
