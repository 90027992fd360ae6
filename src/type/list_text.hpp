// Reading the text form of a dense vector, [1,2.5,-3]. That of `int8vec` may end with a scale: [1,2,-3]*0.5.
#pragma once

#include <cstdint>

namespace vhnsw::type {

enum class ListTextState : uint8_t {
    read,
    no_bracket,        // does not begin with [
    empty,             // []
    too_long,          // more elements than the limit
    wrong,             // anything else that is no list
    junk,              // something follows the list
    junk_after_scale,  // or the scale
    out_of_range,      // a number that the element or the scale cannot be
    not_finite,
};

struct ListText {
    ListTextState state;
    int count;           // of elements, all of them finite
    float scale;         // 1 when none was read; any number, which is still to be checked
    const char *number;  // the last one: out of range, not finite, or none
    const char *number_end;
    float value;  // the one that is not finite
};

// More elements than this cannot be in a text: 1 and its number of commas, or `limit`.
int list_elements_bound(const char *text, int limit);

// Reads a null-terminated text into `elements`, which has room for list_elements_bound(text, limit) of them. They are
// checked in their order, each before what follows it.
ListText read_list(const char *text, int limit, float *elements);
ListText read_list(const char *text, int limit, uint16_t *elements);  // of half precision
ListText read_list(const char *text, int limit, int8_t *elements);

}  // namespace vhnsw::type
