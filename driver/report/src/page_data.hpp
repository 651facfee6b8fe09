#pragma once
/// @file
/// What the page's scripts draw, as JSON.
#include <string>

#include "page_content.hpp"

namespace sallyport::report {

/// JSON, safe inside a script element. Times are ns since the log's start, in lists as differences from the one before.
[[nodiscard]] std::string page_data(const UtilisationSummary& summary, const std::vector<TableContent>& content);

}  // namespace sallyport::report
