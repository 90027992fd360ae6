// Sums over sparse vectors, the same on every instruction set, and what distances are made of sums. The SQL operators
// and the codes of indexes both compute by these very functions: an index then knows the distance of a row, to the last
// bit, and rows that are equally far need not be told apart.
#pragma once

#include <cstdint>
#include <cstring>

namespace vhnsw::kernel {

// Indices, ascending, and as many values; neither needs to be aligned.
struct SparseView {
    const uint8_t *indices;
    const uint8_t *values;
    uint32_t count;

    int32_t index(uint32_t i) const
    {
        int32_t v;
        memcpy(&v, indices + sizeof(v) * i, sizeof(v));
        return v;
    }
    double value(uint32_t i) const
    {
        float v;
        memcpy(&v, values + sizeof(v) * i, sizeof(v));
        return static_cast<double>(v);
    }
};

// In double precision, which no sum of these can leave.
double sparse_dot(const SparseView &a, const SparseView &b);
double sparse_squared_difference(const SparseView &a, const SparseView &b);
double sparse_magnitudes(const SparseView &a, const SparseView &b);  // of the differences
double sparse_squared_norm(const SparseView &x);

// Results: sums are rounded to float, in which they may be infinite.
double rounded_sum(double sum);
double euclidean_distance(double squared);
// Squared norms; NaN when one of them is zero.
double cosine_distance(double dot, double norm2_a, double norm2_b);
// Numbers of bits: set in both, in a, in b. 1 when none is set in both.
double jaccard_distance(double common, double a, double b);

}  // namespace vhnsw::kernel
