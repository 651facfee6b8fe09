#include <gtest/gtest.h>

#include "report_fixture.hpp"
#include "sallyport/report/report.hpp"

namespace sallyport::report {
namespace {

using S = abi::EntryState;

class ReportPage : public ReportFolder {
 protected:
  std::string page_of(const std::filesystem::path& log, const ReportOptions& options = {}) const {
    const auto written = write_report(log, path("page.html"), options);
    EXPECT_TRUE(written) << written.error().text;
    EXPECT_FALSE(std::filesystem::exists(path("page.html.partial")));
    return content(path("page.html"));
  }
};

void expect_in(const std::string& page, const std::string& text) {
  EXPECT_NE(page.find(text), std::string::npos) << "not on the page: " << text;
}

TEST_F(ReportPage, SummaryOfAnHourIsExact) {
  const auto summary = summarise_log(hour_with_one_overlap());
  ASSERT_TRUE(summary) << summary.error().text;
  ASSERT_EQ(summary->tables.size(), 1u);
  const TableSummary& table = summary->tables[0];
  EXPECT_EQ(table.span_ns, 3'600'000'000'000u);
  EXPECT_EQ(table.totals.integral[state_index(S::kOverlap)].to_seconds_string(), "0.050000000");
  EXPECT_EQ(table.totals.integral[state_index(S::kActive)].to_seconds_string(), "3600.000000000");
  EXPECT_EQ(table.totals.integral[state_index(S::kFree)].to_seconds_string(), "226799.950000000");
  EXPECT_EQ(table.peak_in_use, 2u);
  EXPECT_EQ(table.peak[state_index(S::kOverlap)], 1u);
  EXPECT_EQ(table.stays[state_index(S::kOverlap)].longest_ns, 50'000'000u);
  EXPECT_EQ(table.samples, 2u);
  EXPECT_DOUBLE_EQ(table.mean(S::kActive), 1.0);
}

TEST_F(ReportPage, PageHoldsTheNumbers) {
  const std::string page = page_of(hour_with_one_overlap());
  expect_in(page, "1 h of simulated time, seed 7, 7 records");
  expect_in(page, "Events reach the host as a numbered stream, repeated until acknowledged.");
  expect_in(page, "<td class=\"n\">0.050000000</td>");
  expect_in(page, "<td class=\"n\">230400.000000000</td>");  // 64 entries, an hour
  expect_in(page, "entries; peak 1, longest 50 ms");
  expect_in(page, "All 2 samples of the log agree with them to the nanosecond.");
  expect_in(page, "Every transition of the log is in these plots.");
  expect_in(page, "<tr><td colspan=\"4\">None.</td></tr>");
}

TEST_F(ReportPage, PageOfTwoGatewaysHoldsTheSummarysNumbers) {
  ASSERT_TRUE(write_synthetic_log(path("two.jsonl"), {}));
  const auto summary = summarise_log(path("two.jsonl"));
  ASSERT_TRUE(summary) << summary.error().text;
  const std::string page = page_of(path("two.jsonl"));
  expect_in(page, "Events reach the host by interrupt.");
  expect_in(page, "Polling only: the host learns of events when it next looks.");
  for (const TableSummary& table : summary->tables) {
    EXPECT_GT(table.rekeys(RekeyOutcome::kDone), 50u);
    EXPECT_GT(table.rekeys(RekeyOutcome::kCollision), 0u);
    EntryTime sum;
    for (const EntryTime integral : table.totals.integral) sum += integral;
    EXPECT_EQ(sum, EntryTime(64, 6'000'000'000));
    expect_in(page, "<div class=\"label\">Rekeys</div><div class=\"value\">" +
                        std::to_string(table.rekeys(RekeyOutcome::kDone)) + "</div>");
    expect_in(page, table.totals.integral[state_index(S::kRedundant)].to_seconds_string());
    expect_in(page, std::to_string(table.totals.inbound[static_cast<unsigned>(abi::Verdict::kReplay)]));
  }
  expect_in(page, "the free entries are kept for rekeys");
}

TEST_F(ReportPage, PageAsksForNothing) {
  ASSERT_TRUE(write_synthetic_log(path("two.jsonl"), {}));
  const std::string page = page_of(path("two.jsonl"));
  for (const char* reference : {"src=\"http", "src=\"/", "href=\"http", "url(http", "@import", "sourceMappingURL"}) {
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
  }
  expect_in(page, "default-src 'none'");
}

TEST_F(ReportPage, AHostileLogStaysText) {
  SyntheticRun run;
  run.name = "</title></script><script>document.title='taken'</script><!--";
  run.owner_prefix = "'\"><img src=x onerror=alert(1)></script><script>";
  ASSERT_TRUE(write_synthetic_log(path("hostile.jsonl"), run));
  const std::string page = page_of(path("hostile.jsonl"));
  EXPECT_EQ(page.find("document.title='taken'</script>"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  expect_in(page, "&lt;/title&gt;&lt;/script&gt;");
  expect_in(page, "\\u003cimg src=x onerror=alert(1)\\u003e");
}

TEST_F(ReportPage, TruncatedLogsNeedTheFlagAndAreMarked) {
  SyntheticRun run;
  run.finish = false;
  ASSERT_TRUE(write_synthetic_log(path("cut.jsonl"), run));
  const auto partial = path("cut.jsonl.partial");
  const auto refused = write_report(partial, path("page.html"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kMalformedInput);
  EXPECT_NE(refused.error().text.find("truncated"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("page.html")));
  expect_in(page_of(partial, {.allow_truncated = true}), "<strong>This log is truncated.</strong>");
}

TEST_F(ReportPage, LogsThatContradictThemselvesAreRefused) {
  ASSERT_TRUE(write_synthetic_log(path("two.jsonl"), {}));
  const std::string good = content(path("two.jsonl"));
  const auto error_with = [&](const std::string& from, const std::string& to) -> std::string {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    std::ofstream(path("bad.jsonl")) << text.replace(at, from.size(), to);
    const auto summary = summarise_log(path("bad.jsonl"));
    return summary ? std::string{} : summary.error().text;
  };
  const auto expect_error = [&](const std::string& from, const std::string& to, const std::string& part) {
    const std::string error = error_with(from, to);
    EXPECT_NE(error.find(part), std::string::npos) << "error: " << error;
    EXPECT_NE(error.find("bad.jsonl:"), std::string::npos) << error;
  };
  expect_error("\"to\":\"larval\"", "\"to\":\"active\"", "is active: a transition from larval");
  expect_error("\"from\":\"larval\",\"to\":\"active\"", "\"from\":\"larval\",\"to\":\"draining\"", "is impossible");
  expect_error("\"high_water\":{\"free\":64", "\"high_water\":{\"free\":63", "the sample contradicts the transitions");
  expect_error("\"kind\":\"end\",\"time_ns\":6000000000", "\"kind\":\"end\",\"time_ns\":5999999999", "time goes back");
}

TEST_F(ReportPage, BigLogsGiveBoundedPages) {
  SyntheticRun run;
  run.table_size = 1'024;
  run.tunnels = 60;
  ASSERT_TRUE(write_synthetic_log(path("big.jsonl"), run));
  ReportOptions options;
  options.max_chart_points = 500;
  options.max_timeline_pieces = 500;  // the table's size sets the real bound
  options.max_listed = 10;
  const std::string small = page_of(path("big.jsonl"), options);
  const std::string whole = page_of(path("big.jsonl"));
  EXPECT_LT(small.size(), whole.size() / 2 + 200'000);
  expect_in(small, "The log has more transitions than a page can hold");
  expect_in(small, "(the first 10 of ");
  options.max_chart_points = 99;
  EXPECT_FALSE(write_report(path("big.jsonl"), path("page.html"), options));
}

TEST_F(ReportPage, FailuresNameTheFile) {
  const auto no_log = write_report(path("nothing.jsonl"), path("page.html"));
  ASSERT_FALSE(no_log);
  EXPECT_EQ(no_log.error().code, ErrorCode::kNotFound);
  EXPECT_NE(no_log.error().text.find("nothing.jsonl"), std::string::npos);
  const auto no_folder = write_report(hour_with_one_overlap(), path("no/such/page.html"));
  ASSERT_FALSE(no_folder);
  EXPECT_EQ(no_folder.error().code, ErrorCode::kIo);
}

TEST_F(ReportPage, AnEmptyRunIsAReportToo) {
  const LogHeader header{
      "nothing", 0, TimeBase::kDevice, 1'700'000'000'000'000'000, {{"gw", 4, 0, EventDelivery::kInterrupt}}};
  auto recorder = UtilisationRecorder::create(path("empty.jsonl"), header);
  ASSERT_TRUE(recorder);
  ASSERT_TRUE(recorder->finish(header.start_ns));
  const std::string page = page_of(path("empty.jsonl"));
  expect_in(page, "0 ns of device time");
  EXPECT_EQ(page.find("nan"), page.find("nanosecond")) << "no number that is none";
}

}  // namespace
}  // namespace sallyport::report
