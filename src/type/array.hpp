// Postgres arrays of numbers, one-dimensional and without nulls.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::type {

// Returns an array of `count` >= 1 zeros, in the current memory context.
template <typename Element>
ArrayType *
make_array(Oid element_type, int count)
{
    const Size bytes = ARR_OVERHEAD_NONULLS(1) + sizeof(Element) * static_cast<Size>(count);
    ArrayType *array = static_cast<ArrayType *>(palloc0(bytes));

    SET_VARSIZE(array, bytes);
    array->ndim = 1;
    array->elemtype = element_type;
    ARR_DIMS(array)[0] = count;
    ARR_LBOUND(array)[0] = 1;
    return array;
}

template <typename Element>
Element *
array_elements(ArrayType *array)
{
    return reinterpret_cast<Element *>(ARR_DATA_PTR(array));
}

// Checks that `array` can become a vector of any of the types, whatever its elements are.
void check_array_shape(ArrayType *array);

// Writes the `count` elements of an array that has passed check_array_shape(): integer, real, double precision or
// numeric. An element too large for float becomes infinite, which the caller reports.
void array_to_floats(ArrayType *array, int count, float *out);

}  // namespace vhnsw::type
