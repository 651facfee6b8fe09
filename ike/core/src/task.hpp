#pragma once
/// @file
/// A piece of work that takes one exchange of our own.
#include <optional>

#include "sallyport/ike/contents.hpp"
#include "sallyport/ike/payload_chain.hpp"

namespace sallyport::ike {

class Session;
class IkeSa;

struct Request {
  ExchangeType exchange{};
  PayloadChain payloads;
};

enum class TaskKind : std::uint8_t { kAuth, kMakeChild, kDeleteChild, kRekeyIke, kDeleteIke, kInform };

/// Waits in a session's queue, then belongs to the exchange that it began.
class Task {
 public:
  explicit Task(TaskKind kind) : kind_(kind) {}
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  [[nodiscard]] TaskKind kind() const { return kind_; }
  /// The request; nothing when there is no need of it any more.
  virtual std::optional<Request> begin(Session& session, IkeSa& ike) = 0;
  /// The response has come. It is authentic and could be read.
  virtual void finish(Session& session, IkeSa& ike, const Contents& response) = 0;
  /// There will be no response, because the IKE SA has ended.
  virtual void abandon(Session& session) = 0;

 private:
  TaskKind kind_;
};

}  // namespace sallyport::ike
