// The SQL type `sparsevec`: single-precision numbers, all finite, 1 to a billion of them, at most 16000 not zero.
#pragma once

#include "pg/pg.hpp"

#include <cstddef>

#include "type/check.hpp"

namespace vhnsw::type {

inline constexpr TypeLimits kSparsevec = {"sparsevec", 1000000000};
inline constexpr int kSparsevecMaxNnz = 16000;

// As stored in tables: do not change. The values, float[nnz], follow the positions.
struct SparseVector {
    int32 varlena_header;
    int32 dim;
    int32 nnz;                         // number of elements that are stored, which is those that are not zero
    int32 unused;                      // 0
    int32 idx[FLEXIBLE_ARRAY_MEMBER];  // positions from 0, ascending
};
static_assert(sizeof(SparseVector) == 16 && offsetof(SparseVector, dim) == 4 && offsetof(SparseVector, idx) == 16);

inline Size
sparsevec_bytes(int nnz)
{
    return offsetof(SparseVector, idx) + (sizeof(int32) + sizeof(float)) * static_cast<Size>(nnz);
}

inline int32 *
sparse_indices(SparseVector *vector)
{
    return vector->idx;
}

inline const int32 *
sparse_indices(const SparseVector *vector)
{
    return vector->idx;
}

inline float *
sparse_values(SparseVector *vector)
{
    return reinterpret_cast<float *>(vector->idx + vector->nnz);
}

inline const float *
sparse_values(const SparseVector *vector)
{
    return reinterpret_cast<const float *>(vector->idx + vector->nnz);
}

// Returns a vector in the current memory context, elements uninitialised. REQUIRES: dim has passed check_dims(), and
// nnz is from 0 to kSparsevecMaxNnz.
inline SparseVector *
make_sparsevec(int dim, int nnz)
{
    SparseVector *vector = static_cast<SparseVector *>(palloc(sparsevec_bytes(nnz)));

    SET_VARSIZE(vector, sparsevec_bytes(nnz));
    vector->dim = dim;
    vector->nnz = nnz;
    vector->unused = 0;
    return vector;
}

// At most kSparsevecMaxNnz elements are not zero.
bool check_nnz(int64 nnz, Node *soft = nullptr);

// The vector of `dim` dimensions that has these `count` values at the positions `idx`, which ascend, or at the first
// ones when `idx` is null. Zeros are not stored; reports more than kSparsevecMaxNnz other values.
SparseVector *make_sparsevec_without_zeros(int dim, int count, const int32 *idx, const float *values);

inline SparseVector *
datum_get_sparsevec(Datum datum)
{
    SparseVector *vector = reinterpret_cast<SparseVector *>(PG_DETOAST_DATUM(datum));

    Assert(VARSIZE(vector) == sparsevec_bytes(vector->nnz));
    return vector;
}

// Argument number `n` of an SQL function, detoasted; not to be written to.
inline const SparseVector *
sparsevec_arg(FunctionCallInfo fcinfo, int n)
{
    return datum_get_sparsevec(PG_GETARG_DATUM(n));
}

struct SparsePair {
    const SparseVector *a;
    const SparseVector *b;
};

// Two operands, which must have equally many dimensions.
inline SparsePair
sparse_pair(const SparseVector *a, const SparseVector *b)
{
    check_same_dims(kSparsevec, a->dim, b->dim);
    return {a, b};
}

inline SparsePair
sparse_pair_args(FunctionCallInfo fcinfo)
{
    return sparse_pair(sparsevec_arg(fcinfo, 0), sparsevec_arg(fcinfo, 1));
}

// Distances of two vectors with equally many dimensions (distance_sparse.cpp). Summed in double precision; the sum is
// rounded to float, in which it may be infinite.
float sparse_l2_squared(const SparsePair &pair);
float sparse_inner_product(const SparsePair &pair);
float sparse_l1(const SparsePair &pair);

// The sum of the squares, in double precision, which it cannot leave.
double sparse_squared_norm(const SparseVector *vector);

}  // namespace vhnsw::type
