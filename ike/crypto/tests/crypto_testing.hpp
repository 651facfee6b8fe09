#pragma once
/// @file
/// What tests of this room share.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/key_schedule.hpp"
#include "sallyport/ike/message.hpp"
#include "sallyport/ike/protection.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/suite.hpp"

namespace sallyport::ike::testing {

/// Octets of hexadecimal digits; blanks between them are skipped.
Bytes from_hex(std::string_view text);
std::string to_hex(View octets);
Bytes random_bytes(RandomSource& random, std::size_t size);
Bytes joined(std::initializer_list<View> parts);

/// Gives these octets and counts them; asked for more, it fails the test and gives zeros.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(Bytes octets) : octets_(std::move(octets)) {}
  void fill(std::span<std::uint8_t> out) override;
  [[nodiscard]] std::size_t left() const { return octets_.size() - used_; }

 private:
  Bytes octets_;
  std::size_t used_ = 0;
};

/// Every protection that is supported: GCM and CBC, both key sizes, all integrity algorithms.
std::vector<IkeSuite> all_protections();
/// Keys of that suite, from the seed.
IkeKeys some_keys(const IkeSuite& suite, std::uint64_t seed = 1);
/// An INFORMATIONAL request of the initiator.
Header some_header(std::uint32_t message_id = 7);

struct Ends {
  Sealer sealer;
  Opener opener;
};
/// Sealer and opener of the initiator's messages.
Ends some_ends(const IkeSuite& suite, std::uint64_t seed = 1);

/// The message, parsed; it has to have an SK (or SKF) payload at its end.
Message parsed(View message);

/// HMAC by OpenSSL's own EVP_MAC; `digest` as OpenSSL names it.
Bytes openssl_hmac(const char* digest, View key, View data);
/// "SHA256", "SHA384", "SHA512".
const char* digest_name(PrfId prf);

/// What a sealed message has to be, by OpenSSL's functions used plainly: `open_part` is everything up to IV, `text` the
/// inner payloads with padding and its length.
Bytes seal_plainly(const IkeSuite& suite, const IkeKeys& keys, Side sender, View open_part, View iv, View text);

}  // namespace sallyport::ike::testing
