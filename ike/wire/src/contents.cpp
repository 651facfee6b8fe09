#include "sallyport/ike/contents.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "read_chain.hpp"
#include "reader.hpp"
#include "sallyport/ike/header.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint8_t kCritical = 0x80;

// One payload of a chain, not yet looked into.
struct RawPayload {
  PayloadType type{};
  PayloadType next{};
  bool critical = false;
  std::size_t offset = 0;  // of the generic header
  View body;
};

std::size_t body_offset(const RawPayload& payload) { return payload.offset + kPayloadHeaderSize; }

Parsed<RawPayload> next_payload(Reader& in, PayloadType type) {
  if (in.left() < kPayloadHeaderSize) return in.too_short(to_text(type) + " payload", kPayloadHeaderSize);
  RawPayload payload;
  payload.type = type;
  payload.offset = in.offset();
  const std::size_t left = in.left();
  payload.next = PayloadType{in.u8()};
  payload.critical = (in.u8() & kCritical) != 0;
  const std::size_t length = in.u16();
  if (length < kPayloadHeaderSize || length > left) {
    return in.refuse_at(payload.offset + 2, to_text(type) + " payload of length " + std::to_string(length) +
                                                ", possible is " + std::to_string(kPayloadHeaderSize) + ".." +
                                                std::to_string(left));
  }
  payload.body = in.take(length - kPayloadHeaderSize);
  return payload;
}

WireError second(const RawPayload& payload) {
  return Reader({}, payload.offset, "payloads").refuse("a second " + to_text(payload.type) + ", it comes once");
}

// Of payloads that come once.
template <class Payload>
std::optional<WireError> keep(const RawPayload& raw, std::optional<Payload>& slot) {
  if (slot) return second(raw);
  auto parsed = Payload::parse(raw.body, body_offset(raw));
  if (!parsed) return parsed.error();
  slot = *std::move(parsed);
  return std::nullopt;
}

// Of payloads that come any number of times.
template <class Payload>
std::optional<WireError> keep(const RawPayload& raw, std::vector<Payload>& list) {
  auto parsed = Payload::parse(raw.body, body_offset(raw));
  if (!parsed) return parsed.error();
  list.push_back(*std::move(parsed));
  return std::nullopt;
}

std::optional<WireError> skip(const RawPayload& raw, Contents& contents) {
  if (!raw.critical) {
    contents.skipped.push_back(raw.type);
    return std::nullopt;
  }
  WireError error =
      Reader({}, raw.offset, "payloads").refuse("payload of unknown type " + to_text(raw.type) + " marked critical");
  error.answer = NotifyType::kUnsupportedCriticalPayload;
  error.data = {static_cast<std::uint8_t>(raw.type)};
  return error;
}

// Types that we know are read whether marked critical or not (RFC 7296 2.5).
std::optional<WireError> sort(const RawPayload& raw, Contents& contents) {
  switch (raw.type) {
    case PayloadType::kSa:
      return keep(raw, contents.sa);
    case PayloadType::kKe:
      return keep(raw, contents.ke);
    case PayloadType::kIdi:
      return keep(raw, contents.idi);
    case PayloadType::kIdr:
      return keep(raw, contents.idr);
    case PayloadType::kCert:
      return keep(raw, contents.certs);
    case PayloadType::kCertReq:
      return keep(raw, contents.cert_requests);
    case PayloadType::kAuth:
      return keep(raw, contents.auth);
    case PayloadType::kNonce:
      return keep(raw, contents.nonce);
    case PayloadType::kNotify:
      return keep(raw, contents.notifies);
    case PayloadType::kDelete:
      return keep(raw, contents.deletes);
    case PayloadType::kVendorId:
      return keep(raw, contents.vendor_ids);
    case PayloadType::kTsi:
      return keep(raw, contents.tsi);
    case PayloadType::kTsr:
      return keep(raw, contents.tsr);
    case PayloadType::kConfig:
      return keep(raw, contents.config);
    default:
      return skip(raw, contents);
  }
}

std::optional<WireError> read_fragment(const RawPayload& raw, std::optional<FragmentView>& slot) {
  Reader in(raw.body, body_offset(raw), "SKF");
  if (in.left() < 4) return in.too_short("a fragment's number and total", 4);
  FragmentView fragment;
  fragment.offset = raw.offset;
  fragment.first_inner = raw.next;
  fragment.number = in.u16();
  fragment.total = in.u16();
  if (fragment.number == 0 || fragment.number > fragment.total) {
    return in.refuse_at(body_offset(raw), "fragment " + std::to_string(fragment.number) + " of " +
                                              std::to_string(fragment.total) + "; they count from 1");
  }
  fragment.body = in.take_rest();
  slot = fragment;
  return std::nullopt;
}

// SK or SKF: what follows is inside.
std::optional<WireError> end_chain(const RawPayload& raw, const Reader& in, ProtectedPart* protected_part) {
  if (protected_part == nullptr) {
    return in.refuse_at(raw.offset, "an " + to_text(raw.type) + " payload inside of SK");
  }
  if (in.left() > 0)
    return in.refuse(octets_text(in.left()) + " behind the " + to_text(raw.type) + " payload, which is the last");
  if (raw.type == PayloadType::kFragment) return read_fragment(raw, protected_part->fragment);
  protected_part->encrypted = EncryptedView{raw.offset, raw.next, raw.body};
  return std::nullopt;
}

}  // namespace

const NotifyPayload* Contents::find(NotifyType type) const {
  const auto at =
      std::find_if(notifies.begin(), notifies.end(), [&](const NotifyPayload& n) { return n.type == type; });
  return at == notifies.end() ? nullptr : &*at;
}

const NotifyPayload* Contents::first_error() const {
  const auto at =
      std::find_if(notifies.begin(), notifies.end(), [](const NotifyPayload& n) { return is_error(n.type); });
  return at == notifies.end() ? nullptr : &*at;
}

std::optional<WireError> read_chain(PayloadType first, View octets, std::size_t offset, Contents& contents,
                                    ProtectedPart* protected_part) {
  Reader in(octets, offset, "payloads");
  std::size_t count = 0;
  for (PayloadType type = first; type != PayloadType::kNone;) {
    if (++count > kMaxPayloads) return in.refuse("more than " + std::to_string(kMaxPayloads) + " payloads");
    const auto raw = next_payload(in, type);
    if (!raw) return raw.error();
    if (type == PayloadType::kEncrypted || type == PayloadType::kFragment) return end_chain(*raw, in, protected_part);
    if (auto error = sort(*raw, contents)) return error;
    type = raw->next;
  }
  if (in.left() > 0) return in.refuse(octets_text(in.left()) + " behind the last payload");
  return std::nullopt;
}

Parsed<Contents> parse_contents(PayloadType first, View octets, std::size_t offset) {
  Contents contents;
  if (auto error = read_chain(first, octets, offset, contents, nullptr)) return *std::move(error);
  return contents;
}

}  // namespace sallyport::ike
