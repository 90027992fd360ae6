#include "quant/code.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernel/kernel.hpp"
#include "quant/rotation.hpp"

namespace vhnsw::quant {

namespace {

constexpr int kCodeMax = 127;
constexpr int kQueryMax = 32512;  // 127 * 256: the low half stays within a signed byte

struct Extent {
    float max_abs;
    double norm;
};

Extent
extent(std::span<const float> x)
{
    float max_abs = 0;
    for (float v : x) max_abs = std::fabs(v) > max_abs ? std::fabs(v) : max_abs;
    double norm2 = 0;
    for (float v : x) norm2 += static_cast<double>(v) * v;
    return {max_abs, std::sqrt(norm2)};
}

bool
encodable(Extent e)
{
    return e.max_abs > std::numeric_limits<float>::min() * kQueryMax && e.norm <= kMaxNorm;
}

// What the rotation loses of the smallest vectors: five multiplications round each of at most 65536 coordinates to a
// multiple of 2^-149. Beside kRotationError times the norm of a vector that is encoded it is nothing.
constexpr double kRotationUnderflow = 1e-42;

// What is missed of a vector that is not encoded: all of it.
double
whole(Extent e)
{
    if (!(e.norm <= kMaxNorm)) return std::numeric_limits<double>::infinity();
    return e.norm * (1 + kRotationError) + kRotationUnderflow;
}

// Drops the last bits of the scale, so that vectors equal up to rounding (scaled copies under cosine) get equal scales.
float
coarse(float scale)
{
    return std::bit_cast<float>((std::bit_cast<uint32_t>(scale) + 0x400u) & ~0x7FFu);
}

}  // namespace

float
round_up(double value)
{
    return std::nextafter(static_cast<float>(value), std::numeric_limits<float>::infinity());
}

float
code_scale(std::span<const float> x, float *inverse)
{
    Extent e = extent(x);
    *inverse = 0;
    if (!encodable(e)) return 0;
    // Rounded up first: no code may be beyond the largest one.
    float scale = coarse(e.max_abs / kCodeMax * (1 + 0x1p-11f));
    *inverse = 1 / scale;
    return scale;
}

CodeScalars
encode(std::span<const float> x, int8_t *code)
{
    Extent e = extent(x);
    if (!encodable(e)) {
        memset(code, 0, x.size());
        return {0, 0, round_up(whole(e))};
    }

    float inverse = static_cast<float>(kCodeMax) / e.max_abs;
    double dot = 0, length2 = 0;
    for (size_t i = 0; i < x.size(); i++) {
        int c = nearest_code(x[i] * inverse);
        code[i] = static_cast<int8_t>(c);
        dot += static_cast<double>(x[i]) * c;
        length2 += static_cast<double>(c) * c;
    }
    // The least-squares scale makes the missed part shortest.
    float scale = coarse(static_cast<float>(dot / length2));
    double missed2 = 0;
    for (size_t i = 0; i < x.size(); i++) {
        double d = static_cast<double>(x[i]) - static_cast<double>(scale) * code[i];
        missed2 += d * d;
    }
    return {scale, static_cast<float>(scale * std::sqrt(length2)),
            round_up(std::sqrt(missed2) * (1 + 1e-6) + kRotationError * e.norm)};
}

CodeScalars
refine(std::span<const float> x, const int8_t *code, float scale, int8_t *low)
{
    constexpr double kSteps = 256;
    double inverse = scale > 0 ? kSteps / static_cast<double>(scale) : 0;
    double missed2 = 0, norm2 = 0, whole2 = 0;
    for (size_t i = 0; i < x.size(); i++) {
        double left = static_cast<double>(x[i]) - static_cast<double>(scale) * code[i];
        int step = nearest_code(static_cast<float>(std::clamp(left * inverse, -kCodeMax * 1.0, kCodeMax * 1.0)));
        low[i] = static_cast<int8_t>(step);
        double value = static_cast<double>(scale) * (code[i] + step / kSteps), d = static_cast<double>(x[i]) - value;
        missed2 += d * d;
        norm2 += value * value;
        whole2 += static_cast<double>(x[i]) * x[i];
    }
    double error = whole2 <= kMaxNorm * kMaxNorm ? std::sqrt(missed2) * (1 + 1e-6) + kRotationError * std::sqrt(whole2)
                                                 : std::numeric_limits<double>::infinity();
    return {scale, static_cast<float>(std::sqrt(norm2)), round_up(error + kRotationUnderflow)};
}

void
Query::set(std::span<const float> rotated, uint32_t sketch_dims)
{
    size_t n = rotated.size();
    high_.resize(n);
    low_.resize(n);
    high_sum_ = 0;
    norm2_ = 0;
    Extent e = extent(rotated);
    if (!encodable(e)) {
        memset(high_.data(), 0, n);
        memset(low_.data(), 0, n);
        step_ = 0;
        slack_ = whole(e);
        return;
    }

    float inverse = static_cast<float>(kQueryMax) / e.max_abs;
    step_ = static_cast<double>(e.max_abs) / kQueryMax;
    double squares = 0, missed2 = 0;
    for (size_t i = 0; i < n; i++) {
        int v = nearest_code(rotated[i] * inverse);
        int high = (v + 128) >> 8;
        high_[i] = static_cast<int8_t>(high);
        low_[i] = static_cast<int8_t>(v - high * 256);
        if (i < sketch_dims) high_sum_ += high;
        squares += static_cast<double>(v) * v;
        double d = static_cast<double>(rotated[i]) - step_ * v;
        missed2 += d * d;
    }
    norm2_ = squares * step_ * step_;
    slack_ = std::sqrt(missed2) * (1 + 1e-6) + kRotationError * e.norm;
}

double
Query::dot(const int8_t *code, float scale) const
{
    int64_t sum = 256 * static_cast<int64_t>(kernel::active->dot_i8(high_.data(), code, dims())) +
                  kernel::active->dot_i8(low_.data(), code, dims());
    return static_cast<double>(sum) * step_ * static_cast<double>(scale);
}

double
Query::dot(const int8_t *code, const int8_t *low, float scale) const
{
    const auto product = [&](const Vec<int8_t> &half, const int8_t *bytes) {
        return static_cast<double>(kernel::active->dot_i8(half.data(), bytes, dims()));
    };
    double sum = 256 * product(high_, code) + product(low_, code) + product(high_, low) + product(low_, low) / 256;
    return sum * step_ * static_cast<double>(scale);
}

float
distance_key(Metric metric, const Query &query, const CodeScalars &x, double dot)
{
    // Damaged scalars must not upset an order that is sorted by keys.
    if (metric == Metric::kInnerProduct)
        return std::isnan(dot) ? std::numeric_limits<float>::infinity() : static_cast<float>(-dot);
    double norm = x.norm;
    return static_cast<float>(std::fmax(query.norm2() + norm * norm - 2 * dot, 0));
}

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Bounds
without_nan(double lower, double upper)
{
    return {std::isnan(lower) ? -kInfinity : lower, std::isnan(upper) ? kInfinity : upper};
}

Bounds
product_bounds(const Query &query, const CodeScalars &x, double dot, double rounding)
{
    double norm = x.norm, error = x.error, query_norm = std::sqrt(query.norm2());
    double missed = query_norm * error + query.slack() * (norm + error);
    double rounded = (query_norm + query.slack()) * (norm + error) * rounding + 1e-30;
    return without_nan(-(dot + missed) - rounded, -(dot - missed) + rounded);
}

}  // namespace

