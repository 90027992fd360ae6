#include "quant/plain.hpp"

#include <cmath>
#include <limits>

namespace vhnsw::quant {

namespace {

// Float rounding of x^, in the kernels with or without a fused multiplication, is less than this share of it.
constexpr double kRounding = 0x1p-22;

}  // namespace

double
sum_of_magnitudes(std::span<const float> x)
{
    double sum = 0;
    for (float v : x) sum += std::fabs(static_cast<double>(v));
    return sum;
}

CodeScalars
encode_plain(std::span<const float> x, int8_t *code)
{
    double sum = sum_of_magnitudes(x);
    float inverse = 0, scale = 0;
    if (sum <= kMaxNorm) scale = code_scale(x, &inverse);
    double missed = 0, kept = 0;
    for (size_t i = 0; i < x.size(); i++) {
        int c = nearest_code(x[i] * inverse);
        code[i] = static_cast<int8_t>(c);
        double value = static_cast<double>(scale) * c;
        missed += std::fabs(static_cast<double>(x[i]) - value);
        kept += std::fabs(value);
    }
    if (!(sum <= kMaxNorm)) missed = std::numeric_limits<double>::infinity();
    return {scale, static_cast<float>(kept), round_up(missed * (1 + 1e-6) + kept * kRounding)};
}

double
plain_bound(const CodeScalars &x, double query_sum, double measured, uint32_t dims)
{
    if (!(query_sum <= kMaxNorm)) return 0;
    // Both sums, the kernel's and the operator's, round; the kernel adds up in at least 8 lanes.
    double rounding = (dims / 8.0 + 16) * 0x1p-23;
    double bound = (measured * (1 - rounding) - static_cast<double>(x.error)) * (1 - rounding) - 1e-18;
    return bound > 0 ? bound : 0;
}

}  // namespace vhnsw::quant
