// The settings, alphabetical. All can be changed by every user at any time.
#pragma once

namespace vhnsw {

enum class IterativeScan : int { kOff, kRelaxedOrder, kStrictOrder };

extern int guc_ef_search;
extern IterativeScan guc_iterative_scan;
extern int guc_max_scan_tuples;  // 0: no limit
extern double guc_scan_mem_multiplier;

// Defines them and reserves their prefix. Values that were set before the module was loaded are checked here.
void define_settings();

}  // namespace vhnsw
