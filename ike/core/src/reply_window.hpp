#pragma once
/// @file
/// The peer's requests on one IKE SA: which are new, and the answers to those that may come again (RFC 7296 2.1, 2.3).
#include <cstdint>
#include <deque>
#include <vector>

#include "sallyport/ike/bytes.hpp"

namespace sallyport::ike {

class ReplyWindow {
 public:
  enum class Place : std::uint8_t {
    kNew,       ///< To be processed.
    kAnswered,  ///< answer() is to be sent again.
    kOutside,   ///< Never answered: too old, or too far ahead.
  };

  /// `size`: requests that we take at once, told to the peer by SET_WINDOW_SIZE once it may use them.
  void widen(unsigned size) { size_ = size; }
  [[nodiscard]] Place place(std::uint32_t id) const;
  /// The request with this ID has been processed. Its answer is kept until a request comes that shows that the peer has
  /// it.
  void answered(std::uint32_t id, std::vector<Bytes> datagrams);
  /// Of a request that is kAnswered; of another one nothing.
  [[nodiscard]] const std::vector<Bytes>& answer(std::uint32_t id) const;
  /// The least ID that has not been answered.
  [[nodiscard]] std::uint32_t expected() const { return expected_; }

 private:
  struct Kept {
    std::uint32_t id;
    std::vector<Bytes> datagrams;
  };
  [[nodiscard]] const Kept* find(std::uint32_t id) const;

  std::deque<Kept> kept_;  // the last size_ and all beyond expected_, in no order
  std::uint32_t expected_ = 0;
  unsigned size_ = 1;
};

}  // namespace sallyport::ike
