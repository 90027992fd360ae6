#include "quant/space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/kernel.hpp"
#include "quant/plain.hpp"
#include "quant/sparse.hpp"

namespace vhnsw::quant {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using kernel::SparseView;

const int8_t *
signed_bytes(const uint8_t *bytes)
{
    return reinterpret_cast<const int8_t *>(bytes);
}

SparseView
sparse_of(const Code &code)
{
    return sparse_code(code.bytes, code.size);
}

uint32_t
count_bits(std::span<const uint8_t> bits)
{
    return static_cast<uint32_t>(kernel::active->bits_common(bits.data(), bits.data(), bits.size()).common);
}

// From the bits set in each and the bits that differ; what the operator returns.
double
bits_distance(Metric metric, double set_a, double set_b, double differing)
{
    if (metric == Metric::kHamming) return differing;
    return kernel::jaccard_distance((set_a + set_b - differing) / 2, set_a, set_b);
}

PackedScalars
pack_count(uint32_t bits_set)
{
    PackedScalars packed{};
    memcpy(packed.bytes, &bits_set, sizeof(bits_set));
    return packed;
}

uint32_t
unpack_count(const PackedScalars &packed)
{
    uint32_t bits_set;
    memcpy(&bits_set, packed.bytes, sizeof(bits_set));
    return bits_set;
}

// The cosine distance itself; otherwise a sum.
double
sparse_measure(Metric metric, const SparseView &a, const SparseView &b)
{
    switch (metric) {
        case Metric::kInnerProduct: return kernel::sparse_dot(a, b);
        case Metric::kCosine:
            return kernel::cosine_distance(kernel::sparse_dot(a, b), kernel::sparse_squared_norm(a),
                                           kernel::sparse_squared_norm(b));
        case Metric::kL1: return kernel::sparse_magnitudes(a, b);
        default: return kernel::sparse_squared_difference(a, b);
    }
}

// As estimates have it: the squared distance of unit vectors for cosine.
double
sparse_key(Metric metric, double measure)
{
    if (metric == Metric::kInnerProduct) return -measure;
    return metric == Metric::kCosine ? 2 * measure : measure;
}

// What the operator returns.
double
sparse_distance(Metric metric, double measure)
{
    switch (metric) {
        case Metric::kInnerProduct: return -kernel::rounded_sum(measure);
        case Metric::kCosine: return measure;
        case Metric::kL1: return kernel::rounded_sum(measure);
        default: return kernel::euclidean_distance(measure);
    }
}

// Damaged bytes must not upset an order that is sorted by keys.
float
finite_key(double key)
{
    return std::isnan(key) ? std::numeric_limits<float>::infinity() : static_cast<float>(key);
}

void
sum_masks(const Space &space, const Query &query, const LinkSketches &links, int32_t *sums)
{
    kernel::active->masked_sums({links.first, links.stride, links.count, space.sketch.planes}, query.high(),
                                space.sketch.dims, sums);
}

}  // namespace

uint32_t
Space::frame_bytes() const
{
    if (!has_sketches()) return 0;
    return kind == CodeKind::kBits ? padded / 8 : padded * static_cast<uint32_t>(sizeof(float));
}

const Prepared &
Preparation::prepare(const Space &space, const VectorView &vector)
{
    prepared_ = {};
    switch (space.kind) {
        case CodeKind::kRotated:
            floats_.resize(space.padded);
            space.rotation->apply(vector.values, floats_.data());
            prepared_.values = floats_.span();
            break;
        case CodeKind::kPlain:
            floats_.resize(space.padded);
            memset(floats_.data(), 0, space.padded * sizeof(float));
            if (!vector.values.empty()) memcpy(floats_.data(), vector.values.data(), vector.values.size_bytes());
            prepared_.values = floats_.span();
            break;
        case CodeKind::kBits:
            bits_.resize(space.padded / 8);
            memset(bits_.data(), 0, bits_.size());
            if (!vector.bits.empty()) memcpy(bits_.data(), vector.bits.data(), vector.bits.size());
            prepared_.bits = bits_.span();
            break;
        case CodeKind::kSparse:
            prepared_.values = vector.values;
            prepared_.indices = vector.indices;
            if (!space.has_sketches()) break;
            floats_.resize(space.padded);
            folded_.resize(space.padded);
            fold_sparse(sparse_vector(vector.indices, vector.values), space.metric == Metric::kCosine, space.padded,
                        folded_.data());
            space.rotation->apply(folded_.span(), floats_.data());
            prepared_.frame = floats_.span();
            break;
    }
    return prepared_;
}

