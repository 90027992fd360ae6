#include "type/list_text.hpp"

#include <cmath>
#include <limits>

#include "core/half.hpp"
#include "type/float_text.hpp"

namespace vhnsw::type {

namespace {

float
stored_value(float element)
{
    return element;
}

float
stored_value(uint16_t element)
{
    return half_to_float(element);
}

void
store(float number, float &element)
{
    element = number;
}

void
store(float number, uint16_t &element)
{
    element = float_to_half(number);
}

// Reads the number at `p`, which becomes `element`. A number too small for the type becomes zero.
template <typename Element>
ListTextState
read_element(const char *p, Element &element, ListText &result)
{
    const FloatText number = read_float(p);
    result.number_end = number.end;
    if (number.end == p) return ListTextState::wrong;
    store(number.value, element);
    const bool infinity_meant = std::isinf(number.value) && !number.out_of_range;
    if (std::isinf(stored_value(element)) && !infinity_meant) return ListTextState::out_of_range;
    if (std::isfinite(number.value)) return ListTextState::read;
    result.value = number.value;
    return ListTextState::not_finite;
}

// The same for an integer. The number 1.5 is none, not even its 1.
ListTextState
read_element(const char *p, int8_t &element, ListText &result)
{
    const IntegerText number = read_integer(p);
    const char next = *skip_space(number.end);
    result.number_end = number.end;
    if (number.end == p || (next != ',' && next != ']')) return ListTextState::wrong;
    element = static_cast<int8_t>(number.value);
    return element == number.value ? ListTextState::read : ListTextState::out_of_range;
}

// Reads "[1,2,3]". `at` is left behind it and the white space after it.
template <typename Element>
ListTextState
read_elements(const char *&at, int limit, Element *elements, ListText &result)
{
    const char *p = skip_space(at);
    if (*p != '[') return ListTextState::no_bracket;
    p = skip_space(p + 1);
    if (*p == ']') return ListTextState::empty;
    for (;;) {
        if (result.count == limit) return ListTextState::too_long;
        p = skip_space(p);
        result.number = p;
        const ListTextState state = read_element(p, elements[result.count], result);
        if (state != ListTextState::read) return state;
        ++result.count;

        p = skip_space(result.number_end);
        if (*p == ']') break;
        if (*p != ',') return ListTextState::wrong;
        ++p;
    }
    at = skip_space(p + 1);
    return ListTextState::read;
}

// Reads the "0.5" of "[1,2,3]*0.5" at `p` to the end.
ListTextState
read_scale(const char *p, ListText &result)
{
    result.number = skip_space(p);
    const FloatText scale = read_float(result.number);
    result.number_end = scale.end;
    if (scale.end == result.number) return ListTextState::wrong;
    if (scale.out_of_range && std::isinf(scale.value)) return ListTextState::out_of_range;
    result.scale = scale.value;
    return *skip_space(scale.end) == '\0' ? ListTextState::read : ListTextState::junk_after_scale;
}

template <typename Element>
ListText
read_all(const char *text, int limit, Element *elements, bool may_have_scale)
{
    ListText result = {};
    result.scale = 1;
    const char *p = text;
    result.state = read_elements(p, limit, elements, result);
    if (result.state != ListTextState::read || *p == '\0') return result;
    result.state = may_have_scale && *p == '*' ? read_scale(p + 1, result) : ListTextState::junk;
    return result;
}

}  // namespace

int
list_elements_bound(const char *text, int limit)
{
    int count = 1;

    for (const char *p = text; *p != '\0' && count < limit; ++p) count += *p == ',';
    return count;
}

ListText
read_list(const char *text, int limit, float *elements)
{
    return read_all(text, limit, elements, false);
}

ListText
read_list(const char *text, int limit, uint16_t *elements)
{
    return read_all(text, limit, elements, false);
}

ListText
read_list(const char *text, int limit, int8_t *elements)
{
    return read_all(text, limit, elements, true);
}

}  // namespace vhnsw::type
