// The firmware behind its mailbox: messages of any content, events, time, failing commands and buses, restarts, in any
// order. Whatever comes, each answer belongs to its request, and the firmware's table is the device's.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
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
        return message(take<64>(input), what);
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
    auto info = ask<abi::MailboxInfo>(abi::MailboxCommand::kHello);
    demand(info.code == 0);
    const unsigned sum =
        info.free + info.larval + info.active + info.overlap + info.draining + info.redundant + info.erasing;
    demand(sum == device_.size());
    demand(info.claimed <= info.free && info.claimed <= info.larval);
    // Failed operations leave the firmware careful, never generous: what it calls free is free.
    demand(info.free <= device_.count(abi::EntryState::kFree) + device_.count(abi::EntryState::kErasing));
  }

 private:
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
    firmware_ = std::make_unique<fw::Firmware>(bus_, random_, *storage_);
    started_ = firmware_->start();
    if (started_ == abi::MailboxCode::kOk) demand(device_.enabled());
    if (started_ == abi::MailboxCode::kSelfTest) demand(!device_.enabled());
    seq_ = 0;
  }
  template <class Answer>
  Answer ask(abi::MailboxCommand command) {
    abi::MailboxHello request;
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(command);
    request.seq = ++seq_;
    return Answer::unpack(firmware_->handle(request.pack()));
  }
  void message(fw::Message message, std::uint8_t what) {
    // Often a command that there is, with nothing behind its last field.
    if ((what & 32U) != 0) {
      constexpr std::array<std::size_t, 14> kUsed{8, 8, 8, 12, 64, 64, 32, 32, 32, 32, 11, 10, 24, 12};
      message[2] %= kUsed.size();
      std::fill(message.begin() + static_cast<std::ptrdiff_t>(kUsed[message[2]]), message.end(), std::uint8_t{0});
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
  }

  FakeDevice device_;
  FakeRegisterBus bus_{device_};
  SeededRandom random_;
  std::unique_ptr<fw::Storage<64, 16, 4>> storage_;
  std::unique_ptr<fw::Firmware> firmware_;
  std::uint32_t seq_ = 0;
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
