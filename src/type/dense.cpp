// Input, output, arithmetic and comparison of the dense types. Distances are in distance.cpp, casts in cast.cpp.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/compare.hpp"
#include "type/halfvec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// Reads "[1,2,3]". Returns null after a soft error.
template <typename Value>
Value *
parse(const char *literal, Node *soft)
{
    constexpr TypeLimits kType = Dense<Value>::kLimits;

    Value *result = make_dense<Value>(list_elements_bound(literal, kType.max_dims));
    const ListText text = read_list(literal, kType.max_dims, result->x);
    if (!check_list(kType, literal, text, soft)) return nullptr;
    SET_VARSIZE(result, dense_bytes<Value>(text.count));
    result->dim = static_cast<int16>(text.count);
    return result;
}

// type_in(cstring, oid, integer)
template <typename Value>
Datum
input(FunctionCallInfo fcinfo)
{
    Value *result = parse<Value>(PG_GETARG_CSTRING(0), fcinfo->context);

    if (result == nullptr || !check_expected_dims(PG_GETARG_INT32(2), result->dim, fcinfo->context)) PG_RETURN_NULL();
    PG_RETURN_POINTER(result);
}

// type_out(type): every number in the fewest digits that read back as the same number, of those of real.
template <typename Value>
Datum
output(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    // A number and the comma or bracket after it fit in FLOAT_SHORTEST_DECIMAL_LEN, which counts a terminator.
    char *literal = static_cast<char *>(palloc(static_cast<Size>(vector->dim) * FLOAT_SHORTEST_DECIMAL_LEN + 2));
    char *p = literal;

    *p++ = '[';
    for (int i = 0; i < vector->dim; ++i) {
        if (i > 0) *p++ = ',';
        p += float_to_shortest_decimal_bufn(Dense<Value>::load(vector->x[i]), p);
    }
    *p++ = ']';
    *p = '\0';
    PG_RETURN_CSTRING(literal);
}

// type_recv(internal, oid, integer): int16 dim, int16 zero, elements, in network order.
template <typename Value>
Datum
receive(FunctionCallInfo fcinfo)
{
    StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int16 dim = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
    const int16 unused = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));

    check_dims(Dense<Value>::kLimits, dim);
    check_expected_dims(PG_GETARG_INT32(2), dim);
    check_unused(unused);

    Value *result = make_dense<Value>(dim);
    for (int i = 0; i < dim; ++i) {
        result->x[i] = Dense<Value>::receive(message);
        check_element(Dense<Value>::kLimits, Dense<Value>::load(result->x[i]));
    }
    PG_RETURN_POINTER(result);
}

template <typename Value>
Datum
send(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    StringInfoData message;

    pq_begintypsend(&message);
    enlargeStringInfo(&message, static_cast<int>(dense_bytes<Value>(vector->dim)));
    pq_sendint16(&message, static_cast<uint16>(vector->dim));
    pq_sendint16(&message, static_cast<uint16>(vector->unused));
    for (int i = 0; i < vector->dim; ++i) Dense<Value>::send(&message, vector->x[i]);
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// type(type, integer, boolean): the cast that enforces type(n).
template <typename Value>
Datum
enforce_typmod(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    PG_RETURN_POINTER(vector);
}

// The element for the result of an operation on elements, which are finite.
template <typename Value>
ElementOf<Value>
rounded(float result)
{
    const ElementOf<Value> element = Dense<Value>::store(result);

    if (unlikely(std::isinf(Dense<Value>::load(element)))) float_overflow_error();
    return element;
}

// Applies `operation`, which returns the element for two numbers, element by element.
template <typename Value, typename Operation>
Datum
combine_args(FunctionCallInfo fcinfo, const Operation &operation)
{
    const auto [a, b] = dense_pair_args<Value>(fcinfo);
    Value *result = make_dense<Value>(a->dim);

    for (int i = 0; i < a->dim; ++i) result->x[i] = operation(Dense<Value>::load(a->x[i]), Dense<Value>::load(b->x[i]));
    PG_RETURN_POINTER(result);
}

template <typename Value>
Datum
add(FunctionCallInfo fcinfo)
{
    return combine_args<Value>(fcinfo, [](float a, float b) { return rounded<Value>(a + b); });
}

template <typename Value>
Datum
subtract(FunctionCallInfo fcinfo)
{
    return combine_args<Value>(fcinfo, [](float a, float b) { return rounded<Value>(a - b); });
}

template <typename Value>
Datum
multiply(FunctionCallInfo fcinfo)
{
    return combine_args<Value>(fcinfo, [](float a, float b) {
        const ElementOf<Value> product = rounded<Value>(a * b);
        if (unlikely(Dense<Value>::load(product) == 0 && a != 0 && b != 0)) float_underflow_error();
        return product;
    });
}

template <typename Value>
Datum
concatenate(FunctionCallInfo fcinfo)
{
    const Value *a = dense_arg<Value>(fcinfo, 0);
    const Value *b = dense_arg<Value>(fcinfo, 1);
    const int dim = a->dim + b->dim;

    check_dims(Dense<Value>::kLimits, dim);
    Value *result = make_dense<Value>(dim);
    memcpy(result->x, a->x, sizeof(a->x[0]) * static_cast<Size>(a->dim));
    memcpy(result->x + a->dim, b->x, sizeof(b->x[0]) * static_cast<Size>(b->dim));
    PG_RETURN_POINTER(result);
}

// subvector(type, start, count): like substring(), positions before 1 and after the end exist but are empty.
template <typename Value>
Datum
subvector(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    const int64 start = PG_GETARG_INT32(1);
    const int64 end = start + PG_GETARG_INT32(2);
    const int64 first = Max(start, INT64CONST(1));
    const int64 dim = Min(end, INT64CONST(1) + vector->dim) - first;

    check_dims(Dense<Value>::kLimits, dim);
    Value *result = make_dense<Value>(static_cast<int>(dim));
    memcpy(result->x, vector->x + (first - 1), sizeof(vector->x[0]) * static_cast<Size>(dim));
    PG_RETURN_POINTER(result);
}

// binary_quantize(type): a bit for each element, set when it is greater than zero.
template <typename Value>
Datum
binary_quantize(FunctionCallInfo fcinfo)
{
    const Value *vector = dense_arg<Value>(fcinfo, 0);
    const Size bytes = static_cast<Size>(VARBITTOTALLEN(vector->dim));
    VarBit *result = static_cast<VarBit *>(palloc0(bytes));

    SET_VARSIZE(result, bytes);
    VARBITLEN(result) = vector->dim;
    for (int i = 0; i < vector->dim; ++i)
        if (Dense<Value>::load(vector->x[i]) > 0) VARBITS(result)[i / 8] |= static_cast<bits8>(0x80 >> (i % 8));
    PG_RETURN_VARBIT_P(result);
}

// Order of arrays: by the first element that differs, else the shorter vector first.
template <typename Value>
int
compare(const Value *a, const Value *b)
{
    const int common = Min(a->dim, b->dim);

    for (int i = 0; i < common; ++i) {
        const float x = Dense<Value>::load(a->x[i]), y = Dense<Value>::load(b->x[i]);
        if (x < y) return -1;
        if (x > y) return 1;
    }
    return (a->dim > b->dim) - (a->dim < b->dim);
}

template <typename Value>
int
compare_args(FunctionCallInfo fcinfo)
{
    return compare_values<datum_get_dense<Value>, compare<Value>>(fcinfo);
}

}  // namespace

