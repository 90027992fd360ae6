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
report_syntax(const TypeLimits &type, const char *literal, const char *detail, const char *hint, Node *soft)
{
    ereturn(soft, false,
            (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
             errmsg("invalid input syntax for type %s: \"%s\"", type.name, literal),
             detail != nullptr ? errdetail("%s", detail) : 0, hint != nullptr ? errhint("%s", hint) : 0));
}

bool
report_out_of_range(const TypeLimits &type, const char *number, const char *end, Node *soft)
{
    ereturn(
        soft, false,
        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
         errmsg("\"%s\" is out of range for type %s", pnstrdup(number, static_cast<Size>(end - number)), type.name)));
}

bool
check_list(const TypeLimits &type, const char *literal, const ListText &text, Node *soft)
{
    const auto report = [&](const char *detail) { return report_syntax(type, literal, detail, nullptr, soft); };

    switch (text.state) {
        case ListTextState::read: return true;
        case ListTextState::no_bracket: return report("Vector contents must start with \"[\".");
        case ListTextState::empty: return check_dims(type, 0, soft);
        case ListTextState::too_long: return check_dims(type, int64{type.max_dims} + 1, soft);
        case ListTextState::wrong: return report(nullptr);
        case ListTextState::junk: return report("Junk after closing right brace.");
        case ListTextState::junk_after_scale: return report("Junk after the scale.");
        case ListTextState::out_of_range: return report_out_of_range(type, text.number, text.number_end, soft);
        case ListTextState::not_finite: return report_element(type, text.value, soft);
    }
    pg_unreachable();
}

void
report_number(const TypeLimits &type, float number)
{
    char text[FLOAT_SHORTEST_DECIMAL_LEN];

    check_element(type, number);
    float_to_shortest_decimal_buf(number, text);
    report_out_of_range(type, text, text + strlen(text));
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