uint32_t
max_code_bytes(const Space &space)
{
    return space.kind == CodeKind::kSparse ? kMaxSparseElements * kSparseElementBytes : space.code_bytes();
}

uint32_t
code_bytes_of(const Space &space, const Prepared &vector)
{
    if (space.kind != CodeKind::kSparse) return space.code_bytes();
    return static_cast<uint32_t>(vector.values.size()) * kSparseElementBytes;
}

CodeScalars
encode(const Space &space, const Prepared &vector, uint8_t *code)
{
    switch (space.kind) {
        case CodeKind::kRotated: {
            auto *high = reinterpret_cast<int8_t *>(code);
            const CodeScalars scalars = encode(vector.values, high);
            if (!space.refined) return scalars;
            const CodeScalars finer = refine(vector.values, high, scalars.scale, high + space.padded);
            const Refinement refinement = {finer.norm, finer.error};
            memcpy(code + 2 * space.padded, &refinement, sizeof(refinement));
            return scalars;
        }
        case CodeKind::kPlain: return encode_plain(vector.values, reinterpret_cast<int8_t *>(code));
        case CodeKind::kBits:
            memcpy(code, vector.bits.data(), vector.bits.size());
            return {0, static_cast<float>(count_bits(vector.bits)), 0};
        case CodeKind::kSparse: break;
    }
    size_t bytes = vector.values.size_bytes();
    if (bytes > 0) {
        memcpy(code, vector.indices.data(), bytes);
        memcpy(code + bytes, vector.values.data(), bytes);
    }
    return {0, 0, 0};
}

bool
is_same(const Space &space, const Code &a, const Code &b)
{
    if (a.scalars.scale != b.scalars.scale || a.size != b.size) return false;
    return memcmp(a.bytes, b.bytes, space.refined ? space.padded : a.size) == 0;
}

void
share_refinement(const Space &space, uint8_t *code, const uint8_t *added)
{
    if (!space.refined) return;
    Refinement ours, theirs;
    uint8_t *at = code + 2 * space.padded;
    memcpy(&ours, at, sizeof(ours));
    memcpy(&theirs, added + 2 * space.padded, sizeof(theirs));
    const bool same = memcmp(code + space.padded, added + space.padded, space.padded) == 0;
    ours.error = same ? std::max(ours.error, theirs.error) : std::numeric_limits<float>::infinity();
    memcpy(at, &ours, sizeof(ours));
}

float
pair_key(const Space &space, const Code &a, const Code &b)
{
    switch (space.kind) {
        case CodeKind::kRotated:
            return pair_key(space.metric, a.scalars, b.scalars,
                            kernel::active->dot_i8(signed_bytes(a.bytes), signed_bytes(b.bytes), space.padded));
        case CodeKind::kPlain:
            return kernel::active->l1_codes({signed_bytes(a.bytes), a.scalars.scale},
                                            {signed_bytes(b.bytes), b.scalars.scale}, space.padded);
        case CodeKind::kBits:
            return static_cast<float>(bits_distance(space.metric, static_cast<double>(a.scalars.norm),
                                                    static_cast<double>(b.scalars.norm),
                                                    kernel::active->hamming(a.bytes, b.bytes, space.padded)));
        case CodeKind::kSparse: break;
    }
    return finite_key(sparse_key(space.metric, sparse_measure(space.metric, sparse_of(a), sparse_of(b))));
}

