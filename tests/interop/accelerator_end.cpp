#include "accelerator_end.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <iostream>
#include <utility>

#include "sallyport/core_firmware.hpp"
#include "sallyport/firmware_image.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/packet.hpp"

namespace sallyport::ike {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTick{5};
constexpr std::uint64_t kSliceNs = 200'000;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kUdpHeader = 8;
constexpr std::uint8_t kUdp = 17;

void put16(std::vector<std::uint8_t>& packet, std::size_t at, std::size_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8U);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}

/// The IP packet that a socket has taken apart. Nobody looks at its checksums any more.
std::vector<std::uint8_t> in_ip(const Endpoint& from, const IpAddress& local, View esp) {
  std::vector<std::uint8_t> packet(kIpv4Header + kUdpHeader + esp.size(), 0);
  packet[0] = 0x45;
  put16(packet, 2, packet.size());
  packet[8] = 64;
  packet[9] = kUdp;
  std::copy_n(from.address.octets.begin(), 4, packet.begin() + 12);
  std::copy_n(local.octets.begin(), 4, packet.begin() + 16);
  put16(packet, kIpv4Header, from.port);
  put16(packet, kIpv4Header + 2, kNatPort);
  put16(packet, kIpv4Header + 4, kUdpHeader + esp.size());
  std::copy(esp.begin(), esp.end(), packet.begin() + kIpv4Header + kUdpHeader);
  return packet;
}

}  // namespace

Result<std::unique_ptr<AcceleratorEnd>> AcceleratorEnd::make(const AcceleratorEndTerms& terms) {
  std::unique_ptr<AcceleratorEnd> end(new AcceleratorEnd(terms));
  if (auto started = end->start(); !started) return started.error();
  return end;
}

Result<void> AcceleratorEnd::start() {
  auto accelerator = sim::Accelerator::create(terms_.options);
  if (!accelerator) return accelerator.error();
  accelerator_ = std::move(*accelerator);
  if (terms_.firmware_on_core) {
    auto firmware = CoreFirmware::load(*accelerator_, firmware_image(sim::table_entries(terms_.options.variant)));
    if (!firmware) return firmware.error();
    firmware_ = std::move(*firmware);
  } else {
    auto firmware = HostedFirmware::start(*accelerator_, std::nullopt);
    if (!firmware) return firmware.error();
    firmware_ = std::move(*firmware);
  }
  auto device = Device::open(*accelerator_, *firmware_);
  if (!device) return device.error();
  device_ = std::move(*device);
  queue_.emplace(*device_);
  backend_.emplace(*device_);
  DevicePolicy policy;
  policy.reserve = terms_.reserve;
  policy.emergency = 2;
  return device_->set_policy(policy);
}

Result<int> AcceleratorEnd::open_tun() {
  const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return Error{ErrorCode::kIo, std::string("/dev/net/tun: ") + std::strerror(errno)};
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  terms_.tun.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(fd, TUNSETIFF, &request) < 0) {
    const int reason = errno;
    ::close(fd);
    return Error{ErrorCode::kIo, "TUN device " + terms_.tun + ": " + std::strerror(reason)};
  }
  return fd;
}

Result<void> AcceleratorEnd::attach(Agent& agent, UdpShell& shell) {
  agent_ = &agent;
  shell_ = &shell;
  timer_.emplace(shell.context());
  real_start_ = std::chrono::steady_clock::now();
  device_start_ns_ = accelerator_->now_ns();
  wait_for_tick();
  if (terms_.tun.empty()) return {};
  const auto fd = open_tun();
  if (!fd) return fd.error();
  tun_.emplace(shell.context(), *fd);
  read_tun();
  return {};
}

void AcceleratorEnd::detach() {
  timer_.reset();
  tun_.reset();
  agent_ = nullptr;
  shell_ = nullptr;
}

void AcceleratorEnd::wait_for_tick() {
  timer_->expires_after(kTick);
  timer_->async_wait([this](const error_code& error) {
    if (error) return;
    tick();
    wait_for_tick();
  });
}

