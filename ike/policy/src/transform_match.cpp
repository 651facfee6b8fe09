#include "transform_match.hpp"

#include <algorithm>

#include "octets.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint32_t kFirstEspSpi = 256;  // RFC 4303 2.1

bool belongs(TransformType type, ProtocolId protocol) {
  switch (type) {
    case TransformType::kEncr:
    case TransformType::kInteg:
    case TransformType::kKe:
      return true;
    case TransformType::kPrf:
      return protocol == ProtocolId::kIke;
    case TransformType::kSn:
      return protocol == ProtocolId::kEsp;
    default:
      return false;
  }
}

bool has_type(const Proposal& offered, TransformType type) {
  return std::any_of(offered.transforms.begin(), offered.transforms.end(),
                     [type](const Transform& t) { return t.type == type; });
}

// An unknown attribute makes a transform unequal to all of ours.
bool has(const Proposal& offered, const Transform& wanted) {
  return std::find(offered.transforms.begin(), offered.transforms.end(), wanted) != offered.transforms.end();
}

// What we accept of a type, the more wanted first.
struct Alternatives {
  std::vector<Transform> wanted;
  bool may_be_absent = false;
};

Transform none_of(TransformType type) {
  return type == TransformType::kInteg ? Transform::integ(IntegId::kNone) : Transform::ke(KeMethod::kNone);
}

Alternatives alternatives(const ProposalTemplate& ours, TransformType type, const ProposalShape& shape) {
  if (type == TransformType::kInteg && ours.aead()) return {{none_of(type)}, true};
  std::vector<Transform> wanted = ours.of(type);
  if (type == TransformType::kKe && shape.protocol == ProtocolId::kEsp) {
    if (wanted.empty() || !shape.key_exchange) wanted = {none_of(type)};
    const bool may_be_none = std::find(wanted.begin(), wanted.end(), none_of(type)) != wanted.end();
    return {std::move(wanted), may_be_none};
  }
  return {std::move(wanted), false};
}

}  // namespace

std::string shape_fault(const Proposal& proposal, const ProposalShape& shape) {
  if (proposal.protocol != shape.protocol) {
    return "is of protocol " + to_text(proposal.protocol) + ", not " + to_text(shape.protocol);
  }
  if (proposal.spi.size() != shape.spi_size) {
    return "has an SPI of " + std::to_string(proposal.spi.size()) + " octets, not " + std::to_string(shape.spi_size);
  }
  const std::uint64_t spi = number_of(proposal.spi);
  if (!proposal.spi.empty() && spi < (shape.protocol == ProtocolId::kEsp ? kFirstEspSpi : 1)) {
    return "has SPI " + std::to_string(spi) + ", which may not be used";
  }
  for (const Transform& transform : proposal.transforms) {
    if (!belongs(transform.type, shape.protocol)) {
      return "has a transform of type " + to_text(transform.type) + ", which is not known for " +
             to_text(shape.protocol);
    }
  }
  return {};
}

std::optional<Match> match(const Proposal& offered, const ProposalTemplate& ours, const ProposalShape& shape,
                           std::size_t& failed) {
  Match found;
  for (std::size_t i = 0; i < kTypesByPreference.size(); ++i) {
    const TransformType type = kTypesByPreference[i];
    if (!belongs(type, shape.protocol)) continue;
    const Alternatives accepted = alternatives(ours, type, shape);
    const bool absent = !has_type(offered, type);
    const auto best = std::find_if(accepted.wanted.begin(), accepted.wanted.end(), [&](const Transform& wanted) {
      return has(offered, wanted) || (absent && accepted.may_be_absent && wanted == none_of(type));
    });
    if (best == accepted.wanted.end()) {
      failed = i;
      return std::nullopt;
    }
    found.rank[i] = static_cast<std::size_t>(best - accepted.wanted.begin());
    if (!absent) found.transforms.push_back(*best);
  }
  return found;
}

}  // namespace sallyport::ike
