#include "sallyport/ike/proposals.hpp"

#include <algorithm>

#include "keywords.hpp"
#include "octets.hpp"

namespace sallyport::ike {
namespace {

using Transforms = std::vector<Transform>;

bool has(const Transforms& transforms, const Transform& wanted) {
  return std::find(transforms.begin(), transforms.end(), wanted) != transforms.end();
}

Transforms of_type(const Transforms& transforms, TransformType type) {
  Transforms found;
  std::copy_if(transforms.begin(), transforms.end(), std::back_inserter(found),
               [type](const Transform& t) { return t.type == type; });
  return found;
}

bool is_aead_transform(const Transform& transform) {
  return transform.type == TransformType::kEncr && is_aead(EncrId(transform.id));
}

// The PRFs that use the hashes of integrity algorithms.
Transforms prfs_of(const Transforms& integs) {
  Transforms prfs;
  for (const Transform& integ : integs) {
    if (integ == Transform::integ(IntegId::kHmacSha2_256_128)) prfs.push_back(Transform::prf(PrfId::kHmacSha2_256));
    if (integ == Transform::integ(IntegId::kHmacSha2_384_192)) prfs.push_back(Transform::prf(PrfId::kHmacSha2_384));
    if (integ == Transform::integ(IntegId::kHmacSha2_512_256)) prfs.push_back(Transform::prf(PrfId::kHmacSha2_512));
  }
  return prfs;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Error refused(std::string text) { return {ErrorCode::kInvalidArgument, std::move(text)}; }

// Splits at each separator; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// Reads the keywords of one proposal. whole: the text that it is part of, for places in messages.
Result<Transforms> read_keywords(std::string_view proposal, std::string_view whole, ProtocolId protocol) {
  Transforms transforms;
  const auto pieces = split(proposal, '-');
  if (pieces.size() > kMaxKeywords) {
    return refused("proposal '" + std::string(proposal) + "' has more than " + std::to_string(kMaxKeywords) +
                   " keywords");
  }
  for (const std::string_view piece : pieces) {
    const std::string place =
        "'" + std::string(piece) + "' at column " + std::to_string(piece.data() - whole.data() + 1) + " ";
    const Keyword* keyword = find_keyword(piece);
    if (keyword == nullptr) return refused(place + "is no keyword of a supported algorithm");
    if (!(protocol == ProtocolId::kIke ? keyword->ike : keyword->esp)) {
      return refused(place + "does not belong into a proposal of " + std::string(name(protocol)));
    }
    if (has(transforms, keyword->transform)) return refused(place + "stands for an algorithm that is there already");
    transforms.push_back(keyword->transform);
  }
  return transforms;
}

void append(Transforms& out, const Transforms& more) { out.insert(out.end(), more.begin(), more.end()); }

// One template for each kind of cipher, the kind of the first one first.
Result<ProposalTemplates> ike_templates(const Transforms& transforms, const std::string& proposal) {
  Transforms ciphers = of_type(transforms, TransformType::kEncr);
  const Transforms integs = of_type(transforms, TransformType::kInteg);
  const Transforms methods = of_type(transforms, TransformType::kKe);
  Transforms prfs = of_type(transforms, TransformType::kPrf);
  if (prfs.empty()) prfs = prfs_of(integs);
  if (ciphers.empty()) return refused("proposal '" + proposal + "' has no cipher, e.g. aes256gcm16");
  if (prfs.empty()) return refused("proposal '" + proposal + "' has no PRF, e.g. prfsha256");
  if (methods.empty()) return refused("proposal '" + proposal + "' has no key exchange method, e.g. x25519");

  ProposalTemplates templates;
  for (bool aead = is_aead_transform(ciphers.front()); !ciphers.empty(); aead = !aead) {
    const auto rest = std::stable_partition(ciphers.begin(), ciphers.end(),
                                            [aead](const auto& t) { return is_aead_transform(t) == aead; });
    ProposalTemplate next{ProtocolId::kIke, Transforms(ciphers.begin(), rest)};
    ciphers.erase(ciphers.begin(), rest);
    append(next.transforms, prfs);
    if (!aead) {
      if (integs.empty()) return refused("proposal '" + proposal + "' has no integrity algorithm, e.g. sha256");
      append(next.transforms, integs);
    }
    append(next.transforms, methods);
    templates.push_back(std::move(next));
  }
  return templates;
}

Result<ProposalTemplates> esp_templates(const Transforms& transforms, const std::string& proposal) {
  ProposalTemplate only{ProtocolId::kEsp, of_type(transforms, TransformType::kEncr)};
  if (only.transforms.empty()) return refused("proposal '" + proposal + "' has no cipher, e.g. aes256gcm16");
  append(only.transforms, of_type(transforms, TransformType::kKe));
  const Transforms numbers = of_type(transforms, TransformType::kSn);
  append(only.transforms, numbers.empty() ? Transforms{Transform::sn(SnId::k32Bit)} : numbers);
  return ProposalTemplates{std::move(only)};
}

Result<ProposalTemplates> parse(std::string_view text, ProtocolId protocol) {
  const bool ike = protocol == ProtocolId::kIke;
  const auto pieces = split(text, ',');
  if (pieces.size() > kMaxConfiguredProposals) {
    return refused("there are more than " + std::to_string(kMaxConfiguredProposals) + " proposals");
  }
  ProposalTemplates all;
  for (const std::string_view piece : pieces) {
    const std::string_view proposal = trimmed(piece);
    if (proposal == "default") {
      const ProposalTemplates defaults = ike ? default_ike_proposals() : default_esp_proposals();
      all.insert(all.end(), defaults.begin(), defaults.end());
      continue;
    }
    const auto transforms = read_keywords(proposal, text, protocol);
    if (!transforms) return transforms.error();
    auto templates =
        ike ? ike_templates(*transforms, std::string(proposal)) : esp_templates(*transforms, std::string(proposal));
    if (!templates) return templates.error();
    all.insert(all.end(), templates->begin(), templates->end());
  }
  return all;
}

// Numbers proposals from 1 and looks at their limits.
Result<SaPayload> numbered(std::vector<Proposal> proposals) {
  if (proposals.empty()) return refused("there is no proposal to offer");
  std::size_t transforms = 0;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    proposals[i].number = static_cast<std::uint8_t>(i + 1);
    transforms += proposals[i].transforms.size();
    if (proposals[i].transforms.size() > kMaxTransformsPerProposal)
      return refused("a proposal has too many transforms");
  }
  if (proposals.size() > kMaxProposals || transforms > kMaxTransforms) {
    return refused(std::to_string(proposals.size()) + " proposals with " + std::to_string(transforms) +
                   " transforms are more than fit into an offer");
  }
  return SaPayload{std::move(proposals)};
}

}  // namespace

std::vector<Transform> ProposalTemplate::of(TransformType type) const { return of_type(transforms, type); }

bool ProposalTemplate::aead() const {
  return std::any_of(transforms.begin(), transforms.end(), [](const Transform& t) { return is_aead_transform(t); });
}

bool is_aead(EncrId id) {
  switch (id) {
    case EncrId::kAesCcm8:
    case EncrId::kAesCcm12:
    case EncrId::kAesCcm16:
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
    case EncrId::kNullAuthAesGmac:
    case EncrId::kCamelliaCcm8:
    case EncrId::kCamelliaCcm12:
    case EncrId::kCamelliaCcm16:
    case EncrId::kChaCha20Poly1305:
    case EncrId::kAesCcm8Iiv:
    case EncrId::kAesGcm16Iiv:
    case EncrId::kChaCha20Poly1305Iiv:
    case EncrId::kKuznyechikMgmKtree:
    case EncrId::kMagmaMgmKtree:
    case EncrId::kKuznyechikMgmMacKtree:
    case EncrId::kMagmaMgmMacKtree:
      return true;
    default:
      return false;
  }
}

Result<ProposalTemplates> parse_ike_proposals(std::string_view text) { return parse(text, ProtocolId::kIke); }
Result<ProposalTemplates> parse_esp_proposals(std::string_view text) { return parse(text, ProtocolId::kEsp); }

std::string to_text(const ProposalTemplate& proposal) {
  std::string text;
  for (const Transform& transform : proposal.transforms) text += (text.empty() ? "" : "-") + keyword_of(transform);
  return text;
}

std::string to_text(std::span<const ProposalTemplate> proposals) {
  std::string text;
  for (const ProposalTemplate& proposal : proposals) text += (text.empty() ? "" : ", ") + to_text(proposal);
  return text;
}

ProposalTemplates default_ike_proposals() {
  const Transforms prfs{Transform::prf(PrfId::kHmacSha2_384), Transform::prf(PrfId::kHmacSha2_512),
                        Transform::prf(PrfId::kHmacSha2_256)};
  const Transforms methods{Transform::ke(KeMethod::kCurve25519), Transform::ke(KeMethod::kEcp384),
                           Transform::ke(KeMethod::kEcp256),     Transform::ke(KeMethod::kEcp521),
                           Transform::ke(KeMethod::kModp3072),   Transform::ke(KeMethod::kModp4096),
                           Transform::ke(KeMethod::kModp2048)};
  ProposalTemplate aead{ProtocolId::kIke,
                        {Transform::encr(EncrId::kAesGcm16, 256), Transform::encr(EncrId::kAesGcm16, 128)}};
  append(aead.transforms, prfs);
  append(aead.transforms, methods);
  ProposalTemplate classic{ProtocolId::kIke,
                           {Transform::encr(EncrId::kAesCbc, 256), Transform::encr(EncrId::kAesCbc, 128)}};
  append(classic.transforms, prfs);
  append(classic.transforms,
         {Transform::integ(IntegId::kHmacSha2_384_192), Transform::integ(IntegId::kHmacSha2_512_256),
          Transform::integ(IntegId::kHmacSha2_256_128)});
  append(classic.transforms, methods);
  return {std::move(aead), std::move(classic)};
}

ProposalTemplates default_esp_proposals() {
  return {{ProtocolId::kEsp,
           {Transform::encr(EncrId::kAesGcm16, 256), Transform::encr(EncrId::kAesGcm16, 128),
            Transform::ke(KeMethod::kCurve25519), Transform::ke(KeMethod::kEcp384), Transform::ke(KeMethod::kEcp256),
            Transform::ke(KeMethod::kNone), Transform::sn(SnId::kEsn), Transform::sn(SnId::k32Bit)}}};
}

Result<SaPayload> offer_ike(std::span<const ProposalTemplate> proposals, std::optional<IkeSpi> spi) {
  if (spi && spi->value == 0) return refused("an IKE SA's SPI may not be 0");
  std::vector<Proposal> offered;
  for (const ProposalTemplate& next : proposals) {
    if (next.protocol != ProtocolId::kIke) return refused("'" + to_text(next) + "' is no proposal of IKE");
    offered.push_back({1, ProtocolId::kIke, spi ? octets_of(spi->value, 8) : Bytes{}, next.transforms});
  }
  return numbered(std::move(offered));
}

Result<SaPayload> offer_esp(std::span<const ProposalTemplate> proposals, Spi spi, ChildExchange exchange) {
  if (spi.value < 256) return refused("ESP's SPIs begin at 256, this one is " + std::to_string(spi.value));
  std::vector<Proposal> offered;
  for (const ProposalTemplate& next : proposals) {
    if (next.protocol != ProtocolId::kEsp) return refused("'" + to_text(next) + "' is no proposal of ESP");
    Proposal proposal{1, ProtocolId::kEsp, octets_of(spi.value, 4), next.transforms};
    const Transforms methods = next.of(TransformType::kKe);
    const bool only_none = methods == Transforms{Transform::ke(KeMethod::kNone)};
    if (exchange == ChildExchange::kIkeAuth || only_none) {
      std::erase_if(proposal.transforms, [](const Transform& t) { return t.type == TransformType::kKe; });
    }
    if (std::find(offered.begin(), offered.end(), proposal) == offered.end()) offered.push_back(std::move(proposal));
  }
  return numbered(std::move(offered));
}

std::vector<KeMethod> ke_methods(std::span<const ProposalTemplate> proposals) {
  std::vector<KeMethod> methods;
  for (const ProposalTemplate& proposal : proposals) {
    for (const Transform& transform : proposal.of(TransformType::kKe)) {
      const KeMethod method(static_cast<KeMethod>(transform.id));
      if (method == KeMethod::kNone) continue;
      if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
    }
  }
  return methods;
}

}  // namespace sallyport::ike
