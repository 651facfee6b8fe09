// The program as its users meet it: what a run leaves behind, what bad input says, that a run repeats from its seed,
// and that Wireshark decrypts what it wrote.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <vector>

#include "capture/capture_reader.hpp"
#include "support/test_folder.hpp"

namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string text;  // standard output and standard error
};

Outcome shell(const std::string& command, const char* errors = "2>&1") {
  Outcome outcome;
  FILE* pipe = popen((command + " " + errors).c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) outcome.text.append(buffer.data(), n);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class CliTest : public sallyport::test::FolderTest {
 protected:
  static Outcome sallyport(const std::string& arguments) {
    return shell(std::string(SALLYPORT_PROGRAM) + " " + arguments);
  }
  Outcome demo(const std::string& arguments, const char* out = "out") {
    return sallyport("demo --quiet --out " + (folder() / out).string() + " " + arguments);
  }
  nlohmann::json summary(const char* out = "out") {
    return nlohmann::json::parse(content(folder() / out / "summary.json"));
  }
  /// Table, owner, from, to and cause of a transition.
  using Way = std::tuple<int, std::string, std::string, std::string, std::string>;
  /// The transitions of a run, in order.
  std::vector<Way> ways_of(const std::string& out) {
    std::vector<Way> ways;
    std::ifstream log(folder() / out / "util.jsonl");
    for (std::string line; std::getline(log, line);) {
      const auto record = nlohmann::json::parse(line);
      if (record["kind"] != "transition") continue;
      ways.emplace_back(record["table"], record["owner"], record["from"], record["to"], record["cause"]);
    }
    return ways;
  }
  /// A scenario file: the demo's with some lines changed.
  std::string scenario(const std::vector<std::pair<std::string, std::string>>& changes) {
    std::string text = content(SALLYPORT_SCENARIOS "/demo.toml");
    auto all = changes;
    all.emplace_back("../../tests/data", SALLYPORT_TEST_DATA);
    for (const auto& [from, to] : all) {
      std::size_t at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    }
    const auto file = path("scenario.toml");
    std::ofstream(file) << text;
    return file.string();
  }
};

const std::string kMade = std::string(" --capture ") + SALLYPORT_TEST_DATA + "/captures/made.pcap";

TEST_F(CliTest, DemoLosesNothing) {
  const auto run = demo("");
  EXPECT_EQ(run.status, 0) << run.text;
  for (const char* words :
       {"7816 in, 7816 out, 0 lost", "in order within each flow", "0 octets over a hard limit", "0 differences"}) {
    EXPECT_NE(run.text.find(words), std::string::npos) << run.text;
  }
  const auto json = summary();
  EXPECT_EQ(json["packets_in"], 7816);
  EXPECT_EQ(json["packets_out"], 7816);
  EXPECT_EQ(json["packets_lost"], 0);
  EXPECT_EQ(json["packets_out_of_order"], 0);
  EXPECT_GE(json["rekeys"], 50);
  EXPECT_GE(json["rekeys_asked"], json["rekeys"]);
  EXPECT_EQ(json["forced_drains"], 0);
  EXPECT_EQ(json["hard_expiries"], 0);
  EXPECT_EQ(json["octets_over_hard_limit"], 0);
  EXPECT_EQ(json["golden_packets"], 2 * 7816);
  EXPECT_EQ(json["golden_mismatches"], 0);
  for (const char* key : {"octets_in", "drops", "clocks", "clocks_per_second", "model_share", "seed"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* file : {"esp.pcap", "decrypted.pcap", "esp_sa", "util.jsonl", "report.html"})
    EXPECT_TRUE(fs::exists(folder() / "out" / file)) << file;

  // The decrypted capture against the input, with nothing of the world in between.
  const auto in = sallyport::sim::read_capture(SALLYPORT_TEST_DATA "/captures/mixed.pcap", true);
  const auto out = sallyport::sim::read_capture((folder() / "out" / "decrypted.pcap").string(), true);
  ASSERT_TRUE(in && out);
  std::multiset<std::string> sent;
  std::multiset<std::string> got;
  for (const auto& packet : in->packets) sent.emplace(packet.octets.begin(), packet.octets.end());
  for (const auto& packet : out->packets) got.emplace(packet.octets.begin(), packet.octets.end());
  EXPECT_EQ(sent, got);
}

TEST_F(CliTest, WiresharkDecryptsEveryEspPacket) {
  ASSERT_EQ(demo("").status, 0);
  const auto config = folder() / "config";
  fs::create_directories(config / "wireshark");
  fs::copy_file(folder() / "out" / "esp_sa", config / "wireshark" / "esp_sa");
  const auto count = [&](const char* filter) {
    const auto run = shell("XDG_CONFIG_HOME=" + config.string() + " " SALLYPORT_TSHARK " -r " +
                               (folder() / "out" / "esp.pcap").string() +
                               " -o esp.enable_encryption_decode:TRUE -T fields -e frame.number -Y '" + filter + "'",
                           "2>/dev/null");
    EXPECT_EQ(run.status, 0) << filter;
    return std::count(run.text.begin(), run.text.end(), '\n');
  };
  EXPECT_EQ(count("esp"), 7816);
  // What is inside, counted by an independent dissector; the numbers are those of the input.
  EXPECT_EQ(count("tcp"), 1718 + 160);
  EXPECT_EQ(count("icmp"), 80);
  EXPECT_EQ(count("icmpv6"), 44);
  EXPECT_EQ(count("esp and udp.port == 4500 and ip.proto == 17"), 5814);
  EXPECT_EQ(count("esp.pad_len or esp.protocol"), 7816);
  EXPECT_EQ(count("_ws.malformed"), 0);
}

TEST_F(CliTest, MadeTrafficPassesWithBothTables) {
  for (const char* entries : {"entries = 64 ", "entries = 1024 "}) {
    const auto file = scenario({{"entries = 64 ", entries}, {"stall = 0.0", "stall = 0.3"}});
    const auto run = sallyport("run " + file + " --quiet --out " + (folder() / "out").string() + kMade);
    EXPECT_EQ(run.status, 0) << run.text;
    EXPECT_NE(run.text.find("warning"), std::string::npos) << "made.pcap holds frames without IP packets";
    EXPECT_EQ(summary()["packets_lost"], 0);
    EXPECT_EQ(summary()["golden_mismatches"], 0);
    EXPECT_GT(summary()["frames_skipped"]["ARP"], 0);
  }
}

TEST_F(CliTest, NothingIsLostAcrossRekeysAtFullLoad) {
  const auto run = sallyport("run " SALLYPORT_SCENARIOS "/full_load.toml --quiet --out " + (folder() / "out").string());
  EXPECT_EQ(run.status, 0) << run.text;
  EXPECT_EQ(summary()["packets_lost"], 0);
  EXPECT_GE(summary()["rekeys"], 10);
  EXPECT_EQ(summary()["golden_mismatches"], 0);
}

TEST_F(CliTest, RepeatsFromTheSeed) {
  ASSERT_EQ(demo("--seed 7" + kMade, "a").status, 0);
  ASSERT_EQ(demo("--seed 7" + kMade, "b").status, 0);
  ASSERT_EQ(demo("--seed 8" + kMade, "c").status, 0);
  for (const char* file : {"esp.pcap", "decrypted.pcap", "esp_sa", "util.jsonl"}) {
    EXPECT_EQ(content(folder() / "a" / file), content(folder() / "b" / file)) << file;
  }
  EXPECT_NE(content(folder() / "a" / "esp.pcap"), content(folder() / "c" / "esp.pcap"));
  auto a = summary("a");
  auto b = summary("b");
  for (const char* wall : {"wall_seconds", "cpu_seconds", "clocks_per_second", "model_share"}) {
    a.erase(wall);
    b.erase(wall);
  }
  EXPECT_EQ(a, b);
}

TEST_F(CliTest, ALossyLinkIsCountedAndNothingElseSuffers) {
  const auto file = scenario({{"loss = 0.0", "loss = 0.1"},
                              {"\nreorder = 0.0", "\nreorder = 0.2"},
                              {"reorder_delay_us = 0.0", "reorder_delay_us = 50.0"}});
  const auto run = sallyport("run " + file + " --quiet --out " + (folder() / "out").string() + kMade);
  EXPECT_EQ(run.status, 0) << run.text;
  const auto json = summary();
  EXPECT_GT(json["packets_lost"], 0);
  EXPECT_EQ(json["packets_lost"], json["drops"]["link"]["lost"]);
  EXPECT_GT(json["packets_out_of_order"], 0);
  EXPECT_EQ(json["packets_altered"], 0);
  EXPECT_EQ(json["golden_mismatches"], 0);
}

TEST_F(CliTest, LateRekeysDropAndNeverPassALimit) {
  const auto file = scenario({{"soft_percent = 50 ", "soft_percent = 100 "},
                              {"soft_percent = 50\n", "soft_percent = 100\n"},
                              {"fuzz_percent = 5\n", "fuzz_percent = 0\n"},
                              {"exchange_us = 40.0", "exchange_us = 400.0"}});
  const auto run = sallyport("run " + file + " --quiet --out " + (folder() / "out").string());
  EXPECT_EQ(run.status, 0) << run.text;
  const auto json = summary();
  EXPECT_GT(json["hard_expiries"], 0);
  EXPECT_GT(json["drops"]["gateway-a outbound"]["hard_octets"], 0);
  EXPECT_EQ(json["octets_over_hard_limit"], 0);
  EXPECT_EQ(json["golden_mismatches"], 0);
  // The demo is stricter than run: there a loss is a failure.
  EXPECT_EQ(demo("--scenario " + file).status, 1);
}

// The firmware on the Verilated core and in the simulator: the same scenario, nothing left to chance, traffic slow
// enough that the mailbox's microseconds do not matter. Every owner's SAs go the same ways, as often.
TEST_F(CliTest, TheSameDecisionsOnTheCoreAndHosted) {
  const auto file = scenario({{"fuzz_percent = 5\n", "fuzz_percent = 0\n"},
                              {"fuzz_percent = 10\n", "fuzz_percent = 0\n"},
                              {"speed = 50.0", "speed = 1.0"},
                              {"settle_us = 3000", "settle_us = 9000"},  // so that every drain ends
                              {"start = \"paced\"", "start = \"event\""}});
  std::map<std::string, std::vector<Way>> ways;
  std::map<std::string, nlohmann::json> results;
  for (const std::string place : {"core", "hosted"}) {
    const auto run =
        sallyport("run " + file + kMade + " --quiet --firmware " + place + " --out " + (folder() / place).string());
    ASSERT_EQ(run.status, 0) << run.text;
    results[place] = summary(place.c_str());
    EXPECT_EQ(results[place]["firmware"], (nlohmann::json{place, place})) << "as the accelerators say";
    ways[place] = ways_of(place);
    std::sort(ways[place].begin(), ways[place].end());
  }
  EXPECT_GE(results["core"]["rekeys"], 10);
  EXPECT_EQ(results["core"]["packets_lost"], 0);
  for (const char* key : {"rekeys", "rekeys_failed", "soft_events", "hard_expiries", "drops"}) {
    EXPECT_EQ(results["core"][key], results["hosted"][key]) << key;
  }
  EXPECT_GT(ways["core"].size(), 100U);
  EXPECT_EQ(ways["core"], ways["hosted"]);
}

// The RTL and the model that long runs use: every transition in the same order, every packet to the last octet.
TEST_F(CliTest, TheSameDecisionsOnTheRtlAndTheTlmModel) {
  const auto file = scenario({{"speed = 50.0", "speed = 1.0"},
                              {"settle_us = 3000", "settle_us = 9000"},
                              {"start = \"paced\"", "start = \"event\""}});
  std::map<std::string, std::vector<Way>> ways;
  std::map<std::string, nlohmann::json> results;
  for (const std::string machine : {"rtl", "tlm"}) {
    const auto run = sallyport("run " + file + kMade + " --quiet --firmware hosted --machine " + machine + " --out " +
                               (folder() / machine).string());
    ASSERT_EQ(run.status, 0) << run.text;
    results[machine] = summary(machine.c_str());
    EXPECT_EQ(results[machine]["machine"], machine);
    ways[machine] = ways_of(machine);
  }
  EXPECT_GE(results["rtl"]["rekeys"], 8);
  EXPECT_EQ(results["rtl"]["packets_lost"], 0);
  for (const char* key : {"packets_out", "esp_packets", "esp_octets", "rekeys", "rekeys_failed", "soft_events",
                          "hard_expiries", "drops", "peak_entries"}) {
    EXPECT_EQ(results["rtl"][key], results["tlm"][key]) << key;
  }
  EXPECT_GT(ways["rtl"].size(), 100U);
  EXPECT_EQ(ways["rtl"], ways["tlm"]);
  EXPECT_EQ(content(folder() / "rtl" / "esp_sa"), content(folder() / "tlm" / "esp_sa")) << "SPIs and keys, in order";
}

TEST_F(CliTest, TheTlmModelRefusesWhatItCannotDo) {
  const auto on_core = sallyport("run " + scenario({}) + " --machine tlm --out " + (folder() / "out").string());
  EXPECT_EQ(on_core.status, 2);
  EXPECT_NE(on_core.text.find("no management core"), std::string::npos) << on_core.text;
  const auto traced = demo("--machine tlm --firmware hosted --trace-from 0 --trace-to 10" + kMade);
  EXPECT_EQ(traced.status, 2);
  EXPECT_NE(traced.text.find("no waveforms"), std::string::npos) << traced.text;
}

// When a rekey begins before its soft limit depends on when the firmware looks; that it does, and what comes of it,
// does not.
TEST_F(CliTest, PacingOnTheCoreAndHosted) {
  const auto file = scenario({{"speed = 50.0", "speed = 1.0"}});
  for (const std::string place : {"core", "hosted"}) {
    const auto run =
        sallyport("run " + file + kMade + " --quiet --firmware " + place + " --out " + (folder() / place).string());
    ASSERT_EQ(run.status, 0) << run.text;
    const auto json = summary(place.c_str());
    EXPECT_GE(json["rekeys"], 8) << place;
    EXPECT_EQ(json["rekeys_failed"], 0) << place;
    EXPECT_GE(json["rekeys_asked"], json["rekeys"]) << place;
    EXPECT_EQ(json["hard_expiries"], 0) << place;
    EXPECT_EQ(json["packets_lost"], 0) << place;
    EXPECT_EQ(json["forced_drains"], 0) << place;
  }
}

TEST_F(CliTest, WaveformWindows) {
  ASSERT_EQ(demo("--trace-from 400000 --trace-to 430000" + kMade).status, 0);
  EXPECT_GT(fs::file_size(folder() / "out" / "trace-a.fst"), 0U);
  EXPECT_GT(fs::file_size(folder() / "out" / "trace-b.fst"), 0U);
  // Paced, a rekey may come before the event.
  const auto by_event = scenario({{"start = \"paced\"", "start = \"event\""}});
  ASSERT_EQ(demo("--scenario " + by_event + " --trace-on soft_octets --trace-to 100" + kMade, "on").status, 0);
  EXPECT_GT(fs::file_size(folder() / "on" / "trace-a.fst"), 0U);
  const auto never = demo("--trace-on bad_icv" + kMade, "never");
  EXPECT_EQ(never.status, 0);
  EXPECT_NE(never.text.find("did not come to the event bad_icv"), std::string::npos) << never.text;
  EXPECT_FALSE(fs::exists(folder() / "never" / "trace-a.fst"));
}

TEST_F(CliTest, BadInputEndsWithTwoAMessageAndNoFiles) {
  const std::string data = SALLYPORT_TEST_DATA "/captures/";
  const auto cut = (folder() / "cut.pcap").string();
  std::ofstream(cut, std::ios::binary) << content(data + "mixed.pcap").substr(0, 100'000);
  const auto garbage = (folder() / "garbage.pcap").string();
  std::ofstream(garbage) << "This is no capture.";
  const auto typo = scenario({{"speed = 50.0", "sped = 50.0"}});
  struct Case {
    std::string arguments;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases{
      {"", {"subcommand"}},
      {"fly", {"subcommand"}},
      {"run", {"scenario"}},
      {"demo --seed one", {"--seed"}},
      {"demo --seed -1", {"--seed"}},
      {"run none.toml", {"none.toml", "no such file"}},
      {"run " + typo, {typo + ":", "traffic.sped", "unknown key"}},
      {"demo --capture none.pcap", {"none.pcap", "No such file"}},
      {"demo --capture " + cut, {cut, "frame 95", "octet 99703", "truncated"}},
      {"demo --capture " + garbage, {garbage, "file header", "not a capture"}},
      {"demo --strict --capture " + data + "made.pcap", {"made.pcap", "frame", "no whole IP packet"}},
      {"demo --trace-on fire", {"trace.on", "fire"}},
      {"demo --trace-from 9 --trace-to 8", {"trace.to"}},
      {"report none.jsonl -o " + (folder() / "x.html").string(), {"none.jsonl"}},
  };
  for (const auto& bad : cases) {
    const bool runs = bad.arguments.rfind("demo", 0) == 0 || bad.arguments.rfind("run ", 0) == 0;
    const auto run = sallyport(bad.arguments + (runs ? " --out " + (folder() / "out").string() : ""));
    EXPECT_EQ(run.status, 2) << bad.arguments << "\n" << run.text;
    for (const auto& words : bad.words)
      EXPECT_NE(run.text.find(words), std::string::npos) << bad.arguments << "\n" << run.text << "\nwanted: " << words;
    EXPECT_FALSE(fs::exists(folder() / "out")) << bad.arguments;
    EXPECT_FALSE(fs::exists(folder() / "x.html"));
  }
}

TEST_F(CliTest, ReportFromALog) {
  ASSERT_EQ(demo(kMade).status, 0);
  const auto page = folder() / "page.html";
  EXPECT_EQ(sallyport("report " + (folder() / "out" / "util.jsonl").string() + " -o " + page.string()).status, 0);
  EXPECT_EQ(content(page), content(folder() / "out" / "report.html"));
}

}  // namespace
