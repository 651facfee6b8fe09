#pragma once
/// @file
/// A Verilated sad_full with requests of all lanes under way at once, clock by clock.
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "table_bench.hpp"

namespace sallyport::test {

/// Clocks from the grant of a request to its answer (sad_int_pkg).
inline constexpr unsigned kAnswerClocks = 8;

enum class Kind { kAdmit, kLookUp, kCommit };

/// A request of a lane; which fields count depends on the kind.
struct Request {
  Kind kind{};
  std::uint16_t index = 0, generation = 0, octets = 40;
  bool tunnel = true;
  std::uint16_t esp_offset = 0;
  std::uint32_t spi = 0;
  bool udp = false;
  std::uint64_t seq = 0;  ///< Look-up: low half.
  bool icv_ok = true;
  std::uint64_t granted = 0;  ///< Clock.
  std::uint64_t tag = 0;      ///< The test's own.

  static Request admit(std::uint16_t index, std::uint16_t generation, std::uint16_t octets = 40) {
    Request r;
    r.kind = Kind::kAdmit;
    r.index = index;
    r.generation = generation;
    r.octets = octets;
    return r;
  }
  static Request look_up(std::uint32_t spi, std::uint32_t seq) {
    Request r;
    r.kind = Kind::kLookUp;
    r.spi = spi;
    r.seq = seq;
    return r;
  }
  static Request commit(std::uint16_t index, std::uint16_t generation, std::uint64_t seq, std::uint16_t octets = 40,
                        bool icv_ok = true) {
    Request r;
    r.kind = Kind::kCommit;
    r.index = index;
    r.generation = generation;
    r.seq = seq;
    r.octets = octets;
    r.icv_ok = icv_ok;
    return r;
  }
};

/// `width` bits (1..64) of a pin from bit `lsb` on.
template <class Pin>
std::uint64_t get_bits(const Pin& pin, std::size_t lsb, std::size_t width) {
  std::uint64_t value = 0;
  if constexpr (std::is_integral_v<Pin>) {
    value = static_cast<std::uint64_t>(pin) >> lsb;
  } else {
    std::size_t have = 0;
    for (std::size_t at = lsb; have < width; at += 32 - at % 32) {
      value |= static_cast<std::uint64_t>(pin[at / 32] >> (at % 32)) << have;
      have += 32 - at % 32;
    }
  }
  return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
}
template <class Pin>
void set_bits(Pin& pin, std::size_t lsb, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t at = lsb + i;
    const bool bit = ((value >> i) & 1) != 0;
    if constexpr (std::is_integral_v<Pin>) {
      const auto mask = static_cast<Pin>(Pin{1} << at);
      pin = static_cast<Pin>(bit ? pin | mask : pin & ~mask);
    } else {
      const std::uint32_t mask = std::uint32_t{1} << (at % 32);
      pin[at / 32] = bit ? pin[at / 32] | mask : pin[at / 32] & ~mask;
    }
  }
}

template <class V, unsigned kLanes>
class FullBench {
 public:
  static constexpr unsigned kRequesters = 3 * kLanes;  ///< Admissions, look-ups, commits, each by lane.

  explicit FullBench(unsigned ring_depth = 256) : ring_depth_(ring_depth), model_(std::make_unique<V>(&context_)) {
    V& v = *model_;
    v.rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock();
    v.rst_ni = 1;
    while (!v.boot_done_o) clock();
  }
  ~FullBench() {
    model_->final();
    Verilated::threadContextp(&context_);
  }
  FullBench(const FullBench&) = delete;
  FullBench& operator=(const FullBench&) = delete;

  /// Told of every grant, in the clock of the grant, and of every answer.
  std::function<void(unsigned lane, Request&)> on_grant;
  std::function<void(unsigned lane, const Request&, const Answer&)> on_answer;
  /// A command was taken (and the entry's bank has nothing else under way).
  std::function<void()> on_command;
  /// After each clock.
  std::function<void()> on_clock;

  void send(unsigned lane, const Request& request) {
    queue_[static_cast<unsigned>(request.kind) * kLanes + lane].push_back(request);
  }
  [[nodiscard]] std::size_t queued(unsigned lane, Kind kind) const {
    return queue_[static_cast<unsigned>(kind) * kLanes + lane].size();
  }

