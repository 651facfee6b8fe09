// A Verilated lane_out with everything around it: packets in, the SA table, statuses and packets out, all compared with
// the golden accelerator. Rules of the streams are watched in every clock.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>

#include "Vlane_out_model.h"
#include "out_table.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::test {

/// Percent of clocks in which a side holds back; clocks from grant to answer.
struct LaneForm {
  unsigned in_stall = 0;
  unsigned status_stall = 0;
  unsigned data_stall = 0;
  unsigned table_stall = 0;
  unsigned counter_stall = 0;
  unsigned answer_clocks = 7;
};

class OutLane {
 public:
  OutLane(const LaneForm& form, std::uint64_t seed);
  ~OutLane();
  OutLane(const OutLane&) = delete;
  OutLane& operator=(const OutLane&) = delete;

  /// Installs an SA for the lane and for the golden accelerator, and notes its generation.
  void install(TestSa& sa);
  /// Queues a packet; the golden accelerator gets it at once.
  void send(PacketIn packet);
  /// Clocks until everything has come out (or the test has failed).
  void drain();
  void step();

  LaneForm form;
  OutTable table;
  model::GoldenAccelerator golden{kSas, kWindow};
  bool hold_admissions = false;  ///< Grant no admission.

  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
  [[nodiscard]] std::size_t waiting() const { return wanted_.size(); }
  [[nodiscard]] const model::PacketResult& last_wanted() const { return wanted_.back().result; }
  [[nodiscard]] bool busy() const { return top_->busy_o != 0; }
  Vlane_out_model& top() { return *top_; }

  /// When a packet came and went, in clocks: first and last beat taken in, status and first beat offered, last beat
  /// taken out.
  struct Times {
    std::uint64_t first_in = 0, last_in = 0, status = 0, first_out = 0, last_out = 0;
    std::size_t beats = 0;  ///< Of the packet that came out.
  };
  [[nodiscard]] const std::vector<Times>& times() const { return times_; }

 private:
  struct Wanted {
    model::PacketResult result;
    std::size_t number = 0;
  };

  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  void drive();
  void answer();
  void take();
  void take_status();
  void take_beat();

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vlane_out_model> top_;
  std::mt19937_64 random_;

  std::deque<std::array<std::uint8_t, 16>> descriptors_;
  std::deque<std::pair<std::size_t, model::Octets>> packets_;
  std::size_t at_ = 0;  ///< Octets of the front packet that have gone in.
  bool driving_desc_ = false;
  bool driving_data_ = false;

  std::deque<Wanted> wanted_;       ///< No status yet.
  std::deque<Wanted> wanted_data_;  ///< Status has come, not all data.
  std::size_t data_at_ = 0;
  bool status_seen_ = false;  ///< The status on offer has been seen before.
  std::size_t inside_ = 0;    ///< Descriptors taken in before this clock, without a status.
  std::deque<std::pair<std::uint64_t, OutTable::Answer>> answers_;
  std::map<std::uint8_t, std::uint64_t> counted_;

  std::uint64_t clocks_ = 0;
  std::vector<Times> times_;
};

}  // namespace sallyport::test
