// Casts between the vector types and arrays.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/vector.hpp"

namespace vhnsw::type {

void
check_array_shape(ArrayType *array)
{
    if (ARR_NDIM(array) > 1) ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
    if (array_contains_nulls(array))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array must not contain nulls")));
}

namespace {

// Converts elements of fixed width. A number too large for float becomes infinite, which the caller reports.
template <typename Element>
void
convert_elements(ArrayType *array, int count, float *out)
{
    const Element *elements = array_elements<Element>(array);

    for (int i = 0; i < count; ++i) out[i] = static_cast<float>(elements[i]);
}

void
convert_numerics(ArrayType *array, int count, float *out)
{
    Datum *elements;
    bool *nulls;

    deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    for (int i = 0; i < count; ++i) out[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
}

}  // namespace

void
array_to_floats(ArrayType *array, int count, float *out)
{
    switch (ARR_ELEMTYPE(array)) {
        case INT4OID: return convert_elements<int32>(array, count, out);
        case FLOAT4OID: return convert_elements<float4>(array, count, out);
        case FLOAT8OID: return convert_elements<float8>(array, count, out);
        case NUMERICOID: return convert_numerics(array, count, out);
        default: ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
    }
}

}  // namespace vhnsw::type

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
