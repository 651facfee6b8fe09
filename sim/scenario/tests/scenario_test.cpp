// Scenario files, good and bad: what they mean, and that each mistake is named with its line, key and cause.
#include "scenario/scenario.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/test_folder.hpp"

namespace sallyport::sim {
namespace {

constexpr const char* kGateways = R"(
[gateway_a]
address4 = "192.0.2.1"
address6 = "2001:db8::1"
[gateway_b]
address4 = "192.0.2.2"
address6 = "2001:db8::2"
)";
constexpr const char* kTunnel = "[[tunnel]]\nname = \"t\"\n";

class ScenarioTest : public test::FolderTest {
 protected:
  Result<Scenario> read(const std::string& text) {
    const auto file = path("scenario_test.toml");
    std::ofstream(file) << text;
    path_ = file.string();
    return read_scenario(file);
  }
  /// Must be refused with a message that begins with the file's name and holds the other texts.
  void refuse(const std::string& text, std::initializer_list<const char*> parts) {
    const auto got = read(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().text.rfind(path_, 0), 0U) << got.error().text;
    for (const char* part : parts)
      EXPECT_NE(got.error().text.find(part), std::string::npos) << got.error().text << "\nwanted: " << part;
  }
  std::string path_;
};

TEST_F(ScenarioTest, DemoIsAGoodScenario) {
  const auto demo = read_scenario(std::filesystem::path(SALLYPORT_SCENARIOS) / "demo.toml");
  ASSERT_TRUE(demo) << demo.error().text;
  EXPECT_EQ(demo->name, "demo");
  EXPECT_EQ(demo->tunnels.size(), 4U);
  EXPECT_EQ(demo->tunnels[1].mode, SaMode::kTransport);
  EXPECT_TRUE(demo->tunnels[3].udp);
  EXPECT_EQ(demo->tunnels[0].soft.from, 5'000);
  EXPECT_EQ(demo->tunnels[0].soft.span, 500);
  EXPECT_EQ(demo->link.delay_ns, 20'000U);
}

TEST_F(ScenarioTest, ForeignCharactersOnlyInCommentsAndStrings) {
  const auto fine = read("# \xC3\xBC\n" + std::string(kGateways) + kTunnel + "\n# \xCB\xA2\n");
  EXPECT_TRUE(fine) << fine.error().text;
  for (const char* text :
       {"\xCB\xA2", "\n[run]\nname = \"a\" \xCB\xA2", "\"a\".\xC3\xBC = 1", "a = \"\"\"\n\xCB\xA2\"\"\""}) {
    const auto got = read(text);
    ASSERT_FALSE(got) << text;
    EXPECT_NE(got.error().text.find("no ASCII"), std::string::npos) << got.error().text;
  }
}

TEST_F(ScenarioTest, DefaultsHoldForWhatIsMissing) {
  const auto got = read(std::string(kGateways) + kTunnel);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->seed, 1U);
  EXPECT_TRUE(got->capture.empty());
  EXPECT_EQ(got->accelerator.variant, Variant::k64Sas);
  EXPECT_EQ(got->tunnels[0].key_bits, 256);
  EXPECT_FALSE(got->trace.wanted());
}

TEST_F(ScenarioTest, CapturePathIsFromTheFilesFolder) {
  const auto got = read(std::string("[run]\ncapture = \"x/y.pcap\"\n") + kGateways + kTunnel);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->capture, path("x/y.pcap"));
}

TEST_F(ScenarioTest, UnknownKeysAreNamedWithTheirLine) {
  const std::string good = std::string(kGateways) + kTunnel;
  refuse("[run]\nsed = 4\n" + good, {":2: run.sed: unknown key"});
  refuse(good + "keybits = 128\n", {":10: tunnel[1].keybits: unknown key"});
  refuse("[lnik]\ndelay_us = 1\n" + good, {":1: lnik: unknown key"});
  refuse("speed = 2\n" + good, {":1: speed: unknown key"});
}

TEST_F(ScenarioTest, WrongTypesAreNamed) {
  const std::string good = std::string(kGateways) + kTunnel;
  refuse("[run]\nseed = \"one\"\n" + good, {":2: run.seed: must be a whole number"});
  refuse("[run]\nseed = 1.5\n" + good, {"run.seed: must be a whole number"});
  refuse("[link]\nloss = \"much\"\n" + good, {"link.loss: must be a number"});
  refuse("[run]\nstrict = 1\n" + good, {"run.strict: must be true or false"});
  refuse("run = 3\n" + good, {":1: run: must be a table"});
  refuse(std::string("tunnel = 3\n") + kGateways, {":1: tunnel: must be an array of tables"});
}

TEST_F(ScenarioTest, ImpossibleValuesAreNamed) {
  const std::string good = std::string(kGateways) + kTunnel;
  refuse("[run]\nseed = -1\n" + good, {"run.seed: -1 is not within"});
  refuse("[accelerator]\nentries = 128\n" + good, {":2: accelerator.entries: 128"});
  refuse("[accelerator]\nperiod_ps = 10\n" + good, {"accelerator.period_ps: 10 is not within 1000"});
  refuse("[accelerator]\nstall = 1.0\n" + good, {"accelerator.stall"});
  refuse("[link]\nloss = 1.5\n" + good, {"link.loss: 1.5 is not within 0 to 1"});
  refuse("[link]\nloss = nan\n" + good, {"link.loss"});
  refuse("[link]\ndelay_us = -3\n" + good, {"link.delay_us"});
  refuse("[traffic]\nspeed = 0\n" + good, {"traffic.speed"});
  refuse("[traffic]\npace = \"slow\"\n" + good, {"traffic.pace: \"slow\" is none of \"capture\", \"saturate\""});
  for (const auto& [line, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"key_bits = 192", "tunnel[1].key_bits: 192"},
           {"mode = \"both\"", "tunnel[1].mode"},
           {"path_mtu = 60", "tunnel[1].path_mtu: 60 is not within 576"},
           {"path_mtu = 1000\nouter = \"ipv6\"", "tunnel[1].path_mtu"},
           {"soft_percent = 90\nfuzz_percent = 20", "soft_percent + fuzz_percent is above 100"},
           {"soft_percent = 0", "tunnel[1].soft_percent"},
           {"hard_octets = 2", "tunnel[1].hard_octets: 2"},
           {"hard_packets = -1", "tunnel[1].hard_packets: -1"},
           {"tfc_padding = 6", "tunnel[1].tfc_padding: 6 is no multiple of 4"},
           {"tfc_padding = 8\nmode = \"transport\"", "tunnel[1].tfc_padding: only in tunnel mode"},
           {"outer = \"ipv6\"\nmode = \"transport\"", "tunnel[1].outer: only in tunnel mode"},
           {"source = \"10.0.0.0/33\"", "tunnel[1].source"},
           {"source = \"10.0.0.0/8\"\nfamily = \"ipv6\"", "different IP versions"},
           {"source = \"10.0.0.0/8\"\ndestination = \"fd00::/8\"", "different IP versions"}}) {
    refuse(good + line + "\n", {text});
  }
}

