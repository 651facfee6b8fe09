#pragma once
/// @file
/// A Verilated sad_table, or sad_full with one lane, with its pins as calls: one request at a time, each run to its
/// answer and, in sad_full, to the end of all that follows from it, so that both look the same.
#include <verilated.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bits.hpp"
#include "sallyport/abi.hpp"

namespace sallyport::test {

using abi::CmdCode;
using abi::DeadReason;
using abi::EntryState;
using abi::EventKind;
using abi::Op;
using abi::SadMem;
using abi::SaFlag;
using abi::Verdict;

inline constexpr std::uint64_t kNever = ~std::uint64_t{0};

/// Words of an SA image.
using Image = std::array<std::uint64_t, abi::kImageWords>;

/// An image as most tests want it; fields may be set before words() is called.
struct Sa {
  std::uint32_t spi = 0;
  std::uint16_t mtu = 1500;
  std::uint16_t flags = 0;
  std::uint64_t soft_octets = kNever, hard_octets = 0;
  std::uint64_t soft_packets = kNever, hard_packets = 0;
  std::uint64_t icv_limit = std::uint64_t{1} << 36;
  std::uint64_t word11 = 0;
  std::array<std::uint64_t, 4> key = {0x0011223344556677, 0x8899aabbccddeeff, 0x0123456789abcdef, 0xfedcba9876543210};
  std::uint32_t salt = 0xcafebabe;

  static Sa outbound(std::uint32_t spi) {
    Sa sa;
    sa.spi = spi;
    sa.set(SaFlag::kTunnel);
    return sa;
  }
  static Sa inbound(std::uint16_t index, std::uint32_t num_sas = 64) {
    Sa sa;
    sa.spi = 0x1000 * num_sas + index;
    sa.set(SaFlag::kTunnel).set(SaFlag::kInbound);
    return sa;
  }
  Sa& set(SaFlag flag) {
    flags = static_cast<std::uint16_t>(flags | (1U << static_cast<unsigned>(flag)));
    return *this;
  }
  [[nodiscard]] Image words() const {
    Image image{};
    image[0] = std::uint64_t{spi} << 32 | std::uint64_t{mtu} << 16 | flags;
    for (unsigned w = 1; w <= 5; ++w) image[w] = 0x1111111111111111U * w;
    image[6] = soft_octets;
    image[7] = hard_octets;
    image[8] = soft_packets;
    image[9] = hard_packets;
    image[10] = icv_limit;
    image[11] = word11;
    for (unsigned w = 0; w < 4; ++w) image[12 + w] = key[w];
    image[16] = std::uint64_t{salt} << 32;
    return image;
  }
};

/// sa_view_t.
struct View {
  std::array<std::uint64_t, 7> cfg{};  ///< Image words 0..5 and 11.
  std::array<std::uint64_t, 4> key{};
  std::uint32_t salt = 0;
  std::array<std::uint64_t, 2> h{};
  [[nodiscard]] bool zero() const { return *this == View{}; }
  friend bool operator==(const View&, const View&) = default;
};

struct Answer {
  Verdict verdict{};
  std::uint16_t index = 0;       ///< Look-up only.
  std::uint16_t generation = 0;  ///< Look-up only.
  std::uint64_t seq = 0;
  std::uint32_t aux = 0;  ///< Admission only.
  View view;
  unsigned clocks = 0;  ///< From the request taken to the answer.
};

struct CommandAnswer {
  CmdCode code{};
  std::uint16_t generation = 0;
  EntryState state{};
  DeadReason dead{};
  unsigned clocks = 0;
};

struct Snap {
  std::uint64_t seq = 0, octets = 0, packets = 0, icv_fail = 0, fw = 0;
  std::uint32_t spi = 0;
  std::uint16_t generation = 0;
  EntryState state{};
  DeadReason dead{};
  std::uint8_t raised = 0;
  std::uint64_t time = 0, counter = 0;
  [[nodiscard]] bool raised_kind(EventKind kind) const { return ((raised >> static_cast<unsigned>(kind)) & 1U) != 0; }
};

/// A record of the event ring.
struct Record {
  std::uint32_t seq = 0;
  std::uint16_t index = 0, generation = 0;
  std::uint32_t spi = 0;
  EventKind kind{};
  bool late = false, packets = false, inbound = false;
  std::uint64_t count = 0, time = 0;
};

/// snap_t.
template <class Pin>
Snap make_snap(const Pin& pin) {
  BitReader in(pin, 510);
  Snap s;
  s.seq = in.get(64);
  s.octets = in.get(64);
  s.packets = in.get(64);
  s.icv_fail = in.get(64);
  s.fw = in.get(64);
  s.spi = static_cast<std::uint32_t>(in.get(32));
  s.generation = static_cast<std::uint16_t>(in.get(16));
  s.state = static_cast<EntryState>(in.get(3));
  s.dead = static_cast<DeadReason>(in.get(3));
  s.raised = static_cast<std::uint8_t>(in.get(8));
  s.time = in.get(64);
  s.counter = in.get(64);
  return s;
}

/// The eight words of a record.
inline Record make_record(const std::array<std::uint32_t, 8>& w) {
  Record r;
  r.seq = w[0];
  r.index = static_cast<std::uint16_t>(w[1] >> 16);
  r.generation = static_cast<std::uint16_t>(w[1]);
  r.spi = w[2];
  r.kind = static_cast<EventKind>(w[3] >> 24);
  r.late = (w[3] >> 16 & 1) != 0;
  r.packets = (w[3] >> 16 & 2) != 0;
  r.inbound = (w[3] >> 16 & 4) != 0;
  r.count = std::uint64_t{w[4]} << 32 | w[5];
  r.time = std::uint64_t{w[6]} << 32 | w[7];
  return r;
}

template <class V>
class TableBench {
 public:
  /// sad_full: answers are pulses, and a wrong ICV of a number accepted meanwhile is a replay.
  static constexpr bool kFull = !requires(V & v) { v.adm_rsp_ready_i; };

