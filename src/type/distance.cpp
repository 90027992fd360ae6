// Distances and norms of the dense types. Sums over dimensions are accumulated in float, as the kernels do.
#include "pg/pg.hpp"

#include <algorithm>
#include <cfloat>

#include "kernel/kernel.hpp"
#include "pg/function.hpp"
#include "type/halfvec.hpp"
#include "type/recent_distance.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;
using vhnsw::kernel::CosineSums;
using vhnsw::kernel::Kernels;

// The loops over an element.
template <typename Element>
struct Loops;

template <>
struct Loops<float> {
    static constexpr auto kL2Squared = &Kernels::l2_squared;
    static constexpr auto kInnerProduct = &Kernels::inner_product;
    static constexpr auto kL1 = &Kernels::l1;
    static constexpr auto kCosine = &Kernels::cosine;
};

template <>
struct Loops<uint16> {
    static constexpr auto kL2Squared = &Kernels::l2_squared_half;
    static constexpr auto kInnerProduct = &Kernels::inner_product_half;
    static constexpr auto kL1 = &Kernels::l1_half;
    static constexpr auto kCosine = &Kernels::cosine_half;
};

template <auto loop, typename Value>
auto
run(const DensePair<Value> &pair)
{
    return (vhnsw::kernel::active->*loop)(pair.a->x, pair.b->x, static_cast<size_t>(pair.a->dim));
}

template <typename Value>
double
l2_squared(const DensePair<Value> &pair)
{
    return run<Loops<ElementOf<Value>>::kL2Squared>(pair);
}

template <typename Value>
double
l2(const DensePair<Value> &pair)
{
    return sqrt(l2_squared(pair));
}

template <typename Value>
double
l1(const DensePair<Value> &pair)
{
    return run<Loops<ElementOf<Value>>::kL1>(pair);
}

template <typename Value>
double
inner_product(const DensePair<Value> &pair)
{
    return run<Loops<ElementOf<Value>>::kInnerProduct>(pair);
}

template <typename Value>
double
negative_inner_product(const DensePair<Value> &pair)
{
    return -inner_product(pair);
}

template <typename Value>
double
dot_in_double(const Value *a, const Value *b)
{
    double sum = 0;

    for (int i = 0; i < a->dim; ++i)
        sum += static_cast<double>(Dense<Value>::load(a->x[i])) * Dense<Value>::load(b->x[i]);
    return sum;
}

template <typename Value>
double
norm(const Value *vector)
{
    return sqrt(dot_in_double(vector, vector));
}

// Whether a squared norm summed in float can be relied on: it did not overflow, and what its terms lost by underflow
// (less than 2^-149 each) is far below the precision of the sum.
bool
in_float_range(float squared)
{
    return squared > 1e-30f && squared <= FLT_MAX;
}

template <typename Value>
double
cosine_similarity(const DensePair<Value> &pair)
{
    const CosineSums sums = run<Loops<ElementOf<Value>>::kCosine>(pair);
    if (likely(in_float_range(sums.norm_a) && in_float_range(sums.norm_b)))
        return sums.dot / sqrt(static_cast<double>(sums.norm_a) * sums.norm_b);
    return dot_in_double(pair.a, pair.b) / sqrt(dot_in_double(pair.a, pair.a) * dot_in_double(pair.b, pair.b));
}

// NaN when a vector is zero, which has no direction. std::clamp keeps NaN.
template <typename Value>
double
cosine(const DensePair<Value> &pair)
{
    return 1.0 - std::clamp(cosine_similarity(pair), -1.0, 1.0);
}

// The angle between unit vectors, in units of pi. Rounding may leave their product outside of the domain of acos.
template <typename Value>
double
spherical(const DensePair<Value> &pair)
{
    return acos(std::clamp(inner_product(pair), -1.0, 1.0)) / M_PI;
}

template <typename Value, double distance(const DensePair<Value> &)>
Datum
distance_of_args(FunctionCallInfo fcinfo)
{
    PG_RETURN_FLOAT8(distance(dense_pair_args<Value>(fcinfo)));
}

// The same for a distance that an index can order by.
template <typename Value, double distance(const DensePair<Value> &)>
Datum
recent_distance_of_args(FunctionCallInfo fcinfo)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, [](const varlena *a, const varlena *b) {
        return distance(dense_pair(reinterpret_cast<const Value *>(a), reinterpret_cast<const Value *>(b)));
    }));
}

// l2_normalize(type): scaled to norm 1; the zero vector stays as it is.
template <typename Value>
Datum
normalize(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    const double length = norm(vector);
    Value *result = make_dense<Value>(vector->dim);

    for (int i = 0; i < vector->dim; ++i) {
        const double element = Dense<Value>::load(vector->x[i]);
        result->x[i] = Dense<Value>::store(length > 0 ? static_cast<float>(element / length) : 0);
    }
    PG_RETURN_POINTER(result);
}

}  // namespace

// --- vector ---

VHNSW_FUNCTION(vhnsw_vector_l2_distance)
{
    return recent_distance_of_args<Vector, l2>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_l2_squared_distance)
{
    return distance_of_args<Vector, l2_squared>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_inner_product)
{
    return distance_of_args<Vector, inner_product>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_negative_inner_product)
{
    return recent_distance_of_args<Vector, negative_inner_product>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_cosine_distance)
{
    return recent_distance_of_args<Vector, cosine>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_l1_distance)
{
    return distance_of_args<Vector, l1>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_spherical_distance)
{
    return distance_of_args<Vector, spherical>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_norm)
{
    PG_RETURN_FLOAT8(norm(dense_arg<Vector>(fcinfo, 0)));
}

VHNSW_FUNCTION(vhnsw_vector_l2_normalize)
{
    return normalize<Vector>(fcinfo);
}

// --- halfvec ---

VHNSW_FUNCTION(vhnsw_halfvec_l2_distance)
{
    return recent_distance_of_args<HalfVector, l2>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_l2_squared_distance)
{
    return distance_of_args<HalfVector, l2_squared>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_inner_product)
{
    return distance_of_args<HalfVector, inner_product>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_negative_inner_product)
{
    return recent_distance_of_args<HalfVector, negative_inner_product>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_cosine_distance)
{
    return recent_distance_of_args<HalfVector, cosine>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_l1_distance)
{
    return distance_of_args<HalfVector, l1>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_spherical_distance)
{
    return distance_of_args<HalfVector, spherical>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_l2_norm)
{
    PG_RETURN_FLOAT8(norm(dense_arg<HalfVector>(fcinfo, 0)));
}

VHNSW_FUNCTION(vhnsw_halfvec_l2_normalize)
{
    return normalize<HalfVector>(fcinfo);
}
