// The state function and the document say the same.
#include "sallyport/fw/entry_state.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace sallyport::fw {
namespace {

using abi::EntryState;

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');
  while (std::getline(in, cell, '|')) {
    const auto from = cell.find_first_not_of(' ');
    out.push_back(from == std::string::npos ? "" : cell.substr(from, cell.find_last_not_of(' ') - from + 1));
  }
  return out;
}

// Rows of the table whose first heading is `heading`, as text with the cells joined by blanks.
std::set<std::string> rows_under(const std::string& heading) {
  std::ifstream document(ENTRY_STATES_DOCUMENT);
  EXPECT_TRUE(document) << ENTRY_STATES_DOCUMENT;
  std::set<std::string> rows;
  std::string line;
  while (std::getline(document, line) && line.rfind("| " + heading + " |", 0) != 0) {
  }
  std::getline(document, line);
  while (std::getline(document, line) && line.rfind("|", 0) == 0) {
    std::string row;
    for (const auto& cell : cells(line)) row += cell + " ";
    rows.insert(row);
  }
  return rows;
}

TEST(EntryState, TransitionsAreThoseOfTheDocument) {
  std::set<std::string> computed;
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    for (unsigned e = 0; e < kEntryEventCount; ++e) {
      const auto from = static_cast<EntryState>(s);
      const auto event = static_cast<EntryEvent>(e);
      if (const auto to = next_state(from, event)) {
        computed.insert(std::string(abi::name(from)) + " " + name(event) + " " + abi::name(*to) + " ");
      }
    }
  }
  EXPECT_EQ(computed, rows_under("from"));
}

TEST(EntryState, AcceptanceIsThatOfTheDocument) {
  std::set<std::string> computed;
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    const auto state = static_cast<EntryState>(s);
    const auto word = [](bool yes) { return yes ? "accepted " : "refused "; };
    computed.insert(std::string(abi::name(state)) + " " + word(accepts_inbound(state)) + word(accepts_outbound(state)));
  }
  EXPECT_EQ(computed, rows_under("state"));
}

TEST(EntryState, EveryStateLeadsBackToFree) {
  for (unsigned s = 1; s < abi::kEntryStateCount; ++s) {
    const auto erasing = next_state(static_cast<EntryState>(s), EntryEvent::kErase);
    ASSERT_TRUE(erasing);
    EXPECT_EQ(next_state(*erasing, EntryEvent::kErased), EntryState::kFree);
  }
}

}  // namespace
}  // namespace sallyport::fw
