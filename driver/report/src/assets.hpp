#pragma once
/// @file
/// Files that stand in every page, put into the library at build time (embed_assets.cmake). None can end the script or
/// style element it is put into; the build fails if one could.
#include <string_view>

namespace sallyport::report::assets {

extern const std::string_view dygraph_css;
extern const std::string_view dygraph_js;
extern const std::string_view notice;  ///< Licence of dygraphs.
extern const std::string_view style;
extern const std::string_view format_js;
extern const std::string_view reduce_js;
extern const std::string_view chart_js;
extern const std::string_view strip_js;
extern const std::string_view timeline_js;
extern const std::string_view marks_js;
extern const std::string_view main_js;

}  // namespace sallyport::report::assets
