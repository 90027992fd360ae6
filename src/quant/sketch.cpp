#include "quant/sketch.hpp"

#include <bit>
#include <cmath>

#include "kernel/kernel.hpp"

namespace vhnsw::quant {

namespace {

// The step of a uniform mid-rise grid that loses least on a Gaussian of variance 1 (Max, "Quantizing for minimum
// distortion", 1960), by number of planes. One plane has no step: the sign is all there is.
constexpr float kGaussianStep[] = {0, 0, 0.9957f, 0.5860f, 0.3352f};

uint16_t
to_bfloat16(float v)
{
    uint32_t bits = std::bit_cast<uint32_t>(v);
    return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16);
}

float
from_bfloat16(uint16_t v)
{
    return std::bit_cast<float>(static_cast<uint32_t>(v) << 16);
}

// Writes the planes of the grid cell of every r[i] and returns <r,u> and <x,u>.
struct Products {
    double ru, xu;
};

Products
encode_grid(const float *r, const float *x, uint32_t n, unsigned planes, float step, uint8_t *out)
{
    int levels = 1 << planes;
    float inverse = 1 / step;
    uint32_t plane_bytes = n / 8;
    memset(out, 0, plane_bytes * planes);
    Products p{0, 0};
    for (uint32_t i = 0; i < n; i++) {
        int cell = static_cast<int>(std::floor(r[i] * inverse)) + levels / 2;
        cell = cell < 0 ? 0 : cell >= levels ? levels - 1 : cell;
        float u = static_cast<float>(cell) - static_cast<float>(levels - 1) / 2;
        p.ru += static_cast<double>(r[i] * u);
        p.xu += static_cast<double>(x[i] * u);
        for (unsigned plane = 0; plane < planes; plane++)
            if ((cell >> plane) & 1)
                out[plane * plane_bytes + i / 8] |= static_cast<uint8_t>(1u << (i % 8));
    }
    return p;
}

Products
encode_signs(const float *r, const float *x, uint32_t n, uint8_t *out)
{
    kernel::active->sign_bits(r, n, out);
    // Eight lanes: the compiler may keep them in one register.
    float ru[8] = {}, xu[8] = {};
    for (uint32_t i = 0; i < n; i += 8)
        for (uint32_t j = 0; j < 8; j++) {
            ru[j] += std::fabs(r[i + j]);
            xu[j] += std::copysign(1.0f, r[i + j]) * x[i + j];
        }
    Products p{0, 0};
    for (int j = 0; j < 8; j++) {
        p.ru += static_cast<double>(ru[j]) / 2;
        p.xu += static_cast<double>(xu[j]) / 2;
    }
    return p;
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
unpack(const PackedScalars &packed)
{
    uint16_t v[3];
    memcpy(v, packed.bytes, sizeof(v));
    return {from_bfloat16(v[0]), from_bfloat16(v[1]), from_bfloat16(v[2])};
}

SketchScalars
encode_sketch(Metric metric, const SketchShape &shape, std::span<const float> x, std::span<const float> y, float *scratch,
              uint8_t *planes_out)
{
    size_t n = x.size();
    unsigned planes = shape.planes;
    for (size_t i = 0; i < n; i++) scratch[i] = y[i] - x[i];
    float norm2 = kernel::active->inner_product(scratch, scratch, n);

    Products p;
    if (planes == 1) {
        p = encode_signs(scratch, x.data(), shape.dims, planes_out);
    } else {
        float deviation = std::sqrt(norm2 / static_cast<float>(n));
        float step = deviation > 0 ? deviation * kGaussianStep[planes] : 1.0f;
        p = encode_grid(scratch, x.data(), shape.dims, planes, step, planes_out);
    }
    // Equal codes: no direction, the estimate is the node's own distance.
    if (!(p.ru > 0)) return {norm2, 0, 0};
    double factor = static_cast<double>(norm2) / p.ru;
    double offset = factor * p.xu;
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

float
estimate_key(Metric metric, const EstimateBase &base, const SketchScalars &link, int32_t masked_sum)
{
    float projection = base.unit * (static_cast<float>(masked_sum) - base.centre);  // <q,u>
    float along = link.factor * projection - link.offset;                         // ~ <q - x, r>, or <q, r>
    if (metric == Metric::kInnerProduct) return base.node_key - along;
    return base.node_key + link.norm2 - 2 * along;
}

}  // namespace vhnsw::quant
