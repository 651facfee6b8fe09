#pragma once
/// @file
/// One line of a utilisation log to and from JSON.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sallyport/result.hpp"
#include "sallyport/telemetry/records.hpp"

namespace sallyport::log_json {

inline constexpr std::string_view kFormatName = "sallyport-utilisation-log";

/// A line without its newline; pure ASCII, octets that are not UTF-8 replaced.
std::string line_of(const LogHeader& header);
std::string line_of(const LogRecord& record);

/// Checks names, sizes and counts against the bounds of records.hpp. Error: kInvalidArgument.
Result<void> check(const LogHeader& header);
/// Checks table, index and texts of a record against its header. Error: kInvalidArgument.
Result<void> check(const LogRecord& record, const LogHeader& header);

/// The object a line holds. Error, kMalformedInput: not JSON, no object, or a key twice.
Result<nlohmann::json> parse_line(std::string_view line);
/// Error: kMalformedInput, kVersionMismatch.
Result<LogHeader> header_from(const nlohmann::json& line);
/// Error: kMalformedInput.
Result<LogRecord> record_from(const nlohmann::json& line, const LogHeader& header);

}  // namespace sallyport::log_json
