// Utilisation logs, record by record.
#include "input_file.hpp"
#include "sallyport/telemetry/utilisation_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader = sallyport::UtilisationLogReader::open(sallyport::fuzz::input_file(data, size, ".jsonl"));
  if (!reader) return 0;
  while (true) {
    const auto record = reader->next();
    if (!record || !*record) break;
  }
  return 0;
}
