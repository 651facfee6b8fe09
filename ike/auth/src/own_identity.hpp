#pragma once
/// @file
/// Who we are.
#include "sallyport/ike/credentials.hpp"

namespace sallyport::ike::auth {

/// With that certificate: what is configured, or its subject. A distinguished name comes in the certificate's own
/// encoding, since some peers compare octets.
Result<Identity> identity_for(const Credentials& credentials, const OwnCertificate& own);

/// What is configured, or the subject of the first certificate.
Result<Identity> own_identity(const Credentials& credentials);

}  // namespace sallyport::ike::auth
