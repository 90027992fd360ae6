// Input, output and comparison of `sparsevec`. Distances are in distance_sparse.cpp, casts in cast_sparse.cpp.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/compare.hpp"
#include "type/sparse_text.hpp"
#include "type/sparsevec.hpp"

namespace vhnsw::type {

bool
check_nnz(int64 nnz, Node *soft)
{
    if (nnz > kSparsevecMaxNnz)
        ereturn(soft, false,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("%s cannot have more than %d non-zero elements", kSparsevec.name, kSparsevecMaxNnz)));
    return true;
}

SparseVector *
make_sparsevec_without_zeros(int dim, int count, const int32 *idx, const float *values)
{
    int nnz = 0;
    for (int i = 0; i < count; ++i) nnz += values[i] != 0;
    check_nnz(nnz);

    SparseVector *result = make_sparsevec(dim, nnz);
    int next = 0;
    for (int i = 0; i < count; ++i) {
        if (values[i] == 0) continue;
        sparse_indices(result)[next] = idx != nullptr ? idx[i] : i;
        sparse_values(result)[next] = values[i];
        ++next;
    }
    return result;
}

}  // namespace vhnsw::type

namespace {

using namespace vhnsw::type;

// Positions are within the dimensions and ascend. Checks number `i` against the one before it.
bool
check_index(const SparseVector *vector, int i, Node *soft)
{
    const int32 *idx = sparse_indices(vector);

    if (idx[i] < 0 || idx[i] >= vector->dim)
        ereturn(soft, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s index out of bounds", kSparsevec.name)));
    if (i == 0 || idx[i] > idx[i - 1]) return true;
    if (idx[i] < idx[i - 1])
        ereturn(soft, false,
                (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s indices must be in ascending order", kSparsevec.name)));
    ereturn(soft, false,
            (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s indices must not contain duplicates", kSparsevec.name)));
}

// Whether `literal` was read to its end.
bool
check_text(const char *literal, const SparseText &text, Node *soft)
{
    const auto report = [&](const char *detail) { return report_syntax(kSparsevec, literal, detail, nullptr, soft); };

    switch (text.state) {
        case SparseTextState::read: return true;
        case SparseTextState::no_brace: return report("Vector contents must start with \"{\".");
        case SparseTextState::wrong: return report(nullptr);
        case SparseTextState::cut_off: return report("Unexpected end of input.");
        case SparseTextState::junk: return report("Junk after closing.");
        case SparseTextState::out_of_range: return report_out_of_range(kSparsevec, text.number, text.number_end, soft);
        case SparseTextState::not_finite: return report_element(kSparsevec, text.value, soft);
    }
    pg_unreachable();
}

// Reads "{1:1.5,3:3.5}/5". Returns null after a soft error.
SparseVector *
parse_sparsevec(const char *literal, int32 typmod, Node *soft)
{
    const size_t bound = sparse_elements_bound(literal);
    if (!check_nnz(static_cast<int64>(bound), soft)) return nullptr;
    auto *elements = static_cast<SparseElement *>(palloc(bound * sizeof(SparseElement)));
    const SparseText text = read_sparse(literal, elements);
    if (!check_text(literal, text, soft) || !check_dims(kSparsevec, text.dim, soft) ||
        !check_expected_dims(typmod, text.dim, soft))
        return nullptr;

    SparseVector *result = make_sparsevec(text.dim, text.count);
    for (int i = 0; i < text.count; ++i) {
        sparse_indices(result)[i] = elements[i].index;
        sparse_values(result)[i] = elements[i].value;
        if (!check_index(result, i, soft)) return nullptr;
    }
    return result;
}

// The number of elements in the binary form, before any of them is read.
void
check_received_nnz(int32 nnz, int32 dim)
{
    if (nnz < 0)
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("%s cannot have negative number of elements", kSparsevec.name)));
    check_nnz(nnz);
    if (nnz > dim)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("%s cannot have more elements than dimensions", kSparsevec.name)));
}

// Order of the arrays that the vectors stand for: by the first element that differs, else the shorter one first.
int
compare(const SparseVector *a, const SparseVector *b)
{
    const int32 common = Min(a->dim, b->dim);

    for (int i = 0, j = 0;;) {
        const int32 at_a = i < a->nnz ? sparse_indices(a)[i] : common;
        const int32 at_b = j < b->nnz ? sparse_indices(b)[j] : common;
        const int32 at = Min(at_a, at_b);
        if (at >= common) break;
        const float x = at_a == at ? sparse_values(a)[i++] : 0;
        const float y = at_b == at ? sparse_values(b)[j++] : 0;
        if (x < y) return -1;
        if (x > y) return 1;
    }
    return (a->dim > b->dim) - (a->dim < b->dim);
}

int
compare_args(FunctionCallInfo fcinfo)
{
    return compare_values<datum_get_sparsevec, compare>(fcinfo);
}

}  // namespace

// sparsevec_in(cstring, oid, integer)
VHNSW_FUNCTION(vhnsw_sparsevec_in)
{
    SparseVector *result = parse_sparsevec(PG_GETARG_CSTRING(0), PG_GETARG_INT32(2), fcinfo->context);

    if (result == nullptr) PG_RETURN_NULL();
    PG_RETURN_POINTER(result);
}

// sparsevec_out(sparsevec): positions from 1; values in the fewest digits that read back as the same number.
VHNSW_FUNCTION(vhnsw_sparsevec_out)
{
    constexpr Size kPosition = 10;
    // A number and the comma after it fit in FLOAT_SHORTEST_DECIMAL_LEN, which counts a terminator.
    constexpr Size kElement = kPosition + 1 + FLOAT_SHORTEST_DECIMAL_LEN;
    const SparseVector *vector = sparsevec_arg(fcinfo, 0);
    char *literal = static_cast<char *>(palloc(static_cast<Size>(vector->nnz) * kElement + sizeof("{}/") + kPosition));
    char *p = literal;

    *p++ = '{';
    for (int i = 0; i < vector->nnz; ++i) {
        if (i > 0) *p++ = ',';
        p += pg_ultoa_n(static_cast<uint32>(sparse_indices(vector)[i]) + 1, p);
        *p++ = ':';
        p += float_to_shortest_decimal_bufn(sparse_values(vector)[i], p);
    }
    *p++ = '}';
    *p++ = '/';
    p += pg_ultoa_n(static_cast<uint32>(vector->dim), p);
    *p = '\0';
    PG_RETURN_CSTRING(literal);
}

// sparsevec_typmod_in(cstring[])
VHNSW_FUNCTION(vhnsw_sparsevec_typmod_in)
{
    PG_RETURN_INT32(typmod_from_list(kSparsevec, PG_GETARG_ARRAYTYPE_P(0)));
}

// sparsevec_recv(internal, oid, integer): int32 dimensions, int32 number of elements, int32 zero, int32 positions,
// float4 values, in network order.
VHNSW_FUNCTION(vhnsw_sparsevec_recv)
{
    StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int32 dim = static_cast<int32>(pq_getmsgint(message, sizeof(int32)));
    const int32 nnz = static_cast<int32>(pq_getmsgint(message, sizeof(int32)));
    const int32 unused = static_cast<int32>(pq_getmsgint(message, sizeof(int32)));

    check_dims(kSparsevec, dim);
    check_received_nnz(nnz, dim);
    check_expected_dims(PG_GETARG_INT32(2), dim);
    check_unused(unused);

    SparseVector *result = make_sparsevec(dim, nnz);
    for (int i = 0; i < nnz; ++i) {
        sparse_indices(result)[i] = static_cast<int32>(pq_getmsgint(message, sizeof(int32)));
        check_index(result, i, nullptr);
    }
    for (int i = 0; i < nnz; ++i) {
        const float value = pq_getmsgfloat4(message);
        check_element(kSparsevec, value);
        if (value == 0)
            ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                            errmsg("binary representation of %s cannot contain zero values", kSparsevec.name)));
        sparse_values(result)[i] = value;
    }
    PG_RETURN_POINTER(result);
}

