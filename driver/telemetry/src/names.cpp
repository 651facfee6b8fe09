#include "sallyport/telemetry/records.hpp"

namespace sallyport {

const char* name(TimeBase value) {
  switch (value) {
    case TimeBase::kSimulated:
      return "simulated";
    case TimeBase::kDevice:
      return "device";
  }
  return "?";
}

const char* name(RefusedRequest value) {
  switch (value) {
    case RefusedRequest::kNewSa:
      return "new_sa";
    case RefusedRequest::kRekey:
      return "rekey";
  }
  return "?";
}

const char* name(RefusalReason value) {
  switch (value) {
    case RefusalReason::kFull:
      return "full";
    case RefusalReason::kReserve:
      return "reserve";
    case RefusalReason::kQuota:
      return "quota";
  }
  return "?";
}

const char* name(RekeyOutcome value) {
  switch (value) {
    case RekeyOutcome::kDone:
      return "done";
    case RekeyOutcome::kCollision:
      return "collision";
    case RekeyOutcome::kFailed:
      return "failed";
  }
  return "?";
}

const char* name(RekeyTrigger value) {
  switch (value) {
    case RekeyTrigger::kSoftOctets:
      return "soft_octets";
    case RekeyTrigger::kSoftPackets:
      return "soft_packets";
    case RekeyTrigger::kSoftSeq:
      return "soft_seq";
    case RekeyTrigger::kTime:
      return "time";
    case RekeyTrigger::kPeer:
      return "peer";
    case RekeyTrigger::kCommand:
      return "command";
    case RekeyTrigger::kPaced:
      return "paced";
  }
  return "?";
}

const char* event_delivery_name(EventDelivery value) {
  switch (value) {
    case EventDelivery::kInterrupt:
      return "interrupt";
    case EventDelivery::kNumberedStream:
      return "numbered_stream";
    case EventDelivery::kPollingOnly:
      return "polling_only";
  }
  return "?";
}

}  // namespace sallyport
