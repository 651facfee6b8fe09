// The report of any log: a page or an error.
#include <filesystem>

#include "input_file.hpp"
#include "sallyport/report/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = sallyport::fuzz::input_file(data, size, ".jsonl");
  const std::filesystem::path page = path + ".html";
  std::filesystem::remove(page);
  const auto written = sallyport::write_report(path, page, {.allow_truncated = true});
  if (written.ok() != std::filesystem::exists(page)) std::abort();
  return 0;
}
