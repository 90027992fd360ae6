// Casts between int8vec, the other vector types and arrays.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/halfvec.hpp"
#include "type/int8vec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// The scale with which the largest element becomes 127. At the ends of the range of float the nearest scale may not do:
// the smallest have so few digits that it may be too small, and 127 times the largest may overflow.
float
finest_scale(float largest)
{
    if (largest == 0) return 1;
    const float scale = largest / SCHAR_MAX;
    if (std::rint(static_cast<double>(largest) / scale) > SCHAR_MAX) return std::nextafter(scale, largest);
    return std::isinf(scale * SCHAR_MAX) ? std::nextafter(scale, 0.0f) : scale;
}

// Rounds every element to the nearest multiple of the scale.
template <typename Value>
Int8Vector *
quantize(const Value *vector, float scale)
{
    Int8Vector *result = make_int8vec(vector->dim, scale);

    for (int i = 0; i < vector->dim; ++i) {
        const double multiple = std::rint(static_cast<double>(Dense<Value>::load(vector->x[i])) / scale);
        if (multiple < SCHAR_MIN || multiple > SCHAR_MAX)
            ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                            errmsg("\"%g\" is out of range for type %s", multiple, kInt8vec.name),
                            errdetail("It is element %d divided by the scale.", i + 1)));
        result->x[i] = static_cast<int8>(multiple);
    }
    return result;
}

// type_to_int8vec(type, integer, boolean)
template <typename Value>
Datum
dense_to_int8vec(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    float largest = 0;

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    for (int i = 0; i < vector->dim; ++i) largest = Max(largest, std::fabs(Dense<Value>::load(vector->x[i])));
    PG_RETURN_POINTER(quantize(vector, finest_scale(largest)));
}

// The number that element `i` stands for, rounded to float.
float
float_element(const Int8Vector *vector, int i)
{
    const float element = static_cast<float>(int8vec_element(vector, i));

    if (unlikely(std::isinf(element))) float_overflow_error();
    return element;
}

// int8vec_to_type(int8vec, integer, boolean)
template <typename Value>
Datum
int8vec_to_dense(FunctionCallInfo fcinfo)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    Value *result = make_dense<Value>(vector->dim);
    for (int i = 0; i < vector->dim; ++i) result->x[i] = to_element<Value>(float_element(vector, i));
    PG_RETURN_POINTER(result);
}

}  // namespace

VHNSW_FUNCTION(vhnsw_vector_to_int8vec)
{
    return dense_to_int8vec<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_to_int8vec)
{
    return dense_to_int8vec<HalfVector>(fcinfo);
}

// to_int8vec(vector, real)
VHNSW_FUNCTION(vhnsw_vector_to_int8vec_with_scale)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    const float scale = PG_GETARG_FLOAT4(1);

    check_scale(scale);
    PG_RETURN_POINTER(quantize(vector, scale));
}

VHNSW_FUNCTION(vhnsw_int8vec_to_vector)
{
    return int8vec_to_dense<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_int8vec_to_halfvec)
{
    return int8vec_to_dense<HalfVector>(fcinfo);
}

// int8vec_to_float4(int8vec, integer, boolean)
VHNSW_FUNCTION(vhnsw_int8vec_to_float4)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    ArrayType *result = make_array<float4>(FLOAT4OID, vector->dim);

    float4 *elements = array_elements<float4>(result);

    for (int i = 0; i < vector->dim; ++i) elements[i] = float_element(vector, i);
    PG_RETURN_ARRAYTYPE_P(result);
}

// array_to_int8vec(integer[], integer, boolean)
VHNSW_FUNCTION(vhnsw_array_to_int8vec)
{
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
    check_array_shape(array);
    const int dim = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    check_dims(kInt8vec, dim);
    check_expected_dims(PG_GETARG_INT32(1), dim);

    Int8Vector *result = make_int8vec(dim, 1);
    const int32 *elements = array_elements<int32>(array);
    for (int i = 0; i < dim; ++i) {
        if (elements[i] < SCHAR_MIN || elements[i] > SCHAR_MAX)
            ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                            errmsg("\"%d\" is out of range for type %s", elements[i], kInt8vec.name)));
        result->x[i] = static_cast<int8>(elements[i]);
    }
    PG_RETURN_POINTER(result);
}
