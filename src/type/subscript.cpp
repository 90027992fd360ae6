// v[3] and v[2:4]: elements and parts of vectors by subscripts from 1, NULL where there are none, as for arrays. One
// template over the types: `Subscripted` says what a type can do.
#include "pg/pg.hpp"

#include <algorithm>

#include "pg/function.hpp"
#include "type/halfvec.hpp"
#include "type/int8vec.hpp"
#include "type/sparsevec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// Positions from 0, below the number of dimensions.
struct Part {
    int first;
    int count;  // at least 1
};

template <typename Value>
struct DenseSubscripts {
    static constexpr const TypeLimits &kType = Dense<Value>::kLimits;
    static constexpr bool kSlices = true;
    static constexpr bool kAssignment = true;
    static constexpr auto get = datum_get_dense<Value>;

    static float element(const Value *vector, int i) { return Dense<Value>::load(vector->x[i]); }
    static Value *part(const Value *vector, const Part &part)
    {
        Value *result = make_dense<Value>(part.count);
        memcpy(result->x, vector->x + part.first, sizeof(ElementOf<Value>) * static_cast<Size>(part.count));
        return result;
    }
    static Value *with_element(const Value *vector, int i, float number)
    {
        const ElementOf<Value> element = to_element<Value>(number);
        Value *result = part(vector, {0, vector->dim});
        result->x[i] = element;
        return result;
    }
};

struct Int8Subscripts {
    static constexpr const TypeLimits &kType = kInt8vec;
    static constexpr bool kSlices = true;
    static constexpr bool kAssignment = false;
    static constexpr auto get = datum_get_int8vec;

    static float element(const Int8Vector *vector, int i)
    {
        const float element = static_cast<float>(int8vec_element(vector, i));
        if (unlikely(std::isinf(element))) float_overflow_error();
        return element;
    }
    static Int8Vector *part(const Int8Vector *vector, const Part &part)
    {
        Int8Vector *result = make_int8vec(part.count, vector->scale);
        memcpy(result->x, vector->x + part.first, static_cast<Size>(part.count));
        return result;
    }
};

struct SparseSubscripts {
    static constexpr const TypeLimits &kType = kSparsevec;
    static constexpr bool kSlices = false;
    static constexpr bool kAssignment = false;
    static constexpr auto get = datum_get_sparsevec;

    static float element(const SparseVector *vector, int i)
    {
        const int32 *begin = sparse_indices(vector);
        const int32 *end = begin + vector->nnz;
        const int32 *found = std::lower_bound(begin, end, i);
        return found != end && *found == i ? sparse_values(vector)[found - begin] : 0;
    }
};

// --- while a query is parsed ---

Node *
transform_subscript(ParseState *parse, Node *raw, const char *type)
{
    if (raw == nullptr) return nullptr;
    Node *subscript = transformExpr(parse, raw, parse->p_expr_kind);
    Node *integer = coerce_to_target_type(parse, subscript, exprType(subscript), INT4OID, -1, COERCION_ASSIGNMENT,
                                          COERCE_IMPLICIT_CAST, -1);
    if (integer == nullptr)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("%s subscript must have type integer", type),
                        parser_errposition(parse, exprLocation(subscript))));
    return integer;
}

void
report_unsupported(const char *type, const char *what)
{
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("type %s does not support %s", type, what)));
}

template <typename Subscripted>
void
transform(SubscriptingRef *reference, List *subscripts, ParseState *parse, bool is_slice, bool is_assignment)
{
    const char *type = Subscripted::kType.name;
    if (list_length(subscripts) != 1)
        ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s takes one subscript", type)));
    if (is_slice && !Subscripted::kSlices) report_unsupported(type, "slices");
    if (is_assignment && !Subscripted::kAssignment) report_unsupported(type, "subscripted assignment");
    if (is_assignment && is_slice) report_unsupported(type, "assignment to slices");

    const A_Indices *indices = linitial_node(A_Indices, subscripts);
    reference->refupperindexpr = list_make1(transform_subscript(parse, indices->uidx, type));
    reference->reflowerindexpr = is_slice ? list_make1(transform_subscript(parse, indices->lidx, type)) : NIL;
    reference->refrestype = is_slice ? reference->refcontainertype : FLOAT4OID;
    // The dimensions of the vector are not those of its parts.
    reference->reftypmod = -1;
}

