#pragma once
/// @file
/// Lines of a text with their numbers.
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/result.hpp"

namespace sallyport::model {

struct TextLine {
  std::size_t number = 0;  ///< From 1.
  std::string_view text;   ///< Without line end and trailing spaces.
};

/// Groups of lines between empty lines; lines that begin with # are left out. The views point into `text`.
std::vector<std::vector<TextLine>> paragraphs(std::string_view text);

/// "FILE:LINE: why"
Error line_error(const std::string& file, const TextLine& line, const std::string& why);

}  // namespace sallyport::model
