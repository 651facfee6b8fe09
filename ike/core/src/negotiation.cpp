#include "negotiation.hpp"

#include <algorithm>
#include <utility>

#include "sallyport/ike/selectors.hpp"

namespace sallyport::ike {

namespace {

// Twice the 128 bits that RFC 7296 2.10 asks for at least; half of the longest PRF's key.
constexpr std::size_t kNonceOctets = 32;

RekeyDelays delays(const ConnectionConfig& connection, TimeNs t_ike) {
  return {connection.counts.t_event, connection.counts.t_queue, t_ike};
}

std::vector<View> data_of(const Contents& contents, NotifyType type) {
  std::vector<View> data;
  for (const NotifyPayload& notify : contents.notifies) {
    if (notify.type == type) data.emplace_back(notify.data);
  }
  return data;
}

std::uint16_t draw_value(Session& session) {
  Services& services = session.services();
  return draw_rekey_value(session.config().counts.wish, services.backend.occupancy(), services.random);
}

bool counts(Session& session) { return session.peer().counts && session.config().counts.enabled; }

void ignored(Session& session, const ChildConfig& config, CountIgnored why) {
  if (why == CountIgnored::kNone) return;
  session.services().count(Counter::kCountIgnored);
  session.tell(AgentEventKind::kWarning, config.name, "count-based lifetime ignored: " + std::string(name(why)));
}

// Whose traffic goes from us.
SelectorPair policy_of(const ChildConfig& config, const IkeSa& ike) {
  SelectorPair policy{config.local, config.remote};
  if (policy.initiator.empty()) policy.initiator = {Selector::host(ike.local().address)};
  if (policy.responder.empty()) policy.responder = {Selector::host(ike.remote().address)};
  return policy;
}

ReserveRequest reserve_request(Session& session, ReserveFor purpose, const Child* old) {
  ReserveRequest request{session.config().owner, old != nullptr ? purpose : ReserveFor::kNewChild, {}};
  if (old != nullptr) request.replaces = old->handle;
  return request;
}

}  // namespace

Bytes draw_nonce(Services& services) {
  Bytes nonce(kNonceOctets);
  services.random.fill(nonce);
  return nonce;
}

Sizing size_child(const ConnectionConfig& connection, const ChildConfig& child, bool esn, TimeNs t_ike) {
  SizingInput input;
  input.peak = connection.counts.peak;
  input.delays = delays(connection, t_ike);
  input.esn = esn;
  input.least_octets = connection.counts.least_octets;
  input.life_octets = child.limits.octets;
  input.life_packets = child.limits.packets;
  return size_life(input);
}

Result<ChildOffer> make_offer(Session& session, const ChildConfig& config, ChildExchange exchange, const Child* old,
                              std::optional<KeMethod> method) {
  Services& services = session.services();
  ChildOffer offer;
  offer.config = &config;
  offer.exchange = exchange;
  if (exchange == ChildExchange::kCreateChildSa) {
    if (!method) {
      // The first method of the first proposal; none where that is what stands first.
      const auto wanted = config.proposals.front().of(TransformType::kKe);
      if (!wanted.empty() && wanted.front().id != 0) method = static_cast<KeMethod>(wanted.front().id);
    }
    offer.nonce = draw_nonce(services);
  }
  offer.selectors = old != nullptr ? SelectorPair{old->local, old->remote} : policy_of(config, *session.current());
  auto reservation = services.backend.reserve(reserve_request(session, ReserveFor::kOurRekey, old));
  if (!reservation) {
    services.count(Counter::kRefusedFull);
    return reservation.error();
  }
  offer.reservation = *reservation;
  auto sa = offer_esp(config.proposals, offer.reservation.spi, exchange);
  if (!sa) {
    services.backend.abandon(offer.reservation.handle);
    return sa.error();
  }
  offer.sa = std::move(*sa);
  if (method) {
    auto ke = KeyExchange::make(*method, services.random);
    if (!ke) {
      services.backend.abandon(offer.reservation.handle);
      return ke.error();
    }
    offer.ke.emplace(std::move(*ke));
  }
  if (counts(session)) {
    const CountRange range = size_child(session.config(), config, true, session.times().t_ike()).range;
    std::vector<CipherRange> accepted;
    for (const CipherKey& cipher : ciphers(offer.sa)) accepted.push_back({cipher, range});
    if (!range.empty()) offer.counts = build_count_offer(offer.sa, accepted, draw_value(session));
  }
  return offer;
}

void append_offer(Session& session, PayloadChain& chain, const ChildOffer& offer, const Child* old) {
  if (old != nullptr) {
    NotifyPayload rekey;
    rekey.type = NotifyType::kRekeySa;
    rekey.protocol = ProtocolId::kEsp;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
      rekey.spi.push_back(static_cast<std::uint8_t>(old->spi_in.value >> (shift - 8)));
    }
    chain.append(rekey);
  }
  if (!offer.config->tunnel) chain.append_notify(NotifyType::kUseTransportMode);
  if (!offer.counts.empty()) chain.append_notify(session.peer().counts->proposed, encode(offer.counts));
  chain.append(offer.sa);
  if (!offer.nonce.empty()) chain.append(NoncePayload{offer.nonce});
  if (offer.ke) {
    const View value = offer.ke->public_value();
    chain.append(KePayload{offer.ke->method(), Bytes(value.begin(), value.end())});
  }
  chain.append_tsi(to_wire(offer.selectors.initiator));
  chain.append_tsr(to_wire(offer.selectors.responder));
}

