// ike_make_pki FOLDER HOLDER=NAMES [HOLDER=NAMES ...]: keys and certificates of write_pki() as files.
// NAMES: "DNS:a.example.org,IP:192.0.2.1,email:a@example.org".
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "make_pki.hpp"

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  std::vector<sallyport::ike::test::Holder> holders;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto equals = arguments[i].find('=');
    if (equals == std::string::npos) break;
    holders.push_back({arguments[i].substr(0, equals), arguments[i].substr(equals + 1)});
  }
  if (arguments.size() < 2 || holders.size() + 1 != arguments.size()) {
    std::fputs("usage: ike_make_pki FOLDER HOLDER=NAMES [HOLDER=NAMES ...]\n", stderr);
    return 2;
  }
  sallyport::ike::test::write_pki(arguments[0], holders);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "ike_make_pki: %s\n", error.what());
  return 1;
}
