// What a filtered search costs, and which strategy it begins with. The model: README.md, "Cost model".
#pragma once

#include "plan/plan.hpp"

namespace vhnsw::plan {

// What a plan can make use of.
struct SearchOptions {
    PlannerInfo *root;
    RelOptInfo *rel;
    const IndexPath *path;         // of the index, ordered by distance, with the conditions on its columns
    const BitmapHeapPath *bitmap;  // of other indexes; null: none serves
    const RestrictInfo *bound;     // the condition on the distance; null: none
    double rows_wanted;            // by LIMIT; 0: unknown
    Strategy forced;               // kAuto: the cheapest
};

struct SearchPrice {
    Cost startup;
    Cost total;
};

// Fills everything in `search` that is an estimate, and the strategy.
SearchPrice price_search(const SearchOptions &options, PlannedSearch *search);

}  // namespace vhnsw::plan