Result<ChildAgreement> read_answer(Session& session, const ChildOffer& offer, const Contents& answer) {
  const auto malformed = [](std::string text) { return Error{ErrorCode::kMalformedInput, std::move(text)}; };
  if (!answer.sa || !answer.tsi || !answer.tsr) return malformed("answer without SA, TSi or TSr payload");
  if (offer.exchange == ChildExchange::kCreateChildSa && !answer.nonce) return malformed("answer without a nonce");
  auto choice = check_child_answer(offer.sa, *answer.sa, offer.exchange);
  if (!choice) return choice.error();
  ChildAgreement agreement;
  agreement.config = offer.config;
  agreement.suite = choice->suite;
  agreement.peer_spi = choice->peer_spi;
  agreement.tunnel = !answer.has(NotifyType::kUseTransportMode);
  if (agreement.tunnel != offer.config->tunnel) return malformed("answer with another mode than was asked for");
  const SelectorPair selectors{from_wire(*answer.tsi), from_wire(*answer.tsr)};
  if (check_selector_answer(offer.selectors, selectors, session.services().backend.narrow_to()) !=
      SelectorAnswer::kGood) {
    return malformed("answer with traffic selectors " + to_text(selectors.initiator) + " and " +
                     to_text(selectors.responder) + ", which are not within " + to_text(offer.selectors.initiator) +
                     " and " + to_text(offer.selectors.responder));
  }
  agreement.local = selectors.initiator;
  agreement.remote = selectors.responder;
  if (agreement.suite.ke) {
    if (!offer.ke || !answer.ke || answer.ke->method != *agreement.suite.ke ||
        offer.ke->method() != answer.ke->method) {
      return malformed("answer without the key exchange that it chose");
    }
    auto shared = offer.ke->agree(answer.ke->data);
    if (!shared) return shared.error();
    agreement.shared = std::move(*shared);
  }
  const auto selected = data_of(answer, session.services().config.count_types.selected);
  if (counts(session)) {
    const CountOutcome outcome =
        check_count_answer(offer.counts, {agreement.suite.encr, agreement.suite.key_bits}, selected);
    agreement.count = outcome.negotiated;
    ignored(session, *offer.config, outcome.ignored);
  } else if (!selected.empty()) {
    ignored(session, *offer.config, CountIgnored::kNotAnnounced);
  }
  return agreement;
}

namespace {

struct Picked {
  const ChildConfig* config = nullptr;
  Narrowed narrowed;
};

// The child that the peer means: the first one whose mode and selectors fit.
std::optional<Picked> pick(Session& session, const Contents& request, const Child* old) {
  const SelectorPair asked{from_wire(*request.tsi), from_wire(*request.tsr)};
  const bool transport = request.has(NotifyType::kUseTransportMode);
  const NarrowTo to = session.services().backend.narrow_to();
  for (const ChildConfig& config : session.config().children) {
    if (old != nullptr && old->config != &config) continue;
    if (!config.tunnel && !transport) continue;
    SelectorPair policy = policy_of(config, *session.current());
    if (old != nullptr) policy = {old->local, old->remote};
    std::swap(policy.initiator, policy.responder);  // the peer is the initiator
    auto narrowed = narrow(asked, policy, to);
    if (narrowed && (config.tunnel || fits_transport_mode(narrowed->selectors))) return Picked{&config, *narrowed};
  }
  return {};
}

Refusal refused_for_room(const Child* old, ChildExchange exchange, const Error& error) {
  // A rekey is never answered with NO_ADDITIONAL_SAS: charon takes that for the end of everything.
  const bool rekey = old != nullptr && exchange == ChildExchange::kCreateChildSa;
  return {rekey ? NotifyType::kTemporaryFailure : NotifyType::kNoAdditionalSas, {}, error.text};
}

}  // namespace

