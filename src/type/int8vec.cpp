// Input, output, comparison and parts of `int8vec`. Distances are in distance_int8vec.cpp, casts in cast_int8vec.cpp.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/compare.hpp"
#include "type/cost.hpp"
#include "type/float_text.hpp"
#include "type/int8vec.hpp"

namespace vhnsw::type {

bool
check_scale(float scale, Node *soft)
{
    if (scale > 0 && std::isfinite(scale)) return true;
    ereturn(soft, false,
            (errcode(ERRCODE_DATA_EXCEPTION), errmsg("scale of %s must be positive and finite", kInt8vec.name)));
}

}  // namespace vhnsw::type

namespace {

using namespace vhnsw::type;

// Whether there is an element of another type: a number that is no integer.
bool
is_real_element(const char *text)
{
    const FloatText number = read_float(text);
    const char next = *skip_space(number.end);

    return number.end != text && std::isfinite(number.value) && (next == ',' || next == ']');
}

// Reads "[1,2,3]" or "[1,2,3]*0.5". Returns null after a soft error.
Int8Vector *
parse_int8vec(const char *literal, Node *soft)
{
    Int8Vector *result = make_int8vec(list_elements_bound(literal, kInt8vec.max_dims), 1);
    const ListText text = read_list(literal, kInt8vec.max_dims, result->x);

    // Text of a vector is a likely mistake.
    if (text.state == ListTextState::wrong && is_real_element(text.number)) {
        report_syntax(kInt8vec, literal, nullptr,
                      "Elements are integers; a vector of other numbers can be cast to int8vec.", soft);
        return nullptr;
    }
    if (!check_scale(text.scale, soft) || !check_list(kInt8vec, literal, text, soft)) return nullptr;
    SET_VARSIZE(result, int8vec_bytes(text.count));
    result->dim = static_cast<int16>(text.count);
    result->scale = text.scale;
    return result;
}

// Order of the vectors that are stood for: by the first element that differs, else the shorter vector first.
int
compare(const Int8Vector *a, const Int8Vector *b)
{
    const int common = Min(a->dim, b->dim);

    for (int i = 0; i < common; ++i) {
        const double x = int8vec_element(a, i);
        const double y = int8vec_element(b, i);
        if (x < y) return -1;
        if (x > y) return 1;
    }
    return (a->dim > b->dim) - (a->dim < b->dim);
}

int
compare_args(FunctionCallInfo fcinfo)
{
    return compare_values<datum_get_int8vec, compare>(fcinfo);
}

}  // namespace

// int8vec_in(cstring, oid, integer)
VHNSW_FUNCTION(vhnsw_int8vec_in)
{
    Int8Vector *result = parse_int8vec(PG_GETARG_CSTRING(0), fcinfo->context);

    if (result == nullptr || !check_expected_dims(PG_GETARG_INT32(2), result->dim, fcinfo->context)) PG_RETURN_NULL();
    PG_RETURN_POINTER(result);
}

// int8vec_out(int8vec): the scale, unless it is 1, in the fewest digits that read back as the same number.
VHNSW_FUNCTION(vhnsw_int8vec_out)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    // "-128" and the comma or bracket after it; "[", "*" and a scale, whose length counts a terminator.
    char *literal = static_cast<char *>(palloc(static_cast<Size>(vector->dim) * 5 + 2 + FLOAT_SHORTEST_DECIMAL_LEN));
    char *p = literal;

    *p++ = '[';
    for (int i = 0; i < vector->dim; ++i) {
        if (i > 0) *p++ = ',';
        p += pg_ltoa(vector->x[i], p);
    }
    *p++ = ']';
    if (vector->scale != 1) {
        *p++ = '*';
        p += float_to_shortest_decimal_bufn(vector->scale, p);
    }
    *p = '\0';
    PG_RETURN_CSTRING(literal);
}

// int8vec_typmod_in(cstring[])
VHNSW_FUNCTION(vhnsw_int8vec_typmod_in)
{
    PG_RETURN_INT32(typmod_from_list(kInt8vec, PG_GETARG_ARRAYTYPE_P(0)));
}

// int8vec_recv(internal, oid, integer): int16 dim, int16 zero, float4 scale, int8 elements, in network order.
VHNSW_FUNCTION(vhnsw_int8vec_recv)
{
    StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int16 dim = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
    const int16 unused = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
    const float scale = pq_getmsgfloat4(message);

    check_dims(kInt8vec, dim);
    check_expected_dims(PG_GETARG_INT32(2), dim);
    check_unused(unused);
    check_scale(scale);

    Int8Vector *result = make_int8vec(dim, scale);
    pq_copymsgbytes(message, reinterpret_cast<char *>(result->x), dim);
    PG_RETURN_POINTER(result);
}

// int8vec_send(int8vec)
VHNSW_FUNCTION(vhnsw_int8vec_send)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    StringInfoData message;

    pq_begintypsend(&message);
    pq_sendint16(&message, static_cast<uint16>(vector->dim));
    pq_sendint16(&message, static_cast<uint16>(vector->unused));
    pq_sendfloat4(&message, vector->scale);
    pq_sendbytes(&message, reinterpret_cast<const char *>(vector->x), vector->dim);
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// int8vec(int8vec, integer, boolean): the cast that enforces int8vec(n).
VHNSW_FUNCTION(vhnsw_int8vec)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    PG_RETURN_POINTER(vector);
}

VHNSW_FUNCTION(vhnsw_int8vec_dims)
{
    PG_RETURN_INT32(int8vec_arg(fcinfo, 0)->dim);
}

// subvector(int8vec, start, count): like substring(), positions before 1 and after the end exist but are empty.
VHNSW_FUNCTION(vhnsw_int8vec_subvector)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    const int64 start = PG_GETARG_INT32(1);
    const int64 end = start + PG_GETARG_INT32(2);
    const int64 first = Max(start, INT64CONST(1));
    const int64 dim = Min(end, INT64CONST(1) + vector->dim) - first;

    check_dims(kInt8vec, dim);
    Int8Vector *result = make_int8vec(static_cast<int>(dim), vector->scale);
    memcpy(result->x, vector->x + (first - 1), static_cast<Size>(dim));
    PG_RETURN_POINTER(result);
}

// binary_quantize(int8vec): a bit for each element, set when it is greater than zero.
VHNSW_FUNCTION(vhnsw_int8vec_binary_quantize)
{
    const Int8Vector *vector = int8vec_arg(fcinfo, 0);
    const Size bytes = static_cast<Size>(VARBITTOTALLEN(vector->dim));
    VarBit *result = static_cast<VarBit *>(palloc0(bytes));

    SET_VARSIZE(result, bytes);
    VARBITLEN(result) = vector->dim;
    for (int i = 0; i < vector->dim; ++i)
        if (vector->x[i] > 0) VARBITS(result)[i / 8] |= static_cast<bits8>(0x80 >> (i % 8));
    PG_RETURN_VARBIT_P(result);
}

VHNSW_FUNCTION(vhnsw_int8vec_lt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_le)
{
    PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_eq)
{
    PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_ne)
{
    PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_ge)
{
    PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_gt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

VHNSW_FUNCTION(vhnsw_int8vec_cmp)
{
    PG_RETURN_INT32(compare_args(fcinfo));
}

// int8vec_cost_support(internal)
VHNSW_FUNCTION(vhnsw_int8vec_cost_support)
{
    return cost_support(fcinfo, {offsetof(Int8Vector, x), 1, true});
}
