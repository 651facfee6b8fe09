#pragma once
/// @file
/// Decrypted octets: to be read by parsers, moved but not copied, overwritten when they go.
#include <utility>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

class Plaintext {
 public:
  Plaintext() = default;
  /// Takes the octets over.
  explicit Plaintext(Bytes&& octets) : octets_(std::move(octets)) {}
  ~Plaintext() { wipe(octets_); }
  Plaintext(Plaintext&& other) noexcept : octets_(std::move(other.octets_)) { other.octets_.clear(); }
  Plaintext& operator=(Plaintext&& other) noexcept {
    octets_.swap(other.octets_);  // what was here is wiped with the other
    return *this;
  }
  Plaintext(const Plaintext&) = delete;
  Plaintext& operator=(const Plaintext&) = delete;

  [[nodiscard]] View view() const { return octets_; }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  [[nodiscard]] bool empty() const { return octets_.empty(); }

 private:
  Bytes octets_;
};

}  // namespace sallyport::ike
