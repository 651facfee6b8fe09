#pragma once
/// @file
/// Plain words for the constants of the ABI, for readers of the page.
#include "sallyport/abi.hpp"

namespace sallyport::report {

[[nodiscard]] const char* meaning(abi::EntryState state);
[[nodiscard]] const char* meaning(abi::EventKind kind);
[[nodiscard]] const char* meaning(abi::Verdict verdict);

}  // namespace sallyport::report
