// What the vectors of one index are: how they are encoded, measured against a query, compared with one another and
// sketched. The one place that knows the kinds of codes apart; graph and access method see bytes, scalars and keys.
//
//   kind      code                                        metrics                    sketch of a link
//   kRotated  a byte a dimension of the rotated vector    L2, inner product, cosine  of the way there (sketch.hpp)
//   kPlain    a byte a dimension of the vector as it is   L1                         none
//   kBits     the bits                                    Hamming, Jaccard           the neighbour's bits
//   kSparse   indices and values of what is not zero      L2, inner product, cosine  of the way there, in a frame of
//                                                                                    kSparseFrame projections
//                                                         L1                         none
//
// Links without sketches lead to nodes that have to be opened to be judged. Codes of kRotated may be refined
// (code.hpp): the second bytes follow the first ones, then Refinement.
#pragma once

#include <cstdint>
#include <span>

#include "core/vec.hpp"
#include "quant/code.hpp"
#include "quant/rotation.hpp"
#include "quant/sketch.hpp"

namespace vhnsw::quant {

enum class CodeKind : uint8_t { kRotated, kPlain, kBits, kSparse };

// What the elements of a vector are.
enum class Elements : uint8_t { kDense, kBits, kSparse };

constexpr CodeKind
code_kind(Metric metric, Elements elements)
{
    if (elements == Elements::kBits) return CodeKind::kBits;
    if (elements == Elements::kSparse) return CodeKind::kSparse;
    return metric == Metric::kL1 ? CodeKind::kPlain : CodeKind::kRotated;
}

// Whether links can have sketches of their neighbours.
constexpr bool
can_sketch(Metric metric)
{
    return metric != Metric::kL1;
}

// Dimensions of the projection that sketches of sparse vectors are made of. Its noise adds to that of one bit a
// dimension: README.md has the recall of 256 to 1024.
inline constexpr uint32_t kSparseFrame = 512;

// Dimensions of codes and frames.
constexpr uint32_t
padded_dims(CodeKind kind, uint32_t dims)
{
    return kind == CodeKind::kSparse ? kSparseFrame : padded_dims(dims);
}

// Of x^^. An infinite error: the second bytes are not those of all rows of the node.
struct Refinement {
    float norm;
    float error;
};

// Bytes of a code; 0: they vary.
constexpr uint32_t
code_bytes(CodeKind kind, uint32_t padded, bool refined)
{
    if (kind == CodeKind::kSparse) return 0;
    if (kind == CodeKind::kBits) return padded / 8;
    return refined ? 2 * padded + static_cast<uint32_t>(sizeof(Refinement)) : padded;
}

// A vector as its type gives it. Which members are set depends on the elements.
struct VectorView {
    uint32_t dims = 0;
    std::span<const float> values;     // kDense: all; kSparse: those not zero
    std::span<const int32_t> indices;  // kSparse: of the values, ascending, from 0
    std::span<const uint8_t> bits;     // kBits: first bit highest, zeros in the rest of the last byte
};

// A code with its scalars. The bytes need no alignment.
struct Code {
    const uint8_t *bytes;
    uint32_t size;
    CodeScalars scalars;
};

// A vector ready to be encoded or to be a query. Points into the buffers of the Preparation.
struct Prepared {
    std::span<const float> values;     // kRotated: rotated; kPlain: padded with zeros; kSparse
    std::span<const int32_t> indices;  // kSparse
    std::span<const uint8_t> bits;     // kBits, padded with zeros
    std::span<const float> frame;      // kSparse, where links have sketches
};

struct Space {
    Metric metric;
    CodeKind kind;
    uint32_t dims;
    uint32_t padded;  // of the code; kSparse: of the frame
    SketchShape sketch;
    const Rotation *rotation;  // of kRotated and of the frame of kSparse; else null
    bool refined = false;      // codes are; kRotated only

    bool has_sketches() const { return sketch.planes > 0; }

    uint32_t code_bytes() const { return quant::code_bytes(kind, padded, refined); }
    // The first ones, by which codes are compared with one another; 0: their number varies.
    uint32_t compared_bytes() const { return quant::code_bytes(kind, padded, false); }

