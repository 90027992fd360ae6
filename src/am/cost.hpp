// What searching an index costs, for the planner: amcostestimate and the filtered scans of the layer above. Costs are
// in the planner's unit. The model: README.md, "Cost model".
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::am {

// Returning the first rows opens at least this many nodes per unit of ef_search: the lead of the search.
constexpr double kOpenedPerEf = 1.5;

bool is_hnsw_index(const IndexOptInfo *index);

// Whether the query computes a MIN() or MAX() by taking the first row in order. The first row of an index scan is the
// nearest with high probability only, and an aggregate must be right.
bool computes_min_or_max(const PlannerInfo *root);

// Nodes opened on the upper layers of an index of that many rows.
double descent_nodes(double rows);

// Processor time of opening one node.
Cost node_cost(const IndexOptInfo *index);

// Opening the nodes of the upper layers. They are few enough to be always cached, and charged without I/O, as other
// access methods do with their upper pages.
Cost descent_cost(double rows);

// Opening `nodes` nodes of the lowest layer, in one of `loop_count` scans alike. Some share a page, and some pages of
// earlier scans are still in memory.
Cost opening_cost(PlannerInfo *root, const IndexOptInfo *index, double loop_count, double nodes);

}  // namespace vhnsw::am
