// Conditions of a query that the planner's own matching leaves out.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::plan {

// The index clauses of a path in order of distance, and those that core never uses beside such an order (= ANY, before
// PostgreSQL 17) or recognises for its own access methods alone (boolean columns, before 17). Sorted by column.
List *all_index_clauses(PlannerInfo *root, const IndexPath *path);

// "distance < bound", where distance is what the query orders by.
struct DistanceBound {
    RestrictInfo *condition;  // null: there is none
    Expr *bound;              // of type double precision, no variables of this query
    bool inclusive;
};

// The first such condition of the relation. `order_by` is `column operator value`; the condition may have them the
// other way round. `family` is the btree operator family of the order.
DistanceBound find_distance_bound(const RelOptInfo *rel, const OpExpr *order_by, Oid family);

}  // namespace vhnsw::plan
