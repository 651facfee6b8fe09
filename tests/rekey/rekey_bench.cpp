// Tables of rekeying at a full table (./dev bench rekey), as JSON on standard output.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "rekey_world.hpp"

namespace {

using sallyport::test::RekeyWorld;
using sallyport::test::RekeyWorldConfig;
using sallyport::test::Shape;
using Json = nlohmann::ordered_json;

constexpr Shape kShapes[] = {Shape::kSymmetric, Shape::kAsymmetric, Shape::kBursty};
constexpr std::uint64_t kSeeds = 3;

Json row_of(const RekeyWorldConfig& config) {
  const auto r = RekeyWorld(config).run();
  if (!r.fault.empty()) std::fprintf(stderr, "the books do not balance: %s\n", r.fault.c_str());
  return {{"shape", name(config.shape)},
          {"loss", config.loss},
          {"life_s", config.life_s / config.surge},
          {"load", r.load_formula},
          {"load_told", r.load_mean},
          {"rekeys", r.rekeys},
          {"early", r.early},
          {"refused", r.refused_ours},
          {"died", r.died},
          {"overtaken", r.overtaken},
          {"most_in_use", r.most_in_use},
          {"mean_in_use", r.mean_in_use},
          {"warned_s", r.warned_s ? Json(*r.warned_s) : Json()},
          {"overloaded_s", r.overloaded_s ? Json(*r.overloaded_s) : Json()},
          {"first_loss_s", r.first_loss_s ? Json(*r.first_loss_s) : Json()}};
}

// Two lives at a load that is easily borne, then six at the one in question.
Json loads() {
  constexpr double kBefore = 25;
  Json rows = Json::array();
  for (const Shape shape : kShapes) {
    for (const double life : {20.0, 16.0, 13.0, 11.0, 9.0, 7.5, 5.6}) {
      RekeyWorldConfig config;
      config.shape = shape;
      config.life_s = kBefore;
      config.surge = kBefore / life;
      config.surge_at_s = 2 * kBefore;
      config.duration_s = 2 * kBefore + 6 * life;
      rows.push_back(row_of(config));
    }
  }
  return rows;
}

// With messages that get lost.
Json losses() {
  Json rows = Json::array();
  for (const Shape shape : kShapes) {
    for (const double life : {30.0, 20.0, 18.0, 17.0, 16.0}) {
      RekeyWorldConfig config;
      config.shape = shape;
      config.loss = 0.01;
      config.life_s = life;
      config.duration_s = 6 * life;
      rows.push_back(row_of(config));
    }
  }
  return rows;
}

bool holds(double rtt, double loss, double life) {
  for (const Shape shape : kShapes) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RekeyWorldConfig config;
      config.shape = shape;
      config.rtt_s = rtt;
      config.loss = loss;
      config.life_s = life;
      config.duration_s = 5 * life;
      config.step_s = std::max(0.002, life / 10'000);
      config.seed = seed;
      const auto r = RekeyWorld(config).run();
      if (r.died != 0 || r.refused_ours != 0 || !r.fault.empty()) return false;
    }
  }
  return true;
}

// The shortest life at which no SA of any shape dies, within 5 %.
Json shortest() {
  Json rows = Json::array();
  for (const double rtt : {0.01, 0.05, 0.1, 0.2}) {
    for (const double loss : {0.0, 0.01, 0.03}) {
      double low = 1;
      double high = 2;
      while (!holds(rtt, loss, high)) {
        low = high;
        high *= 1.5;
      }
      while (high / low > 1.05) {
        const double middle = (low + high) / 2;
        (holds(rtt, loss, middle) ? high : low) = middle;
      }
      rows.push_back({{"rtt_s", rtt}, {"loss", loss}, {"life_s", high}});
    }
  }
  return rows;
}

}  // namespace

int main() {
  const RekeyWorldConfig config;
  const Json result = {{"entries", 1U << config.log2_sas},
                       {"pairs", config.pairs},
                       {"reserve", config.reserve},
                       {"emergency", config.emergency},
                       {"rtt_s", config.rtt_s},
                       {"retransmit_s", config.retransmit_s},
                       {"loads", loads()},
                       {"losses", losses()},
                       {"shortest", shortest()}};
  std::printf("%s\n", result.dump(1).c_str());
}
