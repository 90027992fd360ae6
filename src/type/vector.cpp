// Input, output, arithmetic and comparison of `vector`. Distances are in distance.cpp, arrays in cast.cpp.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/float_text.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// Reports that `literal` is no vector. `detail` may be null. Returns null when the error is soft.
Vector *
report_syntax(const char *literal, const char *detail, Node *soft)
{
    ereturn(soft, nullptr,
            (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
             errmsg("invalid input syntax for type %s: \"%s\"", kVector.name, literal),
             detail != nullptr ? errdetail("%s", detail) : 0));
}

Vector *
report_range(const char *number, const char *end, Node *soft)
{
    ereturn(soft, nullptr,
            (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
             errmsg("\"%s\" is out of range for type %s", pnstrdup(number, static_cast<Size>(end - number)),
                    kVector.name)));
}

// The most dimensions `literal` can have, so that the result can be allocated before it is read.
int
dims_upper_bound(const char *literal)
{
    int dims = 1;

    for (const char *p = literal; *p != '\0' && dims < kVector.max_dims; ++p) dims += *p == ',';
    return dims;
}

// Reads "[1,2,3]". Returns null after a soft error.
Vector *
parse_vector(const char *literal, Node *soft)
{
    const char *p = skip_space(literal);
    if (*p != '[') return report_syntax(literal, "Vector contents must start with \"[\".", soft);
    p = skip_space(p + 1);
    if (*p == ']') {
        check_dims(kVector, 0, soft);
        return nullptr;
    }

    Vector *result = make_vector(dims_upper_bound(p));
    int dim = 0;
    for (;;) {
        if (!check_dims(kVector, dim + 1, soft)) return nullptr;
        p = skip_space(p);
        const FloatText number = read_float(p);
        if (number.end == p) return report_syntax(literal, nullptr, soft);
        // A number too small for the type becomes zero.
        if (number.out_of_range && std::isinf(number.value)) return report_range(p, number.end, soft);
        if (!check_element(kVector, number.value, soft)) return nullptr;
        result->x[dim++] = number.value;

        p = skip_space(number.end);
        if (*p == ']') break;
        if (*p != ',') return report_syntax(literal, nullptr, soft);
        ++p;
    }
    if (*skip_space(p + 1) != '\0') return report_syntax(literal, "Junk after closing right brace.", soft);

    SET_VARSIZE(result, vector_bytes(dim));
    result->dim = static_cast<int16>(dim);
    return result;
}

// Applies an operation of finite numbers, which reports overflow and underflow itself, element by element.
template <float4 operation(float4, float4)>
Datum
combine_args(FunctionCallInfo fcinfo)
{
    const auto [a, b] = vector_pair_args(fcinfo);
    Vector *result = make_vector(a->dim);

    for (int i = 0; i < a->dim; ++i) result->x[i] = operation(a->x[i], b->x[i]);
    PG_RETURN_POINTER(result);
}

// Order of arrays: by the first element that differs, else the shorter vector first.
int
compare(const Vector *a, const Vector *b)
{
    const int common = Min(a->dim, b->dim);

    for (int i = 0; i < common; ++i) {
        if (a->x[i] < b->x[i]) return -1;
        if (a->x[i] > b->x[i]) return 1;
    }
    return (a->dim > b->dim) - (a->dim < b->dim);
}

// Compares arguments 0 and 1. Frees detoasted copies: sorting calls this many times in one memory context.
int
compare_args(FunctionCallInfo fcinfo)
{
    Vector *a = datum_get_vector(PG_GETARG_DATUM(0));
    Vector *b = datum_get_vector(PG_GETARG_DATUM(1));
    const int result = compare(a, b);

    PG_FREE_IF_COPY(a, 0);
    PG_FREE_IF_COPY(b, 1);
    return result;
}

}  // namespace

// vector_in(cstring, oid, integer)
VHNSW_FUNCTION(vhnsw_vector_in)
{
    Vector *result = parse_vector(PG_GETARG_CSTRING(0), fcinfo->context);

    if (result == nullptr || !check_expected_dims(PG_GETARG_INT32(2), result->dim, fcinfo->context)) PG_RETURN_NULL();
    PG_RETURN_POINTER(result);
}

// vector_out(vector): every number in the fewest digits that read back as the same number.
VHNSW_FUNCTION(vhnsw_vector_out)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    // A number and the comma or bracket after it fit in FLOAT_SHORTEST_DECIMAL_LEN, which counts a terminator.
    char *literal = static_cast<char *>(palloc(static_cast<Size>(vector->dim) * FLOAT_SHORTEST_DECIMAL_LEN + 2));
    char *p = literal;

    *p++ = '[';
    for (int i = 0; i < vector->dim; ++i) {
        if (i > 0) *p++ = ',';
        p += float_to_shortest_decimal_bufn(vector->x[i], p);
    }
    *p++ = ']';
    *p = '\0';
    PG_RETURN_CSTRING(literal);
}

