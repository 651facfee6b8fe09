#pragma once
/// @file
/// All of the count-based SA extension's arithmetic and encoding, rule by rule:
///
/// | rule | where |
/// |---|---|
/// | Vendor ID, 2 | count_notify.hpp |
/// | 1, 3, 4 | count_selection.hpp |
/// | 5 | rekeyer.hpp |
/// | 6, 7 | thresholds.hpp |
/// | 8 | sizing.hpp |
/// | 9 | rekey_timing.hpp |
#include "sallyport/ike/count_notify.hpp"     // IWYU pragma: export
#include "sallyport/ike/count_selection.hpp"  // IWYU pragma: export
#include "sallyport/ike/rekey_timing.hpp"     // IWYU pragma: export
#include "sallyport/ike/rekeyer.hpp"          // IWYU pragma: export
#include "sallyport/ike/sizing.hpp"           // IWYU pragma: export
#include "sallyport/ike/thresholds.hpp"       // IWYU pragma: export
