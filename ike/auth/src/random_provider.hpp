#pragma once
/// @file
/// An OpenSSL library context whose random numbers are a RandomSource's.
///
/// OpenSSL draws salts, ECDSA's secret numbers and blinding from the library context of the key. A private key gets a
/// context of its own with a provider (provider-rand(7)) that asks the RandomSource of the signing under way, so that
/// a run repeats from its seed, and live agents use the one generator that they have chosen.
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <memory>

#include "openssl.hpp"
#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike::auth {

class RandomContext {
 public:
  /// kIo: OpenSSL cannot load its default provider.
  static Result<std::unique_ptr<RandomContext>> make();
  ~RandomContext();
  RandomContext(const RandomContext&) = delete;
  RandomContext& operator=(const RandomContext&) = delete;

  [[nodiscard]] OSSL_LIB_CTX* get() const { return context_.get(); }

  /// While this lives, random numbers come from `source`; before and after, there are none and whatever needs them
  /// fails.
  class Use {
   public:
    Use(RandomContext& context, RandomSource& source) : context_(context) { context_.source_ = &source; }
    ~Use() { context_.source_ = nullptr; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    RandomContext& context_;
  };

 private:
  RandomContext() = default;
  bool load();

  RandomSource* source_ = nullptr;  ///< What the provider reads.
  Owned<OSSL_LIB_CTX, OSSL_LIB_CTX_free> context_;
  Owned<OSSL_PROVIDER, OSSL_PROVIDER_unload> algorithms_;
  Owned<OSSL_PROVIDER, OSSL_PROVIDER_unload> random_;
};

}  // namespace sallyport::ike::auth
