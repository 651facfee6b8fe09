#pragma once
/// @file
/// Who is meant: IKE SAs by SPI, Child SAs by handle, connections by name.
#include <memory>
#include <unordered_map>
#include <vector>

#include "child.hpp"

namespace sallyport::ike {

class Session;
class IkeSa;

struct Directory {
  struct ChildPlace {
    Session* session;
    ChildId child;
  };

  std::unordered_map<std::uint64_t, IkeSa*> ike_sas;           ///< By our SPI.
  std::unordered_map<std::uint64_t, ChildPlace> children;      ///< By the backend's handle.
  std::vector<std::unique_ptr<ConnectionConfig>> connections;  ///< In the order in which they were loaded.
  std::vector<Session*> sessions;                              ///< In the order in which they began.
  std::uint32_t next_child = 1;

  [[nodiscard]] const ConnectionConfig* connection(std::string_view name) const {
    for (const auto& connection : connections) {
      if (connection->name == name) return connection.get();
    }
    return nullptr;
  }
};

}  // namespace sallyport::ike
