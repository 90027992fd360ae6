// avg(vector). Its state is an array of double precision: the number of vectors, then their sum by dimension. It has
// no dimensions before the first vector.
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/array.hpp"
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

template <typename Element>
void
add_to_state(const AvgState &state, float8 count, const Element *sums)
{
    *state.count += count;
    for (int i = 0; i < state.dim; ++i) {
        state.sums[i] += static_cast<float8>(sums[i]);
        if (unlikely(std::isinf(state.sums[i]))) float_overflow_error();
    }
}

}  // namespace

// vector_accum(double precision[], vector)
VHNSW_FUNCTION(vhnsw_vector_accum)
{
    AvgState state = avg_state_arg(fcinfo, 0, "vector_accum");
    const Vector *vector = vector_arg(fcinfo, 1);

    if (*state.count == 0) {
        state = avg_state(make_array<float8>(FLOAT8OID, vector->dim + 1));
    } else {
        check_expected_dims(state.dim, vector->dim);
        state = writable_state(fcinfo, state);
    }
    add_to_state(state, 1, vector->x);
    PG_RETURN_ARRAYTYPE_P(state.array);
}

// vector_combine(double precision[], double precision[])
VHNSW_FUNCTION(vhnsw_vector_combine)
{
    const AvgState a = avg_state_arg(fcinfo, 0, "vector_combine");
    const AvgState b = avg_state_arg(fcinfo, 1, "vector_combine");

    if (*a.count == 0) PG_RETURN_ARRAYTYPE_P(b.array);
    if (*b.count == 0) PG_RETURN_ARRAYTYPE_P(a.array);

    check_expected_dims(a.dim, b.dim);
    const AvgState state = writable_state(fcinfo, a);
    add_to_state(state, *b.count, b.sums);
    PG_RETURN_ARRAYTYPE_P(state.array);
}

// vector_avg(double precision[]): NULL for no vectors.
VHNSW_FUNCTION(vhnsw_vector_avg)
{
    const AvgState state = avg_state_arg(fcinfo, 0, "vector_avg");
    if (*state.count == 0) PG_RETURN_NULL();

    check_dims(kVector, state.dim);
    Vector *result = make_vector(state.dim);
    for (int i = 0; i < state.dim; ++i) {
        result->x[i] = static_cast<float>(state.sums[i] / *state.count);
        check_element(kVector, result->x[i]);
    }
    PG_RETURN_POINTER(result);
}
