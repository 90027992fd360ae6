// What functions of vectors cost, for the planner: each type has a support function, which says how its values grow.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::type {

struct ValueSize {
    double header;       // bytes of a value without its elements
    double element;      // bytes of one element
    bool typmod_counts;  // type(n) has n elements; else the statistics of a column tell, or nothing does
};

// Planner support of the functions that compute with every element of their arguments, all of one type.
Datum cost_support(FunctionCallInfo fcinfo, const ValueSize &size);

}  // namespace vhnsw::type
