// A node's own code: 8 bits a dimension of the rotated vector, one scale for the vector, and the norm of what the code
// misses. From it follow the distance that ranks results, and a hard lower bound of the true distance.
//
// Write x for the rotated vector and x^ = scale * code for what the code says. Then |x - x^| <= error, always.
//
// A refined code has a second byte a dimension, of what the first one misses: x^^ = scale * (code + low / 256). The
// search goes by x^; x^^ gives bounds so near to one another that the order of the results nearly always follows from
// them alone.
#pragma once

#include <cstdint>
#include <span>

#include "core/vec.hpp"

namespace vhnsw::quant {

// What orders the results. Cosine is kL2 on vectors of norm 1: |a - b|^2 = 2 * cosine distance. The codes of this file
// are for the first three; space.hpp has the others.
enum class Metric : uint8_t { kL2 = 1, kInnerProduct = 2, kCosine = 3, kL1 = 4, kHamming = 5, kJaccard = 6 };

// Norms above this are not encoded (their squares overflow the float accumulators of the SQL operators): the code is
// zero and the error infinite, which keeps every bound true.
inline constexpr double kMaxNorm = 1e17;

struct CodeScalars {
    float scale;
    float norm;   // |x^|
    float error;  // >= |x - x^|, rounding of the rotation included; may be infinite
};
static_assert(sizeof(CodeScalars) == 12);

// code[x.size()] and the scalars of a rotated vector. Two vectors with equal code and equal scale count as duplicates.
CodeScalars encode(std::span<const float> x, int8_t *code);

// low[x.size()] of an encoded vector, and the scalars of x^^.
CodeScalars refine(std::span<const float> x, const int8_t *code, float scale, int8_t *low);

// --- what the codes of other kinds share with these ---

// At least as large.
float round_up(double value);

// Rounds to the nearest integer, |v| < 2^22, without a library call: the sum has no room for a fraction.
inline int
nearest_code(float v)
{
    constexpr float kNoFraction = 0x1.8p23f;
    return static_cast<int>((v + kNoFraction) - kNoFraction);
}

// A scale with which the largest element gets the largest code, coarse so that vectors equal up to rounding get equal
// ones, and its inverse; both 0 for a vector that cannot be encoded.
float code_scale(std::span<const float> x, float *inverse);

// A rotated query as two bytes a dimension: q^ = step * (256 * high + low). The high half alone is the query of the
// sketches. Allocated in the current context; reused by set().
class Query {
public:
    // norm_limit_exceeded queries (norm > kMaxNorm) become the zero vector with slack = infinity.
    void set(std::span<const float> rotated, uint32_t sketch_dims);

    // The exact inner product of q^ and code * scale.
    double dot(const int8_t *code, float scale) const;
    // The same with x^^.
    double dot(const int8_t *code, const int8_t *low, float scale) const;

    uint32_t dims() const { return static_cast<uint32_t>(high_.size()); }
    const int8_t *high() const { return high_.data(); }
    int32_t high_sum() const { return high_sum_; }
    double step() const { return step_; }
    double norm2() const { return norm2_; }
    double slack() const { return slack_; }

private:
    Vec<int8_t> high_;
    Vec<int8_t> low_;
    int32_t high_sum_ = 0;  // over the first sketch_dims
    double step_ = 0;
    double norm2_ = 0;  // |q^|^2
    double slack_ = 0;  // >= |q - q^|
};

// Keys order candidates: squared distance for kL2 and kCosine, negated inner product for kInnerProduct.
// `dot` is Query::dot.
float distance_key(Metric metric, const Query &query, const CodeScalars &x, double dot);

// What the result of an SQL operator lies between. Either may be infinite, neither is NaN.
struct Bounds {
    double lower;
    double upper;
};

// Bounds of the distance in the operator's unit (L2 distance, negated inner product, cosine distance). `dims` bounds
// the rounding of the operator's own float sums.
Bounds distance_bounds(Metric metric, const Query &query, const CodeScalars &x, double dot, uint32_t dims);

// Key between two codes, as above.
float pair_key(Metric metric, const CodeScalars &a, const CodeScalars &b, int32_t dot);

}  // namespace vhnsw::quant
