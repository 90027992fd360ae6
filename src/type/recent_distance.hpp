// Distances computed a moment ago, of vectors that are stored out of line.
//
// An index scan in exact order needs every row's distance twice: to put the row in its place, and as the column that
// ORDER BY adds to the row. Computing it takes a tenth of a microsecond; fetching a vector from its TOAST table takes
// fifty times as long.
#pragma once

#include "type/vector.hpp"

namespace vhnsw::type {

using DistanceFunction = double (*)(const VectorPair &);

// distance(arguments 0 and 1) of an SQL function, without detoasting argument 0 when this statement has just done it
// with an equal argument 1.
double recent_distance(FunctionCallInfo fcinfo, DistanceFunction distance);

}  // namespace vhnsw::type
