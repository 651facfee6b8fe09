#pragma once
/// @file
/// The models that the tests of both tables run on: sad_table, or with SALLYPORT_SAD_FULL sad_full. A test has those
/// that it is linked with.
#ifdef SALLYPORT_SAD_FULL
#if __has_include("Vsad_full_64_model.h")
#include "Vsad_full_64_model.h"
using Table64 = Vsad_full_64_model;
#endif
#if __has_include("Vsad_full_wide_model.h")
#include "Vsad_full_wide_model.h"
using TableWide = Vsad_full_wide_model;
inline constexpr unsigned kScanClocks = 12;  ///< An entry that has nothing to tell takes, in the scan for events left.
#endif
#if __has_include("Vsad_full_scrub_model.h")
#include "Vsad_full_scrub_model.h"
using TableScrub = Vsad_full_scrub_model;
#endif
#else
#if __has_include("Vsad_64_model.h")
#include "Vsad_64_model.h"
using Table64 = Vsad_64_model;
#endif
#if __has_include("Vsad_wide_model.h")
#include "Vsad_wide_model.h"
using TableWide = Vsad_wide_model;
inline constexpr unsigned kScanClocks = 11;
#endif
#if __has_include("Vsad_scrub_model.h")
#include "Vsad_scrub_model.h"
using TableScrub = Vsad_scrub_model;
#endif
#endif