// --- vector ---

VHNSW_FUNCTION(vhnsw_vector_in)
{
    return input<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_out)
{
    return output<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_typmod_in)
{
    PG_RETURN_INT32(typmod_from_list(kVector, PG_GETARG_ARRAYTYPE_P(0)));
}

VHNSW_FUNCTION(vhnsw_vector_recv)
{
    return receive<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_send)
{
    return send<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector)
{
    return enforce_typmod<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_dims)
{
    PG_RETURN_INT32(dense_arg<Vector>(fcinfo, 0)->dim);
}

VHNSW_FUNCTION(vhnsw_vector_add)
{
    return add<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_sub)
{
    return subtract<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_mul)
{
    return multiply<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_concat)
{
    return concatenate<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_subvector)
{
    return subvector<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_binary_quantize)
{
    return binary_quantize<Vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_lt)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) < 0);
}

VHNSW_FUNCTION(vhnsw_vector_le)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) <= 0);
}

VHNSW_FUNCTION(vhnsw_vector_eq)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) == 0);
}

VHNSW_FUNCTION(vhnsw_vector_ne)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) != 0);
}

VHNSW_FUNCTION(vhnsw_vector_ge)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) >= 0);
}

VHNSW_FUNCTION(vhnsw_vector_gt)
{
    PG_RETURN_BOOL(compare_args<Vector>(fcinfo) > 0);
}

VHNSW_FUNCTION(vhnsw_vector_cmp)
{
    PG_RETURN_INT32(compare_args<Vector>(fcinfo));
}

// --- halfvec ---

VHNSW_FUNCTION(vhnsw_halfvec_in)
{
    return input<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_out)
{
    return output<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_typmod_in)
{
    PG_RETURN_INT32(typmod_from_list(kHalfvec, PG_GETARG_ARRAYTYPE_P(0)));
}

VHNSW_FUNCTION(vhnsw_halfvec_recv)
{
    return receive<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_send)
{
    return send<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec)
{
    return enforce_typmod<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_dims)
{
    PG_RETURN_INT32(dense_arg<HalfVector>(fcinfo, 0)->dim);
}

VHNSW_FUNCTION(vhnsw_halfvec_add)
{
    return add<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_sub)
{
    return subtract<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_mul)
{
    return multiply<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_concat)
{
    return concatenate<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_subvector)
{
    return subvector<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_binary_quantize)
{
    return binary_quantize<HalfVector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_lt)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) < 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_le)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) <= 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_eq)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) == 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_ne)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) != 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_ge)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) >= 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_gt)
{
    PG_RETURN_BOOL(compare_args<HalfVector>(fcinfo) > 0);
}

VHNSW_FUNCTION(vhnsw_halfvec_cmp)
{
    PG_RETURN_INT32(compare_args<HalfVector>(fcinfo));
}
