#include "sallyport/ike/udp_shell.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "sallyport/ike/demux.hpp"

namespace sallyport::ike {

namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

asio::ip::address to_asio(const IpAddress& address) {
  if (address.version == 4) {
    asio::ip::address_v4::bytes_type octets{};
    std::copy_n(address.octets.begin(), octets.size(), octets.begin());
    return asio::ip::address_v4(octets);
  }
  return asio::ip::address_v6(address.octets);
}

Endpoint from_asio(const udp::endpoint& endpoint) {
  Endpoint result;
  result.port = endpoint.port();
  if (endpoint.address().is_v4()) {
    const auto octets = endpoint.address().to_v4().to_bytes();
    std::copy(octets.begin(), octets.end(), result.address.octets.begin());
    return result;
  }
  result.address.version = 6;
  result.address.octets = endpoint.address().to_v6().to_bytes();
  return result;
}

}  // namespace

class UdpShell::Impl {
 public:
  Impl(Agent& agent, Handlers handlers)
      : agent_(agent), handlers_(std::move(handlers)), start_(Clock::now()), timer_(context_) {}

  Result<void> open(const ShellConfig& config) {
    for (Port* port : {&ike_, &nat_}) {
      const std::uint16_t number = port == &ike_ ? config.ike_port : config.nat_port;
      port->local = {config.local, number};
      port->marked = port == &nat_;
      const udp::endpoint endpoint(to_asio(config.local), number);
      error_code error;
      port->socket.open(endpoint.protocol(), error);
      if (!error) port->socket.bind(endpoint, error);
      if (!error) port->socket.non_blocking(true, error);
      if (error) {
        return Error{ErrorCode::kIo, "UDP " + port->local.to_string() + ": " + error.message()};
      }
      receive(*port);
    }
    return {};
  }

  [[nodiscard]] TimeNs now() const {
    return static_cast<TimeNs>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count());
  }

  void flush() {
    while (auto message = agent_.next_message()) send(*message);
    while (auto event = agent_.next_event()) {
      if (handlers_.on_event) handlers_.on_event(*event);
    }
    while (auto message = agent_.next_message()) send(*message);  // of what a handler asked for
    arm();
  }

  bool run_for(std::chrono::nanoseconds time, const std::function<bool()>& done) {
    const Clock::time_point end = Clock::now() + time;
    flush();
    while (!done || !done()) {
      context_.restart();
      if (context_.run_one_until(end) == 0) return false;
      if (std::exchange(stopped_, false)) return false;
    }
    return true;
  }

  void stop() {
    asio::post(context_, [this] { stopped_ = true; });
  }

  asio::io_context& context() { return context_; }
  void send_esp(const Endpoint& to, View packet) { send_octets(nat_, to, packet); }
  [[nodiscard]] std::uint64_t send_failures() const { return send_failures_; }

 private:
  struct Port {
    explicit Port(asio::io_context& context) : socket(context) {}
    udp::socket socket;
    Endpoint local;
    bool marked = false;
    udp::endpoint from;
    std::array<std::uint8_t, 65536> buffer{};
  };

  void receive(Port& port) {
    port.socket.async_receive_from(asio::buffer(port.buffer), port.from,
                                   [this, &port](const error_code& error, std::size_t size) {
                                     if (error == asio::error::operation_aborted) return;
                                     // An ICMP error of an earlier datagram says nothing that may be believed.
                                     if (!error) take(port, View(port.buffer.data(), size));
                                     receive(port);
                                   });
  }

  void take(Port& port, View octets) {
    UdpMessage message;
    message.local = port.local;
    message.remote = from_asio(port.from);
    message.marked = port.marked;
    if (port.marked) {
      const auto what = classify(octets);
      if (what.kind == DatagramKind::kEsp && handlers_.on_esp) handlers_.on_esp(message.remote, octets);
      if (what.kind != DatagramKind::kIke) {
        flush();
        return;
      }
      octets = what.message;
    }
    message.octets.assign(octets.begin(), octets.end());
    agent_.receive(now(), message);
    flush();
  }

  void send(const UdpMessage& message) {
    Port& port = message.local.port == nat_.local.port ? nat_ : ike_;
    if (!message.marked) {
      send_octets(port, message.remote, message.octets);
      return;
    }
    Bytes marked(kNonEspMarker.begin(), kNonEspMarker.end());
    marked.insert(marked.end(), message.octets.begin(), message.octets.end());
    send_octets(port, message.remote, marked);
  }

  void send_octets(Port& port, const Endpoint& to, View octets) {
    error_code error;
    port.socket.send_to(asio::buffer(octets.data(), octets.size()), udp::endpoint(to_asio(to.address), to.port), 0,
                        error);
    if (error) ++send_failures_;  // lost, as on any link
  }

  void arm() {
    const TimeNs deadline = agent_.next_deadline();
    if (deadline == armed_) return;
    armed_ = deadline;
    if (deadline == kNever) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(start_ + std::chrono::nanoseconds(deadline));
    timer_.async_wait([this](const error_code& error) {
      if (error) return;
      armed_ = 0;
      agent_.advance(now());
      flush();
    });
  }

  Agent& agent_;
  Handlers handlers_;
  Clock::time_point start_;
  asio::io_context context_;
  Port ike_{context_};
  Port nat_{context_};
  asio::steady_timer timer_;
  TimeNs armed_ = kNever;
  std::uint64_t send_failures_ = 0;
  bool stopped_ = false;
};

UdpShell::UdpShell(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UdpShell::~UdpShell() = default;

Result<std::unique_ptr<UdpShell>> UdpShell::open(Agent& agent, const ShellConfig& config, Handlers handlers) {
  auto impl = std::make_unique<Impl>(agent, std::move(handlers));
  if (auto opened = impl->open(config); !opened) return opened.error();
  return std::unique_ptr<UdpShell>(new UdpShell(std::move(impl)));
}

TimeNs UdpShell::now() const { return impl_->now(); }
void UdpShell::flush() { impl_->flush(); }
bool UdpShell::run_for(std::chrono::nanoseconds time, const std::function<bool()>& done) {
  return impl_->run_for(time, done);
}
void UdpShell::stop() { impl_->stop(); }
boost::asio::io_context& UdpShell::context() { return impl_->context(); }
void UdpShell::send_esp(const Endpoint& to, View packet) { impl_->send_esp(to, packet); }
std::uint64_t UdpShell::send_failures() const { return impl_->send_failures(); }

}  // namespace sallyport::ike
