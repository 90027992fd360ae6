// The rotation by its definition, in double precision. An index keeps the seed alone: another definition would be
// another meaning of every stored code.
#pragma once

#include <bit>
#include <cmath>
#include <vector>

#include "core/rng.hpp"
#include "quant/rotation.hpp"

namespace vhnsw::unit {

// a, b = (a + b, a - b) / sqrt(2)
inline void
butterfly(double &a, double &b)
{
    double sum = (a + b) * std::sqrt(0.5);
    b = (a - b) * std::sqrt(0.5);
    a = sum;
}

inline std::vector<double>
rotate_exactly(uint64_t seed, const std::vector<float> &in)
{
    size_t n = quant::padded_dims(static_cast<uint32_t>(in.size()));
    size_t window = std::bit_floor(n);
    std::vector<double> x(in.begin(), in.end());
    x.resize(n);
    Rng rng(seed);
    for (int round = 0; round < (window == n ? 3 : 4); ++round) {
        for (size_t i = 0; i < n; i += 32) {
            uint64_t bits = rng.next();
            for (size_t j = 0; j < 32; ++j)
                if (!((bits >> j) & 1)) x[i + j] = -x[i + j];
        }
        double *at = x.data() + (round % 2 == 0 ? 0 : n - window);
        for (size_t stride = 1; stride < window; stride *= 2)
            for (size_t i = 0; i < window; ++i)
                if (!(i & stride)) butterfly(at[i], at[i + stride]);
        for (size_t i = 0; window < n && round == 1 && i < n / 2; ++i) butterfly(x[i], x[i + n / 2]);
    }
    return x;
}

}  // namespace vhnsw::unit
