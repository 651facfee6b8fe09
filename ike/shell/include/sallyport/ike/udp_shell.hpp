#pragma once
/// @file
/// The agent on real sockets and the real clock: UDP ports 500 and 4500 of one address, on Boost.Asio.
#include <chrono>
#include <functional>
#include <memory>

#include "sallyport/ike/agent.hpp"
#include "sallyport/result.hpp"

namespace boost::asio {
class io_context;
}

namespace sallyport::ike {

struct ShellConfig {
  IpAddress local;  ///< To bind to.
  std::uint16_t ike_port = kIkePort;
  std::uint16_t nat_port = kNatPort;
};

/// One thread: the one that runs it. Handlers are called from there and may give the agent commands.
class UdpShell {
 public:
  using Clock = std::chrono::steady_clock;
  struct Handlers {
    std::function<void(const AgentEvent&)> on_event;
    /// An ESP packet in UDP, SPI first.
    std::function<void(const Endpoint& from, View packet)> on_esp;
  };

  /// Binds both ports. kIo: the system refuses, with its reason (ports below 1024 want CAP_NET_BIND_SERVICE). `agent`
  /// must outlive the shell.
  static Result<std::unique_ptr<UdpShell>> open(Agent& agent, const ShellConfig& config, Handlers handlers);
  ~UdpShell();
  UdpShell(const UdpShell&) = delete;
  UdpShell& operator=(const UdpShell&) = delete;

  /// Time as the agent sees it: since open().
  [[nodiscard]] TimeNs now() const;
  /// Sends what the agent has, after a command that was not given in a handler.
  void flush();
  /// Runs until `done` (looked at after each thing that happened) or for so long. False: the time was over.
  bool run_for(std::chrono::nanoseconds time, const std::function<bool()>& done = {});
  /// From any thread: `run_for` comes back.
  void stop();
  /// Other descriptors and timers of the same thread: whoever waits for them calls flush() when the agent may have
  /// something to send.
  [[nodiscard]] boost::asio::io_context& context();
  /// An ESP packet in UDP from port 4500.
  void send_esp(const Endpoint& to, View packet);
  /// Datagrams that the system would not take.
  [[nodiscard]] std::uint64_t send_failures() const;

 private:
  class Impl;
  explicit UdpShell(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport::ike
