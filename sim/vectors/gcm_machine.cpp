#include "vectors/gcm_machine.hpp"

#include <algorithm>
#include <array>

#include "Vgcm_core_model.h"

namespace sallyport::sim {

using model::GcmCase;
using model::Octets;
using model::OctetView;

namespace {

enum class GcmOp : std::uint32_t { kSeal = 0, kOpen = 1 };
constexpr std::size_t kBeatOctets = 16;

struct GcmAnswer {
  bool ended = false;  ///< A tag came.
  Octets data;
  Octets tag;
};

/// Sets bits [lsb +: 8 * octets.size()] of a wide port that is zero there. Word 0 is the least significant, the first
/// octet goes to the top.
template <class Port>
void put_octets(Port& port, std::size_t lsb, OctetView octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::size_t bit = lsb + 8 * (octets.size() - 1 - i);
    const std::uint64_t value = std::uint64_t{octets[i]} << (bit % 32);
    port[bit / 32] |= static_cast<std::uint32_t>(value);
    if (value >> 32 != 0) port[bit / 32 + 1] |= static_cast<std::uint32_t>(value >> 32);
  }
}

template <class Port>
void clear_port(Port& port) {
  for (std::size_t i = 0; i < sizeof(port) / sizeof(port[0]); ++i) port[i] = 0;
}

template <class Port>
Octets beat_octets(const Port& port, std::size_t count) {
  Octets out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(port[3 - i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

}  // namespace

class GcmMachine::Core {
 public:
  Core() {
    constexpr int kResetClocks = 3;
    v_.rst_ni = 0;
    v_.cmd_valid_i = v_.in_valid_i = v_.in_last_i = 0;
    v_.out_ready_i = v_.tag_ready_i = 1;
    for (int i = 0; i < kResetClocks; ++i) clock();
    v_.rst_ni = 1;
  }
  ~Core() {
    // The model unregisters from the thread's context, which by now may be that of a model already gone.
    Verilated::threadContextp(&context_);
    v_.final();
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  GcmAnswer run(GcmOp op, const GcmCase& gcm, OctetView data) {
    GcmAnswer answer;
    put_command(op, gcm, data);
    const std::array<OctetView, 2> parts{gcm.aad, data};
    std::size_t part = 0;
    std::size_t at = 0;
    const std::size_t limit = 2000 + 20 * (gcm.aad.size() + data.size());  // far more clocks than the core takes
    for (std::size_t i = 0; i < limit && !answer.ended; ++i) {
      while (part < parts.size() && at == parts[part].size()) {
        ++part;
        at = 0;
      }
      const std::size_t fill = offer(part < parts.size() ? parts[part].subspan(at) : OctetView{});
      v_.clk_i = 0;
      v_.eval();
      if (v_.in_valid_i && v_.in_ready_o) at += fill;
      if (v_.out_valid_o) {
        const Octets beat = beat_octets(v_.out_data_o, std::min<std::size_t>(kBeatOctets, v_.out_bytes_o));
        answer.data.insert(answer.data.end(), beat.begin(), beat.end());
      }
      if (v_.tag_valid_o) {
        answer.tag = beat_octets(v_.tag_o, kBeatOctets);
        answer.ended = true;
      }
      const bool taken = v_.cmd_valid_i && v_.cmd_ready_o;
      clock();
      if (taken) v_.cmd_valid_i = 0;
    }
    clear_port(v_.cmd_i);
    v_.in_valid_i = 0;
    return answer;
  }

 private:
  void clock() {
    v_.clk_i = 0;
    v_.eval();
    v_.clk_i = 1;
    v_.eval();
  }

  /// gcm_cmd_t from the least significant bit up: has_payload, has_aad, h_valid, h (128), iv (96), key (256), key256,
  /// op (2).
  void put_command(GcmOp op, const GcmCase& gcm, OctetView data) {
    constexpr std::size_t kIvAt = 3 + 128;
    constexpr std::size_t kKeyAt = kIvAt + 96;
    constexpr std::size_t kKeySizeAt = kKeyAt + 256;
    constexpr std::size_t kOpAt = kKeySizeAt + 1;
    clear_port(v_.cmd_i);
    v_.cmd_i[0] |= (gcm.aad.empty() ? 0U : 2U) | (data.empty() ? 0U : 1U);
    put_octets(v_.cmd_i, kIvAt, gcm.nonce);
    put_octets(v_.cmd_i, kKeySizeAt - 8 * gcm.key.size(), gcm.key);
    v_.cmd_i[kKeySizeAt / 32] |= (gcm.key.size() == 32 ? 1U : 0U) << (kKeySizeAt % 32);
    v_.cmd_i[kOpAt / 32] |= static_cast<std::uint32_t>(op) << (kOpAt % 32);
    v_.cmd_blocks_i = static_cast<std::uint16_t>((data.size() + kBeatOctets - 1) / kBeatOctets);
    v_.cmd_valid_i = 1;
  }

  /// Puts the next beat of `rest` on the input; returns its octets.
  std::size_t offer(OctetView rest) {
    const std::size_t count = std::min(kBeatOctets, rest.size());
    v_.in_valid_i = count != 0;
    v_.in_bytes_i = static_cast<std::uint8_t>(count);
    v_.in_last_i = count == rest.size();
    clear_port(v_.in_data_i);
    put_octets(v_.in_data_i, 8 * (kBeatOctets - count), rest.first(count));
    return count;
  }

  VerilatedContext context_;
  Vgcm_core_model v_{&context_};
};

GcmMachine::GcmMachine() : core_(std::make_unique<Core>()) {}
GcmMachine::~GcmMachine() = default;

std::string GcmMachine::check(const GcmCase& gcm) {
  const GcmAnswer opened = core_->run(GcmOp::kOpen, gcm, gcm.ciphertext);
  if (!opened.ended) return "gcm_core gave no tag (opening)";
  const bool accepted = opened.tag == gcm.tag;
  if (gcm.expect == model::Expect::kInvalid && accepted) return "the wrong tag was taken for the right one";
  if (gcm.expect == model::Expect::kValid && !accepted) return "the right tag was not found (opening)";
  if (!accepted) return "";
  if (gcm.plaintext && opened.data != *gcm.plaintext) return "the plaintext differs";
  if (!gcm.plaintext) return "";
  const GcmAnswer sealed = core_->run(GcmOp::kSeal, gcm, *gcm.plaintext);
  if (!sealed.ended) return "gcm_core gave no tag (sealing)";
  if (sealed.data != gcm.ciphertext) return "the ciphertext differs";
  return sealed.tag == gcm.tag ? "" : "the tag differs (sealing)";
}

}  // namespace sallyport::sim
