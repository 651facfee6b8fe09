#include "sallyport/result.hpp"

namespace sallyport {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kMalformedInput:
      return "malformed_input";
    case ErrorCode::kFull:
      return "full";
    case ErrorCode::kStaleGeneration:
      return "stale_generation";
    case ErrorCode::kBadState:
      return "bad_state";
    case ErrorCode::kRefusedByDevice:
      return "refused_by_device";
    case ErrorCode::kBusFailure:
      return "bus_failure";
    case ErrorCode::kVersionMismatch:
      return "version_mismatch";
    case ErrorCode::kIo:
      return "io";
  }
  return "?";
}

}  // namespace sallyport