    // Frames are what sketches are made from: a code unfolded once for the many links that begin or end there.
    uint32_t frame_bytes() const;
};

// Makes vectors ready; reusable. Allocates in the current context.
class Preparation {
public:
    // The result is valid until the next call; the values and indices of sparse vectors are the caller's.
    const Prepared &prepare(const Space &space, const VectorView &vector);
    const Prepared &result() const { return prepared_; }

private:
    Vec<float> floats_;
    Vec<float> folded_;
    Vec<uint8_t> bits_;
    Prepared prepared_;
};

// The most bytes a code can have.
uint32_t max_code_bytes(const Space &space);
// Of this vector.
uint32_t code_bytes_of(const Space &space, const Prepared &vector);

// Writes code_bytes_of() bytes.
CodeScalars encode(const Space &space, const Prepared &vector, uint8_t *code);

// Whether vectors with these codes count as duplicates: equal scales, and equal codes but for what refines them.
bool is_same(const Space &space, const Code &a, const Code &b);

// To be called for the bytes of a node's code when it gets another row with the same code (is_same), of which `added`
// are the bytes: what refines the code is then good for all rows of the node, or not used any more.
void share_refinement(const Space &space, uint8_t *code, const uint8_t *added);

// The key of one encoded vector to another.
float pair_key(const Space &space, const Code &a, const Code &b);

// The key by which a node admits links: where links have sketches, whose angles it goes by, the squared distance in the
// place of the inner product.
float admission_key(const Space &space, const Code &a, const Code &b);

// A link as its node sees it.
struct SketchView {
    PackedScalars scalars;
    const uint8_t *sketch;
};

// The sketches of a node's links, `stride` bytes apart.
struct LinkSketches {
    const uint8_t *first;
    size_t stride;
    size_t count;
};

// What a query, or another vector, makes of the links of one node. Refers to both, and to the sums it was made with.
class Estimates {
public:
    // Key of the neighbour behind link i.
    float key(size_t i, const PackedScalars &scalars) const
    {
        if (bits_ != nullptr) return key_of_bits(i, scalars);
        SketchScalars link = unpack(scalars);
        if (without_offset_) link.offset = 0;
        return estimate_key(metric_, base_, link, sums_[i]);
    }

private:
    friend class SpaceQuery;
    friend class WaySketches;

    float key_of_bits(size_t i, const PackedScalars &scalars) const;

    Metric metric_;
    bool without_offset_;
    EstimateBase base_;
    const int32_t *sums_;
    const uint8_t *bits_;  // of kBits; else null
    double bits_set_;
    uint32_t padded_;
    LinkSketches links_;
};

// A query of any kind.
class SpaceQuery {
public:
    // Allocates in the current context; reused by the next set(). `space` must outlive the query.
    void set(const Space &space, const Prepared &vector);

    // What a code says of it and the query: their inner product (kRotated; kSparse under inner product), squared
    // distance (kSparse under L2), cosine distance (kSparse), sum of differences (L1), number of bits that differ
    // (kBits).
    double measure(const Code &code) const;
    // Orders candidates: smaller is nearer. Never NaN.
    float key(const Code &code, double measure) const;
    // What the SQL operator's result lies between, in its unit. For kBits and kSparse both are the result.
    Bounds bounds(const Code &code, double measure) const;

    // Estimates of the keys behind a node's links, given the node's own. `sums` is scratch for as many numbers; the
    // result refers to it. REQUIRES: has_sketches().
    Estimates estimate(float node_key, const LinkSketches &links, int32_t *sums) const;

private:
    Bounds rotated_bounds(const Code &code, double measure) const;

    const Space *space_ = nullptr;
    Query rotated_;  // also the query of sketches
    Vec<float> values_;
    Vec<int32_t> indices_;
    Vec<uint8_t> bits_;
    double norm_ = 0;  // kBits: bits set; kPlain: sum of magnitudes
};

// Unfolds a code; `frame` has frame_bytes(), aligned for floats. `scratch` is reused.
void unfold(const Space &space, const Code &code, Vec<float> &scratch, uint8_t *frame);

// Sketches y as seen from x, both unfolded. `scratch` holds as many floats as a frame. REQUIRES: has_sketches().
PackedScalars make_sketch(const Space &space, const uint8_t *x, const uint8_t *y, float *scratch, uint8_t *sketch);

// --- links of one node, by what is in their sketches: admission keys. REQUIRES: has_sketches().

// From the node, whose code is needed for kBits only, to the neighbour.
float link_key(const Space &space, const uint8_t *node_code, float node_norm, const SketchView &link);
// Between two neighbours.
float between_links(const Space &space, const SketchView &a, const SketchView &b);
// Estimates of keys from `query`, an unfolded vector, to the neighbours of `node`, another one, as admission has them.
class WaySketches {
public:
    void set(const Space &space, const uint8_t *query, const uint8_t *node, float *scratch);
    Estimates estimate(const LinkSketches &links, int32_t *sums) const;

private:
    const Space *space_ = nullptr;
    const uint8_t *bits_ = nullptr;
    uint32_t bits_set_ = 0;
    Query way_;
    float norm2_ = 0;
};

}  // namespace vhnsw::quant
