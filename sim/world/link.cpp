#include "world/link.hpp"

#include <utility>

#include "world/sim_time.hpp"

namespace sallyport::sim {

Link::Link(const sc_core::sc_module_name& name, const LinkConfig& config, std::uint64_t seed, Receiver receiver)
    : sc_module(name), model_(config, seed), receiver_(std::move(receiver)) {
  SC_HAS_PROCESS(Link);
  SC_METHOD(deliver);
  sensitive << next_;
  dont_initialize();
}

void Link::send(std::vector<std::uint8_t> packet) {
  const auto arrival = model_.send(now_ns(), packet.size());
  if (!arrival) return;
  on_the_way_.emplace(*arrival, std::move(packet));
  // An earlier notification wins over a later one, so this is right for packets that overtake too.
  next_.notify(from_ns(*arrival - now_ns()));
}

void Link::deliver() {
  while (!on_the_way_.empty() && on_the_way_.begin()->first <= now_ns()) {
    auto node = on_the_way_.extract(on_the_way_.begin());
    receiver_(std::move(node.mapped()));
  }
  if (!on_the_way_.empty()) next_.notify(from_ns(on_the_way_.begin()->first - now_ns()));
}

}  // namespace sallyport::sim
