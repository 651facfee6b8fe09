#include "sallyport/telemetry/utilisation_log.hpp"

#include <gtest/gtest.h>

#include "log_fixture.hpp"

namespace sallyport {
namespace {

class UtilisationLog : public LogFolder {};

TEST_F(UtilisationLog, EveryRecordComesBackAsItWas) {
  const auto file = path("run.jsonl");
  auto recorder = UtilisationRecorder::create(file, two_gateways());
  ASSERT_TRUE(recorder) << recorder.error().text;
  for (const LogRecord& record : one_of_each()) {
    const auto taken = recorder->record(record);
    ASSERT_TRUE(taken) << taken.error().text;
  }
  ASSERT_TRUE(recorder->sample(0, 5'000));
  EXPECT_FALSE(std::filesystem::exists(file)) << "a log gets its name when it is whole";
  ASSERT_TRUE(recorder->finish(6'000));
  EXPECT_FALSE(std::filesystem::exists(path("run.jsonl.partial")));

  auto reader = UtilisationLogReader::open(file);
  ASSERT_TRUE(reader) << reader.error().text;
  const LogHeader& header = reader->header();
  EXPECT_EQ(header.name, "test run");
  EXPECT_EQ(header.seed, 42u);
  EXPECT_EQ(header.start_ns, 1'000u);
  ASSERT_EQ(header.tables.size(), 2u);
  EXPECT_EQ(header.tables[0].floor, 4u);
  EXPECT_EQ(header.tables[1].event_delivery, EventDelivery::kPollingOnly);

  std::vector<LogRecord> records;
  for (;;) {
    auto next = reader->next();
    ASSERT_TRUE(next) << next.error().text;
    if (!next->has_value()) break;
    records.push_back(**next);
  }
  EXPECT_FALSE(reader->truncated());
  ASSERT_EQ(records.size(), 9u);  // one of each, three samples, the end
  const auto& transition = std::get<TransitionRecord>(records[0]);
  EXPECT_EQ(transition.owner, "tunnel \"1\"\n</script> \xE2\x82\xAC");
  EXPECT_EQ(transition.generation, 65'535u);
  EXPECT_EQ(transition.to, abi::EntryState::kLarval);
  const auto& event = std::get<EventLogRecord>(records[1]);
  EXPECT_EQ(event.count, UINT64_MAX);
  EXPECT_TRUE(event.late && event.inbound && event.packets);
  EXPECT_EQ(std::get<DropsRecord>(records[2]).inbound[static_cast<unsigned>(abi::Verdict::kReplay)], UINT64_MAX);
  const auto& rekey = std::get<RekeyRecord>(records[3]);
  EXPECT_EQ(rekey.new_entry.generation, 9u);
  EXPECT_EQ(rekey.trigger, RekeyTrigger::kSoftSeq);
  EXPECT_EQ(std::get<RefusalRecord>(records[4]).reason, RefusalReason::kReserve);
  const auto& sample = std::get<SampleRecord>(records[5]);
  EXPECT_EQ(sample.from_ns, 1'000u);
  EXPECT_EQ(sample.integral[state_index(abi::EntryState::kLarval)], EntryTime(1, 3'000));
  EXPECT_EQ(std::get<EndRecord>(records[8]).records, 8u);
}

TEST_F(UtilisationLog, LinesAreAsciiWhateverTheNames) {
  const auto file = path("run.jsonl");
  auto recorder = UtilisationRecorder::create(file, two_gateways());
  ASSERT_TRUE(recorder);
  ASSERT_TRUE(recorder->record(one_of_each()[0]));
  ASSERT_TRUE(recorder->finish(6'000));
  for (const char c : content(file)) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F));
}

TEST_F(UtilisationLog, ADeadRunLeavesALogThatIsOnlyReadWhenAskedFor) {
  const auto file = path("run.jsonl");
  {
    auto recorder = UtilisationRecorder::create(file, two_gateways());
    ASSERT_TRUE(recorder);
    ASSERT_TRUE(recorder->record(one_of_each()[0]));
    ASSERT_TRUE(recorder->sample(0, 5'000));
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto partial = path("run.jsonl.partial");
  // Half a line, as a full disk or a kill leaves it.
  std::ofstream(partial, std::ios::app) << R"({"kind":"transition","tab)";

  auto strict = UtilisationLogReader::open(partial);
  ASSERT_TRUE(strict);
  ASSERT_TRUE(strict->next());
  ASSERT_TRUE(strict->next());
  const auto stop = strict->next();
  ASSERT_FALSE(stop);
  EXPECT_EQ(stop.error().code, ErrorCode::kMalformedInput);
  EXPECT_NE(stop.error().text.find(":4: the log is truncated"), std::string::npos) << stop.error().text;

  auto lenient = UtilisationLogReader::open(partial, {.allow_truncated = true});
  ASSERT_TRUE(lenient);
  ASSERT_TRUE(lenient->next());
  ASSERT_TRUE(lenient->next());
  const auto nothing = lenient->next();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
  EXPECT_TRUE(lenient->truncated());
}

TEST_F(UtilisationLog, RecorderRefusesNonsenseAndGoesOn) {
  auto recorder = UtilisationRecorder::create(path("run.jsonl"), two_gateways());
  ASSERT_TRUE(recorder);
  RefusalRecord refusal;
  refusal.table = 2;
  EXPECT_FALSE(recorder->record(refusal));
  refusal.table = 0;
  refusal.owner = std::string(129, 'x');
  EXPECT_FALSE(recorder->record(refusal));
  refusal.owner = "\xC0\x80";
  EXPECT_FALSE(recorder->record(refusal));
  EXPECT_EQ(recorder->tracker(0).totals().refused(), 0u) << "what is not logged is not counted";
  EXPECT_FALSE(recorder->record(SampleRecord{}));
  EXPECT_FALSE(recorder->record(EndRecord{}));
  EXPECT_FALSE(recorder->sample(2, 5'000));
  RekeyRecord rekey;
  rekey.table = 1;
  rekey.new_entry.index = 4;
  EXPECT_FALSE(recorder->record(rekey));
  EXPECT_TRUE(recorder->finish(6'000));
  EXPECT_FALSE(recorder->finish(6'000));
}

TEST_F(UtilisationLog, BadHeadersAreNotWritten) {
  const auto refused = [&](auto change) {
    LogHeader header = two_gateways();
    change(header);
    return !UtilisationLogWriter::create(path("bad.jsonl"), header).ok();
  };
  EXPECT_TRUE(refused([](LogHeader& h) { h.name.clear(); }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.name = std::string(257, 'n'); }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.name = "\xED\xA0\x80"; }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.tables.clear(); }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.tables.resize(17, h.tables[0]); }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.tables[0].size = 0; }));
  EXPECT_TRUE(refused([](LogHeader& h) { h.tables[0].floor = 65; }));
  EXPECT_FALSE(refused([](LogHeader&) {}));
  EXPECT_FALSE(UtilisationLogWriter::create(path("no/such/folder/x"), two_gateways()));
}

}  // namespace
}  // namespace sallyport
