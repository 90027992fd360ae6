// What an operator class tells the access method: support function 1 returns a pointer to a constant OpclassInfo. To
// index one more type or distance, write such a function; nothing in the access method names a type.
#pragma once

#include "pg/pg.hpp"

#include "quant/space.hpp"

namespace vhnsw::am {

inline constexpr uint16 kOpclassProc = 1;
inline constexpr StrategyNumber kDistanceStrategy = 1;

// Search operators of filter classes: 1 to 6 compare, as in btree, with <> as the sixth. What the other numbers mean is
// the class's affair.
inline constexpr StrategyNumber kEqualStrategy = 3;
inline constexpr StrategyNumber kNotEqualStrategy = 6;

struct OpclassInfo {
    quant::Metric metric;
    quant::Elements elements;
    const char *type_name;   // for messages
    int max_dims;            // of a column; its type modifier is the number of dimensions
    uint32_t element_bytes;  // of a dimension in the table; 0: it varies
    // What a value (already detoasted) holds. Points into the value, or to memory of the current context.
    quant::VectorView (*view)(Datum value);
};

// The operator class of the index's first column. Raises an error when it is not one for vectors (no support function).
const OpclassInfo *opclass_info(Relation index);

}  // namespace vhnsw::am