float
admission_key(const Space &space, const Code &a, const Code &b)
{
    if (!space.has_sketches() || space.metric != Metric::kInnerProduct) return pair_key(space, a, b);
    Space squared = space;
    squared.metric = Metric::kL2;
    return pair_key(squared, a, b);
}

void
SpaceQuery::set(const Space &space, const Prepared &vector)
{
    space_ = &space;
    switch (space.kind) {
        case CodeKind::kRotated: rotated_.set(vector.values, space.sketch.dims); return;
        case CodeKind::kPlain: norm_ = sum_of_magnitudes(vector.values); break;
        case CodeKind::kBits:
            bits_.resize(vector.bits.size());
            memcpy(bits_.data(), vector.bits.data(), bits_.size());
            norm_ = count_bits(vector.bits);
            return;
        case CodeKind::kSparse:
            indices_.resize(vector.indices.size());
            std::copy(vector.indices.begin(), vector.indices.end(), indices_.begin());
            if (space.has_sketches()) rotated_.set(vector.frame, space.sketch.dims);
            break;
    }
    values_.resize(vector.values.size());
    std::copy(vector.values.begin(), vector.values.end(), values_.begin());
}

double
SpaceQuery::measure(const Code &code) const
{
    switch (space_->kind) {
        case CodeKind::kRotated: return rotated_.dot(signed_bytes(code.bytes), code.scalars.scale);
        case CodeKind::kPlain:
            return static_cast<double>(
                kernel::active->l1_i8(values_.data(), signed_bytes(code.bytes), code.scalars.scale, space_->padded));
        case CodeKind::kBits: return kernel::active->hamming(bits_.data(), code.bytes, space_->padded);
        case CodeKind::kSparse: break;
    }
    return sparse_measure(space_->metric, sparse_vector(indices_.span(), values_.span()), sparse_of(code));
}

float
SpaceQuery::key(const Code &code, double measure) const
{
    switch (space_->kind) {
        case CodeKind::kRotated: return distance_key(space_->metric, rotated_, code.scalars, measure);
        case CodeKind::kBits:
            return finite_key(bits_distance(space_->metric, norm_, static_cast<double>(code.scalars.norm), measure));
        case CodeKind::kPlain: return finite_key(measure);
        case CodeKind::kSparse: break;
    }
    return finite_key(sparse_key(space_->metric, measure));
}

Bounds
SpaceQuery::bounds(const Code &code, double measure) const
{
    double norm = static_cast<double>(code.scalars.norm), distance = 0;
    switch (space_->kind) {
        case CodeKind::kRotated: return rotated_bounds(code, measure);
        case CodeKind::kPlain: return {plain_bound(code.scalars, norm_, measure, space_->dims), kInfinity};
        case CodeKind::kBits: distance = bits_distance(space_->metric, norm_, norm, measure); break;
        case CodeKind::kSparse: distance = sparse_distance(space_->metric, measure); break;
    }
    if (std::isnan(distance)) return {-kInfinity, kInfinity};
    return {distance, distance};
}

Bounds
SpaceQuery::rotated_bounds(const Code &code, double measure) const
{
    CodeScalars scalars = code.scalars;
    if (space_->refined) {
        Refinement refinement;
        memcpy(&refinement, code.bytes + 2 * space_->padded, sizeof(refinement));
        // Not with what damage may have left there.
        if (refinement.error < scalars.error) {
            scalars.norm = refinement.norm;
            scalars.error = refinement.error;
            measure = rotated_.dot(signed_bytes(code.bytes), signed_bytes(code.bytes) + space_->padded, scalars.scale);
        }
    }
    return distance_bounds(space_->metric, rotated_, scalars, measure, space_->dims);
}

float
Estimates::key_of_bits(size_t i, const PackedScalars &scalars) const
{
    uint32_t differing = kernel::active->hamming(bits_, links_.first + i * links_.stride, padded_);
    return static_cast<float>(bits_distance(metric_, bits_set_, unpack_count(scalars), differing));
}

