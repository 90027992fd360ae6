#include "quant/rotation.hpp"

#include <bit>
#include <cmath>

#include "core/rng.hpp"
#include "kernel/kernel.hpp"

namespace vhnsw::quant {

Rotation
Rotation::make(uint64_t seed, uint32_t dims)
{
    Rotation r;
    r.dims_ = dims;
    r.padded_ = padded_dims(dims);
    r.log2_window_ = static_cast<unsigned>(std::bit_width(r.padded_) - 1);
    r.rounds_ = std::has_single_bit(r.padded_) ? 3 : 4;

    size_t count = static_cast<size_t>(r.rounds_) * r.padded_;
    r.signs_.resize(count);
    Rng rng(seed);
    for (size_t i = 0; i < count; i += kDimsStep) {
        uint64_t bits = rng.next();
        for (uint32_t j = 0; j < kDimsStep; j++) r.signs_[i + j] = (bits >> j) & 1 ? 1.0f : -1.0f;
    }
    return r;
}

// A window that does not cover the vector leaves its norm unchanged (orthonormal), so that all rounds weigh the same.
void
Rotation::transform_window(float *window) const
{
    size_t n = size_t{1} << log2_window_;
    kernel::active->hadamard(window, log2_window_);
    float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(n)));
    for (size_t i = 0; i < n; i++) window[i] *= scale;
}

void
Rotation::mix_halves(float *x) const
{
    uint32_t half = padded_ / 2;
    constexpr float kHalfRoot = 0.70710678f;
    for (uint32_t i = 0; i < half; i++) {
        float a = x[i], b = x[i + half];
        x[i] = (a + b) * kHalfRoot;
        x[i + half] = (a - b) * kHalfRoot;
    }
}

void
Rotation::apply(std::span<const float> in, float *out) const
{
    size_t window = size_t{1} << log2_window_;
    memcpy(out, in.data(), dims_ * sizeof(float));
    memset(out + dims_, 0, (padded_ - dims_) * sizeof(float));

    for (int round = 0; round < rounds_; round++) {
        const float *signs = signs_.data() + static_cast<size_t>(round) * padded_;
        for (uint32_t i = 0; i < padded_; i++) out[i] *= signs[i];
        transform_window(round % 2 == 0 ? out : out + padded_ - window);
        if (round == 1 && window != padded_) mix_halves(out);
    }
}

}  // namespace vhnsw::quant
