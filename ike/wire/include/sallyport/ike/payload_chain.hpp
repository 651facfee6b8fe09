#pragma once
/// @file
/// Payloads one after the other, each naming the type of the next.
#include <cstddef>

#include "sallyport/ike/payloads.hpp"

namespace sallyport::ike {

/// Builds the payloads of a message, or of what goes into SK. What cannot be written is left out, remembered, and told
/// by status(), so that appends need no check each.
class PayloadChain {
 public:
  /// In the order of the calls. N(COOKIE) first is the caller's business.
  template <class Payload>
  PayloadChain& append(const Payload& payload) {
    return append_as(Payload::kType, payload);
  }
  PayloadChain& append_idi(const IdPayload& id) { return append_as(PayloadType::kIdi, id); }
  PayloadChain& append_idr(const IdPayload& id) { return append_as(PayloadType::kIdr, id); }
  PayloadChain& append_tsi(const TsPayload& ts) { return append_as(PayloadType::kTsi, ts); }
  PayloadChain& append_tsr(const TsPayload& ts) { return append_as(PayloadType::kTsr, ts); }
  /// A notify about the IKE SA or the message: without protocol and SPI.
  PayloadChain& append_notify(NotifyType type, View data = {});

  /// All of another chain's payloads behind these.
  PayloadChain& append_chain(const PayloadChain& other);

  /// Type of the first payload; kNone when empty.
  [[nodiscard]] PayloadType first() const { return first_; }
  /// All payloads with their generic headers. With first() what seals to an SK payload.
  [[nodiscard]] View octets() const { return octets_; }
  /// Why a payload was left out: the first such reason.
  [[nodiscard]] const Result<void>& status() const { return status_; }

 private:
  template <class Payload>
  PayloadChain& append_as(PayloadType type, const Payload& payload) {
    const std::size_t start = open();
    close(type, start, payload.write(octets_));
    return *this;
  }
  // Makes room for a generic header; returns where it stands.
  std::size_t open();
  // Fills in the header at start and hangs it on the payload before; takes back what could not be written.
  void close(PayloadType type, std::size_t start, const Result<void>& written);

  Bytes octets_;
  PayloadType first_ = PayloadType::kNone;
  std::size_t last_ = 0;  // where the last payload's generic header stands
  Result<void> status_;
};

}  // namespace sallyport::ike
