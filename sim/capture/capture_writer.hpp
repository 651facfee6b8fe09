#pragma once
/// @file
/// Writing IP packets to a pcap file.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "capture/pending_file.hpp"
#include "sallyport/result.hpp"

namespace sallyport::sim {

/// Writes a pcap file of link type raw IP (LINKTYPE_RAW: no link header, so none has to be invented), nanosecond times.
/// The file gets its name on `commit` (see PendingFile).
class CaptureWriter {
 public:
  /// Errors: kIo.
  static Result<CaptureWriter> create(const std::filesystem::path& path);
  ~CaptureWriter();
  CaptureWriter(CaptureWriter&&) noexcept;
  CaptureWriter& operator=(CaptureWriter&&) = delete;
  CaptureWriter(const CaptureWriter&) = delete;
  CaptureWriter& operator=(const CaptureWriter&) = delete;

  /// Appends a packet. `time_ns` is since 1970. A write that fails is reported by `close`.
  void write(std::uint64_t time_ns, std::span<const std::uint8_t> packet);
  /// Ends the file, still under its temporary name. Errors: kIo (a full disk shows here).
  Result<void> close();
  /// Closes and gives the file its name. Errors: kIo.
  Result<void> commit();

 private:
  struct Handle;
  CaptureWriter(PendingFile file, std::unique_ptr<Handle> handle);

  PendingFile file_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace sallyport::sim
