// Distances computed a moment ago, of values that are stored out of line.
//
// An index scan in exact order needs every row's distance twice: to put the row in its place, and as the column that
// ORDER BY adds to the row. Computing it takes a tenth of a microsecond; fetching a value from its TOAST table takes
// fifty times as long.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::type {

// The distance of two detoasted values of one type. Reports operands that do not fit together.
using DistanceFunction = double (*)(const varlena *a, const varlena *b);

// distance(arguments 0 and 1) of an SQL function, without detoasting argument 0 when this statement has just done it
// with an equal argument 1.
double recent_distance(FunctionCallInfo fcinfo, DistanceFunction distance);

}  // namespace vhnsw::type
