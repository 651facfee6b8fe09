#include "half_open.hpp"

#include <algorithm>

namespace sallyport::ike {

namespace {

constexpr std::uint64_t kGroups = 10;  // a second

AddressKey key_of(const IpAddress& address) {
  AddressKey key{address.version, address.octets};
  if (address.version == 6) std::fill(key.second.begin() + 8, key.second.end(), std::uint8_t{0});
  return key;
}

FinishedInits::Key key_of(IkeSpi initiator, View nonce) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const std::uint8_t octet : nonce) hash = (hash ^ octet) * 0x100'0000'01B3;
  return {initiator.value, hash};
}

}  // namespace

AddressRates::Rates& AddressRates::of(const AddressKey& address) {
  const auto place = places_.find(address);
  if (place != places_.end()) {
    lately_.splice(lately_.begin(), lately_, place->second);
    return place->second->rates;
  }
  if (lately_.size() >= kMost) {
    places_.erase(lately_.back().address);
    lately_.pop_back();
  }
  const std::uint64_t inits = std::max<std::uint64_t>(config_.init_rate_per_address, 1);
  const std::uint64_t failures = std::max<std::uint64_t>(config_.half_open_per_address, 1);
  lately_.push_front({address,
                      {TokenBucket::one_each(kSecond / inits, inits), TokenBucket(kGroups, kGroups),
                       TokenBucket::one_each(config_.half_open_time / failures, failures)}});
  places_.emplace(address, lately_.begin());
  return lately_.front().rates;
}

void FinishedInits::forget_first() {
  keys_.erase(order_.front().second);
  order_.pop_front();
}

void FinishedInits::add(const Key& key, TimeNs until) {
  if (!keys_.insert(key).second) return;
  order_.emplace_back(until, key);
  if (order_.size() > kMost) forget_first();
}

bool FinishedInits::has(const Key& key, TimeNs now) {
  while (!order_.empty() && order_.front().first <= now) forget_first();
  return keys_.contains(key);
}

void HalfOpen::add(const Init& init, Session& session) {
  const AddressKey from = key_of(init.from);
  by_spi_.emplace(init.initiator.value, Place{&session, key_of(init.initiator, init.nonce), from, init.proven});
  Number& number = by_address_[from];
  ++number.all;
  if (!init.proven) return;
  ++number.proven;
  ++proven_;
}

HalfOpen::Places::iterator HalfOpen::find(IkeSpi initiator, const Session& session) {
  const auto [begin, end] = by_spi_.equal_range(initiator.value);
  const auto place = std::find_if(begin, end, [&](const auto& entry) { return entry.second.session == &session; });
  return place == end ? by_spi_.end() : place;
}

void HalfOpen::remove(Places::iterator place) {
  const auto number = by_address_.find(place->second.from);
  if (place->second.proven) {
    --number->second.proven;
    --proven_;
  }
  if (--number->second.all == 0) by_address_.erase(number);
  by_spi_.erase(place);
}

void HalfOpen::remove(IkeSpi initiator, const Session& session) {
  if (const auto place = find(initiator, session); place != by_spi_.end()) remove(place);
}

void HalfOpen::finish(IkeSpi initiator, const Session& session, TimeNs now) {
  const auto place = find(initiator, session);
  if (place == by_spi_.end()) return;
  finished_.add(place->second.key, now + config_.half_open_time);
  remove(place);
}

bool HalfOpen::has_finished(IkeSpi initiator, View nonce, TimeNs now) {
  return finished_.has(key_of(initiator, nonce), now);
}

HalfOpen::Number HalfOpen::number(const AddressKey& from) const {
  const auto found = by_address_.find(from);
  return found == by_address_.end() ? Number{} : found->second;
}

// Below the limit: so there is always room for those that prove their address.
std::size_t HalfOpen::threshold() const { return std::min(config_.cookie_threshold, config_.half_open_limit); }

bool HalfOpen::wants_cookie(const IpAddress& from, TimeNs now) {
  while (!failures_.empty() && failures_.front() <= now) failures_.pop_front();
  if (size() + failures_.size() >= threshold()) return true;
  const AddressKey key = key_of(from);
  // Half of what an address may have is the most that others can use up in its name.
  if (number(key).all >= (config_.half_open_per_address + 1) / 2) return true;
  return config_.init_rate_per_address > 0 && !rates_.of(key).inits.take(now);
}

bool HalfOpen::full_for(const IpAddress& from, TimeNs now) {
  const AddressKey key = key_of(from);
  return number(key).proven >= config_.half_open_per_address || !rates_.of(key).failures.any(now);
}

void HalfOpen::failed(const IpAddress& from, bool proven, TimeNs now) {
  if (proven) static_cast<void>(rates_.of(key_of(from)).failures.take(now));
  if (threshold() == 0) return;  // cookies are asked for anyway
  if (failures_.size() >= threshold()) failures_.pop_front();
  failures_.push_back(now + config_.half_open_time);
}

bool HalfOpen::may_ask_for_group(const IpAddress& to, bool proven, TimeNs now) {
  // Whoever has proven the address has asked for it; and what others ask for in its name must not use up its own.
  return proven || rates_.of(key_of(to)).groups.take(now);
}

void HalfOpen::up(std::uint32_t session, const IpAddress& at) {
  const AddressKey key = key_of(at);
  const auto [place, added] = up_.try_emplace(session, key);
  if (!added) {
    if (place->second == key) return;
    down(session);
    up_.emplace(session, key);
  }
  ++up_at_[key];
}

void HalfOpen::down(std::uint32_t session) {
  const auto place = up_.find(session);
  if (place == up_.end()) return;
  const auto number = up_at_.find(place->second);
  if (--number->second == 0) up_at_.erase(number);
  up_.erase(place);
}

bool HalfOpen::any_up_at(const IpAddress& address) const { return up_at_.contains(key_of(address)); }

}  // namespace sallyport::ike
