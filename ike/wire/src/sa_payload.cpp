#include "sallyport/ike/sa_payload.hpp"

#include <algorithm>
#include <utility>

#include "put.hpp"
#include "reader.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kProposalHeaderSize = 8;
constexpr std::size_t kTransformHeaderSize = 8;
constexpr std::uint8_t kLast = 0;
constexpr std::uint8_t kMoreProposals = 2;
constexpr std::uint8_t kMoreTransforms = 3;
constexpr std::uint16_t kAttributeIsTv = 0x8000;  // type and value; otherwise type, length, value
constexpr std::uint16_t kKeyLength = 14;

bool spi_size_fits(ProtocolId protocol, std::size_t size) {
  switch (protocol) {
    case ProtocolId::kIke:
      return size == 0 || size == 8;
    case ProtocolId::kAh:
    case ProtocolId::kEsp:
      return size == 4;
    default:
      return size <= 255;
  }
}

std::string spi_size_misfit(ProtocolId protocol, std::size_t size) {
  return "SPI of " + octets_text(size) + " for " + to_text(protocol) + ", which has " +
         (protocol == ProtocolId::kIke                                  ? "0 or 8"
          : protocol == ProtocolId::kAh || protocol == ProtocolId::kEsp ? "4"
                                                                        : "up to 255");
}

// One substructure of a list: marked as the last or not, with its length.
Parsed<Reader> next_part(Reader& in, std::size_t header_size, std::uint8_t more, std::string_view where) {
  if (in.left() < header_size) return in.too_short(where, header_size);
  Reader look = in;
  const std::uint8_t mark = look.u8();
  look.skip(1);
  const std::size_t length = look.u16();
  if (length < header_size || length > in.left()) {
    return in.refuse_at(in.offset() + 2, std::string(where) + " of length " + std::to_string(length) +
                                             ", possible is " + std::to_string(header_size) + ".." +
                                             std::to_string(in.left()));
  }
  const std::uint8_t expected = length == in.left() ? kLast : more;
  if (mark != expected) {
    return in.refuse(std::string(where) + " marked " + std::to_string(mark) + ", by what follows it is " +
                     std::to_string(expected));
  }
  return in.part(length, where);
}

// in: what follows the transform's header.
std::optional<WireError> read_attributes(Reader in, Transform& transform) {
  while (in.left() > 0) {
    if (in.left() < 4) return in.too_short("an attribute", 4);
    const std::uint16_t type = in.u16();
    if ((type & kAttributeIsTv) == 0) {
      transform.unknown_attribute = true;
      const std::size_t length = in.u16();
      if (length > in.left()) return in.too_short("the attribute's value", length);
      in.skip(length);
    } else if (type == (kAttributeIsTv | kKeyLength) && !transform.key_bits) {
      transform.key_bits = in.u16();
    } else {
      transform.unknown_attribute = true;
      in.skip(2);
    }
  }
  return std::nullopt;
}

Parsed<Transform> read_transform(Reader in) {
  in.skip(4);  // mark and length
  Transform transform;
  transform.type = TransformType{in.u8()};
  in.skip(1);
  transform.id = in.u16();
  if (auto error = read_attributes(in, transform)) return *std::move(error);
  return transform;
}

// in: a whole proposal.
Parsed<Proposal> read_proposal(Reader in) {
  in.skip(4);  // mark and length
  Proposal proposal;
  proposal.number = in.u8();
  proposal.protocol = ProtocolId{in.u8()};
  const std::size_t spi_size = in.u8();
  const std::size_t count = in.u8();
  if (!spi_size_fits(proposal.protocol, spi_size)) {
    return in.refuse_at(in.offset() - 2, spi_size_misfit(proposal.protocol, spi_size));
  }
  if (in.left() < spi_size) return in.too_short("the SPI", spi_size);
  proposal.spi = to_bytes(in.take(spi_size));
  proposal.transforms.reserve(std::min(count, in.left() / kTransformHeaderSize));
  while (in.left() > 0) {
    if (proposal.transforms.size() == count) {
      return in.refuse(octets_text(in.left()) + " behind the " + std::to_string(count) +
                       " transforms that were announced");
    }
    const auto part = next_part(in, kTransformHeaderSize, kMoreTransforms, "transform");
    if (!part) return part.error();
    const auto transform = read_transform(*part);
    if (!transform) return transform.error();
    proposal.transforms.push_back(*transform);
  }
  if (proposal.transforms.size() != count) {
    return in.refuse(std::to_string(count) + " transforms announced, " + std::to_string(proposal.transforms.size()) +
                     " are there");
  }
  return proposal;
}

