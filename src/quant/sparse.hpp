// The code of a sparse vector is the vector: its indices, ascending, then its values. Measures are exact but for the
// rounding of double precision.
//
// For the sketches of its links it is folded into a frame of few dimensions: every index has a random place and a
// random sign there (Charikar, Chen, Farach-Colton, "Finding frequent items in data streams", 2002; Weinberger et al.,
// "Feature hashing for large scale multitask learning", 2009). Inner products survive with a standard deviation of at
// most |x| |y| sqrt(2 / dims of the frame).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace vhnsw::quant {

inline constexpr uint32_t kSparseElementBytes = 8;

// A vector, or a code: neither needs to be aligned.
struct SparseView {
    const uint8_t *indices;
    const uint8_t *values;
    uint32_t count;

    int32_t index(uint32_t i) const
    {
        int32_t v;
        memcpy(&v, indices + size_t{4} * i, sizeof(v));
        return v;
    }
    float value(uint32_t i) const
    {
        float v;
        memcpy(&v, values + size_t{4} * i, sizeof(v));
        return v;
    }
};

inline SparseView
sparse_code(const uint8_t *code, uint32_t bytes)
{
    uint32_t count = bytes / kSparseElementBytes;
    return {code, code + size_t{4} * count, count};
}

inline SparseView
sparse_vector(std::span<const int32_t> indices, std::span<const float> values)
{
    return {reinterpret_cast<const uint8_t *>(indices.data()), reinterpret_cast<const uint8_t *>(values.data()),
            static_cast<uint32_t>(values.size())};
}

double sparse_dot(const SparseView &a, const SparseView &b);
double sparse_squared_distance(const SparseView &a, const SparseView &b);
double sparse_l1(const SparseView &a, const SparseView &b);
double sparse_norm(const SparseView &x);

// frame[dims], dims a power of two.
void fold_sparse(const SparseView &x, uint32_t dims, float *frame);

}  // namespace vhnsw::quant
