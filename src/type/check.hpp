// Checks that all vector types make, with the messages clients know. Each returns true, or reports an error: with a
// soft error context (PostgreSQL 16 and later, type input only) the error is left there and the check returns false.
#pragma once

#include "pg/pg.hpp"

#include <cmath>

#include "type/list_text.hpp"

namespace vhnsw::type {

struct TypeLimits {
    const char *name;  // as SQL spells it
    int max_dims;
};

bool check_dims(const TypeLimits &type, int64 dims, Node *soft = nullptr);

// typmod is the declared number of dimensions, or -1 for any.
bool check_expected_dims(int32 typmod, int dims, Node *soft = nullptr);

bool report_element(const TypeLimits &type, float element, Node *soft);

// Elements are finite.
inline bool
check_element(const TypeLimits &type, float element, Node *soft = nullptr)
{
    if (likely(std::isfinite(element))) return true;
    return report_element(type, element, soft);
}

// `literal` is no value of the type. `detail` and `hint` may be null.
bool report_syntax(const TypeLimits &type, const char *literal, const char *detail, const char *hint, Node *soft);

// The text from `number` to `end` is a number that the type does not have.
bool report_out_of_range(const TypeLimits &type, const char *number, const char *end, Node *soft = nullptr);

// Whether the list `literal` was read to its end.
bool check_list(const TypeLimits &type, const char *literal, const ListText &text, Node *soft);

// Why `number` cannot be an element: not finite, or too large.
void report_number(const TypeLimits &type, float number);

// Two operands have equally many dimensions.
void check_same_dims(const TypeLimits &type, int a, int b);

// The binary formats carry a field that is reserved and always 0.
void check_unused(int unused);

// The typmod for `type(n)`, from the modifier list as the parser gives it.
int32 typmod_from_list(const TypeLimits &type, ArrayType *modifiers);

}  // namespace vhnsw::type
