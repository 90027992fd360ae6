// Distances and norms of `sparsevec`; the sums are those of kernel/sparse.hpp.
#include "pg/pg.hpp"

#include "kernel/sparse.hpp"
#include "pg/function.hpp"
#include "type/recent_distance.hpp"
#include "type/sparsevec.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::type;
using kernel::SparseView;

SparseView
view(const SparseVector *vector)
{
    return {reinterpret_cast<const uint8 *>(sparse_indices(vector)),
            reinterpret_cast<const uint8 *>(sparse_values(vector)), static_cast<uint32>(vector->nnz)};
}

double
l2_squared(const SparsePair &pair)
{
    return kernel::sparse_squared_difference(view(pair.a), view(pair.b));
}

double
l2(const SparsePair &pair)
{
    return kernel::euclidean_distance(l2_squared(pair));
}

double
inner_product(const SparsePair &pair)
{
    return kernel::rounded_sum(kernel::sparse_dot(view(pair.a), view(pair.b)));
}

double
negative_inner_product(const SparsePair &pair)
{
    return -inner_product(pair);
}

double
cosine(const SparsePair &pair)
{
    const SparseView a = view(pair.a), b = view(pair.b);
    return kernel::cosine_distance(kernel::sparse_dot(a, b), kernel::sparse_squared_norm(a),
                                   kernel::sparse_squared_norm(b));
}

double
l1(const SparsePair &pair)
{
    return kernel::rounded_sum(kernel::sparse_magnitudes(view(pair.a), view(pair.b)));
}

double
norm(const SparseVector *vector)
{
    return sqrt(kernel::sparse_squared_norm(view(vector)));
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
    PG_RETURN_FLOAT8(kernel::rounded_sum(l2_squared(sparse_pair_args(fcinfo))));
}

VHNSW_FUNCTION(vhnsw_sparsevec_inner_product)
{
    PG_RETURN_FLOAT8(inner_product(sparse_pair_args(fcinfo)));
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
    return recent_distance_of_args<l1>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_sparsevec_l2_norm)
{
    PG_RETURN_FLOAT8(norm(sparsevec_arg(fcinfo, 0)));
}

// l2_normalize(sparsevec): scaled to norm 1, without what becomes zero; the zero vector stays as it is.
VHNSW_FUNCTION(vhnsw_sparsevec_l2_normalize)
{
    const SparseVector *vector = sparsevec_arg(fcinfo, 0);
    const double length = norm(vector);
    float *values = static_cast<float *>(palloc(sizeof(float) * static_cast<Size>(vector->nnz)));

    for (int i = 0; i < vector->nnz; ++i) values[i] = static_cast<float>(sparse_values(vector)[i] / length);
    PG_RETURN_POINTER(make_sparsevec_without_zeros(vector->dim, vector->nnz, sparse_indices(vector), values));
}
