#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace sallyport::sim {

namespace {
constexpr int kBarWidth = 40;
constexpr std::chrono::milliseconds kRedraw{100};

double part_of(const Progress& progress) {
  if (progress.packets_total == 0) return 1.0;
  return static_cast<double>(progress.packets_out) / static_cast<double>(progress.packets_total);
}

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::show(const Progress& progress) {
  if (terminal_) {
    newest_ = progress;
    const auto now = std::chrono::steady_clock::now();
    if (now - drawn_ >= kRedraw) {
      drawn_ = now;
      bar(progress);
    }
    return;
  }
  const double part = part_of(progress);
  const int tenth = static_cast<int>(part * 10);
  if (tenth <= last_tenth_) return;
  last_tenth_ = tenth;
  fmt::print(stderr, "{:3.0f} %  {} of {} packets, {} rekeys\n", 100 * part, progress.packets_out,
             progress.packets_total, progress.rekeys);
}

void ProgressDisplay::bar(const Progress& progress) {
  const double part = part_of(progress);
  const int filled = static_cast<int>(part * kBarWidth);
  fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {:3.0f} %  {} packets, {} rekeys ", "", filled, "", kBarWidth - filled,
             100 * part, progress.packets_out, progress.rekeys);
  std::fflush(stderr);
  open_ = true;
}

void ProgressDisplay::finish() {
  if (!open_) return;
  bar(newest_);
  std::fputc('\n', stderr);
  open_ = false;
}

}  // namespace sallyport::sim