// --- while it runs ---

// Puts NULL into the result and returns false when a subscript is NULL.
bool
check_subscripts(ExprState *, ExprEvalStep *step, ExprContext *)
{
    const SubscriptingRefState *state = step->d.sbsref_subscript.state;
    const bool is_null = (state->upperprovided[0] && state->upperindexnull[0]) ||
                         (state->numlower > 0 && state->lowerprovided[0] && state->lowerindexnull[0]);

    if (is_null && state->isassignment)
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("subscript in assignment must not be null")));
    if (is_null) *step->resnull = true;
    return !is_null;
}

template <typename Subscripted>
void
fetch_element(ExprState *, ExprEvalStep *step, ExprContext *)
{
    const auto *vector = Subscripted::get(*step->resvalue);
    const int subscript = DatumGetInt32(step->d.sbsref.state->upperindex[0]);

    if (subscript < 1 || subscript > vector->dim)
        *step->resnull = true;
    else
        *step->resvalue = Float4GetDatum(Subscripted::element(vector, subscript - 1));
}

template <typename Subscripted>
void
fetch_part(ExprState *, ExprEvalStep *step, ExprContext *)
{
    const auto *vector = Subscripted::get(*step->resvalue);
    const SubscriptingRefState *state = step->d.sbsref.state;
    int first = 1;
    int last = vector->dim;

    if (state->lowerprovided[0]) first = Max(first, DatumGetInt32(state->lowerindex[0]));
    if (state->upperprovided[0]) last = Min(last, DatumGetInt32(state->upperindex[0]));
    if (first > last)
        *step->resnull = true;
    else
        *step->resvalue = PointerGetDatum(Subscripted::part(vector, {first - 1, last - first + 1}));
}

template <typename Subscripted>
void
assign_element(ExprState *, ExprEvalStep *step, ExprContext *)
{
    const SubscriptingRefState *state = step->d.sbsref.state;
    const char *type = Subscripted::kType.name;
    if (*step->resnull)
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("cannot assign to an element of a null %s", type)));
    if (state->replacenull)
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("elements of %s must not be null", type)));

    const auto *vector = Subscripted::get(*step->resvalue);
    const int subscript = DatumGetInt32(state->upperindex[0]);
    if (subscript < 1 || subscript > vector->dim)
        ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
                        errmsg("subscript %d is out of range for %s of %d dimensions", subscript, type, vector->dim)));
    *step->resvalue =
        PointerGetDatum(Subscripted::with_element(vector, subscript - 1, DatumGetFloat4(state->replacevalue)));
}

template <typename Subscripted>
void
exec_setup(const SubscriptingRef *, SubscriptingRefState *state, SubscriptExecSteps *steps)
{
    steps->sbs_check_subscripts = check_subscripts;
    steps->sbs_fetch = fetch_element<Subscripted>;
    if constexpr (Subscripted::kSlices)
        if (state->numlower > 0) steps->sbs_fetch = fetch_part<Subscripted>;
    if constexpr (Subscripted::kAssignment) steps->sbs_assign = assign_element<Subscripted>;
}

template <typename Subscripted>
constinit const SubscriptRoutines routines = {
    .transform = transform<Subscripted>,
    .exec_setup = exec_setup<Subscripted>,
    .fetch_strict = true,
    // Of int8vec an element may overflow.
    .fetch_leakproof = false,
    .store_leakproof = false,
};

}  // namespace

// vector_subscript_handler(internal)
VHNSW_FUNCTION(vhnsw_vector_subscript_handler)
{
    PG_RETURN_POINTER(&routines<DenseSubscripts<Vector>>);
}

// halfvec_subscript_handler(internal)
VHNSW_FUNCTION(vhnsw_halfvec_subscript_handler)
{
    PG_RETURN_POINTER(&routines<DenseSubscripts<HalfVector>>);
}

// int8vec_subscript_handler(internal)
VHNSW_FUNCTION(vhnsw_int8vec_subscript_handler)
{
    PG_RETURN_POINTER(&routines<Int8Subscripts>);
}

// sparsevec_subscript_handler(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_subscript_handler)
{
    PG_RETURN_POINTER(&routines<SparseSubscripts>);
}
