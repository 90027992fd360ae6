// The sketch of a link: a few bits a dimension of (neighbour - node), with which a query that stands at the node
// estimates its distance to the neighbour without opening it.
//
// x the node, y the neighbour, r = y - x, all rotated. u is r on a grid of 2^planes levels (+-1/2, +-3/2 ...; one
// plane: the sign), factor = |r|^2 / <r,u>, which makes factor * <v,u> an unbiased estimate of <v,r> over random
// rotations (RaBitQ: Gao and Long, SIGMOD 2024; more bits: Gao et al., SIGMOD 2025). With v = q - x, the vector the
// search still has to go:
//     |q - y|^2 = |q - x|^2 + |r|^2 - 2 <q - x, r>   and   <q,y> = <q,x> + <x,r> + <q - x, r>
//     <q - x, r> ~ factor * <q,u> - offset,   offset = factor * <x,u>   (for inner product <x,r> is folded into offset)
// The scalars need no more precision than the estimate has: they are stored as bfloat16.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "quant/code.hpp"

namespace vhnsw::quant {

struct SketchScalars {
    float norm2;   // |r|^2
    float factor;  // |r|^2 / <r,u>
    float offset;  // factor * <x,u>, less <x,r> for kInnerProduct
};

// On disk and in a link: 6 bytes, no alignment.
struct PackedScalars {
    uint8_t bytes[6];
};
PackedScalars pack(const SketchScalars &scalars);

inline SketchScalars
unpack(const PackedScalars &packed)
{
    uint16_t v[3];
    memcpy(v, packed.bytes, sizeof(v));
    auto widen = [](uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); };
    return {widen(v[0]), widen(v[1]), widen(v[2])};
}

// Sketches cover the first `dims` rotated coordinates (a random projection where these are not all), `planes` bits
// each.
struct SketchShape {
    uint32_t dims;  // a multiple of 32
    uint32_t planes;

    constexpr uint32_t bytes() const { return dims / 8 * planes; }
};

// Writes the sketch of r = y - x and returns its scalars. x and y: whole rotated vectors, or what their codes say;
// norm2 is taken over all of them. `scratch` holds as many floats as x.
SketchScalars encode_sketch(Metric metric, const SketchShape &shape, std::span<const float> x, std::span<const float> y,
                            float *scratch, uint8_t *planes_out);

// Cosine of the angle between two sketches of one node, from the share of signs that differ.
float sketch_cosine(const SketchShape &shape, const uint8_t *a, const uint8_t *b);

// The constants of one estimate, fixed by query and node.
struct EstimateBase {
    float node_key;  // distance_key of the node itself
    float unit;      // <q,u> = unit * (masked sum - half_range * high_sum)
    float centre;
};
EstimateBase estimate_base(const Query &query, float node_key, unsigned planes);

// Key of the neighbour behind a link, from the masked sum of its sketch.
inline float
estimate_key(Metric metric, const EstimateBase &base, const SketchScalars &link, int32_t masked_sum)
{
    float projection = base.unit * (static_cast<float>(masked_sum) - base.centre);  // <q,u>
    float along = link.factor * projection - link.offset;  // ~ <q - x, r>; for kInnerProduct <q, r>
    if (metric == Metric::kInnerProduct) return base.node_key - along;
    return base.node_key + link.norm2 - 2 * along;
}

}  // namespace vhnsw::quant
