#include "pg/pg.hpp"

#include "type/check.hpp"

namespace vhnsw::type {

bool
check_dims(const TypeLimits &type, int64 dims, Node *soft)
{
    if (dims < 1)
        ereturn(soft, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s must have at least 1 dimension", type.name)));
    if (dims > type.max_dims)
        ereturn(soft, false,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("%s cannot have more than %d dimensions", type.name, type.max_dims)));
    return true;
}

bool
check_expected_dims(int32 typmod, int dims, Node *soft)
{
    if (typmod != -1 && typmod != dims)
        ereturn(soft, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", typmod, dims)));
    return true;
}

bool
report_element(const TypeLimits &type, float element, Node *soft)
{
    if (std::isnan(element))
        ereturn(soft, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("NaN not allowed in %s", type.name)));
    ereturn(soft, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("infinite value not allowed in %s", type.name)));
}

bool
report_out_of_range(const TypeLimits &type, const char *number, Node *soft)
{
    ereturn(
        soft, false,
        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("\"%s\" is out of range for type %s", number, type.name)));
}

void
report_number(const TypeLimits &type, float number)
{
    char text[FLOAT_SHORTEST_DECIMAL_LEN];

    check_element(type, number);
    float_to_shortest_decimal_buf(number, text);
    report_out_of_range(type, text);
}

void
check_same_dims(const TypeLimits &type, int a, int b)
{
    if (unlikely(a != b))
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different %s dimensions %d and %d", type.name, a, b)));
}

void
check_unused(int unused)
{
    if (unused != 0)
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));
}

int32
typmod_from_list(const TypeLimits &type, ArrayType *modifiers)
{
    int count;
    const int32 *values = ArrayGetIntegerTypmods(modifiers, &count);

    if (count != 1) ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
    if (values[0] < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("dimensions for type %s must be at least 1", type.name)));
    if (values[0] > type.max_dims)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("dimensions for type %s cannot exceed %d", type.name, type.max_dims)));
    return values[0];
}

}  // namespace vhnsw::type
