// Distances and norms of `int8vec`, of the vectors that are stood for: exact sums of the integers, scaled in double
// precision, which no result leaves.
#include "pg/pg.hpp"

#include <algorithm>

#include "kernel/kernel.hpp"
#include "pg/function.hpp"
#include "type/int8vec.hpp"
#include "type/recent_distance.hpp"

namespace {

using namespace vhnsw::type;
using vhnsw::kernel::Int8Sums;

Int8Sums
products(const Int8Pair &pair)
{
    return vhnsw::kernel::active->products_i8(pair.a->x, pair.b->x, static_cast<size_t>(pair.a->dim));
}

// The sum of the squares of the integers.
double
squared_norm(const Int8Vector *vector)
{
    return products({vector, vector}).aa;
}

// A scale times a sum fits a double (24 and 28 bits), so equal vectors are at distance 0 exactly, whatever their scales
// and whether the machine fuses products with sums.
double
l2_squared(const Int8Pair &pair)
{
    const Int8Sums sums = products(pair);
    const double a = pair.a->scale;
    const double b = pair.b->scale;

    return std::max(a * (a * sums.aa - b * sums.ab) + b * (b * sums.bb - a * sums.ab), 0.0);
}

double
l2(const Int8Pair &pair)
{
    return sqrt(l2_squared(pair));
}

double
inner_product(const Int8Pair &pair)
{
    return static_cast<double>(pair.a->scale) * pair.b->scale * products(pair).ab;
}

double
negative_inner_product(const Int8Pair &pair)
{
    return -inner_product(pair);
}

double
cosine(const Int8Pair &pair)
{
    const Int8Sums sums = products(pair);
    const double similarity = sums.ab / sqrt(static_cast<double>(sums.aa) * sums.bb);

    // std::clamp keeps NaN.
    return 1.0 - std::clamp(similarity, -1.0, 1.0);
}

// For a distance that an index can order by.
template <double distance(const Int8Pair &)>
Datum
recent_distance_of_args(FunctionCallInfo fcinfo)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, [](const varlena *a, const varlena *b) {
        return distance(int8_pair(reinterpret_cast<const Int8Vector *>(a), reinterpret_cast<const Int8Vector *>(b)));
    }));
}

}  // namespace

VHNSW_FUNCTION(vhnsw_int8vec_l2_distance)
{
    return recent_distance_of_args<l2>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_int8vec_l2_squared_distance)
{
    PG_RETURN_FLOAT8(l2_squared(int8_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_int8vec_inner_product)
{
    PG_RETURN_FLOAT8(inner_product(int8_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_int8vec_negative_inner_product)
{
    return recent_distance_of_args<negative_inner_product>(fcinfo);
}

// cosine_distance(int8vec, int8vec): NaN when a vector is zero, which has no direction.
VHNSW_FUNCTION(vhnsw_int8vec_cosine_distance)
{
    return recent_distance_of_args<cosine>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_int8vec_l2_norm)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);

    PG_RETURN_FLOAT8(vector->scale * sqrt(squared_norm(vector)));
}

// l2_normalize(int8vec): with the scale that makes the norm 1; the zero vector stays as it is.
VHNSW_FUNCTION(vhnsw_int8vec_l2_normalize)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    const double squared = squared_norm(vector);
    Int8Vector *result = make_int8vec(vector->dim, squared > 0 ? static_cast<float>(1 / sqrt(squared)) : vector->scale);

    memcpy(result->x, vector->x, static_cast<Size>(vector->dim));
    PG_RETURN_POINTER(result);
}
