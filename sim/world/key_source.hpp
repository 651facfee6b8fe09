#pragma once
/// @file
/// The scripted key source: in the place of a key exchange, it gives the gateways their SAs and replaces them on soft
/// events.
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <systemc>
#include <vector>

#include "sallyport/telemetry/records.hpp"
#include "scenario/scenario.hpp"
#include "world/gateway.hpp"
#include "world/policy.hpp"

namespace sallyport::sim {

/// An SA that was keyed, as an observer with the keys writes it down.
struct KeyedSa {
  std::size_t tunnel = 0;
  bool backwards = false;  ///< From gateway B to A.
  SaRef sender;            ///< Outbound entry at the sender.
  SaRef receiver;          ///< Inbound entry at the receiver.
  Spi spi;
  Keying keying;
};

/// How a rekey ended, for the log.
struct RekeyReport {
  std::uint64_t started_ns = 0;
  std::uint64_t ended_ns = 0;
  std::size_t tunnel = 0;
  RekeyTrigger trigger = RekeyTrigger::kSoftOctets;
  bool done = false;
  SaRef old_out;  ///< At gateway A.
  SaRef new_out;  ///< At gateway A; as old_out when not done.
};

/// Make before break, on the script's clock (x = exchange time):
///
///     t         soft event at A, or A's firmware asks; A reserves its inbound SPI
///     t + x/2   B reserves, installs its pair; its old pair -> overlap
///     t + x     A installs its pair; new packets take it; A's old pair -> overlap
///     then      as soon as no packet under the old SA is left in A's accelerator: A retires its old pair (Delete)
///     + x/2     the Delete has reached B: B retires its old pair, which drains and is erased
///
/// So the receiver's inbound SA is always there before the first packet under it, and stays for the drain time after
/// the last one. Keys come from the seed: these are test keys, not secrets.
class KeySource : public sc_core::sc_module {
 public:
  struct Handlers {
    std::function<void(const KeyedSa&)> keyed;
    std::function<void(const RekeyReport&)> rekeyed;
    /// Gateway (0 = A, 1 = B) whose table refused an entry for a rekey.
    std::function<void(unsigned gateway, std::size_t tunnel, abi::MailboxCode why)> refused;
    /// When everything sent over the link so far has arrived at B.
    std::function<std::uint64_t()> way_clear_ns;
    std::function<void(const Error&)> failure;
  };

  /// The scenario and the gateways must outlive it.
  KeySource(const sc_core::sc_module_name& name, const Scenario& scenario, Gateway& a, Gateway& b, Handlers handlers);
  /// The SAs stay in the tables: by now nobody may be there to take them back.
  ~KeySource() override;

  /// Keys every tunnel, before the simulation starts. Errors: as Device::reserve and install.
  Result<void> key_all();
  /// An event of gateway A (0) or B (1).
  void on_event(unsigned gateway, const SaEvent& event);
  /// The firmware of a gateway asks for a rekey.
  void on_request(unsigned gateway, const RekeyRequest& request);
  /// The outbound SA at gateway A that new packets of a tunnel take.
  [[nodiscard]] SaRef current(std::size_t tunnel) const { return tunnels_[tunnel].pair[0].out(); }

 private:
  using Pairs = std::array<SaPair, 2>;  // at A, at B
  /// A replacement under way.
  struct Next {
    RekeyReport report;
    std::array<Reservation, 2> reserved;
    std::array<Spi, 2> receiver_spi;  // inbound SPI at A, at B
    std::array<Keying, 2> keying;     // of what A sends, of what B sends
    Pairs pair;
  };
  struct Tunnel {
    Pairs pair;
    std::optional<Next> next;
    std::optional<RekeyTrigger> reached;  ///< The soft event of the present pair that came first.
  };

  void run();
  void at(std::uint64_t time_ns, std::function<void()> action);
  /// `since_ns`: when the event happened.
  void start(std::size_t tunnel, RekeyTrigger trigger, std::uint64_t since_ns);
  void key_b(std::size_t tunnel);
  void key_a(std::size_t tunnel);
  void retire_a(std::size_t tunnel, Pairs old);
  void give_up(std::size_t tunnel, unsigned gateway, const Error& why);
  [[nodiscard]] bool paced() const { return scenario_.rekey.start == RekeyStart::kPaced; }
  Result<void> reserve(std::size_t tunnel, unsigned gateway, abi::Pool pool);
  Result<void> install(std::size_t tunnel, unsigned gateway);
  void announce(std::size_t tunnel);
  Keying make_keying(const TunnelConfig& tunnel);
  [[nodiscard]] InstallOptions options(std::size_t tunnel, unsigned gateway, abi::Pool pool) const;
  void report_failure(const Result<void>& result);

  const Scenario& scenario_;
  std::array<Gateway*, 2> gateways_;
  Handlers handlers_;
  std::vector<Tunnel> tunnels_;
  std::mt19937_64 random_;
  std::multimap<std::uint64_t, std::function<void()>> agenda_;
  sc_core::sc_event look_;
};

}  // namespace sallyport::sim