TEST_F(ScenarioTest, RulesBetweenTables) {
  refuse(kGateways, {"tunnel: there is none"});
  refuse(kTunnel, {"gateway_a: missing"});
  refuse(std::string(kGateways) + kTunnel + kTunnel, {"two have the name \"t\""});
  refuse(std::string(kGateways) + "[[tunnel]]\n", {"tunnel[1].name: missing"});
  refuse(std::string("[gateway_a]\naddress4 = \"192.0.2.2\"\naddress6 = \"::1\"\n[gateway_b]\naddress4 = "
                     "\"192.0.2.2\"\naddress6 = \"::2\"\n") +
             kTunnel,
         {"gateway_b.address4"});
  refuse(std::string("[gateway_a]\naddress4 = \"::1\"\n") + kTunnel,
         {":2: gateway_a.address4: \"::1\" is not an IPv4 address"});
  refuse(std::string("[rekey]\nreserve = 64\n") + kGateways + kTunnel, {"accelerator.entries is 64"});
  refuse(std::string("[trace]\nfrom = 10\nto = 5\n") + kGateways + kTunnel, {"trace.to: 5 is before trace.from, 10"});
  refuse(std::string("[trace]\non = \"fire\"\n") + kGateways + kTunnel, {"trace.on: \"fire\""});
}

TEST_F(ScenarioTest, WhatIsNoTomlAndWhatIsNoFile) {
  refuse("[run\nseed = 1\n", {":1: not TOML"});
  refuse("[run]\nseed = 1\nseed = 2\n", {":3: not TOML"});
  const auto missing = read_scenario("/no/such/scenario.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_F(ScenarioTest, TraceEventsAreEventKindsAndDropReasons) {
  EXPECT_TRUE(is_trace_event("soft_octets"));
  EXPECT_TRUE(is_trace_event("bad_icv"));
  EXPECT_FALSE(is_trace_event("ok"));
  EXPECT_FALSE(is_trace_event(""));
}

}  // namespace
}  // namespace sallyport::sim
