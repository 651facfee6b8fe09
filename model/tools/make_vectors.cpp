// make_vectors DIRECTORY: writes the project's own vector files, computed with OpenSSL:
//   sallyport_aes_gcm_test.json   Wycheproof's AEAD schema, with invalid tags, sizes to be skipped, and edges of the
//   beat size sallyport_esp_packets.json    whole IP packets in ESP tunnel mode
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "frame_maker.hpp"
#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/outer_header.hpp"

namespace {

using namespace sallyport::model;
using sallyport::tools::Dice;
using sallyport::tools::IpFields;
using Json = nlohmann::ordered_json;

std::string hex(OctetView octets) {
  std::string out;
  char two[3];
  for (const std::uint8_t octet : octets) {
    std::snprintf(two, sizeof two, "%02x", octet);
    out += two;
  }
  return out;
}

class GcmFile {
 public:
  /// A case that holds: key of `key` octets, AAD and message of these sizes.
  void valid(std::size_t key, std::size_t aad, std::size_t message) { add(make(key, aad, message), "", "valid"); }
  /// A case whose tag or data had one bit changed.
  void changed(std::size_t key, std::size_t aad, std::size_t message, const std::string& part, std::size_t bit) {
    Case c = make(key, aad, message);
    Octets& octets = part == "tag" ? c.tag : part == "ct" ? c.ct : c.aad;
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ (0x80U >> bit % 8));
    add(c, "bit " + std::to_string(bit) + " of " + part + " flipped", "invalid");
  }
  /// Sizes that this accelerator does not have; the numbers are filler, nothing was computed.
  void other_size(std::size_t key, std::size_t nonce, std::size_t tag) {
    Case c{dice_.octets(key), dice_.octets(nonce), {}, dice_.octets(16), dice_.octets(16), dice_.octets(tag)};
    add(c, "filler: sizes that are skipped", "invalid");
  }
  Json document() {
    Json out;
    out["algorithm"] = "AES-GCM";
    out["schema"] = "aead_test_schema.json";
    out["header"] = {"Made for this project by model/tools/make_vectors.cpp with OpenSSL; not part of Wycheproof."};
    out["numberOfTests"] = count_;
    out["testGroups"] = Json::array();
    for (auto& [sizes, tests] : groups_.items()) {
      Json group = tests["sizes"];
      group["type"] = "AeadTest";
      group["tests"] = tests["tests"];
      out["testGroups"].push_back(group);
    }
    return out;
  }

 private:
  struct Case {
    Octets key, nonce, aad, msg, ct, tag;
  };
  Case make(std::size_t key, std::size_t aad, std::size_t message) {
    Case c{dice_.octets(key), dice_.octets(kGcmNonceOctets), dice_.octets(aad), dice_.octets(message), {}, {}};
    const Octets sealed = AesGcm::create(c.key).value().seal(c.nonce, c.aad, c.msg);
    c.ct.assign(sealed.begin(), sealed.end() - kGcmTagOctets);
    c.tag.assign(sealed.end() - kGcmTagOctets, sealed.end());
    return c;
  }
  void add(const Case& c, const std::string& comment, const std::string& result) {
    Json test;
    test["tcId"] = ++count_;
    test["comment"] = comment;
    test["flags"] = Json::array();
    test["key"] = hex(c.key);
    test["iv"] = hex(c.nonce);
    test["aad"] = hex(c.aad);
    test["msg"] = hex(c.msg);
    test["ct"] = hex(c.ct);
    test["tag"] = hex(c.tag);
    test["result"] = result;
    const Json sizes = {{"ivSize", 8 * c.nonce.size()}, {"keySize", 8 * c.key.size()}, {"tagSize", 8 * c.tag.size()}};
    Json& group = groups_[sizes.dump()];
    group["sizes"] = sizes;
    group["tests"].push_back(test);
  }

  Dice dice_{2024};
  Json groups_ = Json::object();
  int count_ = 0;
};

Json gcm_document() {
  GcmFile file;
  for (const std::size_t key : {16, 32}) {
    for (const std::size_t message : {0, 1, 15, 16, 17, 31, 32, 33, 64, 255}) file.valid(key, 8, message);
    for (const std::size_t aad : {0, 1, 12, 16, 17, 40}) file.valid(key, aad, 20);
    file.valid(key, 0, 0);
    for (const std::size_t bit : {0, 7, 31, 64, 120, 127}) file.changed(key, 12, 40, "tag", bit);
    file.changed(key, 12, 40, "ct", 0);
    file.changed(key, 12, 40, "ct", 319);
    file.changed(key, 12, 40, "aad", 95);
  }
  file.other_size(24, 12, 16);
  file.other_size(16, 8, 16);
  file.other_size(16, 16, 16);
  file.other_size(32, 12, 12);
  return file.document();
}

