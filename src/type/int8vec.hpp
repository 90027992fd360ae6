// The SQL type `int8vec`: one-byte integers and a positive scale that all of them are multiplied with, 1 to 16000 of
// them.
#pragma once

#include "pg/pg.hpp"

#include <cstddef>

#include "type/check.hpp"

namespace vhnsw::type {

inline constexpr TypeLimits kInt8vec = {"int8vec", 16000};

// As stored in tables: do not change.
struct Int8Vector {
    int32 varlena_header;
    int16 dim;
    int16 unused;  // 0
    float scale;   // positive and finite
    int8 x[FLEXIBLE_ARRAY_MEMBER];
};
static_assert(offsetof(Int8Vector, dim) == 4 && offsetof(Int8Vector, scale) == 8 && offsetof(Int8Vector, x) == 12);

inline Size
int8vec_bytes(int dim)
{
    return offsetof(Int8Vector, x) + static_cast<Size>(dim);
}

// Returns a vector in the current memory context, elements uninitialised. REQUIRES: dim has passed check_dims().
inline Int8Vector *
make_int8vec(int dim, float scale)
{
    Int8Vector *vector = static_cast<Int8Vector *>(palloc(int8vec_bytes(dim)));

    SET_VARSIZE(vector, int8vec_bytes(dim));
    vector->dim = static_cast<int16>(dim);
    vector->unused = 0;
    vector->scale = scale;
    return vector;
}

inline Int8Vector *
datum_get_int8vec(Datum datum)
{
    Int8Vector *vector = reinterpret_cast<Int8Vector *>(PG_DETOAST_DATUM(datum));

    Assert(VARSIZE(vector) == int8vec_bytes(vector->dim));
    return vector;
}

// Argument number `n` of an SQL function, detoasted; not to be written to.
inline const Int8Vector *
int8vec_arg(FunctionCallInfo fcinfo, int n)
{
    return datum_get_int8vec(PG_GETARG_DATUM(n));
}

// The number that element `i` stands for, exact.
inline double
int8vec_element(const Int8Vector *vector, int i)
{
    return static_cast<double>(vector->scale) * vector->x[i];
}

// Scales are positive and finite. Reports like the functions of check.hpp.
bool check_scale(float scale, Node *soft = nullptr);

struct Int8Pair {
    const Int8Vector *a;
    const Int8Vector *b;
};

// Two operands, which must have equally many dimensions.
inline Int8Pair
int8_pair(const Int8Vector *a, const Int8Vector *b)
{
    check_same_dims(kInt8vec, a->dim, b->dim);
    return {a, b};
}

// Arguments 0 and 1.
inline Int8Pair
int8_pair_args(FunctionCallInfo fcinfo)
{
    return int8_pair(int8vec_arg(fcinfo, 0), int8vec_arg(fcinfo, 1));
}

}  // namespace vhnsw::type
