// Vector files that are not what they claim to be: the message names file, place and cause.
#include <gtest/gtest.h>

#include <fstream>

#include "sallyport/model/vectors/load.hpp"

namespace sallyport::model {
namespace {

struct Malformed {
  const char* what;
  const char* text;
  const char* message;
};

const Malformed kMalformed[] = {
    {"Empty", "", "f: is empty"},
    {"Blank", " \n\n ", "f: is empty"},
    {"Binary", "\x01\x02", "f: is not a text file"},
    {"Prose", "Call me Ishmael.", "f:1: a case has a title"},
    {"CutJson", "{\"vectors\": [\n {\"key\": ", "f: parse error at line 2, column"},
    {"JsonArray", "[1]", "f: the document has neither \"testGroups\" nor \"vectors\""},
    {"OtherJson", "{\"a\": 1}", "f: the document has neither \"testGroups\" nor \"vectors\""},
    {"VectorsNoArray", "{\"vectors\": 1}", "f: vectors is not an array"},
    {"NoCase", "{\"vectors\": []}", "f: holds no case"},
    {"VectorNoObject", "{\"vectors\": [5]}", "f: vectors[0] is not an object"},
    {"MissingKey", "{\"vectors\": [{\"spi\": \"00\"}]}", "f: vectors[0].key is missing"},
    {"KeyNoString", "{\"vectors\": [{\"key\": 5}]}", "f: vectors[0].key is not a string"},
    {"OddDigits", "{\"vectors\": [{\"key\": \"abc\"}]}",
     "f: vectors[0].key is not an even number of hexadecimal digits"},
    {"NoDigits", "{\"vectors\": [{\"key\": \"xy\"}]}", "f: vectors[0].key is not an even number of hexadecimal digits"},
    {"NoAlgorithm", "{\"testGroups\": []}", "f: algorithm is missing"},
    {"NoTests", R"({"algorithm": "AES-GCM", "testGroups": [{}]})", "f: testGroups[0].tests is missing"},
    {"TestNoObject", R"({"algorithm": "AES-GCM", "testGroups": [{"tests": [null]}]})",
     "f: testGroups[0].tests[0] is not an object"},
    {"BadResult",
     R"({"algorithm": "AES-GCM", "testGroups": [{"tests": [{"tcId": 1, "key": "", "iv": "", "aad": "", "msg": "", "ct": "",
         "tag": "", "result": "maybe"}]}]})",
     "f: testGroups[0].tests[0].result is none of valid, invalid, acceptable"},
    {"KeySize",
     R"({"algorithm": "AES-GCM", "testGroups": [{"tests": [{"tcId": 1, "key": "00", "iv": "", "aad": "", "msg": "", "ct": "",
         "tag": "", "result": "valid"}]}]})",
     "f: testGroups[0].tests[0].key is not 16, 24 or 32 octets"},
    {"WholeNoPacket",
     R"({"vectors": [{"key": "00112233445566778899aabbccddeeff", "salt": "00000000", "input_text": "4500", "output_text": ""}]})",
     "f: vectors[0].input_text is not a whole IP packet"},
    {"TitleOnly", "a title\n", "f:1: a case has a title"},
    {"NoFunction", "a title\n:\"00\"\n", "f:2: does not begin with a function's name"},
    {"Arguments", "\n\ntitle\ngcm_encrypt_and_tag:MBEDTLS_CIPHER_ID_AES\n",
     "f:4: gcm_encrypt_and_tag takes 9 arguments, here are 1"},
    {"NoQuotes", "title\ngcm_decrypt_and_verify_no_ad_no_cipher:MBEDTLS_CIPHER_ID_AES:00:\"\":\"\"\n",
     "f:2: argument 2 is not a string of hexadecimal octets"},
    {"TagBits",
     "t\ngcm_encrypt_and_tag:MBEDTLS_CIPHER_ID_AES:\"00112233445566778899aabbccddeeff\":\"\":\"\":\"\":\"\":128:\"00\":"
     "0\n",
     "f:2: the tag is not as long as the case says"},
    {"UnknownLine", "KEY: 00\nFOO: 00\n", "f:2: is none of KEY:, NONCE:, IN:, AD:, CT:, TAG:"},
    {"LineTwice", "KEY: 00\nKEY: 00\n", "f:2: KEY stands here twice"},
    {"LineMissing", "KEY: 00\n", "f:1: the case has no NONCE"},
    {"LineDigits", "# comment\nKEY: 0\n", "f:2: is neither an even number of hexadecimal digits nor text in quotes"},
};

class MalformedFile : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedFile, IsNamed) {
  const auto got = parse_vectors(GetParam().text, "f");
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code, ErrorCode::kMalformedInput);
  EXPECT_EQ(got.error().text.substr(0, std::string(GetParam().message).size()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Files, MalformedFile, testing::ValuesIn(kMalformed),
                         [](const auto& info) { return info.param.what; });

TEST(VectorFile, MissingFolderAndEmpty) {
  EXPECT_EQ(load_vectors("no/such/file").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(load_vectors(".").error().code, ErrorCode::kIo);
  std::ofstream("empty.json").close();
  EXPECT_EQ(load_vectors("empty.json").error().text, "empty.json: is empty");
}

TEST(VectorFile, CutAnywhereIsNeverAccepted) {
  std::ifstream in(SALLYPORT_TEST_DATA "/vectors/mcgrew-gcm-esp-test-01.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  ASSERT_TRUE(parse_vectors(text, "f").ok());
  for (std::size_t cut = 0; cut + 2 < text.size(); cut += 37)
    EXPECT_FALSE(parse_vectors(text.substr(0, cut), "f").ok()) << cut;
}

TEST(VectorFile, LooseFieldsOfWholePackets) {
  std::ifstream in(SALLYPORT_TEST_DATA "/vectors/sallyport_esp_packets.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const auto at = changed.find(from);
    EXPECT_NE(at, std::string::npos);
    return parse_vectors(changed.replace(at, from.size(), to), "f");
  };
  EXPECT_TRUE(with("\"spi\": \"00001000\"", "\"spi\": 4096").ok());
  EXPECT_TRUE(with("\"spi\": \"00001000\"", "\"spi\": \"0x1000\"").ok());
  EXPECT_TRUE(with("\"spi\": \"00001000\"", "\"spi\": \"4096\"").ok());
  EXPECT_EQ(with("\"spi\": \"00001000\"", "\"spi\": 4097").error().text,
            "f: vectors[0].spi is not the one in output_text");
  EXPECT_TRUE(with("\"esn\": false", "\"esn\": 1")->front().esp->esn);
  EXPECT_FALSE(with("\"mode\": \"tunnel\"", "\"mode\": \"TRANSPORT\"")->front().esp->tunnel);
  EXPECT_EQ(with("\"algs\": \"aes-128-gcm\"", "\"algs\": [\"AES_CBC\", \"SHA1_HMAC\"]")->front().skip,
            "cipher is not AES-GCM");
  EXPECT_TRUE(with("\"algs\": \"aes-128-gcm\"", "\"algs\": [\"AES_GCM\"]")->front().esp.has_value());
}

}  // namespace
}  // namespace sallyport::model
