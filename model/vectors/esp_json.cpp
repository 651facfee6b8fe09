#include "vectors/esp_json.hpp"

#include "vectors/esp_parts.hpp"
#include "vectors/esp_whole.hpp"

namespace sallyport::model {

Result<VectorCases> parse_esp_json(const Json& document, const std::string& file) {
  VectorCases cases;
  JsonReader top(document, file, "");
  const std::string source = document.contains("source") && document["source"].is_string() ? top.text("source") : "";
  const Json& vectors = top.array("vectors");
  if (top.error()) return *top.error();
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    JsonReader vector(vectors[i], file, element("vectors", i));
    const bool whole = vector.has("input_text") || vector.has("output_text");
    cases.push_back(whole ? parse_whole_packet(vector) : parse_parts(vector, source));
    if (vector.error()) return *vector.error();
  }
  return cases;
}

}  // namespace sallyport::model