std::variant<ChildAnswer, Refusal> answer_offer(Session& session, const Contents& request, ChildExchange exchange,
                                                const Child* old) {
  Services& services = session.services();
  const bool create = exchange == ChildExchange::kCreateChildSa;
  if (!request.sa || !request.tsi || !request.tsr || (create && !request.nonce)) {
    return Refusal{NotifyType::kInvalidSyntax, {}, "a request for a Child SA needs SA, TSi, TSr and a nonce"};
  }
  const auto picked = pick(session, request, old);
  if (!picked) {
    return Refusal{
        NotifyType::kTsUnacceptable,
        {},
        "no child has traffic of " + to_text(from_wire(*request.tsi)) + " to " + to_text(from_wire(*request.tsr))};
  }
  const ChildConfig& config = *picked->config;
  const unsigned limit = session.config().same_traffic_limit;
  if (old == nullptr && limit > 0 &&
      session.carrying(picked->narrowed.selectors.responder, picked->narrowed.selectors.initiator, config.tunnel) >=
          limit) {
    services.count(Counter::kQueuesRefused);
    return Refusal{NotifyType::kTsMaxQueue, {}, "there are as many for this traffic as there may be"};
  }
  auto choice = choose_child(*request.sa, config.proposals, exchange);
  if (!choice) return Refusal{NotifyType::kNoProposalChosen, {}, choice.error().text};
  const auto received = request.ke ? std::optional(request.ke->method) : std::nullopt;
  if (const auto ask = method_to_ask_for(choice->suite, received)) {
    const auto number = static_cast<std::uint16_t>(*ask);
    return Refusal{NotifyType::kInvalidKePayload,
                   {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)},
                   "another key exchange is wanted"};
  }
  auto reservation = services.backend.reserve(reserve_request(session, ReserveFor::kPeersRekey, old));
  if (!reservation) {
    services.count(Counter::kRefusedFull);
    return refused_for_room(old, exchange, reservation.error());
  }
  ChildAnswer answer;
  answer.reservation = *reservation;
  answer.agreement.config = &config;
  answer.agreement.suite = choice->suite;
  answer.agreement.peer_spi = choice->peer_spi;
  answer.agreement.tunnel = config.tunnel;
  answer.agreement.local = picked->narrowed.selectors.responder;
  answer.agreement.remote = picked->narrowed.selectors.initiator;
  answer.agreement.side = ExchangeSide::kResponder;
  Bytes public_value;
  if (choice->suite.ke) {
    auto ke = KeyExchange::make(*choice->suite.ke, services.random);
    auto shared = ke ? ke->agree(request.ke->data) : Result<SecretBytes>(ke.error());
    if (!shared) {
      services.backend.abandon(reservation->handle);
      return Refusal{NotifyType::kInvalidSyntax, {}, shared.error().text};
    }
    public_value.assign(ke->public_value().begin(), ke->public_value().end());
    answer.agreement.shared = std::move(*shared);
  }

  PayloadChain& chain = answer.payloads;
  if (!config.tunnel) chain.append_notify(NotifyType::kUseTransportMode);
  const auto proposed = data_of(request, services.config.count_types.proposed);
  if (counts(session)) {
    const Sizing sizing = size_child(session.config(), config, choice->suite.esn, session.times().t_ike());
    const CountOutcome outcome =
        select_count(proposed, {choice->suite.encr, choice->suite.key_bits}, sizing.range, draw_value(session));
    ignored(session, config, outcome.ignored);
    answer.agreement.count = outcome.negotiated;
    if (outcome.negotiated) {
      chain.append_notify(session.peer().counts->selected, encode(selected_answer(*outcome.negotiated)));
    }
  } else if (!proposed.empty()) {
    ignored(session, config, CountIgnored::kNotAnnounced);
  }
  chain.append(answer_child(*choice, reservation->spi));
  if (create) {
    answer.nonce = draw_nonce(services);
    chain.append(NoncePayload{answer.nonce});
  }
  if (choice->suite.ke) chain.append(KePayload{*choice->suite.ke, std::move(public_value)});
  chain.append_tsi(to_wire(picked->narrowed.selectors.initiator));
  chain.append_tsr(to_wire(picked->narrowed.selectors.responder));
  if (picked->narrowed.more_possible) chain.append_notify(NotifyType::kAdditionalTsPossible);
  return answer;
}