  /// @param ring_depth records, as the model was elaborated.
  explicit TableBench(unsigned ring_depth = 256) : ring_depth_(ring_depth), model_(std::make_unique<V>(&context_)) {
    V& v = *model_;
    v.rst_ni = 0;
    v.clk_i = 0;
    for (int i = 0; i < 4; ++i) clock();
    v.rst_ni = 1;
    while (!v.boot_done_o) clock();
    boot_clocks = clocks_;
  }
  ~TableBench() {
    model_->final();
    // Verilator 5.006 takes the model's scopes out of the thread's context, which may be another bench's that is gone.
    Verilated::threadContextp(&context_);
  }
  TableBench(const TableBench&) = delete;
  TableBench& operator=(const TableBench&) = delete;

  void clock() {
    model_->clk_i = 1;
    model_->eval();
    model_->clk_i = 0;
    model_->time_ns_i = ++clocks_;
    model_->eval();
  }
  void clock(unsigned n) {
    while (n-- > 0) clock();
  }
  /// Until nothing is left to do, events that can be told included.
  void settle() {
    model_->eval();
    unsigned quiet = 0;
    for (unsigned i = 0; quiet < 8; ++i) {
      if (i > 1'000'000) throw std::runtime_error("sad_table does not become idle");
      quiet = model_->idle_o ? quiet + 1 : 0;
      clock();
    }
  }