// sparsevec_send(sparsevec)
VHNSW_FUNCTION(vhnsw_sparsevec_send)
{
    const SparseVector *vector = sparsevec_arg(fcinfo, 0);
    StringInfoData message;

    pq_begintypsend(&message);
    enlargeStringInfo(&message, static_cast<int>(sparsevec_bytes(vector->nnz)));
    pq_sendint32(&message, static_cast<uint32>(vector->dim));
    pq_sendint32(&message, static_cast<uint32>(vector->nnz));
    pq_sendint32(&message, static_cast<uint32>(vector->unused));
    for (int i = 0; i < vector->nnz; ++i) pq_sendint32(&message, static_cast<uint32>(sparse_indices(vector)[i]));
    for (int i = 0; i < vector->nnz; ++i) pq_sendfloat4(&message, sparse_values(vector)[i]);
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// sparsevec(sparsevec, integer, boolean): the cast that enforces sparsevec(n).
VHNSW_FUNCTION(vhnsw_sparsevec)
{
    const SparseVector *vector = sparsevec_arg(fcinfo, 0);

    check_expected_dims(PG_GETARG_INT32(1), vector->dim);
    PG_RETURN_POINTER(vector);
}

VHNSW_FUNCTION(vhnsw_sparsevec_lt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_le)
{
    PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_eq)
{
    PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_ne)
{
    PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_ge)
{
    PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_gt)
{
    PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

VHNSW_FUNCTION(vhnsw_sparsevec_cmp)
{
    PG_RETURN_INT32(compare_args(fcinfo));
}
