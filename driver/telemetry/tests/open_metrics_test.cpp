#include "sallyport/telemetry/open_metrics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace sallyport {
namespace {

UtilisationTracker some_use() {
  auto tracker = UtilisationTracker::create(64, 0);
  EXPECT_TRUE(tracker);
  for (std::uint16_t i = 0; i < 16; ++i) {
    EXPECT_TRUE(tracker->apply(TransitionRecord{0, 1'000, i, 1, abi::EntryState::kFree, abi::EntryState::kActive,
                                                abi::TransitionCause::kInstall, "secret-owner"}));
  }
  tracker->apply(EventLogRecord{0, 1, 1, 0, 1, 0xABCD'EF01, abi::EventKind::kHard, true, false, 5, false});
  tracker->apply(RekeyRecord{});
  RefusalRecord refusal;
  refusal.reason = RefusalReason::kReserve;
  tracker->apply(refusal);
  DropsRecord drops;
  drops.inbound[static_cast<unsigned>(abi::Verdict::kBadIcv)] = 7;
  drops.inbound[static_cast<unsigned>(abi::Verdict::kOk)] = 70;
  EXPECT_TRUE(tracker->apply(drops));
  EXPECT_TRUE(tracker->sample(1'000'001'000));
  return std::move(*tracker);
}

std::string text_for(std::string_view name) {
  const UtilisationTracker tracker = some_use();
  const MetricsTable table{name, &tracker, 4};
  return open_metrics_text({&table, 1});
}

TEST(OpenMetrics, Values) {
  const std::string text = text_for("a");
  for (const char* line : {
           "sallyport_sa_entries{table=\"a\",state=\"free\"} 48",
           "sallyport_sa_entries{table=\"a\",state=\"active\"} 16",
           "sallyport_sa_table_entries{table=\"a\"} 64",
           "sallyport_sa_floor_entries{table=\"a\"} 4",
           "sallyport_sa_utilisation_ratio{table=\"a\"} 0.25",
           "sallyport_sa_entry_seconds_total{table=\"a\",state=\"active\"} 16.000000000",
           "sallyport_sa_events_total{table=\"a\",kind=\"hard\"} 1",
           "sallyport_sa_late_events_total{table=\"a\"} 1",
           "sallyport_sa_rekeys_total{table=\"a\",outcome=\"done\"} 1",
           "sallyport_sa_refusals_total{table=\"a\",request=\"new_sa\",reason=\"reserve\"} 1",
           "sallyport_drop_packets_total{table=\"a\",direction=\"inbound\",reason=\"bad_icv\"} 7",
           "sallyport_good_packets_total{table=\"a\",direction=\"inbound\",verdict=\"ok\"} 70",
       }) {
    EXPECT_NE(text.find(std::string(line) + "\n"), std::string::npos) << line;
  }
  EXPECT_EQ(text.find("reason=\"ok\""), std::string::npos);
  EXPECT_EQ(text.find("secret-owner"), std::string::npos);
  EXPECT_EQ(text.find("abcdef01"), std::string::npos);
}

TEST(OpenMetrics, FamiliesStandTogetherAndAreDescribed) {
  const UtilisationTracker tracker = some_use();
  const MetricsTable tables[] = {{"a", &tracker, 0}, {"b", &tracker, 0}};
  std::istringstream in(open_metrics_text(tables));
  std::map<std::string, std::string> type_of;
  std::set<std::string> series;
  std::string family;
  std::string last;
  for (std::string line; std::getline(in, line); last = line) {
    std::istringstream words(line);
    std::string hash;
    std::string what;
    std::string name;
    words >> hash >> what >> name;
    if (what == "TYPE") {
      family = name;
      std::string type;
      words >> type;
      EXPECT_TRUE(type_of.emplace(family, type).second) << "family twice: " << family;
    } else if (what == "HELP" || what == "UNIT") {
      EXPECT_EQ(name, family);
    } else if (line != "# EOF") {
      const std::string suffix = type_of[family] == "counter" ? "_total{" : "{";
      EXPECT_EQ(line.rfind(family + suffix, 0), 0u) << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << "series twice: " << line;
    }
  }
  EXPECT_EQ(last, "# EOF");
  EXPECT_GT(series.size(), 100u);
}

TEST(OpenMetrics, NamesAreEscaped) {
  EXPECT_NE(text_for("a\"} 1\n# \\").find("{table=\"a\\\"} 1\\n# \\\\\"}"), std::string::npos);
  EXPECT_NE(text_for("\xC3\xA4").find("{table=\"\xC3\xA4\"}"), std::string::npos);
  EXPECT_NE(text_for("a\xFF").find("{table=\"a?\"}"), std::string::npos);
}

}  // namespace
}  // namespace sallyport
