// A seeded random rotation of any dimension: rounds of random signs and fast Hadamard transforms. After it the energy
// of a vector is spread evenly over the coordinates, whatever the data: this is what makes one uniform grid fit every
// dimension and the sketch estimator unbiased (RaBitQ: Gao and Long, "Quantizing High-Dimensional Vectors with a
// Theoretical Error Bound", SIGMOD 2024; the fast form follows Ailon and Chazelle's transform).
//
// Vectors are padded with zeros to a multiple of kDimsStep. Where that is a power of two, three rounds transform the
// whole vector. Otherwise two overlapping windows, at its beginning and at its end, are transformed one after the
// other, so that every coordinate is spread at least once; then the halves of the vector are mixed, since the windows
// have not got equal shares of the energy; then the two windows again.
#pragma once

#include <cstdint>
#include <span>

#include "core/vec.hpp"

namespace vhnsw::quant {

inline constexpr uint32_t kDimsStep = 32;

constexpr uint32_t
padded_dims(uint32_t dims)
{
    return (dims + kDimsStep - 1) / kDimsStep * kDimsStep;
}

class Rotation {
public:
    // dims: 1..65535. Allocates in the current context.
    static Rotation make(uint64_t seed, uint32_t dims);

    uint32_t dims() const { return dims_; }
    uint32_t padded() const { return padded_; }

    // out[padded] = rotation of in[dims]. Rounding moves the result by less than kRotationError times the norm.
    // REQUIRES: the norm of `in` is at most kMaxNorm (code.hpp), so that no sum overflows.
    void apply(std::span<const float> in, float *out) const;

private:
    void transform_window(float *window) const;
    void mix_halves(float *x) const;

    uint32_t dims_ = 0;
    uint32_t padded_ = 0;
    unsigned log2_window_ = 0;
    int rounds_ = 0;
    Vec<float> signs_;  // rounds x padded, each +-1
};

// At most 4 rounds of 14 stages or 3 of 16 (the scaling included) and the mixing of the halves, each with a relative
// rounding error of 2^-24: 3.5e-6 if all errors pointed the same way.
inline constexpr double kRotationError = 4e-6;

}  // namespace vhnsw::quant
