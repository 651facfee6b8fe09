// A host that dies in the middle of what it does, and its heir: a new host that finds the device as it is, tidies up
// and goes on. On the core the firmware goes on meanwhile; hosted, it dies with its host.
#include <functional>

#include "loopback.hpp"
#include "sallyport/core_firmware.hpp"
#include "sallyport/core_regs.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "support/firmware_under_test.hpp"
#include "support/forwarding_bus.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

constexpr OwnerId kOwner{7};

/// Lets so many accesses through, and then nothing any more.
class MortalBus final : public ForwardingBus {
 public:
  explicit MortalBus(Bus& bus) : ForwardingBus(bus) {}
  void dies_after(std::size_t accesses) {
    seen.clear();
    left_ = accesses;
  }
  Result<std::uint32_t> read32(std::uint32_t address) override {
    if (!passes(address)) return dead();
    return ForwardingBus::read32(address);
  }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    if (!passes(address)) return dead();
    return ForwardingBus::write32(address, value);
  }
  [[nodiscard]] bool interrupt_pending() const override { return left_ > 0 && ForwardingBus::interrupt_pending(); }

  std::vector<std::uint32_t> seen;  ///< Addresses of the accesses since its death was set.

 private:
  static Error dead() { return {ErrorCode::kBusFailure, "the host is dead"}; }
  bool passes(std::uint32_t address) {
    if (left_ == 0) return false;
    --left_;
    seen.push_back(address);
    return true;
  }

  std::size_t left_ = SIZE_MAX;
};

/// From its start to its death. What it holds goes with it, and nobody hears of that.
struct Host {
  explicit Host(sim::Accelerator& accelerator) : bus(accelerator) {}
  MortalBus bus;
  std::unique_ptr<FirmwarePort> port;
  std::optional<Device> device;
  std::optional<EventQueue> queue;
  Reservation reservation;
  std::vector<SaPair> pairs;
};

class Killed : public Loopback {
 protected:
  using Deed = std::function<void(Host&)>;
  using Table = std::vector<EntryReport>;

  void SetUp() override {
    Loopback::SetUp();
    queue_.reset();
    device_.reset();
    firmware_.reset();
  }

  std::unique_ptr<Host> new_host() {
    auto host = std::make_unique<Host>(*accelerator_);
    if (firmware_on_core()) {
      auto port = CoreFirmware::attach(host->bus);
      EXPECT_TRUE(port) << port.error().text;
      if (!port) return nullptr;
      host->port = std::move(*port);
    } else {
      auto port = HostedFirmware::start(host->bus, ++hosts_);
      EXPECT_TRUE(port) << port.error().text;
      if (!port) return nullptr;
      host->port = std::move(*port);
    }
    open_session(*host);
    return host->device ? std::move(host) : nullptr;
  }
  static void open_session(Host& host) {
    host.queue.reset();
    auto device = Device::open(host.bus, *host.port);
    ASSERT_TRUE(device) << device.error().text;
    host.device = std::move(*device);
    host.queue.emplace(*host.device);
  }

  static InstallOptions mine() { return options(kOwner.value); }
  static void reserve(Host& host) {
    auto reservation = host.device->reserve(mine());
    if (reservation) host.reservation = std::move(*reservation);
  }
  static void install(Host& host) {
    auto inbound = half(Direction::kInbound, 9);
    auto outbound = half(Direction::kOutbound, 9);
    outbound.spi = host.reservation.spi();
    auto pair = host.device->install(host.reservation, inbound, outbound, mine());
    if (pair) host.pairs.push_back(std::move(*pair));
  }
  static void install_two(Host& host) {
    for (int i = 0; i < 2; ++i) {
      reserve(host);
      install(host);
    }
    ASSERT_EQ(host.pairs.size(), 2U);
  }
  static void supersede(Host& host) { static_cast<void>(host.pairs[0].supersede_by(host.pairs[1])); }

