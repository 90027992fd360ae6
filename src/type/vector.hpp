// The SQL type `vector`: single-precision numbers, all finite, 1 to 16000 of them.
#pragma once

#include "pg/pg.hpp"

#include "type/dense.hpp"

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

template <>
struct Dense<Vector> {
    using Element = float;
    static constexpr TypeLimits kLimits = kVector;

    static float load(float element) { return element; }
    static float store(float number) { return number; }
    static float receive(StringInfo message) { return pq_getmsgfloat4(message); }
    static void send(StringInfo message, float element) { pq_sendfloat4(message, element); }
};

inline Size
vector_bytes(int dim)
{
    return dense_bytes<Vector>(dim);
}

inline Vector *
make_vector(int dim)
{
    return make_dense<Vector>(dim);
}

inline Vector *
datum_get_vector(Datum datum)
{
    return datum_get_dense<Vector>(datum);
}

inline const Vector *
vector_arg(FunctionCallInfo fcinfo, int n)
{
    return dense_arg<Vector>(fcinfo, n);
}

using VectorPair = DensePair<Vector>;

inline VectorPair
vector_pair_args(FunctionCallInfo fcinfo)
{
    return dense_pair_args<Vector>(fcinfo);
}

}  // namespace vhnsw::type
