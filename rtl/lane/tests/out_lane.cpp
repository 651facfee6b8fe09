#include "out_lane.hpp"

#include <algorithm>

namespace sallyport::test {

namespace {
constexpr std::uint64_t kStuck = 40'000;  // clocks without a status
}  // namespace

OutLane::OutLane(const LaneForm& lane_form, std::uint64_t seed)
    : form(lane_form), context_(std::make_unique<VerilatedContext>()), random_(seed) {
  Verilated::threadContextp(context_.get());
  top_ = std::make_unique<Vlane_out_model>(context_.get());
  top_->rst_ni = 0;
  top_->enable_i = 1;
  for (int i = 0; i < 3; ++i) {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }
  top_->rst_ni = 1;
}

OutLane::~OutLane() {
  Verilated::threadContextp(context_.get());
  top_.reset();
}

void OutLane::install(TestSa& sa) {
  const auto got =
      golden.commit(sa.index, golden.entry(sa.index).generation(), model::encode_image(sa.config, sa.secret));
  ASSERT_EQ(got.code, abi::CmdCode::kOk);
  sa.generation = got.generation;
  table.install(sa);
  ASSERT_EQ(table.entry(sa.index).generation(), sa.generation);
}

void OutLane::send(PacketIn packet) {
  wanted_.push_back({golden.outbound(abi::OutDesc::unpack(packet.descriptor), packet.octets), times_.size()});
  descriptors_.push_back(packet.descriptor);
  if (!packet.octets.empty()) packets_.emplace_back(times_.size(), std::move(packet.octets));
  times_.emplace_back();
}

void OutLane::drain() {
  std::size_t last = wanted_.size();
  std::uint64_t since = clocks_;
  while (!wanted_.empty() || !wanted_data_.empty() || top_->busy_o) {
    step();
    if (wanted_.size() != last) {
      last = wanted_.size();
      since = clocks_;
    }
    ASSERT_LT(clocks_ - since, kStuck) << "stuck with " << wanted_.size() << " packets inside";
    if (::testing::Test::HasFatalFailure()) return;
  }
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    const auto verdict = static_cast<abi::Verdict>(v);
    ASSERT_EQ(counted_[static_cast<std::uint8_t>(v)], golden.outbound_count(verdict)) << name(verdict);
  }
}

void OutLane::step() {
  drive();
  answer();
  top_->clk_i = 0;
  top_->eval();
  take();
  top_->clk_i = 1;
  top_->eval();
  ++clocks_;
}

void OutLane::drive() {
  if (!driving_desc_ && !descriptors_.empty() && !chance(form.in_stall)) {
    driving_desc_ = true;
    set_block(top_->desc_i, descriptors_.front());
  }
  top_->desc_valid_i = driving_desc_;
  if (!driving_data_ && !packets_.empty() && !chance(form.in_stall)) {
    driving_data_ = true;
    const model::OctetView rest = model::OctetView(packets_.front().second).subspan(at_);
    const std::size_t n = std::min<std::size_t>(16, rest.size());
    set_block(top_->data_i, rest.first(n));
    // What stands behind the last octet is rubbish.
    for (std::size_t k = n; k < 16; ++k) top_->data_i[3 - k / 4] |= 0xEEU << (24 - 8 * (k % 4));
    top_->data_bytes_i = static_cast<std::uint8_t>(n);
    top_->data_last_i = n == rest.size();
  }
  top_->data_valid_i = driving_data_;
  top_->st_ready_i = !chance(form.status_stall);
  top_->out_ready_i = !chance(form.data_stall);
  top_->adm_req_ready_i = !hold_admissions && !chance(form.table_stall);
  top_->cnt_ready_i = !chance(form.counter_stall);
}