Estimates
SpaceQuery::estimate(float node_key, const LinkSketches &links, int32_t *sums) const
{
    Estimates e{};
    e.metric_ = space_->metric;
    if (space_->kind == CodeKind::kBits) {
        e.bits_ = bits_.data();
        e.bits_set_ = norm_;
        e.padded_ = space_->padded;
        e.links_ = links;
        return e;
    }
    sum_masks(*space_, rotated_, links, sums);
    e.sums_ = sums;
    e.base_ = estimate_base(rotated_, node_key, space_->sketch.planes);
    return e;
}

void
unfold(const Space &space, const Code &code, Vec<float> &scratch, uint8_t *frame)
{
    if (!space.has_sketches()) return;
    if (space.kind == CodeKind::kBits) {
        memcpy(frame, code.bytes, code.size);
        return;
    }
    auto *floats = reinterpret_cast<float *>(frame);
    if (space.kind == CodeKind::kRotated) {
        kernel::active->decode_i8(signed_bytes(code.bytes), code.scalars.scale, space.padded, floats);
        return;
    }
    scratch.resize(space.padded);
    fold_sparse(sparse_of(code), space.metric == Metric::kCosine, space.padded, scratch.data());
    space.rotation->apply(scratch.span(), floats);
}

PackedScalars
make_sketch(const Space &space, const uint8_t *x, const uint8_t *y, float *scratch, uint8_t *sketch)
{
    if (space.kind == CodeKind::kBits) {
        memcpy(sketch, y, space.padded / 8);
        return pack_count(count_bits({y, space.padded / 8}));
    }
    std::span<const float> from(reinterpret_cast<const float *>(x), space.padded);
    std::span<const float> to(reinterpret_cast<const float *>(y), space.padded);
    return pack(encode_sketch(space.metric, space.sketch, from, to, scratch, sketch));
}

float
link_key(const Space &space, const uint8_t *node_code, float node_norm, const SketchView &link)
{
    if (space.kind != CodeKind::kBits) return unpack(link.scalars).norm2;
    return static_cast<float>(bits_distance(space.metric, static_cast<double>(node_norm), unpack_count(link.scalars),
                                            kernel::active->hamming(node_code, link.sketch, space.padded)));
}

float
between_links(const Space &space, const SketchView &a, const SketchView &b)
{
    if (space.kind == CodeKind::kBits)
        return static_cast<float>(bits_distance(space.metric, unpack_count(a.scalars), unpack_count(b.scalars),
                                                kernel::active->hamming(a.sketch, b.sketch, space.padded)));
    // The law of cosines.
    float norm2_a = unpack(a.scalars).norm2, norm2_b = unpack(b.scalars).norm2;
    float cosine = sketch_cosine(space.sketch, a.sketch, b.sketch);
    return norm2_a + norm2_b - 2 * std::sqrt(norm2_a) * std::sqrt(norm2_b) * cosine;
}

void
WaySketches::set(const Space &space, const uint8_t *query, const uint8_t *node, float *scratch)
{
    space_ = &space;
    if (space.kind == CodeKind::kBits) {
        bits_ = query;
        bits_set_ = count_bits({query, space.padded / 8});
        return;
    }
    norm2_ = kernel::active->difference(reinterpret_cast<const float *>(query), reinterpret_cast<const float *>(node),
                                        space.padded, scratch);
    way_.set({scratch, space.padded}, space.sketch.dims);
}

// |query - neighbour|^2 = |way|^2 + |r|^2 - 2 <way, r>, see quant/sketch.hpp.
Estimates
WaySketches::estimate(const LinkSketches &links, int32_t *sums) const
{
    Estimates e{};
    if (space_->kind == CodeKind::kBits) {
        e.metric_ = space_->metric;
        e.bits_ = bits_;
        e.bits_set_ = bits_set_;
        e.padded_ = space_->padded;
        e.links_ = links;
        return e;
    }
    sum_masks(*space_, way_, links, sums);
    e.metric_ = Metric::kL2;
    e.without_offset_ = true;
    e.sums_ = sums;
    e.base_ = estimate_base(way_, norm2_, space_->sketch.planes);
    return e;
}

}  // namespace vhnsw::quant
