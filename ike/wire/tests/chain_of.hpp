#pragma once
/// @file
/// Contents written again.
#include "sallyport/ike/contents.hpp"
#include "sallyport/ike/payload_chain.hpp"

namespace sallyport::ike::test {

/// All payloads of contents, in the order of its members. What was skipped is gone.
inline PayloadChain chain_of(const Contents& contents) {
  PayloadChain chain;
  if (contents.sa) chain.append(*contents.sa);
  if (contents.ke) chain.append(*contents.ke);
  if (contents.nonce) chain.append(*contents.nonce);
  if (contents.idi) chain.append_idi(*contents.idi);
  if (contents.idr) chain.append_idr(*contents.idr);
  if (contents.auth) chain.append(*contents.auth);
  if (contents.tsi) chain.append_tsi(*contents.tsi);
  if (contents.tsr) chain.append_tsr(*contents.tsr);
  if (contents.config) chain.append(*contents.config);
  for (const auto& payload : contents.certs) chain.append(payload);
  for (const auto& payload : contents.cert_requests) chain.append(payload);
  for (const auto& payload : contents.notifies) chain.append(payload);
  for (const auto& payload : contents.deletes) chain.append(payload);
  for (const auto& payload : contents.vendor_ids) chain.append(payload);
  return chain;
}

/// What of contents can be written: without the types that were skipped, and without an SA that holds attributes nobody
/// knows.
inline Contents writable(Contents contents) {
  contents.skipped.clear();
  if (!contents.sa) return contents;
  for (const Proposal& proposal : contents.sa->proposals) {
    for (const Transform& transform : proposal.transforms) {
      if (transform.unknown_attribute) {
        contents.sa.reset();
        return contents;
      }
    }
  }
  return contents;
}

}  // namespace sallyport::ike::test
