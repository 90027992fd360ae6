// Custom paths: what stands in CustomPath.custom_private, between paths.cpp, which makes them, and custom_plan.cpp.
#pragma once

#include "plan/plan.hpp"

namespace vhnsw::plan {

// The node's name in plans. Stored in them.
inline constexpr char kNodeName[] = "HnswScan";

// A List of two: encode_search() and the expression of the distance bound, which may be null.
// CustomPath.custom_paths are the index path, which is there to be planned by core and taken apart, and the bitmap heap
// path, if there is a bitmap.
extern const CustomPathMethods kPathMethods;

// Whether the query is about this relation alone, so that its LIMIT counts this relation's rows.
bool is_whole_query(const PlannerInfo *root, const RelOptInfo *rel);

}  // namespace vhnsw::plan