std::optional<std::string> cannot_write(const SaPayload& sa) {
  if (sa.proposals.empty()) return "SA without a proposal";
  if (sa.proposals.size() > kMaxProposals) return "SA with more than " + std::to_string(kMaxProposals) + " proposals";
  std::size_t transforms = 0;
  const Proposal* before = nullptr;
  for (const Proposal& proposal : sa.proposals) {
    if (before != nullptr && proposal.number <= before->number) return "proposals whose numbers do not ascend";
    before = &proposal;
    if (!spi_size_fits(proposal.protocol, proposal.spi.size())) {
      return spi_size_misfit(proposal.protocol, proposal.spi.size());
    }
    transforms += proposal.transforms.size();
    if (proposal.transforms.size() > kMaxTransformsPerProposal || transforms > kMaxTransforms) {
      return "more than " + std::to_string(kMaxTransformsPerProposal) + " transforms in a proposal or " +
             std::to_string(kMaxTransforms) + " in the SA";
    }
    for (const Transform& transform : proposal.transforms) {
      if (transform.unknown_attribute) return "transform " + to_text(transform) + " has an attribute that is not known";
    }
  }
  return std::nullopt;
}

void write_transform(Bytes& out, const Transform& transform, bool last) {
  put8(out, last ? kLast : kMoreTransforms);
  put8(out, 0);
  put16(out, transform.key_bits ? kTransformHeaderSize + 4 : kTransformHeaderSize);
  put8(out, static_cast<std::uint8_t>(transform.type));
  put8(out, 0);
  put16(out, transform.id);
  if (transform.key_bits) {
    put16(out, kAttributeIsTv | kKeyLength);
    put16(out, *transform.key_bits);
  }
}

void write_proposal(Bytes& out, const Proposal& proposal, bool last) {
  const std::size_t start = out.size();
  put8(out, last ? kLast : kMoreProposals);
  put8(out, 0);
  put16(out, 0);  // length, below; at most 8 + 255 + 255 * 12 octets
  put8(out, proposal.number);
  put8(out, static_cast<std::uint8_t>(proposal.protocol));
  put8(out, static_cast<std::uint8_t>(proposal.spi.size()));
  put8(out, static_cast<std::uint8_t>(proposal.transforms.size()));
  put(out, proposal.spi);
  for (const Transform& transform : proposal.transforms) {
    write_transform(out, transform, &transform == &proposal.transforms.back());
  }
  set16(out, start + 2, out.size() - start);
}

std::string id_text(const Transform& transform) {
  switch (transform.type) {
    case TransformType::kEncr:
      return to_text(EncrId{transform.id});
    case TransformType::kPrf:
      return to_text(PrfId{transform.id});
    case TransformType::kInteg:
      return to_text(IntegId{transform.id});
    case TransformType::kKe:
      return to_text(KeMethod{transform.id});
    case TransformType::kSn:
      return to_text(SnId{transform.id});
    default:
      return std::to_string(transform.id);
  }
}

}  // namespace

std::string to_text(const Transform& transform) {
  std::string text = id_text(transform);
  // A bare number says too little.
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    text = to_text(transform.type) + " " + text;
  }
  if (transform.key_bits) text += "-" + std::to_string(*transform.key_bits);
  return text;
}

std::string to_text(const Proposal& proposal) {
  std::string text = std::to_string(proposal.number) + " " + to_text(proposal.protocol);
  for (const Transform& transform : proposal.transforms) text += " " + to_text(transform);
  return text;
}

Parsed<SaPayload> SaPayload::parse(View body, std::size_t offset) {
  Reader in(body, offset, "SA");
  if (in.left() == 0) return in.refuse("no proposal");
  SaPayload sa;
  std::size_t transforms = 0;
  while (in.left() > 0) {
    if (sa.proposals.size() == kMaxProposals) {
      return in.refuse("more than " + std::to_string(kMaxProposals) + " proposals");
    }
    const std::size_t start = in.offset();
    const auto part = next_part(in, kProposalHeaderSize, kMoreProposals, "proposal");
    if (!part) return part.error();
    auto proposal = read_proposal(*part);
    if (!proposal) return proposal.error();
    if (!sa.proposals.empty() && proposal->number <= sa.proposals.back().number) {
      return in.refuse_at(start + 4, "proposal " + std::to_string(proposal->number) + " behind proposal " +
                                         std::to_string(sa.proposals.back().number) + "; numbers have to ascend");
    }
    transforms += proposal->transforms.size();
    if (transforms > kMaxTransforms) {
      return in.refuse_at(start, "more than " + std::to_string(kMaxTransforms) + " transforms");
    }
    sa.proposals.push_back(*std::move(proposal));
  }
  return sa;
}

Result<void> SaPayload::write(Bytes& out) const {
  if (auto reason = cannot_write(*this)) return unwritable(*std::move(reason));
  for (const Proposal& proposal : proposals) write_proposal(out, proposal, &proposal == &proposals.back());
  return {};
}

}  // namespace sallyport::ike
