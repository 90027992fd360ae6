// What the planner's half of the filtered search tells the executor's half, and where the layer is entered.
//
// The planner adds a Custom Scan "HnswScan" to a relation that has an hnsw index matching the query's first ORDER BY
// expression and conditions to filter by. Its plan keeps what core built for it: the index's conditions and ORDER BY
// operator from an index path, the bitmap from a bitmap path. README.md describes the node.
#pragma once

#include "pg/pg.hpp"

#include "pg/guc.hpp"

namespace vhnsw::plan {

// Kept in CustomScan.custom_private.
struct PlannedSearch {
    Oid index;
    Strategy strategy;     // to begin with; also kStream and kAttr may have a bitmap, to turn to
    bool adaptive;         // the executor may change the strategy
    bool has_bitmap;       // there is a child: BitmapIndexScan, BitmapAnd or BitmapOr
    bool bound_inclusive;  // the distance bound is <=, not <
    // Estimates.
    double index_rows;  // of the index
    double share;       // of them that pass what conditions on the index's columns test and, but for kAttr, the bitmap
    double residual;    // of those that pass all conditions; both in (0, 1]
    double bitmap_share;  // of the index's rows that are in the bitmap; 1: there is none
    double rows_wanted;   // LIMIT + OFFSET as the planner knew it; 0: unknown
    // Prices in nodes opened, the unit the executor counts its spending in.
    double fetch_price;   // fetching one row and testing its conditions
    double row_price;     // the same, and computing its distance
    double table_price;   // reading the whole table and measuring what passes
    double bitmap_price;  // running the child
};

// The members of CustomScan.custom_exprs, in this order; each may be null or an empty list.
enum PlanExpression : int {
    kIndexConditions,          // List, for ExecIndexBuildScanKeys(): the index's columns as INDEX_VARs
    kIndexConditionsOriginal,  // List, for EXPLAIN
    kIndexOrderBy,             // List of one, for ExecIndexBuildScanKeys()
    kOrderByOriginal,          // the distance expression on the relation's columns
    kLimitCount,               // of the query when it is about this relation alone: a hint of the rows wanted
    kLimitOffset,
    kDistanceBound,  // the conditions hold only for rows with a smaller distance than this
    kPlanExpressions
};

List *encode_search(const PlannedSearch &search);
PlannedSearch decode_search(const List *custom_private);

// What the executor did, for EXPLAIN ANALYZE. Counts are sums over all rescans.
struct SearchReport {
    bool ran;           // in this process
    Strategy used;      // at the end of the last scan
    bool has_allowed;   // the bitmap was read
    double allowed;     // rows in it, the last time; a lossy block counts as full
    uint64 lossy;       // blocks
    uint64 opened;      // nodes
    uint64 seen;        // neighbours estimated
    uint64 passing;     // of them that pass the filter
    uint64 distances;   // computed exactly
    const char *cause;  // of the last change of strategy, a few words; null: there was none
};

// Adds the node's own lines to EXPLAIN's output (explain.cpp): the whole of ExplainCustomScan.
void explain_search(CustomScanState *node, const SearchReport &report, List *ancestors, ExplainState *es);

// Installs the hook and the node. Called once, when the module is loaded.
void define_plan();

// Installs the hook of unused_distance.cpp, likewise.
void define_unused_distance();

// The node's methods (node.cpp); paths.cpp makes the plans.
extern const CustomScanMethods kScanMethods;

}  // namespace vhnsw::plan