  /// Does `before`, then dies at an access of `deed`, again and again at another one. The heir finds a table of which
  /// `look` says whether the deed was done; both must have been the case.
  void dies_at_any_access(const Deed& before, const Deed& deed, const std::function<bool(const Table&)>& look) {
    const auto whole = life_and_death(before, deed, SIZE_MAX, look);
    EXPECT_TRUE(done_) << "with time enough it is done";
    unsigned served = 0;
    unsigned deaths = 0;
    for (std::size_t at = 0; at < whole.size() && !HasFailure(); ++at) {
      if (!is_of_interest(whole, at)) continue;
      SCOPED_TRACE("dead after " + std::to_string(at) + " of " + std::to_string(whole.size()) + " accesses");
      static_cast<void>(life_and_death(before, deed, at, look));
      served += done_ ? 1 : 0;
      ++deaths;
    }
    EXPECT_GT(served, 0U);
    EXPECT_LT(served, deaths);
    std::printf("%zu accesses, died at %u of them; served %u times\n", whole.size(), deaths, served);
  }

  /// A packet there and back.
  void carries(SaRef out, SaRef in) {
    const auto packet = ipv4_packet(120);
    const auto sealed = seal(out, packet);
    ASSERT_EQ(verdict(sealed), abi::Verdict::kOk) << abi::name(verdict(sealed));
    const auto opened = open(sealed.octets);
    ASSERT_EQ(verdict(opened), abi::Verdict::kOk) << abi::name(verdict(opened));
    EXPECT_EQ(opened.octets, packet);
    EXPECT_EQ(opened.status.index, in.index.value);
  }
  /// Pairs in this state, by what the entries say of their partners.
  unsigned whole_pairs(const Table& table, EntryState state) {
    unsigned pairs = 0;
    for (const auto& in : table) {
      if (in.direction != Direction::kInbound || in.state != state) continue;
      for (const auto& out : table) {
        if (out.ref.index.value != in.partner || out.state != state) continue;
        EXPECT_EQ(out.partner, in.ref.index.value);
        EXPECT_EQ(out.spi, in.spi);
        carries(out.ref, in.ref);
        ++pairs;
      }
    }
    return pairs;
  }
  static unsigned count(const Table& table, EntryState state) {
    unsigned n = 0;
    for (const auto& entry : table) n += entry.state == state ? 1 : 0;
    return n;
  }

 private:
  // While it waits for the firmware one access is like another, and of a row of words every fourth will do.
  static bool is_of_interest(const std::vector<std::uint32_t>& accesses, std::size_t at) {
    const bool again = at > 0 && accesses[at] == accesses[at - 1];
    return at % (again ? 48 : 4) == 0 || at + 1 == accesses.size() || accesses[at] == core_regs::kRequestBellAddress;
  }