  // ---- packets
  Answer admit(std::uint16_t index, std::uint16_t generation, std::uint16_t octets, bool tunnel = true,
               std::uint16_t esp_offset = 0) {
    V& v = *model_;
    BitWriter(65).put(index, 16).put(generation, 16).put(tunnel, 1).put(esp_offset, 16).put(octets, 16).to(v.adm_req_i);
    const unsigned waited = exchange(v.adm_req_valid_i, v.adm_req_ready_o, v.adm_rsp_valid_o);
    BitReader in(v.adm_rsp_o, 968);
    Answer out;
    out.clocks = waited;
    out.verdict = static_cast<Verdict>(in.get(8));
    out.seq = in.get(64);
    out.aux = static_cast<std::uint32_t>(in.get(32));
    out.view = read_view(in);
    if constexpr (kFull) {
      settle();
    } else {
      take(v.adm_rsp_ready_i);
    }
    return out;
  }
  Answer look_up(std::uint32_t spi, std::uint32_t seq_lo, bool udp = false) {
    V& v = *model_;
    BitWriter(65).put(spi, 32).put(seq_lo, 32).put(udp, 1).to(v.lkp_req_i);
    const unsigned waited = exchange(v.lkp_req_valid_i, v.lkp_req_ready_o, v.lkp_rsp_valid_o);
    BitReader in(v.lkp_rsp_o, 968);
    Answer out;
    out.clocks = waited;
    out.verdict = static_cast<Verdict>(in.get(8));
    out.index = static_cast<std::uint16_t>(in.get(16));
    out.generation = static_cast<std::uint16_t>(in.get(16));
    out.seq = in.get(64);
    out.view = read_view(in);
    if constexpr (kFull) {
      settle();
    } else {
      take(v.lkp_rsp_ready_i);
    }
    return out;
  }
  Verdict commit(std::uint16_t index, std::uint16_t generation, std::uint64_t seq, std::uint16_t octets, bool icv_ok) {
    V& v = *model_;
    BitWriter(113).put(index, 16).put(generation, 16).put(seq, 64).put(octets, 16).put(icv_ok, 1).to(v.cmt_req_i);
    commit_clocks = exchange(v.cmt_req_valid_i, v.cmt_req_ready_o, v.cmt_rsp_valid_o);
    const auto verdict = static_cast<Verdict>(v.cmt_rsp_o);
    if constexpr (kFull) {
      settle();
    } else {
      take(v.cmt_rsp_ready_i);
    }
    return verdict;
  }
  /// Look-up, then commit if that said ok.
  Verdict receive(std::uint32_t spi, std::uint32_t seq_lo, std::uint16_t octets, bool icv_ok = true) {
    const Answer found = look_up(spi, seq_lo);
    if (found.verdict != Verdict::kOk) return found.verdict;
    return commit(found.index, found.generation, found.seq, octets, icv_ok);
  }
  void count(bool inbound, Verdict verdict) {
    V& v = *model_;
    auto& valid = inbound ? v.icnt_valid_i : v.ocnt_valid_i;
    auto& ready = inbound ? v.icnt_ready_o : v.ocnt_ready_o;
    (inbound ? v.icnt_verdict_i : v.ocnt_verdict_i) = static_cast<std::uint8_t>(verdict);
    valid = 1;
    hand_over(ready);
    valid = 0;
  }

  // ---- commands
  CommandAnswer command(Op op, std::uint16_t index = 0, std::uint16_t generation = 0, std::uint32_t arg1 = 0,
                        std::uint32_t arg2 = 0) {
    V& v = *model_;
    BitWriter(104)
        .put(static_cast<std::uint64_t>(op), 8)
        .put(index, 16)
        .put(generation, 16)
        .put(arg1, 32)
        .put(arg2, 32)
        .to(v.cmd_i);
    CommandAnswer out;
    out.clocks = exchange(v.cmd_valid_i, v.cmd_ready_o, v.cmd_done_o);
    out.code = static_cast<CmdCode>((v.cmd_rsp_o >> 22) & 0xFF);
    out.generation = static_cast<std::uint16_t>(v.cmd_rsp_o >> 6);
    out.state = static_cast<EntryState>((v.cmd_rsp_o >> 3) & 7);
    out.dead = static_cast<DeadReason>(v.cmd_rsp_o & 7);
    return out;
  }
  /// Writes the first `words` words.
  void stage(unsigned slot, const Image& image, unsigned words = abi::kImageWords) {
    V& v = *model_;
    for (unsigned w = 0; w < words; ++w) {
      v.stg_wr_addr_i = static_cast<std::uint8_t>(slot * abi::kSlotWords + w);
      v.stg_wr_data_i = image[w];
      v.stg_wr_en_i = 1;
      hand_over(v.stg_wr_ready_o);
      v.stg_wr_en_i = 0;
    }
  }
  CommandAnswer install(std::uint16_t index, const Sa& sa, std::uint16_t generation = 0, unsigned slot = 0) {
    stage(slot, sa.words());
    return command(Op::kCommit, index, generation, slot);
  }
  /// Simulation only: bits a and b of a stored codeword are turned over; equal: one.
  void flip(SadMem mem, std::uint16_t index, unsigned word, unsigned a, unsigned b) {
    command(Op::kFlip, index, 0, word << 8 | static_cast<unsigned>(mem), b << 16 | a);
  }
  CommandAnswer poke(std::uint16_t index, std::uint16_t generation, std::uint64_t seq) {
    return command(Op::kPokeSeq, index, generation, static_cast<std::uint32_t>(seq),
                   static_cast<std::uint32_t>(seq >> 32));
  }
  Snap snapshot(std::uint16_t index) {
    snapshot_answer = command(Op::kSnapshot, index);
    return snap();
  }
  std::uint64_t counter(bool inbound, Verdict verdict) {
    command(Op::kCounter, 0, 0, (inbound ? 64U : 0U) | static_cast<unsigned>(verdict));
    return snap().counter;
  }

