// The firmware behind its mailbox: messages of any content, events, time, failing commands and buses, restarts, in any
// order. Whatever comes, each answer belongs to its request, the firmware's table is the device's, new SAs leave what
// is kept for rekeys, and restarts keep the policy.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <span>

#include "fake_device.hpp"
#include "fake_register_bus.hpp"
#include "sallyport/fw/firmware.hpp"

namespace {

namespace abi = sallyport::abi;
namespace fw = sallyport::fw;
using sallyport::test::FakeDevice;
using sallyport::test::FakeRegisterBus;

class SeededRandom final : public fw::RandomSource {
 public:
  std::uint32_t next() override { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

void demand(bool holds) {
  if (!holds) std::abort();
}

class Machine {
 public:
  Machine() { start(); }

  void step(std::uint8_t what, std::span<const std::uint8_t>& input) {
    switch (what % 8) {
      case 0:
      case 1:
      case 2:
        message(take<64>(input), what);
        return look_after_message();
      case 3:
        device_.advance(std::uint64_t{take<1>(input)[0]} << (what >> 3));
        static_cast<void>(firmware_->poll(what & 64 ? 1 : UINT32_MAX));
        return;
      case 4: {
        const auto octets = take<2>(input);
        const auto index = static_cast<std::uint16_t>(octets[0] % device_.size());
        if (device_.sa(index).state == abi::EntryState::kActive)
          device_.packet(index, std::uint64_t{1} << octets[1] % 40);
        return;
      }
      case 5:
        while (firmware_->take_notice()) {
        }
        return;
      case 6:
        device_.fail_next(static_cast<abi::Op>(1 + take<1>(input)[0] % (abi::kOpCount - 1)),
                          static_cast<abi::CmdCode>(1 + what / 8 % 7));
        return;
      default:
        if ((what & 8U) != 0) return start();
        device_.break_bus_after(take<1>(input)[0]);
        broken_ = true;
    }
  }
  /// What must hold whenever the bus works.
  void look() {
    if (broken_ || started_ != abi::MailboxCode::kOk) {
      device_.break_bus_after(-1);
      device_.fail_no_more();
      broken_ = false;
      start();  // a host that lost its bus, or was told of a defect, starts again
    }
    const auto info = ask<abi::MailboxInfo>(abi::MailboxCommand::kHello);
    demand(info.code == 0);
    demand_books(info);
    // A half that names another is named by it.
    for (std::uint16_t i = 0; i < device_.size(); ++i) {
      const auto entry = query(i);
      if (entry.code != 0 || entry.partner == fw::kNone) continue;
      const auto partner = query(entry.partner);
      demand(partner.code != 0 || (partner.partner == i && partner.inbound != entry.inbound));
    }
  }

 private:
  /// The same as far as a bus that fails and a session that has not begun allow. Asks for nothing of the device.
  void look_after_message() {
    if (!in_session_ || started_ != abi::MailboxCode::kOk) return;
    const auto info = ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo);
    demand(info.code == 0);
    demand_books(info);
    reserve_ = info.reserve;
    emergency_ = info.emergency;
  }
  void demand_books(const abi::MailboxInfo& info) {
    const unsigned sum =
        info.free + info.larval + info.active + info.overlap + info.draining + info.redundant + info.erasing;
    demand(sum == device_.size());
    demand(info.claimed <= info.free && info.claimed <= info.larval + info.active);
    // Failed operations leave the firmware careful, never generous: what it calls free is free. One whose answer the
    // bus has lost is found by the next start.
    if (broken_) return;
    demand(info.free <= device_.count(abi::EntryState::kFree) + device_.count(abi::EntryState::kErasing));
  }
  abi::MailboxEntry query(std::uint16_t index) {
    abi::MailboxQuery request;
    request.index = index;
    return ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, request);
  }