// vector_typmod_in(cstring[])
VHNSW_FUNCTION(vhnsw_vector_typmod_in)
{
    PG_RETURN_INT32(typmod_from_list(kVector, PG_GETARG_ARRAYTYPE_P(0)));
}

// vector_recv(internal, oid, integer): int16 dim, int16 zero, float4 elements, in network order.
VHNSW_FUNCTION(vhnsw_vector_recv)
{
    StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int16 dim = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
    const int16 unused = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));

    check_dims(kVector, dim);
    check_expected_dims(PG_GETARG_INT32(2), dim);
    check_unused(unused);

    Vector *result = make_vector(dim);
    for (int i = 0; i < dim; ++i) {
        result->x[i] = pq_getmsgfloat4(message);
        check_element(kVector, result->x[i]);
    }
    PG_RETURN_POINTER(result);
}

// vector_send(vector)
VHNSW_FUNCTION(vhnsw_vector_send)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    StringInfoData message;

    pq_begintypsend(&message);
    enlargeStringInfo(&message, static_cast<int>(vector_bytes(vector->dim)));
    pq_sendint16(&message, static_cast<uint16>(vector->dim));
    pq_sendint16(&message, static_cast<uint16>(vector->unused));
    for (int i = 0; i < vector->dim; ++i) pq_sendfloat4(&message, vector->x[i]);
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// vector(vector, integer, boolean): the cast that enforces vector(n).
VHNSW_FUNCTION(vhnsw_vector)
{
    const Vector *vector = vector_arg(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    PG_RETURN_POINTER(vector);
}

VHNSW_FUNCTION(vhnsw_vector_dims)
{
    PG_RETURN_INT32(vector_arg(fcinfo, 0)->dim);
}

VHNSW_FUNCTION(vhnsw_vector_add)
{
    return combine_args<float4_pl>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_sub)
{
    return combine_args<float4_mi>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_mul)
{
    return combine_args<float4_mul>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_concat)
{
    const Vector *a = vector_arg(fcinfo, 0);
    const Vector *b = vector_arg(fcinfo, 1);
    const int dim = a->dim + b->dim;

    check_dims(kVector, dim);
    Vector *result = make_vector(dim);
    memcpy(result->x, a->x, sizeof(float) * static_cast<Size>(a->dim));
    memcpy(result->x + a->dim, b->x, sizeof(float) * static_cast<Size>(b->dim));
    PG_RETURN_POINTER(result);
}

// subvector(vector, start, count): like substring(), positions before 1 and after the end exist but are empty.
VHNSW_FUNCTION(vhnsw_vector_subvector)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    const int64 start = PG_GETARG_INT32(1);
    const int64 end = start + PG_GETARG_INT32(2);
    const int64 first = Max(start, INT64CONST(1));
    const int64 dim = Min(end, INT64CONST(1) + vector->dim) - first;

    check_dims(kVector, dim);
    Vector *result = make_vector(static_cast<int>(dim));
    memcpy(result->x, vector->x + (first - 1), sizeof(float) * static_cast<Size>(dim));
    PG_RETURN_POINTER(result);
}

// binary_quantize(vector): a bit for each element, set when it is greater than zero.
VHNSW_FUNCTION(vhnsw_vector_binary_quantize)
{
    const Vector *vector = vector_arg(fcinfo, 0);
    const Size bytes = static_cast<Size>(VARBITTOTALLEN(vector->dim));
    VarBit *result = static_cast<VarBit *>(palloc0(bytes));

    SET_VARSIZE(result, bytes);
    VARBITLEN(result) = vector->dim;
    for (int i = 0; i < vector->dim; ++i)
        if (vector->x[i] > 0) VARBITS(result)[i / 8] |= static_cast<bits8>(0x80 >> (i % 8));
    PG_RETURN_VARBIT_P(result);
}

VHNSW_FUNCTION(vhnsw_vector_lt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

VHNSW_FUNCTION(vhnsw_vector_le)
{
    PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

VHNSW_FUNCTION(vhnsw_vector_eq)
{
    PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

VHNSW_FUNCTION(vhnsw_vector_ne)
{
    PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

VHNSW_FUNCTION(vhnsw_vector_ge)
{
    PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

VHNSW_FUNCTION(vhnsw_vector_gt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

VHNSW_FUNCTION(vhnsw_vector_cmp)
{
    PG_RETURN_INT32(compare_args(fcinfo));
}