  // ---- events
  [[nodiscard]] std::uint32_t head() const { return model_->ev_head_o; }
  [[nodiscard]] std::uint32_t late() const { return model_->ev_late_o; }
  Record record(std::uint32_t number) {
    std::array<std::uint32_t, 8> w{};
    for (unsigned i = 0; i < 8; ++i) {
      model_->ring_rd_addr_i = static_cast<std::uint16_t>((number - 1) % ring_depth_ * 8 + i);
      model_->ring_rd_en_i = 1;
      clock();
      model_->ring_rd_en_i = 0;
      w[i] = model_->ring_rd_data_o;
    }
    return make_record(w);
  }
  /// Takes `most` records, or all that there are.
  std::vector<Record> events(std::size_t most = SIZE_MAX) {
    settle();
    std::vector<Record> out;
    while (tail_ != head() && out.size() < most) {
      out.push_back(record(++tail_));
      model_->ev_tail_i = tail_;
      if (most == SIZE_MAX) settle();
    }
    return out;
  }

  [[nodiscard]] std::uint32_t corrected() const { return model_->ecc_corrected_o; }
  [[nodiscard]] std::uint32_t fatal() const { return model_->ecc_fatal_o; }
  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
  V& model() { return *model_; }

  std::uint64_t boot_clocks = 0;
  unsigned commit_clocks = 0;
  CommandAnswer snapshot_answer;

 private:
  static constexpr unsigned kPatience = 200'000;

  template <class Ready>
  void hand_over(const Ready& ready) {
    for (unsigned i = 0; i < kPatience; ++i) {
      model_->eval();
      const bool taken = ready;
      clock();
      if (taken) return;
    }
    throw std::runtime_error("sad_table does not take a request");
  }
  /// Clocks from the request taken to the answer.
  template <class Valid, class Ready, class Done>
  unsigned exchange(Valid& valid, const Ready& ready, const Done& done) {
    valid = 1;
    hand_over(ready);
    valid = 0;
    model_->eval();
    for (unsigned i = 0; i < kPatience; ++i) {
      if (done) return i;
      clock();
    }
    throw std::runtime_error("sad_table does not answer");
  }
  template <class Ready>
  void take(Ready& ready) {
    ready = 1;
    clock();
    ready = 0;
    model_->eval();
  }
  template <class Reader>
  static View read_view(Reader& in) {
    View view;
    for (auto& word : view.cfg) word = in.get(64);
    for (auto& word : view.key) word = in.get(64);
    view.salt = static_cast<std::uint32_t>(in.get(32));
    for (auto& word : view.h) word = in.get(64);
    return view;
  }
  Snap snap() { return make_snap(model_->snap_o); }

  unsigned ring_depth_;
  VerilatedContext context_;
  std::unique_ptr<V> model_;
  std::uint64_t clocks_ = 0;
  std::uint32_t tail_ = 0;
};

}  // namespace sallyport::test
