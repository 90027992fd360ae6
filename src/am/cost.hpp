// What searching an index costs, for the planner: amcostestimate and the filtered scans of the layer above. Costs are
// in the planner's unit. The model: README.md, "Cost model".
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::am {

// Returning the first rows opens at least this many nodes per unit of ef_search: the lead of the search.
constexpr double kOpenedPerEf = 1.5;

bool is_hnsw_index(const IndexOptInfo *index);
bool is_hnsw_relation(Oid index);

// Whether the query relies on its rows being in order to the last one: to tell groups apart, or to take the first for
// MIN() or MAX(). A scan puts what it finds too late at the end; an aggregate must be right.
bool needs_exact_order(const PlannerInfo *root);

// Nodes opened on the upper layers of an index of that many rows.
double descent_nodes(double rows);

// What opening one node takes.
struct OpeningPrice {
    double pages;    // its own; those of its code and of its neighbours, where they have to be read too
    Cost processor;  // time
};
OpeningPrice opening_price(const IndexOptInfo *index);

// The share of the pages of index and table that have to be read from disk: searches go all over both, so that what
// does not fit into effective_cache_size is what is missing, whatever was read before.
double uncached_share(const IndexOptInfo *index);

// Fetching pages here and there in a relation of the tablespace. random_page_cost is core's mean over pages that are
// cached and pages that are not; a page known to be cached is not dearer than one of a sequential scan.
Cost pages_cost(double pages, Oid tablespace, double uncached);

}  // namespace vhnsw::am