void AcceleratorEnd::tick() {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  const auto real = std::chrono::duration_cast<std::chrono::nanoseconds>(begin - real_start_);
  const std::uint64_t due = device_start_ns_ + static_cast<std::uint64_t>(real.count());
  // While the simulated core works, a clock takes some thousand times as long as a real one: packets come first.
  while (accelerator_->now_ns() < due && steady_clock::now() - begin < kTick) {
    sim::pass_time(*accelerator_, std::min<std::uint64_t>(due - accelerator_->now_ns(), kSliceNs));
  }
  hear();
}

void AcceleratorEnd::hear() {
  if (auto polled = queue_->poll(); !polled) std::cerr << "notices: " << polled.error().text << '\n';
  if (queue_->needs_reconcile()) static_cast<void>(queue_->reconcile());
  while (const auto notice = queue_->next()) backend_->on_notice(*notice);
  while (const auto warning = backend_->next_warning()) std::cerr << "backend: " << *warning << '\n';
  bool any = false;
  while (const auto event = backend_->next_event()) {
    agent_->on_child_event(shell_->now(), *event);
    any = true;
  }
  if (any) shell_->flush();
}

void AcceleratorEnd::read_tun() {
  tun_->async_read_some(asio::buffer(buffer_), [this](const error_code& error, std::size_t size) {
    if (error == asio::error::operation_aborted) return;
    if (!error) take_plain(View(buffer_.data(), size));
    read_tun();
  });
}

std::optional<PacketOut> AcceleratorEnd::pass(Direction direction, PacketIn packet) {
  constexpr int kMostRounds = 1'000;
  constexpr std::uint64_t kRound = 1'000;
  accelerator_->push(direction, std::move(packet));
  for (int i = 0; i < kMostRounds; ++i) {
    if (auto out = accelerator_->pop(direction)) return out;
    accelerator_->run(kRound);
  }
  return {};
}

void AcceleratorEnd::take_plain(View packet) {
  const auto flow = flow_of(packet);
  const Route* route = flow ? backend_->routes().find(*flow) : nullptr;
  if (route == nullptr) {
    ++packets_["out no SA"];
    return;
  }
  auto in = outbound_packet(route->outbound, route->mode, {packet.begin(), packet.end()}, ++cookie_);
  if (!in) {
    ++packets_["out refused"];
    return;
  }
  const auto out = pass(Direction::kOutbound, std::move(*in));
  const auto verdict = out ? static_cast<abi::Verdict>(out->status.verdict) : abi::Verdict::kMalformed;
  ++packets_["out " + std::string(out ? abi::name(verdict) : "lost")];
  if (out && verdict == abi::Verdict::kOk && out->octets.size() > kIpv4Header + kUdpHeader) {
    Endpoint to;
    std::copy_n(out->octets.begin() + 16, 4, to.address.octets.begin());
    to.port = static_cast<std::uint16_t>(out->octets[kIpv4Header + 2] << 8U | out->octets[kIpv4Header + 3]);
    shell_->send_esp(to, View(out->octets).subspan(kIpv4Header + kUdpHeader));
  }
  hear();
}

void AcceleratorEnd::take_esp(const Endpoint& from, View packet) {
  auto in = inbound_packet(in_ip(from, terms_.local, packet), ++cookie_);
  if (!in) {
    ++packets_["in refused"];
    return;
  }
  const auto out = pass(Direction::kInbound, std::move(*in));
  const auto verdict = out ? static_cast<abi::Verdict>(out->status.verdict) : abi::Verdict::kMalformed;
  ++packets_["in " + std::string(out ? abi::name(verdict) : "lost")];
  if (out && verdict == abi::Verdict::kOk) {
    backend_->packet_in({SaIndex{out->status.index}, Generation{out->status.generation}});
    error_code error;
    if (tun_) asio::write(*tun_, asio::buffer(out->octets), error);
    if (error) ++packets_["in not taken by the TUN device"];
  }
  hear();
}

}  // namespace sallyport::ike
