#include "world/outputs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace sallyport::sim {

std::string wireshark_row(const KeyedSa& sa, const TunnelConfig& tunnel, const GatewayConfig& from,
                          const GatewayConfig& to, bool over_ipv6) {
  // Key material as RFC 4106 8.1 has it: the key, then the salt.
  std::string key = "0x";
  for (const auto octet : sa.keying.key) key += fmt::format("{:02x}", octet);
  for (const auto octet : sa.keying.salt) key += fmt::format("{:02x}", octet);
  // In transport mode the addresses are those of the hosts; the SPI tells enough.
  const bool transport = tunnel.mode == SaMode::kTransport;
  const std::string source = transport ? "*" : (over_ipv6 ? from.address6 : from.address4).to_string();
  const std::string destination = transport ? "*" : (over_ipv6 ? to.address6 : to.address4).to_string();
  return fmt::format("\"{}\",\"{}\",\"{}\",\"0x{:08x}\",\"AES-GCM with 16 octet ICV [RFC4106]\",\"{}\",\"NULL\",\"\"\n",
                     over_ipv6 ? "IPv6" : "IPv4", source, destination, sa.spi.value, key);
}

Result<void> clear_results(const std::filesystem::path& folder) {
  for (const char* name : {"esp.pcap", "decrypted.pcap", "esp_sa", "util.jsonl", "summary.json", "report.html",
                           "trace-a.fst", "trace-b.fst"}) {
    const std::filesystem::path path = folder / name;
    std::error_code cause;
    std::filesystem::remove(path, cause);
    if (cause) return Error{ErrorCode::kIo, path.string() + ": is in the way: " + cause.message()};
    std::filesystem::remove(path.string() + ".partial", cause);
  }
  return {};
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Error{ErrorCode::kIo, folder.string() + ": " + std::strerror(errno)};
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    return Error{ErrorCode::kBadState, folder.string() + ": another run writes there; give this one another folder"};
  }
  return FolderLock(descriptor);
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Outputs::Outputs(FolderLock lock, std::filesystem::path folder, CaptureWriter esp, CaptureWriter decrypted)
    : lock_(std::move(lock)),
      folder_(std::move(folder)),
      esp_(std::move(esp)),
      decrypted_(std::move(decrypted)),
      table_(folder_ / "esp_sa"),
      summary_(folder_ / "summary.json") {}

Result<Outputs> Outputs::create(const std::filesystem::path& folder) {
  std::error_code cause;
  std::filesystem::create_directories(folder, cause);
  if (cause) return Error{ErrorCode::kIo, folder.string() + ": cannot be made: " + cause.message()};
  auto lock = FolderLock::take(folder);
  if (!lock) return lock.error();
  if (auto cleared = clear_results(folder); !cleared) return cleared.error();
  auto esp = CaptureWriter::create(folder / "esp.pcap");
  if (!esp) return esp.error();
  auto decrypted = CaptureWriter::create(folder / "decrypted.pcap");
  if (!decrypted) return decrypted.error();
  return Outputs(std::move(*lock), folder, std::move(*esp), std::move(*decrypted));
}

void Outputs::add_sa(const KeyedSa& sa, const Scenario& scenario) {
  const TunnelConfig& tunnel = scenario.tunnels[sa.tunnel];
  const GatewayConfig& from = sa.backwards ? scenario.gateway_b : scenario.gateway_a;
  const GatewayConfig& to = sa.backwards ? scenario.gateway_a : scenario.gateway_b;
  const bool transport = tunnel.mode == SaMode::kTransport;
  // A transport SA may carry both versions.
  const bool v4 = transport ? tunnel.family != 6 : !tunnel.outer_v6;
  const bool v6 = transport ? tunnel.family != 4 : tunnel.outer_v6;
  if (v4) rows_ += wireshark_row(sa, tunnel, from, to, false);
  if (v6) rows_ += wireshark_row(sa, tunnel, from, to, true);
}

std::filesystem::path Outputs::trace(unsigned gateway) {
  auto& file = traces_.at(gateway);
  if (!file) file.emplace(folder_ / (gateway == 0 ? "trace-a.fst" : "trace-b.fst"));
  return file->temporary();
}

Result<void> Outputs::finish(const std::string& summary_json) {
  if (auto closed = esp_.close(); !closed) return closed;
  if (auto closed = decrypted_.close(); !closed) return closed;
  if (auto written = table_.write_text(rows_); !written) return written;
  return summary_.write_text(summary_json);
}

Result<void> Outputs::commit() {
  if (auto done = esp_.commit(); !done) return done;
  if (auto done = decrypted_.commit(); !done) return done;
  if (auto done = table_.commit(); !done) return done;
  for (auto& trace : traces_) {
    // A window that was never reached has no file.
    if (!trace || !std::filesystem::exists(trace->temporary())) continue;
    if (auto done = trace->commit(); !done) return done;
    waveforms_.push_back(trace->path().filename().string());
  }
  return summary_.commit();
}

}  // namespace sallyport::sim
