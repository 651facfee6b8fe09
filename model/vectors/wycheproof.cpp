#include "vectors/wycheproof.hpp"

#include "vectors/skips.hpp"

namespace sallyport::model {

namespace {

Expect expectation(JsonReader& test) {
  const std::string result = test.text("result");
  if (result == "valid") return Expect::kValid;
  if (result == "invalid") return Expect::kInvalid;
  if (result == "acceptable") return Expect::kEither;
  test.fail("result", "is none of valid, invalid, acceptable");
  return Expect::kInvalid;
}

VectorCase parse_test(JsonReader& test, bool is_gcm) {
  std::string name = "tcId " + test.at("tcId").dump();
  if (!is_gcm) return {std::move(name), {}, {}, kSkipCipher};
  GcmCase gcm;
  gcm.key = test.octets("key");
  gcm.nonce = test.octets("iv");
  gcm.aad = test.octets("aad");
  gcm.plaintext = test.octets("msg");
  gcm.ciphertext = test.octets("ct");
  gcm.tag = test.octets("tag");
  gcm.expect = expectation(test);
  if (!is_aes_key(gcm.key)) test.fail("key", "is not 16, 24 or 32 octets");
  return classify(std::move(name), std::move(gcm));
}

}  // namespace

Result<VectorCases> parse_wycheproof(const Json& document, const std::string& file) {
  VectorCases cases;
  JsonReader top(document, file, "");
  const bool is_gcm = top.text("algorithm") == "AES-GCM";
  const Json& groups = top.array("testGroups");
  if (top.error()) return *top.error();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    JsonReader group(groups[g], file, element("testGroups", g));
    const Json& tests = group.array("tests");
    if (group.error()) return *group.error();
    for (std::size_t t = 0; t < tests.size(); ++t) {
      JsonReader test(tests[t], file, group.place() + "." + element("tests", t));
      cases.push_back(parse_test(test, is_gcm));
      if (test.error()) return *test.error();
    }
  }
  return cases;
}

}  // namespace sallyport::model
