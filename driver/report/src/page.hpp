#pragma once
/// @file
/// The page's HTML.
#include <string>

#include "page_content.hpp"

namespace sallyport::report {

/// The whole page.
[[nodiscard]] std::string page(const UtilisationSummary& summary, const std::vector<TableContent>& content);

/// Parts of the section of one table (page_tables.cpp). `start_ns`: start of the log, from which the page counts time.
[[nodiscard]] std::string headline_cards(const TableSummary& table);
[[nodiscard]] std::string state_panel(const TableSummary& table);
[[nodiscard]] std::string drops_panel(const TableSummary& table);
[[nodiscard]] std::string event_counts_panel(const TableSummary& table);
[[nodiscard]] std::string events_panel(const TableSummary& table, const TableContent& content, std::uint64_t start_ns);
[[nodiscard]] std::string rekeys_panel(const TableSummary& table, const TableContent& content, std::uint64_t start_ns);
[[nodiscard]] std::string refusals_panel(const TableSummary& table, const TableContent& content,
                                         std::uint64_t start_ns);

}  // namespace sallyport::report
