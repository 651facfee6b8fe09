#include "sallyport/ike/payloads.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "put.hpp"
#include "reader.hpp"

namespace sallyport::ike {
namespace {

std::optional<std::string> misfit(const IdPayload& id) {
  const std::size_t needed = id.type == IdType::kIpv4Addr ? 4 : id.type == IdType::kIpv6Addr ? 16 : id.data.size();
  if (id.data.size() == needed) return std::nullopt;
  return to_text(id.type) + " of " + octets_text(id.data.size()) + ", it has " + std::to_string(needed);
}

std::optional<std::string> misfit(const CertReqPayload& request) {
  if (request.encoding != CertEncoding::kX509Signature) return std::nullopt;
  if (request.authorities.size() % CertReqPayload::kHashSize == 0) return std::nullopt;
  return octets_text(request.authorities.size()) + " of authorities, which are hashes of " +
         std::to_string(CertReqPayload::kHashSize);
}

std::optional<std::string> misfit(const NoncePayload& nonce) {
  if (nonce.data.size() >= NoncePayload::kMinSize && nonce.data.size() <= NoncePayload::kMaxSize) return std::nullopt;
  return "nonce of " + octets_text(nonce.data.size()) + ", possible is " + std::to_string(NoncePayload::kMinSize) +
         ".." + std::to_string(NoncePayload::kMaxSize);
}

}  // namespace

Parsed<KePayload> KePayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "KE");
  if (in.left() < 4) return in.too_short("the method", 4);
  KePayload ke;
  ke.method = KeMethod{in.u16()};
  in.skip(2);
  ke.data = to_bytes(in.take_rest());
  return ke;
}

Result<void> KePayload::write(Bytes& out) const {
  put16(out, static_cast<std::uint16_t>(method));
  put16(out, 0);
  put(out, data);
  return {};
}

Parsed<IdPayload> IdPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "ID");
  if (in.left() < 4) return in.too_short("the type", 4);
  IdPayload id;
  id.type = IdType{in.u8()};
  const View reserved = in.take(id.reserved.size());
  std::copy(reserved.begin(), reserved.end(), id.reserved.begin());
  id.data = to_bytes(in.take_rest());
  if (const auto reason = misfit(id)) return in.refuse_at(offset, *reason);
  return id;
}

Result<void> IdPayload::write(Bytes& out) const {
  if (auto reason = misfit(*this)) return unwritable(*std::move(reason));
  put(out, rest());
  return {};
}

Bytes IdPayload::rest() const {
  Bytes octets;
  octets.reserve(1 + reserved.size() + data.size());
  put8(octets, static_cast<std::uint8_t>(type));
  put(octets, reserved);
  put(octets, data);
  return octets;
}

Parsed<CertPayload> CertPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "CERT");
  if (in.left() < 1) return in.too_short("the encoding", 1);
  const CertEncoding encoding{in.u8()};
  return CertPayload{encoding, to_bytes(in.take_rest())};
}

Result<void> CertPayload::write(Bytes& out) const {
  put8(out, static_cast<std::uint8_t>(encoding));
  put(out, data);
  return {};
}

Parsed<CertReqPayload> CertReqPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "CERTREQ");
  if (in.left() < 1) return in.too_short("the encoding", 1);
  CertReqPayload request;
  request.encoding = CertEncoding{in.u8()};
  request.authorities = to_bytes(in.take_rest());
  if (const auto reason = misfit(request)) return in.refuse_at(offset + 1, *reason);
  return request;
}

Result<void> CertReqPayload::write(Bytes& out) const {
  if (auto reason = misfit(*this)) return unwritable(*std::move(reason));
  put8(out, static_cast<std::uint8_t>(encoding));
  put(out, authorities);
  return {};
}

Parsed<AuthPayload> AuthPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "AUTH");
  if (in.left() < 4) return in.too_short("the method", 4);
  const AuthMethod method{in.u8()};
  in.skip(3);
  return AuthPayload{method, to_bytes(in.take_rest())};
}

Result<void> AuthPayload::write(Bytes& out) const {
  put8(out, static_cast<std::uint8_t>(method));
  put8(out, 0);
  put16(out, 0);
  put(out, data);
  return {};
}

Parsed<NoncePayload> NoncePayload::parse(View body, std::size_t offset) {
  NoncePayload nonce{to_bytes(body)};
  if (const auto reason = misfit(nonce)) return Reader(body, offset, "Nonce").refuse(*reason);
  return nonce;
}

Result<void> NoncePayload::write(Bytes& out) const {
  if (auto reason = misfit(*this)) return unwritable(*std::move(reason));
  put(out, data);
  return {};
}

Parsed<VendorIdPayload> VendorIdPayload::parse(View body, std::size_t offset) {
  static_cast<void>(offset);  // nothing can be wrong
  return VendorIdPayload{to_bytes(body)};
}

Result<void> VendorIdPayload::write(Bytes& out) const {
  put(out, data);
  return {};
}

}  // namespace sallyport::ike
