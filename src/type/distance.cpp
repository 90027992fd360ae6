// Distances and norms of `vector`. Sums over dimensions are accumulated in float, as the kernels do.
#include "pg/pg.hpp"

#include <algorithm>
#include <cfloat>

#include "kernel/kernel.hpp"
#include "pg/function.hpp"
#include "type/recent_distance.hpp"

namespace {

using namespace vhnsw::type;
using vhnsw::kernel::CosineSums;

size_t
dims(const Vector *vector)
{
    return static_cast<size_t>(vector->dim);
}

double
l2_squared(const VectorPair &pair)
{
    return vhnsw::kernel::active->l2_squared(pair.a->x, pair.b->x, dims(pair.a));
}

double
l2(const VectorPair &pair)
{
    return sqrt(l2_squared(pair));
}

double
l1(const VectorPair &pair)
{
    return vhnsw::kernel::active->l1(pair.a->x, pair.b->x, dims(pair.a));
}

double
inner_product(const VectorPair &pair)
{
    return vhnsw::kernel::active->inner_product(pair.a->x, pair.b->x, dims(pair.a));
}

double
negative_inner_product(const VectorPair &pair)
{
    return -inner_product(pair);
}

double
squared_norm(const Vector *vector)
{
    double sum = 0;

    for (int i = 0; i < vector->dim; ++i) sum += static_cast<double>(vector->x[i]) * vector->x[i];
    return sum;
}

// Whether a squared norm summed in float can be relied on: it did not overflow, and what its terms lost by underflow
// (less than 2^-149 each) is far below the precision of the sum.
bool
in_float_range(float squared)
{
    return squared > 1e-30f && squared <= FLT_MAX;
}

double
cosine_similarity(const VectorPair &pair)
{
    const CosineSums sums = vhnsw::kernel::active->cosine(pair.a->x, pair.b->x, dims(pair.a));
    if (likely(in_float_range(sums.norm_a) && in_float_range(sums.norm_b)))
        return sums.dot / sqrt(static_cast<double>(sums.norm_a) * sums.norm_b);

    double dot = 0;
    for (int i = 0; i < pair.a->dim; ++i) dot += static_cast<double>(pair.a->x[i]) * pair.b->x[i];
    return dot / sqrt(squared_norm(pair.a) * squared_norm(pair.b));
}

double
cosine(const VectorPair &pair)
{
    // std::clamp keeps NaN.
    return 1.0 - std::clamp(cosine_similarity(pair), -1.0, 1.0);
}

}  // namespace

VHNSW_FUNCTION(vhnsw_vector_l2_distance)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, l2));
}

VHNSW_FUNCTION(vhnsw_vector_l2_squared_distance)
{
    PG_RETURN_FLOAT8(l2_squared(vector_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_vector_inner_product)
{
    PG_RETURN_FLOAT8(inner_product(vector_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_vector_negative_inner_product)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, negative_inner_product));
}

// cosine_distance(vector, vector): NaN when a vector is zero, which has no direction.
VHNSW_FUNCTION(vhnsw_vector_cosine_distance)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, cosine));
}

VHNSW_FUNCTION(vhnsw_vector_l1_distance)
{
    PG_RETURN_FLOAT8(l1(vector_pair_args(fcinfo)));
}

// vector_spherical_distance(vector, vector): the angle between unit vectors, in units of pi.
VHNSW_FUNCTION(vhnsw_vector_spherical_distance)
{
    const double cosine_of_angle = inner_product(vector_pair_args(fcinfo));

    // Rounding may leave the product of unit vectors outside of the domain of acos.
    PG_RETURN_FLOAT8(acos(std::clamp(cosine_of_angle, -1.0, 1.0)) / M_PI);
}

VHNSW_FUNCTION(vhnsw_vector_norm)
{
    PG_RETURN_FLOAT8(sqrt(squared_norm(vector_arg(fcinfo, 0))));
}

// l2_normalize(vector): scaled to norm 1; the zero vector stays as it is.
VHNSW_FUNCTION(vhnsw_vector_l2_normalize)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    const double norm = sqrt(squared_norm(vector));
    Vector *result = make_vector(vector->dim);

    for (int i = 0; i < vector->dim; ++i) result->x[i] = norm > 0 ? static_cast<float>(vector->x[i] / norm) : 0;
    PG_RETURN_POINTER(result);
}
