// The SA table as lane_out sees it: admissions are granted at random, answers are pulses after a fixed number of
// clocks. The rules are the golden model's entries.
#pragma once

#include <vector>

#include "evp.hpp"
#include "sallyport/model/sa_entry.hpp"
#include "traffic.hpp"
#include "wide.hpp"

namespace sallyport::test {

inline constexpr std::uint32_t kSas = 64;
inline constexpr std::uint32_t kWindow = 64;

class OutTable {
 public:
  using Request = VlWide<3>;
  using Answer = VlWide<31>;

  OutTable() {
    for (std::uint32_t i = 0; i < kSas; ++i) {
      entries_.push_back({model::SaEntry(static_cast<std::uint16_t>(i), kWindow), {}, {}});
    }
  }

  void install(const TestSa& sa) {
    Entry& entry = entries_[sa.index];
    entry.sa.install(sa.config);
    entry.image = model::encode_image(sa.config, sa.secret);
    const std::size_t key_octets = sa.config.has(abi::SaFlag::kKey256) ? 32 : 16;
    entry.hash_key = aes_block(model::OctetView(sa.secret.key).first(key_octets), Block{});
  }
  [[nodiscard]] model::SaEntry& entry(std::uint32_t index) { return entries_[index].sa; }

  /// What an admission (out_req_t) says, as its answer (out_rsp_t).
  Answer admit(const Request& request) {
    const std::uint32_t index = bits(request, 49, 16);
    Answer answer;
    clear(answer);
    if (index >= kSas) {
      put_number(answer, 960, 8, static_cast<std::uint8_t>(abi::Verdict::kBadDescriptor));
      return answer;
    }
    Entry& entry = entries_[index];
    const model::Admission admission =
        entry.sa.admit(static_cast<std::uint16_t>(bits(request, 33, 16)), bits(request, 32, 1) != 0,
                       bits(request, 16, 16), bits(request, 0, 16), events_);
    put_number(answer, 960, 8, static_cast<std::uint8_t>(admission.verdict));
    put_number(answer, 864, 32, admission.largest);
    if (admission.verdict != abi::Verdict::kOk) return answer;
    put_number(answer, 896, 64, admission.sequence);
    constexpr std::size_t kFirst = 800;
    constexpr std::array<std::size_t, 11> kWords = {0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15};
    for (std::size_t k = 0; k < kWords.size(); ++k) {
      put_number(answer, kFirst - 64 * k, 64, entry.image[kWords[k]]);
    }
    put_number(answer, 128, 32, entry.image[16] >> 32);
    put(answer, 0, entry.hash_key);
    return answer;
  }

 private:
  struct Entry {
    model::SaEntry sa;
    model::ImageWords image;
    Block hash_key;
  };

  static std::uint32_t bits(const Request& port, std::size_t lsb, unsigned count) {
    std::uint64_t value = port[lsb / 32];
    if (lsb / 32 + 1 < 3) value |= std::uint64_t{port[lsb / 32 + 1]} << 32;
    return static_cast<std::uint32_t>((value >> (lsb % 32)) & ((std::uint64_t{1} << count) - 1));
  }
  static void put_number(Answer& port, std::size_t lsb, unsigned count, std::uint64_t value) {
    for (unsigned done = 0; done < count; done += 8) {
      const std::array<std::uint8_t, 1> octet = {static_cast<std::uint8_t>(value >> done)};
      put(port, lsb + done, octet);
    }
  }

  std::vector<Entry> entries_;
  model::Events events_;
};

}  // namespace sallyport::test
