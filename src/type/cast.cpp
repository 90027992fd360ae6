// Casts between the dense types, and between them and arrays.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/halfvec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// array_to_type(integer[] | real[] | double precision[] | numeric[], integer, boolean)
template <typename Value>
Datum
array_to_dense(FunctionCallInfo fcinfo)
{
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
    check_array_shape(array);
    const int dim = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    check_dims(Dense<Value>::kLimits, dim);
    check_expected_dims(PG_GETARG_INT32(1), dim);

    float *numbers = static_cast<float *>(palloc(sizeof(float) * static_cast<Size>(dim)));
    array_to_floats(array, dim, numbers);
    Value *result = make_dense<Value>(dim);
    for (int i = 0; i < dim; ++i) result->x[i] = to_element<Value>(numbers[i]);
    PG_RETURN_POINTER(result);
}

// type_to_float4(type, integer, boolean)
template <typename Value>
Datum
dense_to_float4(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    ArrayType *result = make_array<float4>(FLOAT4OID, vector->dim);
    float4 *elements = array_elements<float4>(result);

    for (int i = 0; i < vector->dim; ++i) elements[i] = Dense<Value>::load(vector->x[i]);
    PG_RETURN_ARRAYTYPE_P(result);
}

// from_to_to(from, integer, boolean)
template <typename From, typename To>
Datum
dense_to_dense(FunctionCallInfo fcinfo)
{
    const From *vector = dense_arg<From>(fcinfo, 0);
    static_assert(Dense<From>::kLimits.max_dims <= Dense<To>::kLimits.max_dims);
    check_expected_dims(PG_GETARG_INT32(1), vector->dim);

    To *result = make_dense<To>(vector->dim);
    for (int i = 0; i < vector->dim; ++i) result->x[i] = to_element<To>(Dense<From>::load(vector->x[i]));
    PG_RETURN_POINTER(result);
}

}  // namespace

VHNSW_FUNCTION(vhnsw_array_to_vector)
{
    return array_to_dense<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_array_to_halfvec)
{
    return array_to_dense<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_to_float4)
{
    return dense_to_float4<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_to_float4)
{
    return dense_to_float4<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_to_halfvec)
{
    return dense_to_dense<Vector, HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_to_vector)
{
    return dense_to_dense<HalfVector, Vector>(fcinfo);
}
