// Reserve and install: keys go over the bus into the staging bank, everything else by mailbox.
#include "sallyport/device.hpp"
#include "sallyport/rough.hpp"

namespace sallyport {
namespace {

// The driver's slots. One thread at a time installs, so two are enough.
constexpr std::uint8_t kSlotIn = 0;
constexpr std::uint8_t kSlotOut = 1;
constexpr std::uint8_t kNoSlot = 0xFF;

constexpr unsigned flag(abi::InstallFlag bit) { return 1U << static_cast<unsigned>(bit); }

abi::MailboxInstall request_of(const InstallOptions& options) {
  abi::MailboxInstall request;
  request.in_index = kNoEntry;
  request.owner = options.owner.value;
  request.pool = static_cast<std::uint8_t>(options.pool);
  request.slot_in = request.slot_out = kNoSlot;
  request.soft_from = options.soft.from;
  request.soft_span = options.soft.span;
  request.partner = kNoEntry;
  if (options.pace) {
    constexpr unsigned kWindowShift = 3;
    request.flags = static_cast<std::uint8_t>(flag(abi::InstallFlag::kPaced) |
                                              (options.pace->designated ? flag(abi::InstallFlag::kDesignated) : 0U) |
                                              static_cast<unsigned>(options.pace->window) << kWindowShift);
    request.group = options.pace->ike_sa;
    request.t_ike = abi::Rough{options.pace->t_ike_ns}.code();
  }
  return request;
}

void put_inbound(abi::MailboxInstall& request, const Reservation& reservation, const SaConfig& config) {
  request.in_index = reservation.ref().index.value;
  request.in_generation = reservation.ref().generation.value;
  request.slot_in = kSlotIn;
  request.in_hard_octets = config.lifetime.octets.value;
  request.in_hard_packets = config.lifetime.packets.value;
}

void put_outbound(abi::MailboxInstall& request, const SaConfig& config) {
  request.slot_out = kSlotOut;
  if (config.esn) request.flags = static_cast<std::uint8_t>(request.flags | flag(abi::InstallFlag::kEsn));
  request.out_hard_octets = config.lifetime.octets.value;
  request.out_hard_packets = config.lifetime.packets.value;
  request.out_spi = config.spi.value;
}

// The request may have been carried out: its answer was lost, or the firmware has started again since.
bool is_uncertain(const Error& error, abi::MailboxCode code) {
  return error.code == ErrorCode::kBusFailure || error.code == ErrorCode::kMalformedInput ||
         code == abi::MailboxCode::kBadSequence || code == abi::MailboxCode::kReplayed;
}

SaRef in_of(const abi::MailboxAnswer& answer) { return {SaIndex{answer.in_index}, Generation{answer.in_generation}}; }
SaRef out_of(const abi::MailboxAnswer& answer) {
  return {SaIndex{answer.out_index}, Generation{answer.out_generation}};
}
SoftLimits soft_in_of(const abi::MailboxAnswer& answer) {
  return {Octets{answer.in_soft_octets}, Packets{answer.in_soft_packets}};
}
SoftLimits soft_out_of(const abi::MailboxAnswer& answer) {
  return {Octets{answer.out_soft_octets}, Packets{answer.out_soft_packets}};
}

// Active, or replaced and not yet retired.
bool works(abi::EntryState state) {
  return state == abi::EntryState::kActive || state == abi::EntryState::kOverlap ||
         state == abi::EntryState::kRedundant;
}

Error no_reservation() { return {ErrorCode::kBadState, "install: the reservation is used up or was never made"}; }

}  // namespace

Result<void> Device::check_pace(const InstallOptions& options) const {
  constexpr std::uint8_t kMostWindow = 31;
  if (!options.pace) return {};
  const PaceTerms& pace = *options.pace;
  if (pace.ike_sa >= info_.num_sas / 2) {
    return Error{ErrorCode::kInvalidArgument, "install: IKE SA number " + std::to_string(pace.ike_sa) +
                                                  " is not below half of the number of SAs, " +
                                                  std::to_string(info_.num_sas / 2)};
  }
  if (pace.window < 1 || pace.window > kMostWindow) {
    return Error{ErrorCode::kInvalidArgument,
                 "install: a window of " + std::to_string(pace.window) + " exchanges is not in 1..31"};
  }
  if (pace.t_ike_ns == 0) return Error{ErrorCode::kInvalidArgument, "install: a rekey takes longer than 0 ns"};
  return {};
}

Result<Reservation> Device::reserve(const InstallOptions& options) {
  if (options.pool != abi::Pool::kEstablished && !options.rekey) {
    return Error{ErrorCode::kInvalidArgument, std::string("reserve: entries of pool ") + abi::name(options.pool) +
                                                  " are for rekeys: name the SA in InstallOptions::rekey"};
  }
  abi::MailboxReserve request;
  request.owner = options.owner.value;
  request.pool = static_cast<std::uint8_t>(options.pool);
  request.claim = options.claim_outbound ? 1 : 0;
  if (options.rekey) {
    request.old_index = options.rekey->inbound.index.value;
    request.old_generation = options.rekey->inbound.generation.value;
    request.starter =
        static_cast<std::uint8_t>(options.rekey->here ? abi::RekeyStarter::kHere : abi::RekeyStarter::kPeer);
  }
  const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kReserve, request);
  if (!answer) {
    if (is_uncertain(answer.error(), last_code())) take_back_unknown(options.owner);
    return answer.error();
  }
  if (answer->in_index >= given_.size()) {
    return Error{ErrorCode::kMalformedInput,
                 "reserve: the firmware gives out entry " + std::to_string(answer->in_index) + ", which there is not"};
  }
  given_[answer->in_index] = Generation{answer->in_generation};
  return Reservation(OwnedEntries(client_, in_of(*answer), SaRef{}, abi::MailboxCommand::kErase), Spi{answer->spi},
                     options.owner);
}

