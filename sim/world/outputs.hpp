#pragma once
/// @file
/// The files that a run leaves in its folder. All of them, or none: they get their names together at the end.
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture_writer.hpp"
#include "capture/pending_file.hpp"
#include "scenario/scenario.hpp"
#include "world/key_source.hpp"

namespace sallyport::sim {

/// A row of Wireshark's table "esp_sa" (Preferences, Protocols, ESP), with which it decrypts the SA's packets.
std::string wireshark_row(const KeyedSa& sa, const TunnelConfig& tunnel, const GatewayConfig& from,
                          const GatewayConfig& to, bool over_ipv6);

/// Removes what an earlier run has left in the folder. Errors: kIo (something of that name cannot be removed).
Result<void> clear_results(const std::filesystem::path& folder);

/// Keeps other runs out of the folder as long as it lives.
class FolderLock {
 public:
  /// Errors: kIo, kBadState (another run writes there).
  static Result<FolderLock> take(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

class Outputs {
 public:
  /// Makes the folder, takes it for this run, removes what an earlier one has left, opens the captures.
  /// Errors: kIo, kBadState (another run writes there).
  static Result<Outputs> create(const std::filesystem::path& folder);

  CaptureWriter& esp() { return esp_; }
  CaptureWriter& decrypted() { return decrypted_; }
  /// Adds rows to `esp_sa`.
  void add_sa(const KeyedSa& sa, const Scenario& scenario);
  /// Where a gateway's waveform is recorded; it becomes trace-a.fst or trace-b.fst.
  std::filesystem::path trace(unsigned gateway);
  /// Names of the waveforms that commit() has put in place; a window that was never reached gives none.
  [[nodiscard]] const std::vector<std::string>& waveforms() const { return waveforms_; }

  /// Closes the captures and writes `esp_sa` and the summary. Errors: kIo.
  Result<void> finish(const std::string& summary_json);
  /// Gives the files their names. Errors: kIo.
  Result<void> commit();

 private:
  Outputs(FolderLock lock, std::filesystem::path folder, CaptureWriter esp, CaptureWriter decrypted);

  FolderLock lock_;
  std::filesystem::path folder_;
  CaptureWriter esp_;
  CaptureWriter decrypted_;
  PendingFile table_;
  PendingFile summary_;
  std::array<std::optional<PendingFile>, 2> traces_;
  std::string rows_;
  std::vector<std::string> waveforms_;
};

}  // namespace sallyport::sim
