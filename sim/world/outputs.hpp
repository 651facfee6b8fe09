#pragma once
/// @file
/// The files that a run leaves in its folder. All of them, or none: they get their names together at the end.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "capture/capture_writer.hpp"
#include "capture/pending_file.hpp"
#include "scenario/scenario.hpp"
#include "world/key_source.hpp"

namespace sallyport::sim {

/// A row of Wireshark's table "esp_sa" (Preferences, Protocols, ESP), with which it decrypts the SA's packets.
std::string wireshark_row(const KeyedSa& sa, const TunnelConfig& tunnel, const GatewayConfig& from,
                          const GatewayConfig& to, bool over_ipv6);

class Outputs {
 public:
  /// Makes the folder and opens the captures. Errors: kIo.
  static Result<Outputs> create(const std::filesystem::path& folder);

  CaptureWriter& esp() { return esp_; }
  CaptureWriter& decrypted() { return decrypted_; }
  /// Adds rows to `esp_sa`.
  void add_sa(const KeyedSa& sa, const Scenario& scenario);
  /// Where a gateway's waveform is recorded; it becomes trace-a.fst or trace-b.fst.
  std::filesystem::path trace(unsigned gateway);
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

  /// Closes the captures and writes `esp_sa` and the summary. Errors: kIo.
  Result<void> finish(const std::string& summary_json);
  /// Gives the files their names. Errors: kIo.
  Result<void> commit();

 private:
  Outputs(std::filesystem::path folder, CaptureWriter esp, CaptureWriter decrypted);

  std::filesystem::path folder_;
  CaptureWriter esp_;
  CaptureWriter decrypted_;
  PendingFile table_;
  PendingFile summary_;
  std::array<std::optional<PendingFile>, 2> traces_;
  std::string rows_;
};

}  // namespace sallyport::sim
