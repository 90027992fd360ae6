// What an operator class tells the access method: support function 1 returns a pointer to a constant OpclassInfo. To
// index one more type or distance, write such a function; nothing in the access method names a type.
#pragma once

#include "pg/pg.hpp"

#include <span>

#include "quant/code.hpp"

namespace vhnsw::am {

inline constexpr uint16 kOpclassProc = 1;
inline constexpr StrategyNumber kDistanceStrategy = 1;

// Search operators of filter classes whose meaning is fixed. Others are known by their function alone.
enum FilterStrategy : StrategyNumber {
    kFilterLess = 1,
    kFilterLessEqual = 2,
    kFilterEqual = 3,
    kFilterGreaterEqual = 4,
    kFilterGreater = 5,
    kFilterNotEqual = 6,
    kFilterOverlaps = 7,
    kFilterContains = 8,
    kFilterContained = 9,
    kFilterHasKey = 10,
    kFilterHasAnyKey = 11,
    kFilterHasAllKeys = 12
};

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