namespace {

// Limits, roles and thresholds of a new Child SA (rules 5 to 7).
void set_limits(Session& session, IkeSa& ike, const ChildAgreement& agreement, InstallRequest& request, Child& child) {
  Services& services = session.services();
  const TimeNs t_ike = session.times().t_ike();
  const Sizing sizing = size_child(session.config(), *agreement.config, agreement.suite.esn, t_ike);
  UnitLimit octets = sizing.octets.limit;
  if (agreement.count) {
    octets.hard = agreement.count->life;
  } else {
    // Rule 4: no more than what was offered, whatever became of it.
    octets.hard = local_life(size_child(session.config(), *agreement.config, true, t_ike).range, octets.hard);
  }
  const std::array<UnitLimit, 2> units{octets, sizing.packets.limit};
  const ThresholdRule rule = agreement.count ? kNegotiatedRule : kLocalRule;
  child.role = agreement.count ? role_of(agreement.side, *agreement.count) : local_role_of(agreement.side);
  request.limits = {units[0].hard, units[1].hard};
  if (const auto unit = tightest(units)) {
    const Thresholds where = thresholds_anyway(units.at(*unit), rule);
    const ShareInterval shares = share_interval(where.of(child.role), units.at(*unit).hard);
    request.soft = {shares.from, shares.span};
  }
  request.pace = Pace{session.id().value, static_cast<std::uint8_t>(ike.requests().size()), t_ike,
                      child.role == CountRole::kDesignated};
  const ChildConfig& config = *agreement.config;
  if (config.rekey_time > 0) {
    const TimeNs life = effective_life(config.rekey_time, config.life_time, rule);
    const Thresholds where = thresholds_anyway({life, delays(session.config(), t_ike).total()}, rule);
    child.soft_at = services.now + draw(where.of(child.role), services.random);
  }
  if (config.life_time > 0) child.hard_at = services.now + config.life_time;
}

}  // namespace

Result<ChildId> install_child(Session& session, IkeSa& ike, ChildAgreement agreement, const Reservation& reservation,
                              const Nonces& nonces, const Child* old) {
  Services& services = session.services();
  auto keys = derive_child_keys(agreement.suite, ike.suite.prf, ike.keys.sk_d, agreement.shared.expose(), nonces);
  if (!keys) {
    services.backend.abandon(reservation.handle);
    return keys.error();
  }
  const bool first = agreement.side == ExchangeSide::kInitiator;
  TrafficKey& out = first ? keys->initiator_to_responder : keys->responder_to_initiator;
  TrafficKey& in = first ? keys->responder_to_initiator : keys->initiator_to_responder;

  Child child;
  child.id = ChildId{services.directory.next_child++};
  child.config = agreement.config;
  child.spi_in = reservation.spi;
  child.spi_out = agreement.peer_spi;
  child.suite = agreement.suite;
  child.local = agreement.local;
  child.remote = agreement.remote;
  child.tunnel = agreement.tunnel;
  child.udp = session.udp();
  child.count = agreement.count;
  child.installed = services.now;
  if (!first) child.made_by = PeersRequest{ike.own_spi(), ike.answering};

  InstallRequest request;
  request.owner = session.config().owner;
  request.outbound_spi = agreement.peer_spi;
  request.inbound = {std::move(in.key), std::move(in.salt)};
  request.outbound = {std::move(out.key), std::move(out.salt)};
  request.tunnel = agreement.tunnel;
  request.esn = agreement.suite.esn;
  request.local = ike.local().address;
  request.remote = ike.remote().address;
  request.udp = child.udp;
  request.local_port = ike.local().port;
  request.remote_port = ike.remote().port;
  request.local_selectors = std::move(agreement.local);
  request.remote_selectors = std::move(agreement.remote);
  if (old != nullptr) request.replaces = old->handle;
  set_limits(session, ike, agreement, request, child);

  auto handle = services.backend.install(reservation.handle, std::move(request));
  if (!handle) return handle.error();
  child.handle = *handle;
  if (child.count) services.count(Counter::kCountNegotiated);
  return session.add_child(std::move(child)).id;
}

}  // namespace sallyport::ike