Result<void> Device::stage(unsigned slot, const SaConfig& config, Direction direction, std::optional<Spi> reserved) {
  const char* side = direction == Direction::kInbound ? "inbound" : "outbound";
  if (config.direction != direction) {
    return Error{ErrorCode::kInvalidArgument, std::string("install: the ") + side + " SA says the other direction"};
  }
  if (reserved && config.spi.value != 0 && config.spi != *reserved) {
    return Error{ErrorCode::kInvalidArgument, "install: the inbound SA names SPI " + std::to_string(config.spi.value) +
                                                  ", reserved is " + std::to_string(reserved->value)};
  }
  // Keys do not copy, so a config without an SPI gets the reserved one in a config of its own.
  SaConfig staged{.direction = config.direction,
                  .mode = config.mode,
                  .spi = reserved.value_or(config.spi),
                  .key = config.key.duplicate(),
                  .salt = config.salt.duplicate(),
                  .esn = config.esn,
                  .anti_replay = config.anti_replay,
                  .decrement_ttl = config.decrement_ttl,
                  .ecn_compatibility = config.ecn_compatibility,
                  .path_mtu = config.path_mtu,
                  .udp = config.udp,
                  .outer = config.outer,
                  .selectors = config.selectors,
                  .lifetime = config.lifetime};
  const auto image = encode(staged);
  if (!image) return Error{image.error().code, std::string(side) + " " + image.error().text};
  return write_staging(*bus_, slot, *image);
}

Result<abi::MailboxAnswer> Device::send_install(abi::MailboxCommand command, const abi::MailboxInstall& request) {
  auto answer = client_->ask<abi::MailboxAnswer>(command, request);
  if (!answer) {
    // The firmware clears the slots of a request it refuses; a request that did not reach it is cleared from here.
    for (const std::uint8_t slot : {request.slot_in, request.slot_out}) {
      if (slot != kNoSlot) static_cast<void>(clear_staging(*bus_, slot));
    }
  }
  return answer;
}

void Device::take_back(Reservation& reservation, bool pair) {
  auto in = query(reservation.ref().index);
  // The first one may but have opened a new session.
  if (!in) in = query(reservation.ref().index);
  if (!in || in->ref != reservation.ref() || in->state != abi::EntryState::kActive) return;
  const auto out = pair ? other_half(*in) : SaRef{};
  OwnedEntries entries(client_, in->ref, out ? *out : SaRef{}, abi::MailboxCommand::kErase);
  if (entries.send(abi::MailboxCommand::kErase, entries.pair(), true)) reservation.forget();
  entries.forget();
}

void Device::take_back_unknown(OwnerId owner) {
  for (std::uint16_t at = 0;; ++at) {
    auto found = query_next(SaIndex{at});
    // The first one may but have opened a new session.
    if (!found) found = query_next(SaIndex{at});
    if (!found || !*found) return;
    const EntryReport& entry = **found;
    at = entry.ref.index.value;
    if (entry.state != abi::EntryState::kLarval || entry.owner != owner || given_[at] == entry.ref.generation) continue;
    // Given back as it goes.
    const OwnedEntries unknown(client_, entry.ref, SaRef{}, abi::MailboxCommand::kErase);
  }
}

