#pragma once
/// @file
/// A table of Child SAs for tests: it does what a backend has to, remembers what it was told, and complains about
/// commands that make no sense.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/sa_backend.hpp"

namespace sallyport::ike::testing {

enum class PairState : std::uint8_t { kReserved, kInstalled, kSuperseded, kRedundant, kDraining };

struct RecordedPair {
  PairState state = PairState::kReserved;
  Spi spi_in;
  InstallRequest config;  ///< Keys and all.
  bool outbound = true;   ///< Its outbound half is there.
  bool used = false;      ///< Traffic goes out on it.
  bool heard = false;     ///< A packet has come in on it.
  ChildUsage usage;
  std::uint64_t soft_out = ~std::uint64_t{0};  ///< Drawn, in octets.
  std::uint64_t soft_in = ~std::uint64_t{0};
  bool told_soft = false;
  bool told_hard = false;
};

class RecordingBackend final : public SaBackend {
 public:
  /// Room for so many pairs, of which `reserve` are for rekeys.
  RecordingBackend(std::uint64_t seed, std::size_t pairs, std::size_t reserve)
      : random_(seed), pairs_limit_(pairs), reserve_(reserve) {}

  Result<Reservation> reserve(const ReserveRequest& request) override;
  void abandon(ReservationHandle reservation) override;
  Result<ChildHandle> install(ReservationHandle reservation, InstallRequest request) override;
  void use_outbound(ChildHandle child) override;
  void supersede(ChildHandle old, ChildHandle by) override;
  void mark_redundant(ChildHandle child) override;
  void drop_outbound(ChildHandle child) override;
  void retire(ChildHandle child) override;
  void erase(ChildHandle child) override;
  [[nodiscard]] ChildUsage usage(ChildHandle child) override;
  [[nodiscard]] unsigned occupancy() override { return static_cast<unsigned>(pairs_.size() * 1'000 / pairs_limit_); }
  [[nodiscard]] NarrowTo narrow_to() const override { return NarrowTo::kOnePrefix; }

  /// The pair that traffic of this owner goes out on.
  [[nodiscard]] RecordedPair* outbound();
  /// The pair that an inbound packet with this SPI belongs to.
  [[nodiscard]] RecordedPair* inbound(Spi spi);
  [[nodiscard]] RecordedPair* find(ChildHandle child);
  [[nodiscard]] ChildHandle handle_of(const RecordedPair& pair) const;
  /// Draining pairs are gone now: the reorder guard is over.
  void drain();
  [[nodiscard]] std::size_t size() const { return pairs_.size(); }
  [[nodiscard]] const std::map<std::uint64_t, RecordedPair>& pairs() const { return pairs_; }
  /// Commands that made no sense.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  /// The next installations fail.
  void fail_installs(unsigned times) { failing_ = times; }
  [[nodiscard]] std::size_t peak() const { return peak_; }

 private:
  RecordedPair* expect(ChildHandle child, const char* command);

  SeededRandom random_;
  std::size_t pairs_limit_;
  std::size_t reserve_;
  std::size_t peak_ = 0;
  std::uint64_t next_ = 1;
  unsigned failing_ = 0;
  std::map<std::uint64_t, RecordedPair> pairs_;
  std::vector<std::string> complaints_;
};

}  // namespace sallyport::ike::testing
