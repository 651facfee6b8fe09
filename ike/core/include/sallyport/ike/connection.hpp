#pragma once
/// @file
/// What a connection is meant to be. Read by whoever loads configuration; the agent keeps it and changes nothing in it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sallyport/ike/count_based.hpp"
#include "sallyport/ike/credentials.hpp"
#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/proposals.hpp"
#include "sallyport/ike/retransmission.hpp"
#include "sallyport/ike/sa_backend.hpp"
#include "sallyport/ike/selectors.hpp"
#include "sallyport/ike/t_ike.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// One Child SA of a connection.
struct ChildConfig {
  std::string name;
  bool tunnel = true;
  SelectorSet local;   ///< Transport mode, empty: the connection's own address.
  SelectorSet remote;  ///< Likewise.
  ProposalTemplates proposals = default_esp_proposals();
  HardLimits limits;      ///< Of our own; with a count-based SA octets are what both agreed on.
  TimeNs rekey_time = 0;  ///< 0: not by time. A tenth of it is random.
  TimeNs life_time = 0;   ///< 0: no end by time. Above rekey_time.
  bool start = false;     ///< Negotiate as soon as the IKE SA is up (the first one goes with IKE_AUTH).
};

/// How a connection takes part in count-based SAs (count-based-sa.md).
struct CountConfig {
  bool enabled = true;
  RekeyWish wish = RekeyWish::kAuto;
  PeakRates peak{125'000'000, 1'500'000};  ///< M: the port's rates.
  TimeNs t_event = kMillisecond;        ///< From a soft limit's crossing to the agent; T_sad where counters are polled.
  TimeNs t_queue = kMillisecond;        ///< Until the agent gets to it.
  TimeNs t_ike = RekeyTimes::kInitial;  ///< Before there are measurements.
  std::uint64_t least_octets = 0;       ///< Shortest life to negotiate; 0: what sizing says.
};

/// What becomes of a Child SA when there is a newer one for the same traffic. That is legal (RFC 7296 1.3.1, RFC 9611),
/// and on a table of fixed size it may be one too many.
enum class UniqueChildren : std::uint8_t {
  kKeep,    ///< Both stay, the newer one is shown as a duplicate.
  kNewest,  ///< The older ones are deleted when the first packet has come in on the newer, once an hour at most.
};

struct ConnectionConfig {
  std::string name;
  Owner owner;                      ///< Number of the connection.
  std::optional<IpAddress> local;   ///< Nothing: whichever the peer reaches us at (responder only).
  std::optional<IpAddress> remote;  ///< Nothing: any peer (responder only).
  std::uint16_t remote_port = kIkePort;
  Credentials credentials;
  ProposalTemplates proposals = default_ike_proposals();
  bool force_encapsulation = false;  ///< ESP in UDP even where no NAT is.
  bool fragmentation = true;
  std::size_t fragment_octets = 1252;      ///< Largest IKE message sent whole: 1,280 less IPv4 and UDP headers.
  TimeNs rekey_time = 4 * 3600 * kSecond;  ///< Of the IKE SA; 0: never. A tenth of it is random.
  TimeNs liveness_time = 0;                ///< Silence after which the peer is asked; 0: never.
  RetransmissionSchedule retransmission;   ///< For peers other than Sallyport.
  std::uint8_t window = 1;                 ///< Requests of the peer that we take at once, 1..16.
  UniqueChildren unique_children = UniqueChildren::kKeep;
  unsigned same_traffic_limit = 0;  ///< Child SAs of the peer's for the same traffic; TS_MAX_QUEUE beyond (RFC 9611).
                                    ///< 0: no limit.
  CountConfig counts;
  std::vector<ChildConfig> children;

  /// Whether it can work at all; the error names the field.
  [[nodiscard]] Result<void> check() const;
};

}  // namespace sallyport::ike
