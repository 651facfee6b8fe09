#pragma once
/// @file
/// Event triage: device records become notices. A record is read only when there is room for its notice, and given back
/// to the ring when that notice is on its way to the host: so pressure goes back to the device, which keeps events in
/// the entries (G3), and a restart of the firmware in between tells an event twice rather than never.
#include <cstdint>
#include <optional>

#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/notice_queue.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// Who wants to know of events besides the host.
class EventListener {
 public:
  /// An event of the present tenant of `index`, told `latency_ns` after it happened.
  virtual void event(std::uint16_t index, abi::EventKind kind, std::uint64_t latency_ns) = 0;

 protected:
  ~EventListener() = default;
};

/// Reader of the event ring.
class EventReader {
 public:
  EventReader(RegisterBus& bus, const EntryTable& table, NoticeQueue& notices, EventListener& listener)
      : bus_(bus), table_(table), notices_(notices), listener_(listener) {}

  /// Learns the ring's depth and where reading goes on. False when the bus failed.
  bool start();
  /// Takes what is there, as far as there is room, at most `most` records. False when the bus failed; nothing is lost
  /// then. A record that cannot be read counts as a notice that is lost.
  bool poll(std::uint32_t most);
  /// The last poll left records in the ring that it has not read.
  [[nodiscard]] bool more() const { return more_; }
  /// The notices of the records up to number `record` are on their way. What the bus does not take now it is given with
  /// the next ones.
  void told(std::uint32_t record);
  /// Notices of records are not on their way yet.
  [[nodiscard]] bool untold() const { return told_ != tail_; }

 private:
  // A record that is read wrong so often is given up.
  static constexpr unsigned kMisreadings = 4;

  // Whether it is record `number`; nothing when the bus failed.
  std::optional<bool> read_record(std::uint32_t number, abi::EventRecord& record);
  void post(const abi::EventRecord& record);

  RegisterBus& bus_;
  const EntryTable& table_;
  NoticeQueue& notices_;
  EventListener& listener_;
  std::uint32_t depth_ = 0;
  std::uint32_t tail_ = 0;  // the last record that was read
  std::uint32_t told_ = 0;  // the last one that the ring has back
  unsigned misread_ = 0;
  bool more_ = false;
};

}  // namespace sallyport::fw
