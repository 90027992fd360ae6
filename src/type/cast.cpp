// Casts between the vector types and arrays.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/vector.hpp"

using namespace vhnsw::type;

// array_to_vector(integer[] | real[] | double precision[] | numeric[], integer, boolean)
VHNSW_FUNCTION(vhnsw_array_to_vector)
{
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
    check_array_shape(array);
    const int dim = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    check_dims(kVector, dim);
    check_expected_dims(PG_GETARG_INT32(1), dim);

    Vector *result = make_vector(dim);
    array_to_floats(array, dim, result->x);
    for (int i = 0; i < dim; ++i) check_element(kVector, result->x[i]);
    PG_RETURN_POINTER(result);
}

// vector_to_float4(vector, integer, boolean)
VHNSW_FUNCTION(vhnsw_vector_to_float4)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    ArrayType *result = make_array<float4>(FLOAT4OID, vector->dim);

    memcpy(array_elements<float4>(result), vector->x, sizeof(float4) * static_cast<Size>(vector->dim));
    PG_RETURN_ARRAYTYPE_P(result);
}