Bounds
distance_bounds(Metric metric, const Query &query, const CodeScalars &x, double dot, uint32_t dims)
{
    // The operators sum in at least 16 lanes: relative error of a sum of n terms.
    double rounding = (dims / 16.0 + 16) * 0x1p-23;
    if (metric == Metric::kInnerProduct) return product_bounds(query, x, dot, rounding);

    double norm = x.norm, missed = static_cast<double>(x.error) + query.slack();
    double squared = query.norm2() + norm * norm - 2 * dot;
    // The stored norm is rounded to float: its square may be off by 2^-23 of itself.
    double blur = 0x1p-22 * (query.norm2() + norm * norm);
    double least = std::fmax(std::sqrt(std::fmax(squared - blur, 0)) - missed, 0);
    double most = std::sqrt(std::fmax(squared + blur, 0)) + missed;
    if (metric == Metric::kCosine)
        return without_nan(std::fmax(least * least / 2 - 4 * rounding, 0), most * most / 2 + 4 * rounding);
    return without_nan(std::fmax(least * (1 - rounding) - 1e-18, 0), most * (1 + rounding) + 1e-18);
}

float
pair_key(Metric metric, const CodeScalars &a, const CodeScalars &b, int32_t dot)
{
    double product = static_cast<double>(a.scale) * b.scale * dot;
    if (metric == Metric::kInnerProduct) return static_cast<float>(-product);
    double na = a.norm, nb = b.norm;
    return static_cast<float>(std::max(na * na + nb * nb - 2 * product, 0.0));
}

}  // namespace vhnsw::quant