class PacketFile {
 public:
  void add(const std::string& name, std::size_t key, bool esn, bool v6, bool outer_v6, bool udp, std::size_t data) {
    SaConfig sa;
    sa.head.spi = 0x1000 + static_cast<std::uint32_t>(vectors_.size()) * 0x101;
    sa.set(sallyport::abi::SaFlag::kTunnel);
    if (outer_v6) sa.set(sallyport::abi::SaFlag::kOuterV6);
    if (udp) sa.set(sallyport::abi::SaFlag::kUdpEncap);
    sa.out = {4500, 4500, 64, 0, 0};
    store<4>(sa.first, 0, outer_v6 ? 0x20010DB8 : 0xC0000201);
    store<4>(sa.second, 0, outer_v6 ? 0x20010DB9 : 0xC0000202);
    const Octets secret = dice_.octets(key);
    const Octets salt = dice_.octets(kSaltOctets);
    const std::uint64_t iv = load<8>(dice_.octets(8), 0);
    const Octets inner = packet(v6, data);
    auto codec = EspCodec::create(secret, salt, esn).value();
    const Octets esp = codec.seal(sa.head.spi, vectors_.size() + 1, esp_plaintext(inner, 0, v6 ? 41 : 4), iv);
    Json vector;
    vector["name"] = name;
    vector["key"] = hex(secret);
    vector["salt"] = hex(salt);
    vector["iv"] = hex(OctetView(esp).subspan(8, 8));
    vector["spi"] = hex(OctetView(esp).first(4));
    vector["esn"] = esn;
    vector["mode"] = "tunnel";
    vector["input_text"] = hex(inner);
    vector["output_text"] = hex(wrap_tunnel(sa, {}, 1, esp));
    vector["algs"] = key == 16 ? "aes-128-gcm" : "aes-256-gcm";
    vector["icv_len"] = 16;
    vectors_.push_back(vector);
  }
  void other(const std::string& name, const std::string& algs, std::size_t key, int icv_len) {
    Json vector = vectors_.front();
    vector["name"] = name;
    vector["algs"] = algs;
    vector["key"] = hex(dice_.octets(key));
    vector["icv_len"] = icv_len;
    vectors_.push_back(vector);
  }
  Json document() {
    return {{"source", "Made for this project by model/tools/make_vectors.cpp with OpenSSL."}, {"vectors", vectors_}};
  }

 private:
  Octets packet(bool v6, std::size_t data) {
    const IpFields fields;
    const Octets udp = sallyport::tools::make_udp(fields.way, v6, 1000, 2000, dice_.octets(data));
    return v6 ? sallyport::tools::make_ipv6(fields, {}, 17, udp) : sallyport::tools::make_ipv4(fields, 17, udp);
  }
  Dice dice_{2025};
  Json vectors_ = Json::array();
};

Json packet_document() {
  PacketFile file;
  file.add("AES-128, IPv4 in IPv4", 16, false, false, false, false, 34);
  file.add("AES-256, IPv4 in IPv4, ESN", 32, true, false, false, false, 35);
  file.add("AES-128, IPv6 in IPv4, ESN", 16, true, true, false, false, 1);
  file.add("AES-256, IPv6 in IPv6", 32, false, true, true, false, 200);
  file.add("AES-128, IPv4 in IPv6 in UDP", 16, false, false, true, true, 77);
  file.add("AES-256, IPv4 in IPv4 in UDP, ESN", 32, true, false, false, true, 1000);
  file.other("AES-192 is skipped", "aes-192-gcm", 24, 16);
  file.other("CBC is skipped", "aes-128-cbc hmac-sha1", 16, 12);
  file.other("a short tag is skipped", "aes-128-gcm", 16, 12);
  return file.document();
}

bool write_file(const std::string& path, const Json& document) {
  std::ofstream out(path, std::ios::binary);
  out << document.dump(1) << '\n';
  out.close();
  if (!out) std::fprintf(stderr, "make_vectors: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_vectors DIRECTORY\n");
    return 2;
  }
  const std::string directory = argv[1];
  const bool ok = write_file(directory + "/sallyport_aes_gcm_test.json", gcm_document()) &&
                  write_file(directory + "/sallyport_esp_packets.json", packet_document());
  return ok ? 0 : 1;
}
