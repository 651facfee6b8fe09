#pragma once
/// @file
/// ESP vectors that give whole IP packets.
#include "sallyport/model/vectors/cases.hpp"
#include "vectors/json_reader.hpp"

namespace sallyport::model {

/// output_text is an IP packet with ESP (or ESP in UDP) in it; input_text the IP packet that must come out. Fields that
/// only repeat what the packet says (spi) must agree with it. esn: a boolean or a number, not 0 = extended sequence
/// numbers; absent: no. mode: a string with "transport" in it, or 1, means transport mode; all else and absence tunnel
/// mode. icv_len in octets or bits.
VectorCase parse_whole_packet(JsonReader& vector);

}  // namespace sallyport::model