  template <std::size_t N>
  static std::array<std::uint8_t, N> take(std::span<const std::uint8_t>& input) {
    std::array<std::uint8_t, N> out{};
    const std::size_t n = std::min(N, input.size());
    std::copy_n(input.begin(), n, out.begin());
    input = input.subspan(n);
    return out;
  }
  void start() {
    storage_ = std::make_unique<fw::Storage<64, 16, 4>>();
    firmware_ = std::make_unique<fw::Firmware>(bus_, random_, *storage_, kept_);
    started_ = firmware_->start();
    seq_ = 0;
    in_session_ = false;
    if (started_ == abi::MailboxCode::kSelfTest) demand(!device_.enabled());
    if (started_ != abi::MailboxCode::kOk) return;
    demand(device_.enabled());
    const auto info = ask<abi::MailboxInfo>(abi::MailboxCommand::kHello);
    // The bus may fail while what was staged is cleared.
    if (info.code != 0) return;
    demand(!reserve_ || (info.reserve == *reserve_ && info.emergency == emergency_));
  }
  template <class Answer, class Request = abi::MailboxHello>
  Answer ask(abi::MailboxCommand command, Request request = {}) {
    in_session_ = true;
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(command);
    request.seq = ++seq_;
    return Answer::unpack(firmware_->handle(request.pack()));
  }
  void message(fw::Message message, std::uint8_t what) {
    // Often a command that there is, with nothing behind its last field.
    if ((what & 32U) != 0) {
      message[2] = static_cast<std::uint8_t>(message[2] % abi::kMailboxCommandCount);
      const std::size_t used = abi::request_octets(static_cast<abi::MailboxCommand>(message[2]));
      std::fill(message.begin() + static_cast<std::ptrdiff_t>(used), message.end(), std::uint8_t{0});
    }
    // Mostly in order, or nothing would get past the first checks.
    if (what % 8 != 2) {
      message[0] = 0;
      message[1] = abi::kAbiVersion;
      message[3] = 0;
      ++seq_;
      for (unsigned i = 0; i < 4; ++i) message[4 + i] = static_cast<std::uint8_t>(seq_ >> (24 - 8 * i));
    }
    // Entries there are, and generations they have, now and then.
    if ((what & 8U) != 0) {
      for (const std::size_t at : {8U, 12U, 16U, 20U}) {
        const auto index = static_cast<std::uint16_t>(message[at + 1] % device_.size());
        message[at] = 0;
        message[at + 1] = static_cast<std::uint8_t>(index);
        if ((what & 16U) != 0) {
          message[at + 2] = static_cast<std::uint8_t>(device_.sa(index).generation >> 8);
          message[at + 3] = static_cast<std::uint8_t>(device_.sa(index).generation);
        }
      }
    }
    const auto answer = firmware_->handle(message);
    demand(answer[2] == message[2]);
    demand(std::memcmp(&answer[4], &message[4], 4) == 0);
    if (answer[3] == static_cast<std::uint8_t>(abi::MailboxCode::kBadVersion) ||
        answer[3] == static_cast<std::uint8_t>(abi::MailboxCode::kBadSequence)) {
      return;
    }
    seq_ = static_cast<std::uint32_t>(message[4]) << 24 | message[5] << 16 | message[6] << 8 | message[7];
    in_session_ = true;
    demand_pools(abi::MailboxReserve::unpack(message), abi::MailboxAnswer::unpack(answer));
  }
  // G6: a reservation that was made leaves what its pool must leave.
  void demand_pools(const abi::MailboxReserve& request, const abi::MailboxAnswer& answer) const {
    if (request.command != static_cast<std::uint8_t>(abi::MailboxCommand::kReserve) || answer.code != 0) return;
    const bool established = request.pool == static_cast<std::uint8_t>(abi::Pool::kEstablished);
    demand(established || request.starter != static_cast<std::uint8_t>(abi::RekeyStarter::kNone));
    if (established && reserve_) demand(answer.free >= *reserve_ + emergency_);
  }

  FakeDevice device_;
  FakeRegisterBus bus_{device_};
  SeededRandom random_;
  std::unique_ptr<fw::Storage<64, 16, 4>> storage_;
  fw::Kept<4> kept_{};
  std::unique_ptr<fw::Firmware> firmware_;
  std::uint32_t seq_ = 0;
  bool in_session_ = false;
  std::optional<std::uint16_t> reserve_;  // as told last
  std::uint16_t emergency_ = 0;
  abi::MailboxCode started_ = abi::MailboxCode::kNotStarted;
  bool broken_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  Machine machine;
  while (!input.empty()) {
    const std::uint8_t what = input.front();
    input = input.subspan(1);
    machine.step(what, input);
  }
  machine.look();
  return 0;
}