Result<SaRef> Device::other_half(const EntryReport& entry) {
  if (entry.partner == kNoEntry) return SaRef{};
  const auto other = query(SaIndex{entry.partner});
  if (!other) return other.error();
  const bool are_a_pair = works(other->state) && other->direction != entry.direction && other->owner == entry.owner &&
                          other->partner == entry.ref.index.value;
  return are_a_pair ? other->ref : SaRef{};
}

Result<SaHandle> Device::adopt(const EntryReport& entry) {
  const auto now = query(entry.ref.index);
  if (!now) return now.error();
  if (now->ref != entry.ref || now->state == abi::EntryState::kFree) {
    return Error{ErrorCode::kStaleGeneration,
                 "adopt: entry " + std::to_string(entry.ref.index.value) + " has another tenant, or none"};
  }
  if (now->state == abi::EntryState::kLarval) {
    OwnedEntries reservation(client_, now->ref, SaRef{}, abi::MailboxCommand::kErase);
    const auto erased = reservation.send(abi::MailboxCommand::kErase, reservation.pair(), true);
    if (!erased) return erased.error();
    return SaHandle();
  }
  if (!works(now->state)) return SaHandle();
  const auto other = other_half(*now);
  if (!other) return other.error();
  if (now->direction == Direction::kInbound) {
    return SaHandle(OwnedEntries(client_, now->ref, *other, abi::MailboxCommand::kRetire), {}, {});
  }
  if (other->present()) return SaHandle();
  return SaHandle(OwnedEntries(client_, SaRef{}, now->ref, abi::MailboxCommand::kRetire), {}, {});
}

Result<SaPair> Device::install(Reservation& reservation, const SaConfig& inbound, const SaConfig& outbound,
                               const InstallOptions& options) {
  if (!reservation.holds()) return no_reservation();
  if (const auto ok = check_pace(options); !ok) return ok.error();
  if (const auto ok = stage(kSlotIn, inbound, Direction::kInbound, reservation.spi()); !ok) return ok.error();
  if (const auto ok = stage(kSlotOut, outbound, Direction::kOutbound, std::nullopt); !ok) {
    static_cast<void>(clear_staging(*bus_, kSlotIn));
    return ok.error();
  }
  auto request = request_of(options);
  put_inbound(request, reservation, inbound);
  put_outbound(request, outbound);
  const auto answer = send_install(abi::MailboxCommand::kInstallPair, request);
  if (!answer) {
    // Its answer may be what was lost.
    if (is_uncertain(answer.error(), last_code())) take_back(reservation, true);
    return answer.error();
  }
  reservation.forget();
  return SaPair(OwnedEntries(client_, in_of(*answer), out_of(*answer), abi::MailboxCommand::kRetire),
                soft_in_of(*answer), soft_out_of(*answer));
}

Result<SaHandle> Device::install_inbound(Reservation& reservation, const SaConfig& inbound,
                                         const InstallOptions& options, std::optional<SaIndex> partner) {
  if (!reservation.holds()) return no_reservation();
  if (const auto ok = check_pace(options); !ok) return ok.error();
  if (const auto ok = stage(kSlotIn, inbound, Direction::kInbound, reservation.spi()); !ok) return ok.error();
  auto request = request_of(options);
  put_inbound(request, reservation, inbound);
  request.partner = partner ? partner->value : kNoEntry;
  const auto answer = send_install(abi::MailboxCommand::kInstallOne, request);
  if (!answer) {
    if (is_uncertain(answer.error(), last_code())) take_back(reservation, false);
    return answer.error();
  }
  reservation.forget();
  return SaHandle(OwnedEntries(client_, in_of(*answer), SaRef{}, abi::MailboxCommand::kRetire), soft_in_of(*answer),
                  {});
}

Result<SaHandle> Device::install_outbound(const SaConfig& outbound, const InstallOptions& options,
                                          std::optional<SaIndex> partner) {
  if (const auto ok = check_pace(options); !ok) return ok.error();
  if (!partner && options.pool != abi::Pool::kEstablished) {
    return Error{
        ErrorCode::kInvalidArgument,
        std::string("install: an outbound SA without a partner is a new one, not of pool ") + abi::name(options.pool)};
  }
  if (const auto ok = stage(kSlotOut, outbound, Direction::kOutbound, std::nullopt); !ok) return ok.error();
  auto request = request_of(options);
  put_outbound(request, outbound);
  request.partner = partner ? partner->value : kNoEntry;
  const auto answer = send_install(abi::MailboxCommand::kInstallOne, request);
  if (!answer) return answer.error();
  return SaHandle(OwnedEntries(client_, SaRef{}, out_of(*answer), abi::MailboxCommand::kRetire), {},
                  soft_out_of(*answer));
}

}  // namespace sallyport
