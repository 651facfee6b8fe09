// Packets: the driver's header walk and the golden model's agree on what is a whole IP packet and where its upper layer
// stands.
#include <cstdlib>
#include <span>

#include "sallyport/model/ip_view.hpp"
#include "sallyport/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> packet(data, size);
  const auto upper = sallyport::find_upper_layer(packet);
  const auto view = sallyport::model::parse_ip(packet);
  if (upper.ok() && view.ok) {
    if (upper->offset != view.header_length || upper->protocol != view.protocol) std::abort();
  }
  return 0;
}
