// The SQL type `vector`: single-precision numbers, all finite, 1 to 16000 of them.
#pragma once

#include "pg/pg.hpp"

#include <cstddef>

#include "type/check.hpp"

namespace vhnsw::type {

inline constexpr TypeLimits kVector = {"vector", 16000};

// As stored in tables: do not change.
struct Vector {
    int32 varlena_header;
    int16 dim;
    int16 unused;  // 0
    float x[FLEXIBLE_ARRAY_MEMBER];
};
static_assert(sizeof(Vector) == 8 && offsetof(Vector, dim) == 4 && offsetof(Vector, x) == 8);

inline Size
vector_bytes(int dim)
{
    return offsetof(Vector, x) + sizeof(float) * static_cast<Size>(dim);
}

// Returns a vector in the current memory context, elements uninitialised. REQUIRES: dim has passed check_dims().
inline Vector *
make_vector(int dim)
{
    Vector *vector = static_cast<Vector *>(palloc(vector_bytes(dim)));

    SET_VARSIZE(vector, vector_bytes(dim));
    vector->dim = static_cast<int16>(dim);
    vector->unused = 0;
    return vector;
}

inline Vector *
datum_get_vector(Datum datum)
{
    Vector *vector = reinterpret_cast<Vector *>(PG_DETOAST_DATUM(datum));

    Assert(VARSIZE(vector) == vector_bytes(vector->dim));
    return vector;
}

// Argument number `n` of an SQL function, detoasted; not to be written to.
inline const Vector *
vector_arg(FunctionCallInfo fcinfo, int n)
{
    return datum_get_vector(PG_GETARG_DATUM(n));
}

struct VectorPair {
    const Vector *a;
    const Vector *b;
};

// Arguments 0 and 1, which must have equally many dimensions.
inline VectorPair
vector_pair_args(FunctionCallInfo fcinfo)
{
    const VectorPair pair = {vector_arg(fcinfo, 0), vector_arg(fcinfo, 1)};

    check_same_dims(kVector, pair.a->dim, pair.b->dim);
    return pair;
}

}  // namespace vhnsw::type
