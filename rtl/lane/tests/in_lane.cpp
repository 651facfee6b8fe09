#include "in_lane.hpp"

#include <algorithm>

namespace sallyport::test {

namespace {

constexpr std::uint64_t kStuck = 30'000;  // clocks without a status

}  // namespace

InLane::InLane(const LaneForm& lane_form, std::uint64_t seed)
    : form(lane_form), context_(std::make_unique<VerilatedContext>()), random_(seed) {
  Verilated::threadContextp(context_.get());
  top_ = std::make_unique<Vlane_in_model>(context_.get());
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

InLane::~InLane() {
  Verilated::threadContextp(context_.get());
  top_.reset();
}

void InLane::install(TestSa& sa) {
  const auto image = model::encode_image(sa.config, sa.secret);
  const auto got = serial.commit(sa.index, serial.entry(sa.index).generation(), image);
  ASSERT_EQ(got.code, abi::CmdCode::kOk);
  sa.generation = got.generation;
  table.install(sa);
  ASSERT_EQ(table.entry(sa.index).generation(), sa.generation);
  TestSa open;
  open.config = sa.config;
  open.config.set(abi::SaFlag::kNoReplay);
  open.config.soft_octets = open.config.soft_packets = UINT64_MAX;
  open.config.hard_octets = open.config.hard_packets = 0;
  open.config.icv_limit = std::uint64_t{1} << 36;
  const auto also =
      free_.commit(sa.index, free_.entry(sa.index).generation(), model::encode_image(open.config, sa.secret));
  ASSERT_EQ(also.generation, sa.generation);
}

void InLane::erase(std::uint32_t index) {
  if (serial.entry(index).state() == abi::EntryState::kFree) return;
  serial.erase(index, serial.entry(index).generation());
  free_.erase(index, free_.entry(index).generation());
  if (table.entry(index).state() != abi::EntryState::kFree) table.entry(index).release();
}

void InLane::preset(std::uint32_t index, std::uint64_t sequence) {
  serial.preset(index, sequence, 0, 0, 0);
  table.entry(index).preset(sequence, 0, 0, 0);
}

void InLane::send(PacketIn packet) {
  const auto desc = abi::InDesc::unpack(packet.descriptor);
  descriptors_.push_back(packet.descriptor);
  if (!packet.octets.empty()) packets_.push_back(packet.octets);
  Wanted& wanted = wanted_.emplace_back();
  wanted.serial = serial.inbound(desc, packet.octets);
  wanted.asks = wanted.serial.status.index != 0xFFFF || wanted.serial.verdict() == abi::Verdict::kUnknownSpi;
  if (wanted.asks) {
    to_ask_.push_back(&wanted);
  } else {
    wanted.result = wanted.serial;
  }
  wanted.packet = std::move(packet);
}

void InLane::drain() {
  std::size_t last = statuses_;
  std::uint64_t since = clocks_;
  while (!wanted_.empty() || !wanted_data_.empty() || top_->busy_o) {
    step();
    if (statuses_ != last) {
      last = statuses_;
      since = clocks_;
    }
    ASSERT_LT(clocks_ - since, kStuck) << "stuck with " << wanted_.size() << " packets inside";
    if (::testing::Test::HasFatalFailure()) return;
  }
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    const auto verdict = static_cast<abi::Verdict>(v);
    ASSERT_EQ(counted_[static_cast<std::uint8_t>(v)], told_[static_cast<std::uint8_t>(v)]) << name(verdict);
    if (expect_serial) {
      ASSERT_EQ(told_[static_cast<std::uint8_t>(v)], serial.inbound_count(verdict)) << name(verdict);
    }
  }
}

void InLane::step() {
  drive();
  answer();
  top_->clk_i = 0;
  top_->eval();
  take();
  top_->clk_i = 1;
  top_->eval();
  ++clocks_;
}

void InLane::drive() {
  if (!driving_desc_ && !descriptors_.empty() && !chance(form.in_stall)) {
    driving_desc_ = true;
    set_block(top_->desc_i, descriptors_.front());
  }
  top_->desc_valid_i = driving_desc_;
  if (!driving_data_ && !packets_.empty() && !chance(form.in_stall)) {
    driving_data_ = true;
    const model::OctetView rest = model::OctetView(packets_.front()).subspan(at_);
    const std::size_t n = std::min<std::size_t>(16, rest.size());
    set_block(top_->data_i, rest.first(n));
    top_->data_bytes_i = static_cast<std::uint8_t>(n);
    top_->data_last_i = n == rest.size();
  }
  top_->data_valid_i = driving_data_;
  top_->st_ready_i = !chance(form.status_stall);
  top_->out_ready_i = !chance(form.data_stall);
  top_->lkp_req_ready_i = !chance(form.table_stall);
  top_->cmt_req_ready_i = !hold_commits && !chance(form.table_stall);
  top_->cnt_ready_i = !chance(form.counter_stall);
}

void InLane::answer() {
  top_->lkp_rsp_valid_i = !look_ups_.empty() && look_ups_.front().first == clocks_;
  if (top_->lkp_rsp_valid_i) {
    top_->lkp_rsp_i = look_ups_.front().second;
    look_ups_.pop_front();
  } else {
    // What stands there without a pulse is rubbish on purpose.
    for (auto& word : top_->lkp_rsp_i.m_storage) word = 0xA5A5A5A5;
  }
  top_->cmt_rsp_valid_i = !commits_.empty() && commits_.front().first == clocks_;
  top_->cmt_rsp_i = 0;
  if (top_->cmt_rsp_valid_i) {
    top_->cmt_rsp_i = static_cast<std::uint8_t>(commits_.front().second);
    commits_.pop_front();
  }
}

void InLane::take() {
  if (top_->desc_valid_i && top_->desc_ready_o) {
    descriptors_.pop_front();
    driving_desc_ = false;
  }
  if (top_->data_valid_i && top_->data_ready_o) {
    if (first_in_ == 0) first_in_ = clocks_;
    last_in_ = clocks_;
    ++beats_in_;
    driving_data_ = false;
    at_ += top_->data_bytes_i;
    if (top_->data_last_i) {
      packets_.pop_front();
      at_ = 0;
    }
  }
  if (top_->lkp_req_valid_o && top_->lkp_req_ready_i) take_look_up();
  if (top_->cmt_req_valid_o && top_->cmt_req_ready_i) take_commit();
  if (top_->cnt_valid_o && top_->cnt_ready_i) ++counted_[top_->cnt_verdict_o];
  take_status();
  if (!::testing::Test::HasFatalFailure()) take_beat();
}

// What becomes of the packet is settled here, but for the table's word at commit.
void InLane::take_look_up() {
  ASSERT_FALSE(to_ask_.empty()) << "a look-up that no packet needs";
  Wanted& wanted = *to_ask_.front();
  to_ask_.pop_front();
  const auto found = table.look_up(top_->lkp_req_o);
  look_ups_.emplace_back(clocks_ + form.look_up_clocks, found.answer);
  wanted.look_up = found.verdict;
  auto& status = wanted.result.status;
  if (found.verdict != abi::Verdict::kOk) {
    status.index = found.index;
    status.generation = found.generation;
    status.verdict = static_cast<std::uint8_t>(found.verdict);
    status.cookie = wanted.serial.status.cookie;
    return;
  }
  free_.preset(found.index, found.sequence, 0, 0, 0);
  wanted.result = free_.inbound(abi::InDesc::unpack(wanted.packet.descriptor), wanted.packet.octets);
  ASSERT_EQ(status.index, found.index) << "the SPI that was looked up is not the packet's";
  to_commit_.push_back(&wanted);
}

void InLane::take_commit() {
  ASSERT_FALSE(to_commit_.empty()) << "a commit that no packet needs";
  Wanted& wanted = *to_commit_.front();
  to_commit_.pop_front();
  if (on_commit) on_commit();
  const auto claim = InTable::claim(top_->cmt_req_o);
  auto& status = wanted.result.status;
  ASSERT_EQ(claim.index, status.index);
  ASSERT_EQ(claim.generation, status.generation);
  ASSERT_EQ(claim.icv_ok, wanted.result.verdict() != abi::Verdict::kBadIcv) << "packet " << status.cookie;
  const model::IpView ip = model::parse_ip(wanted.packet.octets);
  ASSERT_EQ(claim.octets, ip.upper.size() - model::kEspClearOctets - (ip.protocol == model::kProtocolUdp ? 8 : 0));
  wanted.commit = table.commit(claim);
  commits_.emplace_back(clocks_ + form.commit_clocks, commits_lie ? abi::Verdict::kOk : wanted.commit);
  if (wanted.commit == abi::Verdict::kOk) return;
  wanted.result.octets.clear();
  status.verdict = static_cast<std::uint8_t>(wanted.commit);
  status.length = 0;
  status.next_header = 0;
  status.aux = 0;
}

// A status is seen in the first clock in which it is offered; the data of the packets before must be gone by then.
void InLane::take_status() {
  if (!top_->st_valid_o) return;
  if (!status_seen_) {
    status_seen_ = true;
    last_status_ = clocks_;
    ++statuses_;
    ASSERT_TRUE(wanted_data_.empty()) << "a status overtakes the packet before it";
    ASSERT_FALSE(wanted_.empty()) << "a status of no packet";
    compare_status(wanted_.front());
    if (::testing::Test::HasFatalFailure()) return;
    if (!wanted_.front().result.octets.empty()) wanted_data_.push_back(std::move(wanted_.front().result.octets));
    wanted_.pop_front();
  }
  if (top_->st_ready_i) status_seen_ = false;
}

void InLane::compare_status(Wanted& wanted) {
  const auto octets = get_block(top_->st_o);
  const auto got = abi::StatusDesc::unpack(octets);
  const auto& status = wanted.result.status;
  ++told_[got.verdict];
  ASSERT_EQ(got.cookie, status.cookie);
  ASSERT_EQ(got.verdict, status.verdict) << "packet " << got.cookie << ": "
                                         << name(static_cast<abi::Verdict>(got.verdict)) << ", wanted "
                                         << name(static_cast<abi::Verdict>(status.verdict));
  ASSERT_EQ(octets, status.pack()) << "packet " << got.cookie << ", " << name(static_cast<abi::Verdict>(got.verdict));
  if (octets == wanted.serial.status.pack() && wanted.result.octets == wanted.serial.octets) return;
  ++differences_;
  ASSERT_FALSE(expect_serial) << "packet " << got.cookie << ": " << name(static_cast<abi::Verdict>(got.verdict))
                              << ", golden " << name(wanted.serial.verdict());
}

void InLane::take_beat() {
  if (!top_->out_valid_o) return;
  if (first_out_ == 0) first_out_ = clocks_;
  ASSERT_FALSE(wanted_data_.empty()) << "a beat before its status";
  if (!top_->out_ready_i) return;
  ++beats_out_;
  const model::Octets& want = wanted_data_.front();
  const std::size_t n = std::min<std::size_t>(16, want.size() - data_at_);
  Block beat{};
  std::copy_n(want.begin() + static_cast<std::ptrdiff_t>(data_at_), n, beat.begin());
  ASSERT_EQ(top_->out_bytes_o, n) << "octet " << data_at_ << " of " << want.size();
  ASSERT_EQ(get_block(top_->out_data_o), beat) << "octet " << data_at_ << " of " << want.size();
  data_at_ += n;
  ASSERT_EQ(top_->out_last_o != 0, data_at_ == want.size());
  if (data_at_ == want.size()) {
    wanted_data_.pop_front();
    data_at_ = 0;
  }
}

}  // namespace sallyport::test
