#include "capture/capture_reader.hpp"

#include <pcap/pcap.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>

#include "capture/link_layer.hpp"

namespace sallyport::sim {

namespace {

struct PcapClose {
  void operator()(pcap_t* pcap) const { pcap_close(pcap); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapClose>;

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

std::string place(const std::string& path, std::uint64_t frame, long offset) {
  return path + ": frame " + std::to_string(frame) + " (octet " + std::to_string(offset) + " of the file): ";
}

Result<PcapHandle> open_capture(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    const int cause = errno;
    return Error{cause == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, path + ": " + std::strerror(cause)};
  }
  char text[PCAP_ERRBUF_SIZE] = {};
  pcap_t* pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text);
  if (pcap == nullptr) {
    std::fclose(file);
    return Error{ErrorCode::kMalformedInput, path + ": file header: not a capture that can be read: " + text};
  }
  PcapHandle handle(pcap);
  const int link_type = pcap_datalink(pcap);
  if (!known_link_type(link_type)) {
    const char* name = pcap_datalink_val_to_name(link_type);
    return Error{ErrorCode::kMalformedInput, path + ": file header: link type " + std::to_string(link_type) + " (" +
                                                 (name != nullptr ? name : "no name") +
                                                 ") is not Ethernet, Linux cooked or raw IP"};
  }
  return handle;
}

}  // namespace

std::string Capture::warning() const {
  if (skipped.empty()) return {};
  std::uint64_t sum = 0;
  std::string kinds;
  for (const auto& [kind, count] : skipped) {
    sum += count;
    kinds += (kinds.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  }
  return std::to_string(sum) + " of " + std::to_string(frames) +
         " frames hold no whole IP packet and were skipped: " + kinds;
}

Result<Capture> read_capture(const std::string& path, bool strict) {
  auto opened = open_capture(path);
  if (!opened) return opened.error();
  pcap_t* pcap = opened->get();
  const int link_type = pcap_datalink(pcap);

  Capture capture;
  while (true) {
    const long offset = std::ftell(pcap_file(pcap));
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int got = pcap_next_ex(pcap, &header, &data);
    if (got == PCAP_ERROR_BREAK) break;  // end of file
    const std::uint64_t frame = capture.frames + 1;
    if (got != 1) return Error{ErrorCode::kMalformedInput, place(path, frame, offset) + pcap_geterr(pcap)};
    capture.frames = frame;

    FrameContent content;
    if (header->caplen < header->len) {
      content.kind = "cut by the snap length";
    } else {
      content = look_into(link_type, std::span(data, header->caplen));
    }
    if (!content.kind.empty()) {
      if (strict) {
        return Error{ErrorCode::kMalformedInput,
                     place(path, frame, offset) + "no whole IP packet, and that is an error as asked: " + content.kind};
      }
      ++capture.skipped[content.kind];
      continue;
    }
    // With nanosecond precision libpcap puts nanoseconds into tv_usec.
    const std::uint64_t time_ns =
        static_cast<std::uint64_t>(header->ts.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(header->ts.tv_usec);
    capture.packets.push_back({time_ns, frame, {content.packet.begin(), content.packet.end()}});
  }
  if (capture.packets.empty()) {
    const std::string why = capture.frames == 0 ? "no frame in it" : capture.warning();
    return Error{ErrorCode::kMalformedInput, path + ": end of file: not one whole IP packet: " + why};
  }
  return capture;
}

}  // namespace sallyport::sim
