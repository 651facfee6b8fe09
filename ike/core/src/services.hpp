#pragma once
/// @file
/// What all parts of the agent share.
#include <deque>

#include "directory.hpp"
#include "sallyport/ike/agent.hpp"

namespace sallyport::ike {

struct Services {
  const AgentConfig& config;
  SaBackend& backend;
  RandomSource& random;
  Counters counters;
  Directory directory;
  std::deque<UdpMessage> out;
  std::deque<AgentEvent> events;
  TimeNs now = 0;

  void count(Counter counter) { counters.add(counter); }
};

}  // namespace sallyport::ike