  std::vector<std::uint32_t> life_and_death(const Deed& before, const Deed& deed, std::size_t accesses,
                                            const std::function<bool(const Table&)>& look) {
    auto host = new_host();
    if (!host) return {};
    before(*host);
    host->bus.dies_after(accesses);
    deed(*host);
    auto seen = std::move(host->bus.seen);
    host->bus.dies_after(0);
    host.reset();
    // The heir comes at once, or when all is over.
    if (accesses % 2 == 0) accelerator_->run(10'000);
    inherit(look);
    return seen;
  }

  void inherit(const std::function<bool(const Table&)>& look) {
    const auto heir = new_host();
    ASSERT_TRUE(heir);
    const auto table = heir->queue->reconcile();
    ASSERT_TRUE(table) << table.error().text;
    EXPECT_FALSE(heir->queue->needs_reconcile());
    const auto now = heir->device->occupancy();
    ASSERT_TRUE(now) << now.error().text;
    EXPECT_EQ(now->entries[static_cast<unsigned>(EntryState::kFree)] + table->size(), 64U);
    for (const auto& entry : *table) {
      if (entry.state == EntryState::kErasing) continue;
      EXPECT_EQ(entry.owner, kOwner) << abi::name(entry.state);
    }
    done_ = look(*table);
    tidy_up(*heir, *table);
    if (HasFailure()) return;
    reserve(*heir);
    install(*heir);
    ASSERT_EQ(heir->pairs.size(), 1U) << "the heir cannot install";
    carries(heir->pairs[0].out(), heir->pairs[0].in());
    ASSERT_TRUE(heir->pairs[0].erase());
    expect_empty(*heir);
  }

  // Nobody can go on with a reservation; SAs are taken over, pairs whole, and retired as if their owner had ended.
  void tidy_up(Host& heir, const Table& table) {
    std::vector<SaHandle> handles;
    for (const auto& entry : table) {
      auto handle = heir.device->adopt(entry);
      ASSERT_TRUE(handle) << abi::name(entry.state) << ": " << handle.error().text;
      if (handle->holds()) handles.push_back(std::move(*handle));
    }
    EXPECT_EQ(heir.device->occupancy()->entries[static_cast<unsigned>(EntryState::kLarval)], 0);
    for (auto& handle : handles) {
      EXPECT_TRUE(handle.in().present() && handle.out().present()) << "only pairs were installed";
      const auto done = handle.retire();
      ASSERT_TRUE(done) << done.error().text;
    }
    expect_empty(heir);
  }

  void expect_empty(Host& heir) {
    // Twice the guard of a policy that nobody has set.
    for (int i = 0; i < 10; ++i) {
      sim::pass_time(*accelerator_, DevicePolicy{}.drain_ns / 5);
      ASSERT_TRUE(heir.queue->poll());
    }
    const auto now = heir.device->occupancy();
    ASSERT_TRUE(now) << now.error().text;
    EXPECT_EQ(now->entries[static_cast<unsigned>(EntryState::kFree)], 64);
    EXPECT_EQ(now->claimed, 0);
    const auto rest = heir.device->query_next(SaIndex{0});
    ASSERT_TRUE(rest) << rest.error().text;
    EXPECT_FALSE(*rest) << "entry " << (*rest)->ref.index.value << " is " << abi::name((*rest)->state);
  }

  std::uint64_t hosts_ = 0;
  bool done_ = false;
};

TEST_F(Killed, InAReservation) {
  dies_at_any_access([](Host&) {}, reserve,
                     [](const Table& table) {
                       EXPECT_EQ(table.size(), count(table, EntryState::kLarval));
                       EXPECT_LE(table.size(), 1U);
                       return !table.empty();
                     });
}

// In the middle of a key, of the request, of the wait, of the answer.
TEST_F(Killed, InAnInstallation) {
  dies_at_any_access(reserve, install, [this](const Table& table) {
    const bool installed = table.size() == 2 && whole_pairs(table, EntryState::kActive) == 1;
    EXPECT_TRUE(installed || (table.size() == 1 && count(table, EntryState::kLarval) == 1)) << table.size();
    return installed;
  });
}

TEST_F(Killed, InASupersession) {
  dies_at_any_access(install_two, supersede, [this](const Table& table) {
    EXPECT_EQ(table.size(), 4U);
    const unsigned active = whole_pairs(table, EntryState::kActive);
    const unsigned overlap = whole_pairs(table, EntryState::kOverlap);
    EXPECT_EQ(active + overlap, 2U) << "a pair is in two states";
    EXPECT_LE(overlap, 1U);
    return overlap == 1;
  });
}

TEST_F(Killed, InARetirement) {
  dies_at_any_access(
      [](Host& host) {
        install_two(host);
        supersede(host);
      },
      [](Host& host) { static_cast<void>(host.pairs[0].retire()); },
      [this](const Table& table) {
        EXPECT_EQ(whole_pairs(table, EntryState::kActive), 1U) << "the other pair has nothing to do with it";
        const unsigned overlap = count(table, EntryState::kOverlap);
        EXPECT_TRUE(overlap == 0 || overlap == 2) << "half a pair is left";
        return overlap == 0;
      });
}

}  // namespace
}  // namespace sallyport::test
