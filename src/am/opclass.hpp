// What an operator class tells the access method: support function 1 returns a pointer to a constant OpclassInfo. To
// index one more type or distance, write such a function; nothing in the access method names a type.
#pragma once

#include "pg/pg.hpp"

#include <span>

#include "quant/code.hpp"

namespace vhnsw::am {

inline constexpr uint16 kOpclassProc = 1;
inline constexpr StrategyNumber kDistanceStrategy = 1;

// Search operators of filter classes: 1 to 6 compare, as in btree, with <> as the sixth. What the other numbers mean is
// the class's affair.
inline constexpr StrategyNumber kEqualStrategy = 3;
inline constexpr StrategyNumber kNotEqualStrategy = 6;

struct OpclassInfo {
    quant::Metric metric;
    const char *type_name;  // for messages
    int max_dims;
    // The dimensions a type modifier stands for, or -1.
    int (*dims_of_typmod)(int32 typmod);
    // The elements of a value (already detoasted). Points into the value.
    std::span<const float> (*elements)(Datum value);
};

// The operator class of the index's first column. Raises an error when it is not one for vectors (no support function).
const OpclassInfo *opclass_info(Relation index);

}  // namespace vhnsw::am
