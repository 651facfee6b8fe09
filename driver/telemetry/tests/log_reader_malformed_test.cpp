// What a reader does with a log that is not one: an error that names the line, never a crash, never a wrong record.
#include <gtest/gtest.h>

#include <random>

#include "log_fixture.hpp"

namespace sallyport {
namespace {

class LogReaderMalformed : public LogFolder {
 protected:
  /// Made once: finishing a log waits for the disk.
  const std::string& good_log() const {
    static const std::string log = [this] {
      const auto file = path("good.jsonl");
      auto recorder = UtilisationRecorder::create(file, two_gateways());
      EXPECT_TRUE(recorder);
      for (const LogRecord& record : one_of_each()) EXPECT_TRUE(recorder->record(record));
      EXPECT_TRUE(recorder->finish(6'000));
      return content(file);
    }();
    return log;
  }

  /// Reads all; the error's text, or nothing if there was none.
  std::string error_of(const std::string& text, bool allow_truncated = false) const {
    auto reader = UtilisationLogReader::open(write("log.jsonl", text), {allow_truncated});
    if (!reader) return reader.error().text;
    for (;;) {
      auto next = reader->next();
      if (!next) return next.error().text;
      if (!next->has_value()) return {};
    }
  }
  /// The good log with the first `from` made `to`.
  std::string changed(const std::string& from, const std::string& to) const {
    std::string text = good_log();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
  void expect_error(const std::string& text, const std::string& part) const {
    const std::string error = error_of(text);
    EXPECT_NE(error.find(part), std::string::npos) << "error: " << error << "\nexpected: " << part;
    EXPECT_NE(error.find("log.jsonl:"), std::string::npos) << error;
  }
};

TEST_F(LogReaderMalformed, TheGoodLogIsGood) { EXPECT_EQ(error_of(good_log()), ""); }

TEST_F(LogReaderMalformed, NoHeader) {
  expect_error("", ":1: there is no header");
  expect_error("{", ":1: there is no header");
  expect_error("\n", ":1: is not JSON");
  expect_error("[]\n", ":1: is no JSON object");
  expect_error("{}\n", ":1: is not the header");
  expect_error("\xD4\xC3\xB2\xA1\x02\n", ":1: is not JSON");
  expect_error(R"({"kind":"end"})"
               "\n",
               ":1: is not the header");
  EXPECT_FALSE(UtilisationLogReader::open(path("no-such-file")));
  EXPECT_FALSE(UtilisationLogReader::open(path(".")));
}

TEST_F(LogReaderMalformed, Header) {
  expect_error(changed("\"version\":1", "\"version\":2"), ":1: is of format version 2, only version 1");
  expect_error(changed("\"seed\":42,", ""), "\"seed\" is missing");
  expect_error(changed("\"seed\":42", "\"seed\":-1"), "\"seed\" is not a whole number");
  expect_error(changed("\"seed\":42", "\"seed\":18446744073709551616"), "\"seed\" is not a whole number");
  expect_error(changed("\"seed\":42", "\"seed\":42,\"more\":1"), "holds 9 keys, 8 belong here");
  expect_error(changed("\"seed\":42", "\"seed\":42,\"seed\":43"), "holds a key twice");
  expect_error(changed("\"size\":64", "\"size\":0"), "\"size\" is 0");
  expect_error(changed("\"size\":64", "\"size\":4000000000"), "more than 65536");
  expect_error(changed("simulated", "dreamt"), "\"time_base\" is \"dreamt\"");
  expect_error(changed("interrupt", "pigeon"), "\"event_delivery\" is \"pigeon\"");
  expect_error(changed("simulated", "\\u001b[2J"), "\\u001b[2J");
}

TEST_F(LogReaderMalformed, Records) {
  expect_error(changed("\"kind\":\"transition\"", "\"kind\":\"teleport\""),
               ":2: is of a kind not known here, \"teleport\"");
  expect_error(changed("\"kind\":\"transition\"", "\"kind\":7"), ":2: \"kind\" is no text");
  expect_error(changed("\"table\":0", "\"table\":2"), ":2: \"table\" is 2, more than 1");
  expect_error(changed("\"index\":63", "\"index\":64"), ":2: entry 64 is not in table 0");
  expect_error(changed("\"index\":63", "\"index\":65536"), "more than 65535");
  expect_error(changed("\"time_ns\":2000", "\"time_ns\":2e3"), "\"time_ns\" is not a whole number");
  expect_error(changed("\"time_ns\":2000", "\"time_ns\":\"2000\""), "\"time_ns\" is not a whole number");
  expect_error(changed("\"from\":\"free\"", "\"from\":\"lost\""), "\"from\" is \"lost\"");
  expect_error(changed("\"late\":true", "\"late\":1"), ":3: \"late\" is neither");
  expect_error(changed("\"replay\":", "\"reply\":"), ":4: \"inbound\" holds 1 keys, 0 belong here");
  expect_error(changed("\"started_ns\":2999", "\"started_ns\":3001"), ":5: \"started_ns\" is 3001, more than 3000");
  expect_error(changed("\"entries\":{\"free\":63", "\"entries\":{\"free\":62"), "sums to 63, the table has 64");
  expect_error(changed("\"integral\":{\"free\":\"3", "\"integral\":{\"free\":\"4"), "\"integral\"");
  expect_error(changed("\"larval\":\"4000\"", "\"larval\":\"4001\""), "size times interval is 320000");
  expect_error(changed("\"larval\":\"4000\"", "\"larval\":\"-4000\""), "is no integral");
  expect_error(changed("\"owner\":\"tunnel", "\"owner\":\"" + std::string(200, 'o')), "longer than 128");
  expect_error(changed("\"owner\":\"tunnel", "\"owner\":\"\xFF"), ":2: is not JSON");
  expect_error(changed("tunnel", std::string(100'000, 'x')), "is longer than 65536 octets");
}

TEST_F(LogReaderMalformed, Ends) {
  expect_error(changed("\"records\":7", "\"records\":8"), "counts other records");
  expect_error(good_log() + "{}\n", "something follows the end line");
  expect_error(good_log() + "x", "something follows the end line");
  std::string cut = good_log();
  cut.pop_back();
  expect_error(cut, "the log is truncated");
  EXPECT_EQ(error_of(cut, true), "");
  // Only the last line may be broken, even when truncated logs are allowed.
  EXPECT_NE(error_of(changed("\"kind\":\"event\"", "\"kind\":"), true), "");
}

TEST_F(LogReaderMalformed, EveryPrefixIsTruncatedAndNothingElse) {
  const std::string text = good_log();
  const std::size_t header = text.find('\n') + 1;
  for (std::size_t length = header; length < text.size(); length += 7) {
    EXPECT_NE(error_of(text.substr(0, length)).find("the log is truncated"), std::string::npos) << length;
    EXPECT_EQ(error_of(text.substr(0, length), true), "") << length;
  }
}

TEST_F(LogReaderMalformed, MutationsNeverCrash) {
  const std::string good = good_log();
  std::mt19937_64 random(1);
  for (int round = 0; round < 3'000; ++round) {
    std::string text = good;
    const std::uint64_t changes = 1 + random() % 4;
    for (std::uint64_t c = 0; c < changes; ++c) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 20);
          break;
        case 2:
          text.insert(at, good.substr(random() % good.size(), random() % 60));
          break;
        default:
          text[at] = "{}[]\",:0-e\\\n"[random() % 12];
      }
      if (text.empty()) text.push_back('x');
    }
    (void)error_of(text, round % 2 == 0);
  }
}

TEST_F(LogReaderMalformed, DeepNestingIsJustMalformed) {
  const std::string header = good_log().substr(0, good_log().find('\n') + 1);
  expect_error(header + std::string(60'000, '[') + "\n", ":2: is not JSON");
  expect_error(header + std::string(30'000, '[') + std::string(30'000, ']') + "\n", ":2: is no JSON object");
}

}  // namespace
}  // namespace sallyport