  /// One clock.
  void step() {
    V& v = *model_;
    for (unsigned r = 0; r < kRequesters; ++r) {
      if (!queue_[r].empty() && !shown_[r]) {
        show(r, queue_[r].front());
        shown_[r] = true;
      }
      set_valid(r, shown_[r]);
    }
    v.eval();
    answers();
    for (unsigned r = 0; r < kRequesters; ++r) {
      if (!shown_[r] || !ready(r)) continue;
      Request request = queue_[r].front();
      queue_[r].pop_front();
      shown_[r] = false;
      request.granted = clocks_;
      ++grants;
      if (on_grant) on_grant(r % kLanes, request);
      in_flight_[r].push_back(request);
    }
    if (v.cmd_valid_i && v.cmd_ready_o) {
      if (on_command) on_command();
      command_taken_ = true;
      taken_now_ = true;
    } else {
      taken_now_ = false;
    }
    clock();
    if (taken_now_) v.cmd_valid_i = 0;
    if (on_clock) on_clock();
  }
  void steps(unsigned n) {
    while (n-- > 0) step();
  }
  /// Until every request is answered and nothing is left to do.
  void drain() {
    unsigned quiet = 0;
    for (unsigned i = 0; quiet < 10; ++i) {
      if (i > 2'000'000) throw std::runtime_error("sad_full does not become idle");
      step();
      quiet = model_->idle_o ? quiet + 1 : 0;
      for (unsigned r = 0; r < kRequesters; ++r)
        if (!queue_[r].empty() || !in_flight_[r].empty()) quiet = 0;
    }
  }

  // ---- commands; the lanes' requests go on meanwhile
  void start_command(Op op, std::uint16_t index, std::uint16_t generation, std::uint32_t arg1 = 0,
                     std::uint32_t arg2 = 0) {
    BitWriter(104)
        .put(static_cast<std::uint64_t>(op), 8)
        .put(index, 16)
        .put(generation, 16)
        .put(arg1, 32)
        .put(arg2, 32)
        .to(model_->cmd_i);
    model_->cmd_valid_i = 1;
    command_taken_ = false;
  }
  /// Nothing while the command is in work.
  std::optional<CommandAnswer> command_answer() {
    if (!command_taken_ || !model_->cmd_done_o) return std::nullopt;
    command_taken_ = false;
    CommandAnswer out;
    const auto& v = *model_;
    out.code = static_cast<CmdCode>((v.cmd_rsp_o >> 22) & 0xFF);
    out.generation = static_cast<std::uint16_t>(v.cmd_rsp_o >> 6);
    out.state = static_cast<EntryState>((v.cmd_rsp_o >> 3) & 7);
    out.dead = static_cast<DeadReason>(v.cmd_rsp_o & 7);
    return out;
  }
  CommandAnswer command(Op op, std::uint16_t index = 0, std::uint16_t generation = 0, std::uint32_t arg1 = 0,
                        std::uint32_t arg2 = 0) {
    start_command(op, index, generation, arg1, arg2);
    for (unsigned i = 0; i < 200'000; ++i) {
      step();
      if (const auto answer = command_answer()) {
        CommandAnswer out = *answer;
        out.clocks = i;
        return out;
      }
    }
    throw std::runtime_error("sad_full does not answer a command");
  }
  void stage(unsigned slot, const Image& image) {
    V& v = *model_;
    for (unsigned w = 0; w < image.size(); ++w) {
      v.stg_wr_addr_i = static_cast<std::uint8_t>(slot * abi::kSlotWords + w);
      v.stg_wr_data_i = image[w];
      v.stg_wr_en_i = 1;
      bool taken = false;
      while (!taken) {
        v.eval();
        taken = v.stg_wr_ready_o;
        step();
      }
      v.stg_wr_en_i = 0;
    }
  }
  CommandAnswer install(std::uint16_t index, const Sa& sa, std::uint16_t generation = 0) {
    stage(0, sa.words());
    return command(Op::kCommit, index, generation, 0);
  }
  void flip(SadMem mem, std::uint16_t index, unsigned word, unsigned a, unsigned b) {
    command(Op::kFlip, index, 0, word << 8 | static_cast<unsigned>(mem), b << 16 | a);
  }
  Snap snapshot(std::uint16_t index) {
    command(Op::kSnapshot, index);
    return make_snap(model_->snap_o);
  }

  // ---- events
  [[nodiscard]] std::uint32_t head() const { return model_->ev_head_o; }
  /// Takes the next record, if there is one.
  std::optional<Record> event() {
    if (tail_ == head()) return std::nullopt;
    std::array<std::uint32_t, 8> w{};
    for (unsigned i = 0; i < 8; ++i) {
      model_->ring_rd_addr_i = static_cast<std::uint16_t>(tail_ % ring_depth_ * 8 + i);
      model_->ring_rd_en_i = 1;
      step();
      model_->ring_rd_en_i = 0;
      w[i] = model_->ring_rd_data_o;
    }
    model_->ev_tail_i = ++tail_;
    return make_record(w);
  }

  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
  V& model() { return *model_; }
  std::uint64_t grants = 0;

 private:
  static constexpr std::size_t kView = 864, kRsp = 968;

