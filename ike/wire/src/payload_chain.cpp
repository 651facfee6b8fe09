#include "sallyport/ike/payload_chain.hpp"

#include <algorithm>

#include "put.hpp"
#include "reader.hpp"
#include "sallyport/ike/header.hpp"

namespace sallyport::ike {

PayloadChain& PayloadChain::append_notify(NotifyType type, View data) {
  return append(NotifyPayload{type, ProtocolId::kNone, {}, to_bytes(data)});
}

PayloadChain& PayloadChain::append_chain(const PayloadChain& other) {
  if (status_ && !other.status_) status_ = other.status_;
  if (other.first_ == PayloadType::kNone) return *this;
  const std::size_t start = octets_.size();
  if (first_ == PayloadType::kNone) {
    first_ = other.first_;
  } else {
    octets_[last_] = static_cast<std::uint8_t>(other.first_);
  }
  octets_.insert(octets_.end(), other.octets_.begin(), other.octets_.end());
  last_ = start + other.last_;
  return *this;
}

std::size_t PayloadChain::open() {
  const std::size_t start = octets_.size();
  octets_.resize(start + kPayloadHeaderSize);
  return start;
}

void PayloadChain::close(PayloadType type, std::size_t start, const Result<void>& written) {
  const std::size_t length = octets_.size() - start;
  if (!written || length > kMax16) {
    if (status_) {
      status_ = unwritable(to_text(type) + " payload: " +
                           (written ? octets_text(length) + " are more than a payload holds" : written.error().text));
    }
    octets_.resize(start);
    return;
  }
  const auto header = write_payload_header(PayloadType::kNone, static_cast<std::uint16_t>(length));
  std::copy(header.begin(), header.end(), octets_.begin() + static_cast<std::ptrdiff_t>(start));
  if (first_ == PayloadType::kNone) {
    first_ = type;
  } else {
    octets_[last_] = static_cast<std::uint8_t>(type);
  }
  last_ = start;
}

}  // namespace sallyport::ike
