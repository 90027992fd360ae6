// What the comparison operators of all types do.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::type {

// compare(a, b) of arguments 0 and 1, which is negative, 0 or positive. Frees detoasted copies: sorting calls this many
// times in one memory context.
template <auto datum_get, auto compare>
int
compare_values(FunctionCallInfo fcinfo)
{
    auto *a = datum_get(PG_GETARG_DATUM(0));
    auto *b = datum_get(PG_GETARG_DATUM(1));
    const int result = compare(a, b);

    PG_FREE_IF_COPY(a, 0);
    PG_FREE_IF_COPY(b, 1);
    return result;
}

}  // namespace vhnsw::type
