#pragma once
/// @file
/// Shows how far a run has come: a bar on a terminal, now and then a line otherwise. On standard error.
#include <chrono>
#include <cstdio>

#include "world/world.hpp"

namespace sallyport::sim {

class ProgressDisplay {
 public:
  ProgressDisplay();
  void show(const Progress& progress);
  /// Draws where the run ended and ends the bar's line.
  void finish();

 private:
  void bar(const Progress& progress);

  bool terminal_;
  bool open_ = false;
  int last_tenth_ = 0;
  std::chrono::steady_clock::time_point drawn_{};
  Progress newest_;
};

}  // namespace sallyport::sim
