#include "type/array.hpp"

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
