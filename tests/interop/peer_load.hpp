#pragma once
/// @file
/// Many exchanges one after the other, for benchmarks: every IKE SA that is up does its share.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "sallyport/ike/agent.hpp"

namespace sallyport::ike {

/// Commands, each with its answer at once: {"do": "load_setup", "rounds": N} makes every connection's IKE SA, with its
/// Child SA, ends it when it is up, N times, the last one stays; {"do": "load_rekey", "rounds": N} rekeys every IKE
/// SA's Child SA N times; {"do": "load_children", "rounds": N} makes the Child SAs "c1" to "cN" on the first IKE SA;
/// {"do": "load"} tells how many of each are done and how many are left.
class Load {
 public:
  explicit Load(Agent& agent) : agent_(agent) {}
  std::optional<nlohmann::json> command(TimeNs now, const nlohmann::json& command);
  void on_event(TimeNs now, const AgentEvent& event);

 private:
  void set_up(TimeNs now, const std::string& connection);
  void rekey(TimeNs now, SessionId session, ChildId child);

  Agent& agent_;
  std::uint64_t set_ups_ = 0;
  std::uint64_t rekeys_ = 0;
  std::uint64_t children_ = 0;
  std::uint64_t failed_ = 0;
  std::string why_;  // the last one
  std::uint64_t wanted_ = 0;
  std::unordered_map<std::string, std::uint64_t> set_ups_left_;   // by connection
  std::unordered_map<std::uint32_t, std::uint64_t> rekeys_left_;  // by session
};

}  // namespace sallyport::ike
