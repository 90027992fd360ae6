// The SQL type `halfvec`: half-precision numbers, all finite, 1 to 16000 of them.
#pragma once

#include "pg/pg.hpp"

#include "core/half.hpp"
#include "type/dense.hpp"

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

template <>
struct Dense<HalfVector> {
    using Element = uint16;
    static constexpr TypeLimits kLimits = kHalfvec;

    static float load(uint16 element) { return half_to_float(element); }
    static uint16 store(float number) { return float_to_half(number); }
    static uint16 receive(StringInfo message) { return static_cast<uint16>(pq_getmsgint(message, sizeof(uint16))); }
    static void send(StringInfo message, uint16 element) { pq_sendint16(message, element); }
};

inline Size
halfvec_bytes(int dim)
{
    return dense_bytes<HalfVector>(dim);
}

inline HalfVector *
make_halfvec(int dim)
{
    return make_dense<HalfVector>(dim);
}

inline HalfVector *
datum_get_halfvec(Datum datum)
{
    return datum_get_dense<HalfVector>(datum);
}

}  // namespace vhnsw::type
