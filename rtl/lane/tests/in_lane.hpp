// A Verilated lane_in with everything around it: packets in, the SA table, statuses and packets out. Rules of the
// streams are watched in every clock.
//
// What has to come out: the table's word at look-up, then its word at commit, then what the golden accelerator makes of
// the packet when its SA has no limits and no replay window and stands where the look-up found it. `serial` is the
// golden accelerator that takes one packet after the other; as long as no packet comes to the table while another one
// of its SA is in flight, the two have to agree in everything (see expect_serial).
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>

#include "Vlane_in_model.h"
#include "in_table.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::test {

/// Percent of clocks in which a side holds back; clocks from grant to answer.
struct LaneForm {
  unsigned in_stall = 0;
  unsigned status_stall = 0;
  unsigned data_stall = 0;
  unsigned table_stall = 0;
  unsigned counter_stall = 0;
  unsigned look_up_clocks = 7;  // as sad_full without others in its way
  unsigned commit_clocks = 7;
};

class InLane {
 public:
  InLane(const LaneForm& form, std::uint64_t seed);
  ~InLane();
  InLane(const InLane&) = delete;
  InLane& operator=(const InLane&) = delete;

  /// Installs an SA for the lane and for the golden accelerator, and notes its generation.
  void install(TestSa& sa);
  void erase(std::uint32_t index);
  /// An SA after a long life.
  void preset(std::uint32_t index, std::uint64_t sequence);
  /// Queues a packet; the serial golden accelerator gets it at once.
  void send(PacketIn packet);
  /// Clocks until everything has come out (or the test has failed).
  void drain();
  void step();

  LaneForm form;
  InTable table;
  model::GoldenAccelerator serial{kSas, kWindow};
  bool expect_serial = true;        ///< Differences between the two are faults, else they are counted.
  std::function<void()> on_commit;  ///< Called before each commit is answered.
  bool hold_commits = false;        ///< Grant no commit.
  bool commits_lie = false;         ///< Every answer to a commit is ok.

  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
  [[nodiscard]] std::size_t waiting() const { return wanted_.size(); }
  [[nodiscard]] std::size_t statuses() const { return statuses_; }
  [[nodiscard]] std::uint64_t beats_out() const { return beats_out_; }
  /// The serial machine's answer to the packet sent last.
  [[nodiscard]] const model::PacketResult& last_wanted() const { return wanted_.back().serial; }
  /// Clock of the first input beat taken, of the last one, and of the first output beat and the last status offered.
  [[nodiscard]] std::uint64_t first_in() const { return first_in_; }
  [[nodiscard]] std::uint64_t last_in() const { return last_in_; }
  [[nodiscard]] std::uint64_t first_out() const { return first_out_; }
  [[nodiscard]] std::uint64_t last_status() const { return last_status_; }
  [[nodiscard]] std::uint64_t beats_in() const { return beats_in_; }
  void reset_marks() { first_in_ = last_in_ = first_out_ = last_status_ = beats_in_ = 0; }
  /// Packets of which a serial machine would have said something else.
  [[nodiscard]] std::size_t differences() const { return differences_; }
  [[nodiscard]] bool busy() const { return top_->busy_o != 0; }
  Vlane_in_model& top() { return *top_; }

 private:
  struct Wanted {
    PacketIn packet;
    model::PacketResult serial;
    model::PacketResult result;
    bool asks = false;                         ///< Comes as far as a look-up.
    abi::Verdict look_up = abi::Verdict::kOk;  ///< What the table said.
    abi::Verdict commit = abi::Verdict::kOk;
  };

  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  void drive();
  void answer();
  void take();
  void take_status();
  void take_look_up();
  void take_commit();
  void take_beat();
  void compare_status(Wanted& wanted);

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vlane_in_model> top_;
  std::mt19937_64 random_;

  std::deque<std::array<std::uint8_t, 16>> descriptors_;
  std::deque<model::Octets> packets_;
  std::size_t at_ = 0;  ///< Octets of the front packet that have gone in.
  bool driving_desc_ = false;
  bool driving_data_ = false;

  std::deque<Wanted> wanted_;   ///< No status yet.
  std::deque<Wanted*> to_ask_;  ///< No look-up yet.
  std::deque<Wanted*> to_commit_;
  model::GoldenAccelerator free_{kSas, kWindow};
  std::deque<model::Octets> wanted_data_;  ///< Status has come, not all data.
  std::size_t data_at_ = 0;
  bool status_seen_ = false;  ///< The status on offer has been seen before.
  bool data_seen_ = false;
  std::deque<std::pair<std::uint64_t, InTable::LookupAnswer>> look_ups_;
  std::deque<std::pair<std::uint64_t, abi::Verdict>> commits_;
  std::map<std::uint8_t, std::uint64_t> counted_, told_;  ///< Verdicts, by the counters and by the statuses.

  std::uint64_t clocks_ = 0;
  std::size_t statuses_ = 0;
  std::uint64_t beats_out_ = 0, beats_in_ = 0;
  std::uint64_t first_in_ = 0, last_in_ = 0, first_out_ = 0, last_status_ = 0;
  std::size_t differences_ = 0;
};

}  // namespace sallyport::test
