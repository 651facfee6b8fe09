// The SA table as lane_in sees it: look-ups and commits are granted at random, answers are pulses after a fixed number
// of clocks. The rules are the golden model's entries; only the commit, which here comes long after the look-up,
// decides once more what the look-up had decided.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "evp.hpp"
#include "sallyport/model/sa_entry.hpp"
#include "traffic.hpp"
#include "wide.hpp"

namespace sallyport::test {

inline constexpr std::uint32_t kSas = 64;
inline constexpr std::uint32_t kWindow = 64;

class InTable {
 public:
  using LookupAnswer = VlWide<31>;

  InTable() {
    for (std::uint32_t i = 0; i < kSas; ++i) {
      entries_.push_back({model::SaEntry(static_cast<std::uint16_t>(i), kWindow), {}, {}});
    }
  }

  void install(const TestSa& sa) {
    Entry& entry = entries_[sa.index];
    entry.sa.install(sa.config);
    entry.image = model::encode_image(sa.config, sa.secret);
    const model::OctetView key = model::OctetView(sa.secret.key).first(key_octets(sa.config));
    entry.hash_key = aes_block(key, Block{});
  }
  [[nodiscard]] model::SaEntry& entry(std::uint32_t index) { return entries_[index].sa; }

  struct Found {
    abi::Verdict verdict = abi::Verdict::kOk;
    std::uint16_t index = 0xFFFF;
    std::uint16_t generation = 0;
    std::uint64_t sequence = 0;
    LookupAnswer answer;  ///< lookup_rsp_t
  };
  /// @param request lookup_req_t
  Found look_up(const VlWide<3>& request) {
    Found out;
    clear(out.answer);
    const std::uint32_t spi = bits(request, 33, 32);
    Entry& entry = entries_[spi & (kSas - 1)];
    if (entry.sa.state() == abi::EntryState::kFree || entry.sa.spi() != spi) {
      out.verdict = abi::Verdict::kUnknownSpi;
    } else {
      const model::Lookup found = entry.sa.look_up(bits(request, 1, 32), bits(request, 0, 1) != 0);
      out.verdict = found.verdict;
      out.index = static_cast<std::uint16_t>(spi & (kSas - 1));
      out.generation = entry.sa.generation();
      out.sequence = found.sequence;
    }
    put_number(out.answer, 960, 8, static_cast<std::uint8_t>(out.verdict));
    put_number(out.answer, 944, 16, out.index);
    put_number(out.answer, 928, 16, out.generation);
    if (out.verdict == abi::Verdict::kOk) {
      put_number(out.answer, 864, 64, out.sequence);
      constexpr std::array<std::pair<std::size_t, std::size_t>, 11> kWords = {{{800, 0},
                                                                               {736, 1},
                                                                               {672, 2},
                                                                               {608, 3},
                                                                               {544, 4},
                                                                               {480, 5},
                                                                               {416, 11},
                                                                               {352, 12},
                                                                               {288, 13},
                                                                               {224, 14},
                                                                               {160, 15}}};
      for (const auto& [lsb, word] : kWords) put_number(out.answer, lsb, 64, entry.image[word]);
      put_number(out.answer, 128, 32, entry.image[16] >> 32);
      put(out.answer, 0, entry.hash_key);
    }
    return out;
  }

  struct Claim {
    std::uint32_t index = 0;
    std::uint16_t generation = 0;
    std::uint64_t sequence = 0;
    std::uint32_t octets = 0;
    bool icv_ok = false;
  };
  /// @param request commit_req_t
  static Claim claim(const VlWide<4>& request) {
    return {bits(request, 97, 16), static_cast<std::uint16_t>(bits(request, 81, 16)),
            std::uint64_t{bits(request, 49, 32)} << 32 | bits(request, 17, 32), bits(request, 1, 16),
            bits(request, 0, 1) != 0};
  }
  abi::Verdict commit(const Claim& claim) {
    model::SaEntry& sa = entries_[claim.index].sa;
    if (claim.generation != sa.generation()) return abi::Verdict::kStaleGeneration;
    // What the look-up has decided, for the number that it made out of the packet's.
    const model::Lookup again =
        sa.look_up(static_cast<std::uint32_t>(claim.sequence), sa.config().has(abi::SaFlag::kUdpEncap));
    if (again.verdict != abi::Verdict::kOk && again.verdict != abi::Verdict::kSeqZero) return again.verdict;
    if (!sa.config().has(abi::SaFlag::kNoReplay) && sa.window().refuses(claim.sequence)) return abi::Verdict::kReplay;
    if (claim.icv_ok) return sa.accept(claim.sequence, claim.octets, events_);
    sa.icv_failed(events_);
    return abi::Verdict::kBadIcv;
  }

 private:
  struct Entry {
    model::SaEntry sa;
    model::ImageWords image;
    Block hash_key;
  };

  static std::size_t key_octets(const model::SaConfig& config) { return config.has(abi::SaFlag::kKey256) ? 32 : 16; }

  template <std::size_t kWords>
  static std::uint32_t bits(const VlWide<kWords>& port, std::size_t lsb, unsigned count) {
    std::uint64_t value = port[lsb / 32];
    if (lsb / 32 + 1 < kWords) value |= std::uint64_t{port[lsb / 32 + 1]} << 32;
    return static_cast<std::uint32_t>((value >> (lsb % 32)) & ((std::uint64_t{1} << count) - 1));
  }
  static void put_number(LookupAnswer& port, std::size_t lsb, unsigned count, std::uint64_t value) {
    for (unsigned done = 0; done < count; done += 8) {
      const std::array<std::uint8_t, 1> octet = {static_cast<std::uint8_t>(value >> done)};
      put(port, lsb + done, octet);
    }
  }

  std::vector<Entry> entries_;
  model::Events events_;
};

}  // namespace sallyport::test
