#pragma once
/// @file
/// What a private key consists of.
#include <memory>

#include "openssl.hpp"
#include "random_provider.hpp"
#include "sallyport/ike/keys.hpp"

namespace sallyport::ike {

struct PrivateKey::Material {
  std::unique_ptr<auth::RandomContext> context;  ///< Outlives the key, which belongs to it.
  auth::KeyPtr key;
  PublicKey public_key;  ///< In the default library context, as all public keys.
};

}  // namespace sallyport::ike
