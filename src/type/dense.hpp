// What the types of dense vectors share. `vector` and `halfvec` are one struct around different elements: a type says
// in Dense<> what its elements are, and everything else is written once, as templates over the struct.
#pragma once

#include "pg/pg.hpp"

#include <cstddef>

#include "type/check.hpp"

namespace vhnsw::type {

// To be specialised for Value = { int32 varlena_header; int16 dim; int16 unused; Element x[]; }:
//
//   kLimits                 the type's name and most dimensions
//   Element                 an element as it is stored
//   load(element)           its value, exact
//   store(number)           the nearest element: infinite when the number is too large, NaN when it is
//   receive(message), send(message, element)   in network order
template <typename Value>
struct Dense;

template <typename Value>
using ElementOf = typename Dense<Value>::Element;

template <typename Value>
Size
dense_bytes(int dim)
{
    return offsetof(Value, x) + sizeof(ElementOf<Value>) * static_cast<Size>(dim);
}

// Returns a vector in the current memory context, elements uninitialised. REQUIRES: dim has passed check_dims().
template <typename Value>
Value *
make_dense(int dim)
{
    Value *vector = static_cast<Value *>(palloc(dense_bytes<Value>(dim)));

    SET_VARSIZE(vector, dense_bytes<Value>(dim));
    vector->dim = static_cast<int16>(dim);
    vector->unused = 0;
    return vector;
}

template <typename Value>
Value *
datum_get_dense(Datum datum)
{
    Value *vector = reinterpret_cast<Value *>(PG_DETOAST_DATUM(datum));

    Assert(VARSIZE(vector) == dense_bytes<Value>(vector->dim));
    return vector;
}

// Argument number `n` of an SQL function, detoasted; not to be written to.
template <typename Value>
const Value *
dense_arg(FunctionCallInfo fcinfo, int n)
{
    return datum_get_dense<Value>(PG_GETARG_DATUM(n));
}

template <typename Value>
struct DensePair {
    const Value *a;
    const Value *b;
};

// Two operands, which must have equally many dimensions.
template <typename Value>
DensePair<Value>
dense_pair(const Value *a, const Value *b)
{
    check_same_dims(Dense<Value>::kLimits, a->dim, b->dim);
    return {a, b};
}

// Arguments 0 and 1.
template <typename Value>
DensePair<Value>
dense_pair_args(FunctionCallInfo fcinfo)
{
    return dense_pair(dense_arg<Value>(fcinfo, 0), dense_arg<Value>(fcinfo, 1));
}

// The element for a number that comes from outside the type, which has to be finite and in its range.
template <typename Value>
ElementOf<Value>
to_element(float number)
{
    const ElementOf<Value> element = Dense<Value>::store(number);

    if (unlikely(!std::isfinite(Dense<Value>::load(element)))) report_number(Dense<Value>::kLimits, number);
    return element;
}

}  // namespace vhnsw::type
