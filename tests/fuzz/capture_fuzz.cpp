// Capture files: whatever the file, a list of whole IP packets or an error that names the file.
#include "capture/capture_reader.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = sallyport::fuzz::input_file(data, size, ".pcap");
  for (const bool strict : {false, true}) {
    const auto capture = sallyport::sim::read_capture(path, strict);
    if (!capture) {
      if (capture.error().text.find(path) == std::string::npos) std::abort();
      continue;
    }
    if (capture->packets.empty()) std::abort();
    for (const auto& packet : capture->packets) {
      if (packet.octets.size() < 20) std::abort();
    }
  }
  return 0;
}
