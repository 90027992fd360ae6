// The SQL type `halfvec`: half-precision numbers, all finite, 1 to 16000 of them.
#pragma once

#include "pg/pg.hpp"

#include <cstddef>

#include "core/half.hpp"
#include "type/check.hpp"

namespace vhnsw::type {

inline constexpr TypeLimits kHalfvec = {"halfvec", 16000};

// As stored in tables: do not change.
struct HalfVector {
    int32 varlena_header;
    int16 dim;
    int16 unused;                     // 0
    uint16 x[FLEXIBLE_ARRAY_MEMBER];  // IEEE half precision
};
static_assert(sizeof(HalfVector) == 8 && offsetof(HalfVector, dim) == 4 && offsetof(HalfVector, x) == 8);

inline Size
halfvec_bytes(int dim)
{
    return offsetof(HalfVector, x) + sizeof(uint16) * static_cast<Size>(dim);
}

// Returns a vector in the current memory context, elements uninitialised. REQUIRES: dim has passed check_dims().
inline HalfVector *
make_halfvec(int dim)
{
    HalfVector *vector = static_cast<HalfVector *>(palloc(halfvec_bytes(dim)));

    SET_VARSIZE(vector, halfvec_bytes(dim));
    vector->dim = static_cast<int16>(dim);
    vector->unused = 0;
    return vector;
}

inline HalfVector *
datum_get_halfvec(Datum datum)
{
    HalfVector *vector = reinterpret_cast<HalfVector *>(PG_DETOAST_DATUM(datum));

    Assert(VARSIZE(vector) == halfvec_bytes(vector->dim));
    return vector;
}

}  // namespace vhnsw::type