void OutLane::answer() {
  top_->adm_rsp_valid_i = !answers_.empty() && answers_.front().first == clocks_;
  if (top_->adm_rsp_valid_i) {
    top_->adm_rsp_i = answers_.front().second;
    answers_.pop_front();
  } else {
    // What stands there without a pulse is rubbish on purpose.
    for (auto& word : top_->adm_rsp_i.m_storage) word = 0xA5A5A5A5;
  }
}

void OutLane::take() {
  ASSERT_TRUE(top_->busy_o || (inside_ == 0 && wanted_data_.empty())) << "idle with a packet inside";
  if (top_->desc_valid_i && top_->desc_ready_o) {
    descriptors_.pop_front();
    driving_desc_ = false;
    ++inside_;
  }
  if (top_->data_valid_i && top_->data_ready_o) {
    Times& times = times_[packets_.front().first];
    if (at_ == 0) times.first_in = clocks_;
    times.last_in = clocks_;
    driving_data_ = false;
    at_ += top_->data_bytes_i;
    if (top_->data_last_i) {
      packets_.pop_front();
      at_ = 0;
    }
  }
  if (top_->adm_req_valid_o && top_->adm_req_ready_i) {
    answers_.emplace_back(clocks_ + form.answer_clocks, table.admit(top_->adm_req_o));
  }
  if (top_->cnt_valid_o && top_->cnt_ready_i) ++counted_[top_->cnt_verdict_o];
  take_status();
  if (!::testing::Test::HasFatalFailure()) take_beat();
}

// A status is seen in the first clock in which it is offered; the data of the packets before must be gone by then.
void OutLane::take_status() {
  if (!top_->st_valid_o) return;
  if (!status_seen_) {
    status_seen_ = true;
    --inside_;
    ASSERT_TRUE(wanted_data_.empty()) << "a status overtakes the packet before it";
    ASSERT_FALSE(wanted_.empty()) << "a status of no packet";
    const Wanted& wanted = wanted_.front();
    times_[wanted.number].status = clocks_;
    const auto octets = get_block(top_->st_o);
    const auto got = abi::StatusDesc::unpack(octets);
    ASSERT_EQ(got.verdict, wanted.result.status.verdict)
        << "packet " << wanted.number << ": " << name(static_cast<abi::Verdict>(got.verdict)) << ", golden "
        << name(wanted.result.verdict());
    ASSERT_EQ(octets, wanted.result.status.pack())
        << "packet " << wanted.number << ", " << name(wanted.result.verdict());
    if (!wanted.result.octets.empty()) wanted_data_.push_back(wanted);
    wanted_.pop_front();
  }
  if (top_->st_ready_i) status_seen_ = false;
}

void OutLane::take_beat() {
  if (!top_->out_valid_o) return;
  ASSERT_FALSE(wanted_data_.empty()) << "a beat before its status";
  Times& times = times_[wanted_data_.front().number];
  if (times.first_out == 0) {
    ASSERT_TRUE(status_seen_ || times.status == clocks_) << "the packet overtakes its status";
    times.first_out = clocks_;
  }
  if (!top_->out_ready_i) return;
  const model::Octets& want = wanted_data_.front().result.octets;
  const std::size_t n = std::min<std::size_t>(16, want.size() - data_at_);
  Block beat{};
  std::copy_n(want.begin() + static_cast<std::ptrdiff_t>(data_at_), n, beat.begin());
  ASSERT_EQ(top_->out_bytes_o, n) << "packet " << wanted_data_.front().number << ", octet " << data_at_ << " of "
                                  << want.size();
  ASSERT_EQ(get_block(top_->out_data_o), beat)
      << "packet " << wanted_data_.front().number << ", octet " << data_at_ << " of " << want.size();
  data_at_ += n;
  ++times.beats;
  ASSERT_EQ(top_->out_last_o != 0, data_at_ == want.size());
  if (data_at_ == want.size()) {
    times.last_out = clocks_;
    wanted_data_.pop_front();
    data_at_ = 0;
  }
}

}  // namespace sallyport::test
