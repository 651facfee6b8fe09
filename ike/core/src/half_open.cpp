#include "half_open.hpp"

namespace sallyport::ike {

void HalfOpen::add(IkeSpi initiator, const IpAddress& from, Session& session) {
  by_spi_.emplace(initiator.value, Place{&session, from});
  ++by_address_[key(from)];
}

void HalfOpen::remove(IkeSpi initiator, const Session& session) {
  const auto [begin, end] = by_spi_.equal_range(initiator.value);
  for (auto place = begin; place != end; ++place) {
    if (place->second.session != &session) continue;
    const auto count = by_address_.find(key(place->second.from));
    if (--count->second == 0) by_address_.erase(count);
    by_spi_.erase(place);
    return;
  }
}

std::size_t HalfOpen::from(const IpAddress& address) const {
  const auto count = by_address_.find(key(address));
  return count == by_address_.end() ? 0 : count->second;
}

}  // namespace sallyport::ike
