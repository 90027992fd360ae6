// The code of a sparse vector is the vector: its indices, ascending, then its values. Measures are the operators' own
// (kernel/sparse.hpp).
//
// For the sketches of its links it is folded into a frame of few dimensions: every index has a random place and a
// random sign there (Charikar, Chen, Farach-Colton, "Finding frequent items in data streams", 2002; Weinberger et al.,
// "Feature hashing for large scale multitask learning", 2009). Inner products survive with a standard deviation of at
// most |x| |y| sqrt(2 / dims of the frame).
#pragma once

#include <span>

#include "kernel/sparse.hpp"

namespace vhnsw::quant {

inline constexpr uint32_t kSparseElementBytes = 8;
// At most so many elements of a vector are not zero.
inline constexpr uint32_t kMaxSparseElements = 16000;

inline kernel::SparseView
sparse_code(const uint8_t *code, uint32_t bytes)
{
    uint32_t count = bytes / kSparseElementBytes;
    return {code, code + size_t{4} * count, count};
}

inline kernel::SparseView
sparse_vector(std::span<const int32_t> indices, std::span<const float> values)
{
    return {reinterpret_cast<const uint8_t *>(indices.data()), reinterpret_cast<const uint8_t *>(values.data()),
            static_cast<uint32_t>(values.size())};
}

// frame[dims], dims a power of two. `to_unit`: scaled to norm 1.
void fold_sparse(const kernel::SparseView &x, bool to_unit, uint32_t dims, float *frame);

}  // namespace vhnsw::quant
