#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "put.hpp"
#include "reader.hpp"
#include "sallyport/ike/payloads.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kAnySize = kMax16;

// What notification data has to be for those types whose meaning stands or falls with it. Where an RFC only says that
// there is no data, or the type alone says enough, whatever comes is read.
struct DataSize {
  NotifyType type;
  std::size_t least;
  std::size_t most;
  std::size_t step;  // a multiple of this
};

constexpr std::array kDataSizes{
    DataSize{NotifyType::kInvalidKePayload, 2, 2, 1},        // RFC 7296 1.3: a group
    DataSize{NotifyType::kSetWindowSize, 4, 4, 1},           // RFC 7296 2.3
    DataSize{NotifyType::kIpcompSupported, 3, kAnySize, 1},  // RFC 7296 2.22: CPI, transform, its attributes
    DataSize{NotifyType::kNatDetectionSourceIp, 20, 20, 1},  // RFC 7296 2.23: a SHA-1
    DataSize{NotifyType::kNatDetectionDestinationIp, 20, 20, 1},
    DataSize{NotifyType::kCookie, 1, 64, 1},               // RFC 7296 2.6
    DataSize{NotifyType::kAdditionalIp4Address, 4, 4, 1},  // RFC 4555 4.2.2
    DataSize{NotifyType::kAdditionalIp6Address, 16, 16, 1},
    DataSize{NotifyType::kCookie2, 8, 64, 1},                        // RFC 4555 4.2.5
    DataSize{NotifyType::kAuthLifetime, 4, 4, 1},                    // RFC 4478 3
    DataSize{NotifyType::kSignatureHashAlgorithms, 0, kAnySize, 2},  // RFC 7427 4: 16-bit numbers
    DataSize{NotifyType::kUseAggfrag, 1, 1, 1},                      // RFC 9347 5.1: flags
};

std::optional<std::string> data_misfit(const NotifyPayload& notify) {
  const auto* const rule = std::find_if(kDataSizes.begin(), kDataSizes.end(),
                                        [&](const DataSize& size) { return size.type == notify.type; });
  if (rule == kDataSizes.end()) return std::nullopt;
  const std::size_t size = notify.data.size();
  if (size >= rule->least && size <= rule->most && size % rule->step == 0) return std::nullopt;
  std::string text =
      to_text(notify.type) + " with " + octets_text(size) + " of data, it has " + std::to_string(rule->least);
  if (rule->most == kAnySize) {
    text += " or more";
  } else if (rule->most != rule->least) {
    text += ".." + std::to_string(rule->most);
  }
  if (rule->step != 1) text += ", a multiple of " + std::to_string(rule->step);
  return text;
}

// REKEY_SA is about one SA, which only its SPI names (RFC 7296 3.10.1).
std::optional<std::string> spi_misfit(const NotifyPayload& notify) {
  const bool names_a_child =
      (notify.protocol == ProtocolId::kAh || notify.protocol == ProtocolId::kEsp) && notify.spi.size() == 4;
  if (notify.type != NotifyType::kRekeySa || names_a_child) return std::nullopt;
  return to_text(notify.type) + " with an SPI of " + octets_text(notify.spi.size()) + " and protocol " +
         to_text(notify.protocol) + ", it has 4 octets of AH or ESP";
}

}  // namespace

Parsed<NotifyPayload> NotifyPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "N");
  if (in.left() < 4) return in.too_short("the type", 4);
  NotifyPayload notify;
  notify.protocol = ProtocolId{in.u8()};
  const std::size_t spi_size = in.u8();
  notify.type = NotifyType{in.u16()};
  if (in.left() < spi_size) return in.too_short("the SPI", spi_size);
  notify.spi = to_bytes(in.take(spi_size));
  if (spi_size == 0) notify.protocol = ProtocolId::kNone;
  if (const auto reason = spi_misfit(notify)) return in.refuse_at(offset, *reason);
  const std::size_t data_offset = in.offset();
  notify.data = to_bytes(in.take_rest());
  if (const auto reason = data_misfit(notify)) return in.refuse_at(data_offset, *reason);
  return notify;
}

Result<void> NotifyPayload::write(Bytes& out) const {
  if (spi.size() > 255) return unwritable(to_text(type) + " with an SPI of " + octets_text(spi.size()));
  if (auto reason = spi_misfit(*this)) return unwritable(*std::move(reason));
  if (auto reason = data_misfit(*this)) return unwritable(*std::move(reason));
  put8(out, static_cast<std::uint8_t>(spi.empty() ? ProtocolId::kNone : protocol));
  put8(out, static_cast<std::uint8_t>(spi.size()));
  put16(out, static_cast<std::uint16_t>(type));
  put(out, spi);
  put(out, data);
  return {};
}

std::optional<std::uint64_t> NotifyPayload::number(std::size_t octets) const {
  if (data.size() != octets || octets == 0 || octets > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t octet : data) value = value << 8 | octet;
  return value;
}

Parsed<DeletePayload> DeletePayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "D");
  if (in.left() < 4) return in.too_short("a Delete", 4);
  DeletePayload remove;
  remove.protocol = ProtocolId{in.u8()};
  const bool child = remove.protocol == ProtocolId::kAh || remove.protocol == ProtocolId::kEsp;
  if (!child && remove.protocol != ProtocolId::kIke) {
    return in.refuse_at(offset, "protocol " + to_text(remove.protocol) + ", possible are IKE, AH and ESP");
  }
  const std::size_t spi_size = in.u8();
  const std::size_t needed = child ? 4 : 0;
  if (spi_size != needed) {
    return in.refuse_at(offset + 1, "SPI size " + std::to_string(spi_size) + " for " + to_text(remove.protocol) +
                                        ", it is " + std::to_string(needed));
  }
  const std::size_t count = in.u16();
  if (count > kMaxSpis) return in.refuse_at(offset + 2, "more than " + std::to_string(kMaxSpis) + " SPIs");
  if ((!child && count != 0) || in.left() != count * spi_size) {
    return in.refuse_at(offset + 2, std::to_string(count) + " SPIs announced for " + to_text(remove.protocol) +
                                        ", there is room for " + octets_text(in.left()));
  }
  remove.spis.reserve(count);
  for (std::size_t i = 0; i < count; ++i) remove.spis.push_back(in.u32());
  return remove;
}

Result<void> DeletePayload::write(Bytes& out) const {
  const bool child = protocol == ProtocolId::kAh || protocol == ProtocolId::kEsp;
  if ((!child && protocol != ProtocolId::kIke) || (!child && !spis.empty()) || spis.size() > kMaxSpis) {
    return unwritable("Delete of " + std::to_string(spis.size()) + " SPIs of " + to_text(protocol));
  }
  put8(out, static_cast<std::uint8_t>(protocol));
  put8(out, child ? 4 : 0);
  put16(out, static_cast<std::uint16_t>(spis.size()));
  for (const std::uint32_t spi : spis) put32(out, spi);
  return {};
}

}  // namespace sallyport::ike
