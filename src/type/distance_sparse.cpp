// Distances and norms of `sparsevec`: one pass over both lists of positions.
#include "pg/pg.hpp"

#include <algorithm>

#include "pg/function.hpp"
#include "type/recent_distance.hpp"
#include "type/sparsevec.hpp"

namespace vhnsw::type {

namespace {

// Calls visit(a, b) with the elements of both vectors at every position that one of them stores.
template <typename Visit>
inline void
for_each_position(const SparsePair &pair, const Visit &visit)
{
    const int32 *idx_a = sparse_indices(pair.a), *idx_b = sparse_indices(pair.b);
    const float *a = sparse_values(pair.a), *b = sparse_values(pair.b);
    int i = 0, j = 0;

    while (i < pair.a->nnz && j < pair.b->nnz) {
        if (idx_a[i] == idx_b[j])
            visit(a[i++], b[j++]);
        else if (idx_a[i] < idx_b[j])
            visit(a[i++], 0.0);
        else
            visit(0.0, b[j++]);
    }
    for (; i < pair.a->nnz; ++i) visit(a[i], 0.0);
    for (; j < pair.b->nnz; ++j) visit(0.0, b[j]);
}

double
dot_product(const SparsePair &pair)
{
    double sum = 0;

    for_each_position(pair, [&](double a, double b) { sum += a * b; });
    return sum;
}

}  // namespace

float
sparse_l2_squared(const SparsePair &pair)
{
    double sum = 0;

    for_each_position(pair, [&](double a, double b) { sum += (a - b) * (a - b); });
    return static_cast<float>(sum);
}

float
sparse_inner_product(const SparsePair &pair)
{
    return static_cast<float>(dot_product(pair));
}

float
sparse_l1(const SparsePair &pair)
{
    double sum = 0;

    for_each_position(pair, [&](double a, double b) { sum += fabs(a - b); });
    return static_cast<float>(sum);
}

double
sparse_squared_norm(const SparseVector *vector)
{
    double sum = 0;

    for (int i = 0; i < vector->nnz; ++i) {
        const double value = sparse_values(vector)[i];
        sum += value * value;
    }
    return sum;
}

}  // namespace vhnsw::type

namespace {

using namespace vhnsw::type;

double
l2(const SparsePair &pair)
{
    return sqrt(static_cast<double>(sparse_l2_squared(pair)));
}

// No product of floats leaves the range of double precision.
double
cosine(const SparsePair &pair)
{
    const double norms = sqrt(sparse_squared_norm(pair.a) * sparse_squared_norm(pair.b));

    // std::clamp keeps NaN.
    return 1.0 - std::clamp(dot_product(pair) / norms, -1.0, 1.0);
}

double
negative_inner_product(const SparsePair &pair)
{
    return -sparse_inner_product(pair);
}

// A distance that an index can order by, of arguments 0 and 1.
template <double distance(const SparsePair &)>
Datum
recent_distance_of_args(FunctionCallInfo fcinfo)
{
    PG_RETURN_FLOAT8(recent_distance(fcinfo, [](const varlena *a, const varlena *b) {
        return distance(
            sparse_pair(reinterpret_cast<const SparseVector *>(a), reinterpret_cast<const SparseVector *>(b)));
    }));
}

}  // namespace

VHNSW_FUNCTION(vhnsw_sparsevec_l2_distance)
{
    return recent_distance_of_args<l2>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_sparsevec_l2_squared_distance)
{
    PG_RETURN_FLOAT8(sparse_l2_squared(sparse_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_sparsevec_inner_product)
{
    PG_RETURN_FLOAT8(sparse_inner_product(sparse_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_sparsevec_negative_inner_product)
{
    return recent_distance_of_args<negative_inner_product>(fcinfo);
}

// cosine_distance(sparsevec, sparsevec): NaN when a vector is zero, which has no direction.
VHNSW_FUNCTION(vhnsw_sparsevec_cosine_distance)
{
    return recent_distance_of_args<cosine>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_sparsevec_l1_distance)
{
    PG_RETURN_FLOAT8(sparse_l1(sparse_pair_args(fcinfo)));
}

VHNSW_FUNCTION(vhnsw_sparsevec_l2_norm)
{
    PG_RETURN_FLOAT8(sqrt(sparse_squared_norm(sparsevec_arg(fcinfo, 0))));
}

// l2_normalize(sparsevec): scaled to norm 1, without what becomes zero; the zero vector stays as it is.
VHNSW_FUNCTION(vhnsw_sparsevec_l2_normalize)
{
    const SparseVector *vector = sparsevec_arg(fcinfo, 0);
    const double norm = sqrt(sparse_squared_norm(vector));
    float *values = static_cast<float *>(palloc(sizeof(float) * static_cast<Size>(vector->nnz)));

    for (int i = 0; i < vector->nnz; ++i) values[i] = static_cast<float>(sparse_values(vector)[i] / norm);
    PG_RETURN_POINTER(make_sparsevec_without_zeros(vector->dim, vector->nnz, sparse_indices(vector), values));
}
