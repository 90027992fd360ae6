// Reading numbers out of the text form of a vector.
#pragma once

#include <cstdint>

namespace vhnsw::type {

struct FloatText {
    const char *end;  // first character after the number; where reading began when there is no number
    float value;
    bool out_of_range;  // too large (value is infinite) or too small (value is 0 or has lost digits)
};

// Reads the longest number at the start of a null-terminated text. Accepts what strtof accepts in the C locale: decimal
// and hexadecimal numbers, "inf", "infinity", "nan", in any case, after optional white space.
FloatText read_float(const char *text);

struct IntegerText {
    const char *end;  // first character after the number; where reading began when there is no number
    int32_t value;    // the next int32 when the number is none
};

// Reads decimal digits with or without a sign.
IntegerText read_integer(const char *text);

// White space of the vector formats, in every locale.
inline bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

inline const char *
skip_space(const char *text)
{
    while (is_space(*text)) ++text;
    return text;
}

}  // namespace vhnsw::type
