// Casts between `sparsevec` and the types whose elements are all stored.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/halfvec.hpp"
#include "type/sparsevec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

float *
make_floats(int count)
{
    return static_cast<float *>(palloc(sizeof(float) * static_cast<Size>(count)));
}

}  // namespace

// vector_to_sparsevec(vector, integer, boolean)
VHNSW_FUNCTION(vhnsw_vector_to_sparsevec)
{
    const Vector *vector = vector_arg(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    PG_RETURN_POINTER(make_sparsevec_without_zeros(vector->dim, vector->dim, nullptr, vector->x));
}

// sparsevec_to_vector(sparsevec, integer, boolean)
VHNSW_FUNCTION(vhnsw_sparsevec_to_vector)
{
    const SparseVector *sparse = sparsevec_arg(fcinfo, 0);
    check_dims(kVector, sparse->dim);
    check_expected_dims(PG_GETARG_INT32(1), sparse->dim);

    Vector *result = make_vector(sparse->dim);
    memset(result->x, 0, sizeof(float) * static_cast<Size>(sparse->dim));
    for (int i = 0; i < sparse->nnz; ++i) result->x[sparse_indices(sparse)[i]] = sparse_values(sparse)[i];
    PG_RETURN_POINTER(result);
}

// array_to_sparsevec(integer[] | real[] | double precision[] | numeric[], integer, boolean)
VHNSW_FUNCTION(vhnsw_array_to_sparsevec)
{
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
    check_array_shape(array);
    const int dim = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    check_dims(kSparsevec, dim);
    check_expected_dims(PG_GETARG_INT32(1), dim);

    float *elements = make_floats(dim);
    array_to_floats(array, dim, elements);
    SparseVector *result = make_sparsevec_without_zeros(dim, dim, nullptr, elements);
    for (int i = 0; i < result->nnz; ++i) check_element(kSparsevec, sparse_values(result)[i]);
    PG_RETURN_POINTER(result);
}

// halfvec_to_sparsevec(halfvec, integer, boolean)
VHNSW_FUNCTION(vhnsw_halfvec_to_sparsevec)
{
    const HalfVector *half = datum_get_halfvec(PG_GETARG_DATUM(0));
    check_expected_dims(PG_GETARG_INT32(1), half->dim);

    float *elements = make_floats(half->dim);
    for (int i = 0; i < half->dim; ++i) elements[i] = vhnsw::half_to_float(half->x[i]);
    PG_RETURN_POINTER(make_sparsevec_without_zeros(half->dim, half->dim, nullptr, elements));
}

// sparsevec_to_halfvec(sparsevec, integer, boolean)
VHNSW_FUNCTION(vhnsw_sparsevec_to_halfvec)
{
    const SparseVector *sparse = sparsevec_arg(fcinfo, 0);
    check_dims(kHalfvec, sparse->dim);
    check_expected_dims(PG_GETARG_INT32(1), sparse->dim);

    HalfVector *result = make_halfvec(sparse->dim);
    memset(result->x, 0, sizeof(uint16) * static_cast<Size>(sparse->dim));
    for (int i = 0; i < sparse->nnz; ++i)
        result->x[sparse_indices(sparse)[i]] = to_element<HalfVector>(sparse_values(sparse)[i]);
    PG_RETURN_POINTER(result);
}
