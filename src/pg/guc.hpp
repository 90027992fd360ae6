// The settings. All can be changed by every user at any time.
#pragma once

namespace vhnsw {

enum class IterativeScan : int { kOff, kRelaxedOrder, kStrictOrder };

// How rows that fail a query's conditions are kept out of a search (src/plan/README.md, "Strategies"). Stored in plans.
enum class Strategy : int {
    kAuto,    // only as a setting
    kStream,  // search without a filter, test the conditions on the heap row
    kAttr,    // search with the conditions on the index's own columns
    kAllow,   // search among the rows of a bitmap
    kExact,   // measure all rows of a bitmap, or of the table
};

extern double guc_approximate_threshold;  // share of the rows; negative: by cost
extern int guc_ef_search;                 // see effective_ef()
extern bool guc_enable_filtered_scan;
extern Strategy guc_filter_strategy;
extern int guc_flat_search_cutoff;  // rows; negative: by cost
extern IterativeScan guc_iterative_scan;
extern int guc_max_scan_tuples;           // 0: no limit
extern double guc_post_filter_threshold;  // share of the rows; negative: by cost
extern double guc_scan_mem_multiplier;

// hnsw.ef_search, 1 to 10000, for a search that `rows_wanted` rows are wanted from (0: unknown). What -1 stands for is
// 8 a row, at least 100 and at most 500.
int effective_ef(double rows_wanted);

// Defines them and reserves their prefix. Values that were set before the module was loaded are checked here.
void define_settings();

}  // namespace vhnsw
