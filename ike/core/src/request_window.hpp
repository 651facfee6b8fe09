#pragma once
/// @file
/// Our requests on one IKE SA: Message IDs, window, retransmission (RFC 7296 2.1, 2.2, 2.3).
#include <cstdint>
#include <memory>
#include <vector>

#include "sallyport/ike/endpoint.hpp"
#include "sallyport/ike/retransmission.hpp"
#include "task.hpp"

namespace sallyport::ike {

struct Outstanding {
  std::uint32_t id = 0;
  ExchangeType exchange = ExchangeType::kIkeSaInit;
  std::vector<Bytes> datagrams;  ///< As sent: a retransmission is the same to the bit.
  std::unique_ptr<Task> task;    ///< Nothing for IKE_SA_INIT.
  unsigned sends = 0;
  TimeNs began = 0;
  TimeNs resend_at = kNever;
};

class RequestWindow {
 public:
  /// The peer's window; it only grows, and not beyond what is reasonable to hold.
  void widen(std::uint32_t size);
  [[nodiscard]] unsigned size() const { return size_; }
  /// With window N, request X waits until all up to X - N are answered.
  [[nodiscard]] bool open() const;
  [[nodiscard]] bool idle() const { return outstanding_.empty(); }
  /// No Message ID is left: the IKE SA must end.
  [[nodiscard]] bool exhausted() const { return next_ == kLastId; }
  [[nodiscard]] std::uint32_t next_id() const { return next_; }

  /// A request has been sealed with next_id().
  void add(Outstanding request);
  /// The request with this ID; nullptr when none is waited for.
  [[nodiscard]] Outstanding* find(std::uint32_t id);
  /// Takes it out: its answer has come.
  Outstanding take(std::uint32_t id);
  /// IKE_SA_INIT begins anew with ID 0.
  void restart();
  /// All that wait, for the end of the IKE SA.
  std::vector<Outstanding> take_all();
  [[nodiscard]] std::vector<Outstanding>& all() { return outstanding_; }
  [[nodiscard]] const std::vector<Outstanding>& all() const { return outstanding_; }
  [[nodiscard]] TimeNs next_deadline() const;

 private:
  static constexpr std::uint32_t kLastId = 0xFFFF'FFFF;

  std::vector<Outstanding> outstanding_;  // by ID
  std::uint32_t next_ = 0;
  unsigned size_ = 1;
};

}  // namespace sallyport::ike
