#pragma once
/// @file
/// What the agent wants of whoever holds the Child SAs: an accelerator behind its driver, a model, a recorder in tests.
#include <cstdint>
#include <optional>
#include <vector>

#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/narrowing.hpp"
#include "sallyport/ike/selectors.hpp"
#include "sallyport/result.hpp"
#include "sallyport/secret.hpp"
#include "sallyport/strong.hpp"

namespace sallyport::ike {

/// A Child SA pair (inbound and outbound) at the backend. Numbers are not used twice.
using ChildHandle = Strong<struct ChildHandleTag, std::uint64_t>;
/// An inbound entry that has its SPI and no key yet.
using ReservationHandle = Strong<struct ReservationHandleTag, std::uint64_t>;
/// Whose entries they are: number of the connection. Quotas go by it.
using Owner = Strong<struct ConnectionTag, std::uint16_t>;

/// Which part of a table of fixed size may serve a reservation.
enum class ReserveFor : std::uint8_t {
  kNewChild,    ///< Established part only.
  kOurRekey,    ///< Rekey reserve; the emergency part when the old SA is close to its end.
  kPeersRekey,  ///< The same, after our own.
};

struct ReserveRequest {
  Owner owner;
  ReserveFor purpose = ReserveFor::kNewChild;
  std::optional<ChildHandle> replaces;  ///< A rekey: the old pair.
};

struct Reservation {
  ReservationHandle handle;
  Spi spi;  ///< For the peer: it sends to us with this one.
};

/// Hard limits; 0 = none.
struct HardLimits {
  std::uint64_t octets = 0;
  std::uint64_t packets = 0;
};

/// Where soft limits are drawn, in 1/10,000 of the hard limit.
struct SoftRange {
  std::uint16_t from = 8000;
  std::uint16_t span = 500;
};

/// Lets the backend say when to rekey (ChildEvent::kRekeyWanted), because it knows how much room there is.
struct Pace {
  std::uint32_t ike_sa = 0;  ///< Number of the IKE SA: its children share a window.
  std::uint8_t window = 1;
  TimeNs t_ike = 0;  ///< 99.9th percentile of a rekey on this IKE SA.
  bool designated = false;
};

/// Keys of one direction (RFC 4106 8.1).
struct DirectionKeys {
  SecretBytes key;
  SecretBytes salt;
};

struct InstallRequest {
  Owner owner;
  Spi outbound_spi;  ///< The peer's.
  DirectionKeys inbound;
  DirectionKeys outbound;
  bool tunnel = true;
  bool esn = false;
  IpAddress local;  ///< Outer addresses; in transport mode the only ones.
  IpAddress remote;
  bool udp = false;  ///< ESP in UDP (RFC 3948), from and to these ports.
  std::uint16_t local_port = kNatPort;
  std::uint16_t remote_port = kNatPort;
  SelectorSet local_selectors;
  SelectorSet remote_selectors;
  HardLimits limits;
  SoftRange soft;
  std::optional<Pace> pace;
  std::optional<ChildHandle> replaces;
};

/// What a pair has carried so far.
struct ChildUsage {
  std::uint64_t octets_in = 0;
  std::uint64_t packets_in = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t packets_out = 0;
};

/// What happened to a pair at the backend.
enum class ChildEventKind : std::uint8_t {
  kSoft,         ///< A soft limit was reached.
  kRekeyWanted,  ///< The backend wants the rekey to begin now (Pace).
  kHard,         ///< Dead: a hard limit, the last sequence number, the integrity limit, or a memory error.
  kFirstPacket,  ///< The first valid packet came in on it.
  kGone,         ///< Its entries were taken back without our asking.
};

struct ChildEvent {
  ChildHandle child;
  ChildEventKind kind = ChildEventKind::kSoft;
};

/// Calls come from the agent's thread and return at once. No call may call the agent back: events are told afterwards.
class SaBackend {
 public:
  virtual ~SaBackend() = default;

  /// Takes an inbound entry and its SPI before any costly work. kFull: no room for this purpose, or the quota is used.
  virtual Result<Reservation> reserve(const ReserveRequest& request) = 0;
  virtual void abandon(ReservationHandle reservation) = 0;
  /// Both directions at once: on success the reservation has become the pair, on failure nothing is installed and the
  /// reservation is given back. Traffic goes out on it only after use_outbound.
  virtual Result<ChildHandle> install(ReservationHandle reservation, InstallRequest request) = 0;
  /// From now on outbound traffic of its selectors goes out through this pair.
  virtual void use_outbound(ChildHandle child) = 0;
  /// `by` takes over from `old`; inbound packets of both are taken.
  virtual void supersede(ChildHandle old, ChildHandle by) = 0;
  /// The loser of two rekeys of one SA; inbound packets are still taken.
  virtual void mark_redundant(ChildHandle child) = 0;
  /// Its outbound half is not needed any more.
  virtual void drop_outbound(ChildHandle child) = 0;
  /// Deleted on both sides: what is left of it goes, the inbound half after the reorder guard.
  virtual void retire(ChildHandle child) = 0;
  /// Goes at once, whatever is under way.
  virtual void erase(ChildHandle child) = 0;
  [[nodiscard]] virtual ChildUsage usage(ChildHandle child) = 0;
  /// Part of the table that is in use, in 1/1,000. For Rekey Values and for refusing new IKE SAs.
  [[nodiscard]] virtual unsigned occupancy() = 0;
  /// What a Child SA's selectors must fit into.
  [[nodiscard]] virtual NarrowTo narrow_to() const = 0;
};

}  // namespace sallyport::ike
