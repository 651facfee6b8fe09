#include "capture/capture_writer.hpp"

#include <pcap/pcap.h>

#include <cstdio>
#include <utility>

namespace sallyport::sim {

namespace {
constexpr int kSnapLength = 262'144;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
}  // namespace

/// What libpcap needs to write: a handle that only carries link type and precision, and the file.
struct CaptureWriter::Handle {
  pcap_t* pcap = nullptr;
  pcap_dumper_t* dumper = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (dumper != nullptr) pcap_dump_close(dumper);
    if (pcap != nullptr) pcap_close(pcap);
  }
};

CaptureWriter::CaptureWriter(PendingFile file, std::unique_ptr<Handle> handle)
    : file_(std::move(file)), handle_(std::move(handle)) {}
CaptureWriter::~CaptureWriter() = default;
CaptureWriter::CaptureWriter(CaptureWriter&&) noexcept = default;

Result<CaptureWriter> CaptureWriter::create(const std::filesystem::path& path) {
  auto handle = std::make_unique<Handle>();
  handle->pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, kSnapLength, PCAP_TSTAMP_PRECISION_NANO);
  if (handle->pcap == nullptr) return Error{ErrorCode::kIo, path.string() + ": libpcap gives no handle"};
  PendingFile file(path);
  handle->dumper = pcap_dump_open(handle->pcap, file.temporary().c_str());
  if (handle->dumper == nullptr) {
    return Error{ErrorCode::kIo, path.string() + ": cannot be written: " + pcap_geterr(handle->pcap)};
  }
  return CaptureWriter(std::move(file), std::move(handle));
}

void CaptureWriter::write(std::uint64_t time_ns, std::span<const std::uint8_t> packet) {
  pcap_pkthdr header{};
  header.ts.tv_sec = static_cast<time_t>(time_ns / kNsPerSecond);
  header.ts.tv_usec = static_cast<suseconds_t>(time_ns % kNsPerSecond);  // nanoseconds, by the handle's precision
  header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
  pcap_dump(reinterpret_cast<u_char*>(handle_->dumper), &header, packet.data());
}

Result<void> CaptureWriter::close() {
  if (handle_ == nullptr) return {};
  const bool failed = pcap_dump_flush(handle_->dumper) != 0 || std::ferror(pcap_dump_file(handle_->dumper)) != 0;
  handle_.reset();
  if (failed) return Error{ErrorCode::kIo, file_.path().string() + ": cannot be written"};
  return {};
}

Result<void> CaptureWriter::commit() {
  if (auto closed = close(); !closed) return closed;
  return file_.commit();
}

}  // namespace sallyport::sim
