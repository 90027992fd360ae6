// From an SQL value to what the graph works with.
#pragma once

#include "am/index.hpp"

namespace vhnsw::am {

enum class VectorState : uint8_t {
    kVector,
    kZero,  // no direction: every cosine distance to it is NaN
    kNull,
};

struct VectorInput {
    VectorState state;
    quant::VectorView vector;  // of norm 1 for cosine; empty for NULL
};

// Detoasts, and normalises for cosine. The elements live in the value or in the current context.
VectorInput read_vector_input(bool is_null, Datum value, const OpclassInfo &opclass);

// Raises DATA_EXCEPTION unless a vector has the dimensions of the index.
void check_dims(const quant::VectorView &vector, const IndexInfo &info);

}  // namespace vhnsw::am
