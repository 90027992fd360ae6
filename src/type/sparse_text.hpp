// Reading the text form of a sparse vector, {1:1.5,3:3.5}/5: positions from 1 in any order, values, dimensions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vhnsw::type {

struct SparseElement {
    int32_t index;  // from 0, when it is right
    float value;    // finite, not 0
};

enum class SparseTextState : uint8_t {
    read,          // as far as the grammar goes: dimensions and positions are still to be checked
    no_brace,      // does not begin with {
    wrong,         // anything else that is no sparse vector
    cut_off,       // no / after the elements
    junk,          // something follows
    out_of_range,  // a number that float does not have
    not_finite,
};

struct SparseText {
    SparseTextState state;
    int count;           // of elements
    int32_t dim;         // as written; the next int32 when it is none
    const char *number;  // the one out of range
    const char *number_end;
    float value;  // the one that is not finite
};

// More elements than this cannot be in a text: 1 and its number of commas.
size_t sparse_elements_bound(const char *text);

// Reads a null-terminated text into `elements`, which has room for sparse_elements_bound(text) of them, and sorts them
// by position. Those that are zero are left out, wherever they are said to be. A position that is no int32 becomes one
// that no vector has.
SparseText read_sparse(const char *text, SparseElement *elements);

}  // namespace vhnsw::type
