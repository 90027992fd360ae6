#include "quant/sketch.hpp"

#include <bit>
#include <cmath>

#include "kernel/kernel.hpp"

namespace vhnsw::quant {

namespace {

// The step of a uniform grid that loses least on a Gaussian of variance 1 (Max, "Quantizing for minimum distortion",
// 1960), by number of planes. With one plane any step gives the same: the sign is all there is.
constexpr float kGaussianStep[] = {1, 1, 0.9957f, 0.5860f, 0.3352f};

uint16_t
to_bfloat16(float v)
{
    uint32_t bits = std::bit_cast<uint32_t>(v);
    return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

PackedScalars
pack(const SketchScalars &scalars)
{
    uint16_t v[3] = {to_bfloat16(scalars.norm2), to_bfloat16(scalars.factor), to_bfloat16(scalars.offset)};
    PackedScalars packed;
    memcpy(packed.bytes, v, sizeof(v));
    return packed;
}

SketchScalars
encode_sketch(Metric metric, const SketchShape &shape, std::span<const float> x, std::span<const float> y,
              float *scratch, uint8_t *planes_out)
{
    size_t n = x.size();
    float norm2 = kernel::active->difference(y.data(), x.data(), n, scratch);
    float deviation = std::sqrt(norm2 / static_cast<float>(n));
    float inverse_step = deviation > 0 ? 1 / (deviation * kGaussianStep[shape.planes]) : 1.0f;
    kernel::GridSums sums =
        kernel::active->encode_grid(scratch, x.data(), shape.dims, shape.planes, inverse_step, planes_out);

    // Equal codes: no direction, the estimate is the node's own distance.
    if (!(sums.ru > 0)) return {norm2, 0, 0};
    double factor = static_cast<double>(norm2) / static_cast<double>(sums.ru);
    double offset = factor * static_cast<double>(sums.xu);
    if (metric == Metric::kInnerProduct)
        offset -= static_cast<double>(kernel::active->inner_product(scratch, x.data(), n));
    return {norm2, static_cast<float>(factor), static_cast<float>(offset)};
}

float
sketch_cosine(const SketchShape &shape, const uint8_t *a, const uint8_t *b)
{
    // The highest plane of the grid is the sign; two directions differ in the share angle / pi of all signs.
    size_t sign_plane = (shape.planes - 1) * (shape.dims / 8);
    uint32_t differing = kernel::active->hamming(a + sign_plane, b + sign_plane, shape.dims);
    return std::cos(3.14159265f * static_cast<float>(differing) / static_cast<float>(shape.dims));
}

EstimateBase
estimate_base(const Query &query, float node_key, unsigned planes)
{
    float half_range = static_cast<float>((1 << planes) - 1) / 2;
    return {node_key, static_cast<float>(query.step() * 256), half_range * static_cast<float>(query.high_sum())};
}

}  // namespace vhnsw::quant
