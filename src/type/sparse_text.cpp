#include "type/sparse_text.hpp"

#include <algorithm>
#include <cmath>

#include "type/float_text.hpp"

namespace vhnsw::type {

namespace {

// Reads position, colon and value. `at` is left behind the value and the white space after it.
SparseTextState
read_element(const char *&at, SparseElement &element, SparseText &result)
{
    const char *p = skip_space(at);
    const IntegerText position = read_integer(p);
    if (position.end == p) return SparseTextState::wrong;
    p = skip_space(position.end);
    if (*p != ':') return SparseTextState::wrong;
    p = skip_space(p + 1);
    const FloatText number = read_float(p);
    if (number.end == p) return SparseTextState::wrong;
    // Zero is not stored, so a number too small for float cannot be one either.
    if (number.out_of_range && (number.value == 0 || std::isinf(number.value))) {
        result.number = p;
        result.number_end = number.end;
        return SparseTextState::out_of_range;
    }
    if (!std::isfinite(number.value)) {
        result.value = number.value;
        return SparseTextState::not_finite;
    }
    element = {position.value - 1, number.value};
    at = skip_space(number.end);
    return SparseTextState::read;
}

// Reads "{1:1.5,3:3.5}". `at` is left behind it and the white space after it.
SparseTextState
read_elements(const char *&at, SparseElement *elements, SparseText &result)
{
    const char *p = skip_space(at);
    if (*p != '{') return SparseTextState::no_brace;
    p = skip_space(p + 1);
    if (*p != '}') {
        for (;;) {
            SparseElement element;
            const SparseTextState state = read_element(p, element, result);
            if (state != SparseTextState::read) return state;
            if (element.value != 0) elements[result.count++] = element;
            if (*p == '}') break;
            if (*p != ',') return SparseTextState::wrong;
            ++p;
        }
    }
    at = skip_space(p + 1);
    return SparseTextState::read;
}

SparseTextState
read_all(const char *text, SparseElement *elements, SparseText &result)
{
    const char *p = text;
    const SparseTextState state = read_elements(p, elements, result);
    if (state != SparseTextState::read) return state;
    if (*p != '/') return SparseTextState::cut_off;
    p = skip_space(p + 1);
    const IntegerText dimensions = read_integer(p);
    if (dimensions.end == p) return SparseTextState::wrong;
    result.dim = dimensions.value;
    return *skip_space(dimensions.end) == '\0' ? SparseTextState::read : SparseTextState::junk;
}

}  // namespace

size_t
sparse_elements_bound(const char *text)
{
    size_t count = 1;

    for (const char *p = text; *p != '\0'; ++p) count += *p == ',';
    return count;
}

SparseText
read_sparse(const char *text, SparseElement *elements)
{
    SparseText result = {};
    result.state = read_all(text, elements, result);
    if (result.state != SparseTextState::read) return result;

    const auto before = [](const SparseElement &a, const SparseElement &b) { return a.index < b.index; };
    if (!std::is_sorted(elements, elements + result.count, before))
        std::sort(elements, elements + result.count, before);
    return result;
}

}  // namespace vhnsw::type
