// avg() of the dense types. Its state is an array of double precision: the number of vectors, then their sum by
// dimension. It has no dimensions before the first vector.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
#include "type/halfvec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

struct AvgState {
    ArrayType *array;
    float8 *count;
    float8 *sums;
    int dim;
};

AvgState
avg_state(ArrayType *array)
{
    float8 *values = array_elements<float8>(array);
    return {array, values, values + 1, ARR_DIMS(array)[0] - 1};
}

// Argument number `n`, which anyone may have made by hand.
AvgState
avg_state_arg(FunctionCallInfo fcinfo, int n, const char *function)
{
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(n);

    if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] < 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != FLOAT8OID)
        elog(ERROR, "%s: expected state array", function);
    return avg_state(array);
}

// The state to write the next one into: the old one itself where the aggregate owns it, else a copy.
AvgState
writable_state(FunctionCallInfo fcinfo, const AvgState &state)
{
    if (AggCheckCallContext(fcinfo, nullptr) != 0) return state;

    const Size bytes = VARSIZE(state.array);
    return avg_state(static_cast<ArrayType *>(memcpy(palloc(bytes), state.array, bytes)));
}

// Adds term(i) to the sum of dimension i.
template <typename Term>
void
add_to_state(const AvgState &state, float8 count, const Term &term)
{
    *state.count += count;
    for (int i = 0; i < state.dim; ++i) {
        state.sums[i] += term(i);
        if (unlikely(std::isinf(state.sums[i]))) float_overflow_error();
    }
}

// type_accum(double precision[], type)
template <typename Value>
Datum
accumulate(FunctionCallInfo fcinfo, const char *function)
{
    AvgState state = avg_state_arg(fcinfo, 0, function);
    const Value *vector = dense_arg<Value>(fcinfo, 1);

    if (*state.count == 0) {
        state = avg_state(make_array<float8>(FLOAT8OID, vector->dim + 1));
    } else {
        check_expected_dims(state.dim, vector->dim);
        state = writable_state(fcinfo, state);
    }
    add_to_state(state, 1, [vector](int i) -> float8 { return Dense<Value>::load(vector->x[i]); });
    PG_RETURN_ARRAYTYPE_P(state.array);
}

// type_avg(double precision[]): NULL for no vectors.
template <typename Value>
Datum
average(FunctionCallInfo fcinfo, const char *function)
{
    const AvgState state = avg_state_arg(fcinfo, 0, function);
    if (*state.count == 0) PG_RETURN_NULL();

    check_dims(Dense<Value>::kLimits, state.dim);
    Value *result = make_dense<Value>(state.dim);
    for (int i = 0; i < state.dim; ++i)
        result->x[i] = to_element<Value>(static_cast<float>(state.sums[i] / *state.count));
    PG_RETURN_POINTER(result);
}

}  // namespace

VHNSW_FUNCTION(vhnsw_vector_accum)
{
    return accumulate<Vector>(fcinfo, "vector_accum");
}

VHNSW_FUNCTION(vhnsw_halfvec_accum)
{
    return accumulate<HalfVector>(fcinfo, "halfvec_accum");
}

// vector_combine(double precision[], double precision[]), for states of any type
VHNSW_FUNCTION(vhnsw_vector_combine)
{
    const AvgState a = avg_state_arg(fcinfo, 0, "vector_combine");
    const AvgState b = avg_state_arg(fcinfo, 1, "vector_combine");

    if (*a.count == 0) PG_RETURN_ARRAYTYPE_P(b.array);
    if (*b.count == 0) PG_RETURN_ARRAYTYPE_P(a.array);

    check_expected_dims(a.dim, b.dim);
    const AvgState state = writable_state(fcinfo, a);
    add_to_state(state, *b.count, [&b](int i) { return b.sums[i]; });
    PG_RETURN_ARRAYTYPE_P(state.array);
}

VHNSW_FUNCTION(vhnsw_vector_avg)
{
    return average<Vector>(fcinfo, "vector_avg");
}

VHNSW_FUNCTION(vhnsw_halfvec_avg)
{
    return average<HalfVector>(fcinfo, "halfvec_avg");
}
