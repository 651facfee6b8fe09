#pragma once
/// @file
/// One offered proposal against one of ours, type by type.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sallyport/ike/proposals.hpp"

namespace sallyport::ike {

/// Types in the order in which we prefer by them.
inline constexpr std::array kTypesByPreference{TransformType::kEncr, TransformType::kPrf, TransformType::kInteg,
                                               TransformType::kKe, TransformType::kSn};

/// What an exchange asks of proposals beside their transforms.
struct ProposalShape {
  ProtocolId protocol = ProtocolId::kIke;
  std::size_t spi_size = 0;
  bool key_exchange = true;  ///< false: the exchange has no KE payload.
};

/// What is wrong with a proposal whatever we want: protocol, SPI, transform types. Empty: nothing.
std::string shape_fault(const Proposal& proposal, const ProposalShape& shape);

struct Match {
  std::vector<Transform> transforms;                          ///< One of each type, as offered; types ascending.
  std::array<std::size_t, kTypesByPreference.size()> rank{};  ///< Place of each among our alternatives.
};

/// Our best out of what is offered. Nothing: unacceptable; failed is then the type that has nothing in common.
/// The proposal has no shape_fault.
std::optional<Match> match(const Proposal& offered, const ProposalTemplate& ours, const ProposalShape& shape,
                           std::size_t& failed);

}  // namespace sallyport::ike
