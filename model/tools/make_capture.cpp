// make_capture FILE [SEED]: writes the made capture (made_traffic.hpp). The same seed gives the same file.
#include <pcap/pcap.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "made_traffic.hpp"

namespace {

using sallyport::tools::CapturedFrame;

constexpr int kSnapLength = 65535;
constexpr long kFirstSecond = 1'700'000'000;
constexpr long kMicrosecondsApart = 250;

bool write_capture(const char* path, const std::vector<CapturedFrame>& frames) {
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> pcap(pcap_open_dead(DLT_EN10MB, kSnapLength), &pcap_close);
  pcap_dumper_t* dumper = pcap_dump_open(pcap.get(), path);
  if (dumper == nullptr) {
    std::fprintf(stderr, "make_capture: %s\n", pcap_geterr(pcap.get()));
    return false;
  }
  long microseconds = 0;
  for (const CapturedFrame& frame : frames) {
    pcap_pkthdr header{};
    header.ts.tv_sec = kFirstSecond + microseconds / 1'000'000;
    header.ts.tv_usec = microseconds % 1'000'000;
    header.caplen = static_cast<bpf_u_int32>(frame.octets.size());
    header.len = static_cast<bpf_u_int32>(frame.length);
    pcap_dump(reinterpret_cast<u_char*>(dumper), &header, frame.octets.data());
    microseconds += kMicrosecondsApart;
  }
  const bool ok = pcap_dump_flush(dumper) == 0;
  pcap_dump_close(dumper);
  if (!ok) std::fprintf(stderr, "make_capture: %s: %s\n", path, std::strerror(errno));
  return ok;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  bool ok = argc == 2 || argc == 3;
  if (argc == 3) {
    const std::string_view text = argv[2];
    ok =
        std::from_chars(text.data(), text.data() + text.size(), seed).ptr == text.data() + text.size() && !text.empty();
  }
  if (!ok) {
    std::fprintf(stderr, "usage: make_capture FILE [SEED]\n  SEED is a number, 1 if it is left out\n");
    return 2;
  }
  return write_capture(argv[1], sallyport::tools::make_traffic(seed)) ? 0 : 1;
}
