// Pacing as a host meets it, against the Verilated accelerator.
#include <numeric>

#include "loopback.hpp"

namespace sallyport::test {
namespace {

class Paced : public Loopback {
 protected:
  void SetUp() override {
    Loopback::SetUp();
    DevicePolicy policy;
    policy.reserve = 4;
    policy.emergency = 2;
    policy.drain_ns = 100'000;
    policy.round_ns = 100'000;
    ASSERT_TRUE(device_->set_policy(policy));
  }
  static InstallOptions paced(const SaPair* old = nullptr) {
    auto with = old == nullptr ? options(1) : rekey_of(*old);
    with.pace = {.ike_sa = 3, .window = 1, .t_ike_ns = 200'000, .designated = true};
    return with;
  }
  Result<SaPair> install_paced(const InstallOptions& with, std::uint64_t hard_octets) {
    auto reservation = device_->reserve(with);
    if (!reservation) return reservation.error();
    auto inbound = half(Direction::kInbound, 1);
    auto outbound = half(Direction::kOutbound, 1);
    inbound.lifetime.octets = outbound.lifetime.octets = Octets{hard_octets};
    outbound.spi = reservation->spi();
    return device_->install(*reservation, inbound, outbound, with);
  }
  std::vector<RekeyRequest> requests(std::uint64_t ns) {
    sim::pass_time(*accelerator_, ns);
    std::vector<RekeyRequest> out;
    EXPECT_TRUE(queue_->poll());
    while (const auto notice = queue_->next()) {
      if (const auto* request = std::get_if<RekeyRequest>(&*notice)) out.push_back(*request);
    }
    return out;
  }
  std::uint64_t total(abi::Histogram which) {
    const auto counts = device_->histogram(which);
    EXPECT_TRUE(counts);
    return std::accumulate(counts->begin(), counts->end(), std::uint64_t{0});
  }
};

TEST_F(Paced, ARekeyIsAskedForAndTold) {
  auto old_pair = install_paced(paced(), 20'000);
  ASSERT_TRUE(old_pair) << old_pair.error().text;
  std::vector<RekeyRequest> asked;
  for (int i = 0; asked.empty() && i < 19; ++i) {
    round_trip(*old_pair, ipv4_packet(1'000));
    asked = requests(100'000);
  }
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].inbound, old_pair->in());
  EXPECT_EQ(asked[0].owner, OwnerId{1});
  EXPECT_EQ(asked[0].partner, old_pair->out().index.value);
  auto load = device_->rekey_load();
  ASSERT_TRUE(load);
  EXPECT_EQ(load->paced, 1);
  EXPECT_EQ(load->under_way, 1);
  EXPECT_EQ(load->asked, 1U);
  EXPECT_GT(load->load, 0U);
  EXPECT_FALSE(load->noise_failed);

  const auto fresh = install_paced(paced(&*old_pair), 20'000);
  ASSERT_TRUE(fresh) << fresh.error().text;
  ASSERT_TRUE(old_pair->supersede_by(*fresh));
  ASSERT_TRUE(old_pair->retire());
  requests(500'000);
  EXPECT_EQ(entries(abi::EntryState::kFree), 62U);
  load = device_->rekey_load();
  EXPECT_EQ(load->under_way, 0);
  EXPECT_EQ(load->paced, 1);
  EXPECT_GT(load->ike_ns, 0U);
  EXPECT_GT(load->drain_ns, 100'000U);
  EXPECT_EQ(total(abi::Histogram::kOverlap), 1U);
  EXPECT_EQ(total(abi::Histogram::kRekeyLead), 1U);
}

// At its pace the soft limit is some rounds away, but rekeys take as long as the reserve has.
TEST_F(Paced, TheLoadGrowsWithTheTraffic) {
  std::vector<SaPair> pairs;
  for (int i = 0; i < 4; ++i) {
    auto with = paced();
    with.pace->t_ike_ns = 20'000'000;
    auto pair = install_paced(with, 1'000'000);
    ASSERT_TRUE(pair);
    pairs.push_back(std::move(*pair));
  }
  requests(300'000);
  EXPECT_EQ(device_->rekey_load()->load, 0U) << "silence";
  for (int i = 0; i < 20; ++i) {
    for (const auto& pair : pairs) round_trip(pair, ipv4_packet(1'000));
    requests(50'000);
  }
  const auto load = device_->rekey_load();
  ASSERT_TRUE(load);
  EXPECT_GT(load->load, 0U);
  EXPECT_EQ(load->paced, 4);
  EXPECT_EQ(load->unpaced, 0);
  // Hosted, the port that the handles speak through ends here.
  for (auto& pair : pairs) pair.forget();
  restart_firmware();
  open_device();
  const auto after = device_->rekey_load();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->load, 0U);
  EXPECT_EQ(after->paced, 0);
  EXPECT_EQ(after->unpaced, 4) << "the load is not of these";
}

TEST_F(Paced, ImpossibleTermsAreRefusedWithWords) {
  auto with = paced();
  with.pace->ike_sa = 32;
  EXPECT_NE(install_paced(with, 0).error().text.find("IKE SA number 32"), std::string::npos);
  with = paced();
  with.pace->window = 32;
  EXPECT_NE(install_paced(with, 0).error().text.find("window of 32"), std::string::npos);
  with = paced();
  with.pace->t_ike_ns = 0;
  EXPECT_NE(install_paced(with, 0).error().text.find("longer than 0 ns"), std::string::npos);
  EXPECT_EQ(entries(abi::EntryState::kFree), 64U);
}

}  // namespace
}  // namespace sallyport::test
