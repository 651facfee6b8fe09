#pragma once
/// @file
/// What OpenSSL leaves behind.

namespace sallyport::ike {

/// Makes OpenSSL overwrite all memory that it gives back, for this whole process. Reading a private key leaves copies
/// of it in the heap otherwise: OpenSSL 3.0's decoders do not wipe their buffers. The first thing in main(): true, or
/// false when OpenSSL has allocated something already and it is too late.
[[nodiscard]] bool wipe_what_openssl_frees();

}  // namespace sallyport::ike