  void clock() {
    V& v = *model_;
    v.clk_i = 1;
    v.eval();
    v.clk_i = 0;
    v.time_ns_i = ++clocks_;
    v.eval();
  }
  void set_valid(unsigned r, bool valid) {
    V& v = *model_;
    const auto set = [&](auto& pin) {
      const auto mask = 1U << (r % kLanes);
      pin = static_cast<std::uint8_t>(valid ? pin | mask : pin & ~mask);
    };
    if (r < kLanes)
      set(v.adm_req_valid_i);
    else if (r < 2 * kLanes)
      set(v.lkp_req_valid_i);
    else
      set(v.cmt_req_valid_i);
  }
  [[nodiscard]] bool ready(unsigned r) const {
    const V& v = *model_;
    const unsigned pins = r < kLanes ? v.adm_req_ready_o : r < 2 * kLanes ? v.lkp_req_ready_o : v.cmt_req_ready_o;
    return ((pins >> (r % kLanes)) & 1) != 0;
  }
  void show(unsigned r, const Request& q) {
    V& v = *model_;
    const unsigned l = r % kLanes;
    switch (q.kind) {
      case Kind::kAdmit:
        set_bits(v.adm_req_i, l * 65 + 33, 32, std::uint64_t{q.index} << 16 | q.generation);
        set_bits(v.adm_req_i, l * 65, 33, std::uint64_t{q.tunnel} << 32 | std::uint64_t{q.esp_offset} << 16 | q.octets);
        break;
      case Kind::kLookUp:
        set_bits(v.lkp_req_i, l * 65 + 33, 32, q.spi);
        set_bits(v.lkp_req_i, l * 65, 33, (q.seq & 0xFFFFFFFF) << 1 | std::uint64_t{q.udp});
        break;
      case Kind::kCommit:
        set_bits(v.cmt_req_i, l * 113 + 81, 32, std::uint64_t{q.index} << 16 | q.generation);
        set_bits(v.cmt_req_i, l * 113 + 17, 64, q.seq);
        set_bits(v.cmt_req_i, l * 113, 17, std::uint64_t{q.octets} << 1 | std::uint64_t{q.icv_ok});
        break;
    }
  }
  template <class Pin>
  static View view_of(const Pin& pin, std::size_t lsb) {
    View view;
    for (unsigned i = 0; i < 7; ++i) view.cfg[i] = get_bits(pin, lsb + kView - 64 * (i + 1), 64);
    for (unsigned i = 0; i < 4; ++i) view.key[i] = get_bits(pin, lsb + 352 - 64 * i, 64);
    view.salt = static_cast<std::uint32_t>(get_bits(pin, lsb + 128, 32));
    view.h = {get_bits(pin, lsb + 64, 64), get_bits(pin, lsb, 64)};
    return view;
  }
  void answers() {
    const V& v = *model_;
    for (unsigned l = 0; l < kLanes; ++l) {
      if (((v.adm_rsp_valid_o >> l) & 1) != 0) {
        Answer a;
        a.verdict = static_cast<Verdict>(get_bits(v.adm_rsp_o, l * kRsp + 960, 8));
        a.seq = get_bits(v.adm_rsp_o, l * kRsp + 896, 64);
        a.aux = static_cast<std::uint32_t>(get_bits(v.adm_rsp_o, l * kRsp + 864, 32));
        a.view = view_of(v.adm_rsp_o, l * kRsp);
        answer(l, a);
      }
      if (((v.lkp_rsp_valid_o >> l) & 1) != 0) {
        Answer a;
        a.verdict = static_cast<Verdict>(get_bits(v.lkp_rsp_o, l * kRsp + 960, 8));
        a.index = static_cast<std::uint16_t>(get_bits(v.lkp_rsp_o, l * kRsp + 944, 16));
        a.generation = static_cast<std::uint16_t>(get_bits(v.lkp_rsp_o, l * kRsp + 928, 16));
        a.seq = get_bits(v.lkp_rsp_o, l * kRsp + 864, 64);
        a.view = view_of(v.lkp_rsp_o, l * kRsp);
        answer(kLanes + l, a);
      }
      if (((v.cmt_rsp_valid_o >> l) & 1) != 0) {
        Answer a;
        a.verdict = static_cast<Verdict>(get_bits(v.cmt_rsp_o, 8 * l, 8));
        answer(2 * kLanes + l, a);
      }
    }
  }
  void answer(unsigned r, Answer& a) {
    if (in_flight_[r].empty()) throw std::runtime_error("an answer that nobody waits for");
    const Request request = in_flight_[r].front();
    in_flight_[r].pop_front();
    a.clocks = static_cast<unsigned>(clocks_ - request.granted);
    if (a.clocks != kAnswerClocks) throw std::runtime_error("an answer out of its time");
    if (a.verdict != Verdict::kOk && !a.view.zero()) throw std::runtime_error("a refusal shows something of the SA");
    if (on_answer) on_answer(r % kLanes, request, a);
  }

  unsigned ring_depth_;
  VerilatedContext context_;
  std::unique_ptr<V> model_;
  std::uint64_t clocks_ = 0;
  std::uint32_t tail_ = 0;
  std::array<std::deque<Request>, kRequesters> queue_, in_flight_;
  std::array<bool, kRequesters> shown_{};
  bool command_taken_ = false, taken_now_ = false;
};

}  // namespace sallyport::test
