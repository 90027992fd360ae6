#include "quant/space.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernel/kernel.hpp"
#include "quant/plain.hpp"
#include "quant/sparse.hpp"

namespace vhnsw::quant {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The operators for sparse vectors sum in double precision and round once; see quant/sparse.hpp.
constexpr double kSparseRounding = 1e-6;

// A little less than the largest float.
constexpr double kMostFloat = 3.4028e38;

// The most elements of a sparse vector that are not zero.
constexpr uint32_t kMaxSparseElements = 16000;

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
    uint32_t count = 0;
    for (uint8_t byte : bits) count += static_cast<uint32_t>(std::popcount(byte));
    return count;
}

// From the bits set in each and the bits that differ.
double
bits_distance(Metric metric, double set_a, double set_b, double differing)
{
    if (metric == Metric::kHamming) return differing;
    double common = (set_a + set_b - differing) / 2;
    return common > 0 ? 1 - common / (set_a + set_b - common) : 1;
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

double
sparse_measure(Metric metric, const SparseView &a, const SparseView &b)
{
    if (metric == Metric::kInnerProduct) return sparse_dot(a, b);
    if (metric == Metric::kL1) return sparse_l1(a, b);
    return sparse_squared_distance(a, b);
}

// Damaged bytes must not upset an order that is sorted by keys.
float
finite_key(double key)
{
    return std::isnan(key) ? std::numeric_limits<float>::infinity() : static_cast<float>(key);
}

// The operator's sum, rounded to float, is infinite beyond the range of float.
double
beyond_float(double bound)
{
    if (bound < -kMostFloat) return -kInfinity;
    return std::fmin(bound, kMostFloat);
}

double
sparse_bound(Metric metric, double measure, double norms)
{
    if (std::isnan(measure)) return -kInfinity;
    switch (metric) {
        case Metric::kInnerProduct:
            return beyond_float(-measure - std::fabs(measure) * kSparseRounding - norms * 1e-11 - 1e-30);
        case Metric::kL1: return std::fmax(beyond_float(measure) * (1 - kSparseRounding) - 1e-30, 0);
        // Of vectors scaled to norm 1 in single precision.
        case Metric::kCosine: return std::fmax(measure / 2 - 4 * kSparseRounding, 0);
        default: return std::fmax(std::sqrt(beyond_float(measure)) * (1 - kSparseRounding) - 1e-18, 0);
    }
}

SketchView
view_at(const SpaceQuery::Links &links, size_t i)
{
    SketchView view;
    view.sketch = links.first_sketch + i * links.stride;
    memcpy(&view.scalars, view.sketch - links.scalars_before, sizeof(view.scalars));
    return view;
}

void
estimate_bits(const Space &space, const uint8_t *bits, double bits_set, const SpaceQuery::Links &links, float *keys)
{
    for (size_t i = 0; i < links.count; i++) {
        SketchView link = view_at(links, i);
        uint32_t differing = kernel::active->hamming(bits, link.sketch, space.padded);
        keys[i] = static_cast<float>(bits_distance(space.metric, bits_set, unpack_count(link.scalars), differing));
    }
}

void
sum_masks(const Space &space, const Query &query, const SpaceQuery::Links &links, int32_t *sums)
{
    kernel::active->masked_sums({links.first_sketch, links.stride, links.count, space.sketch.planes}, query.high(),
                                space.sketch.dims, sums);
}

}  // namespace

uint32_t
Space::code_bytes() const
{
    switch (kind) {
        case CodeKind::kBits: return padded / 8;
        case CodeKind::kSparse: return 0;
        default: return padded;
    }
}

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
            fold_sparse(sparse_vector(vector.indices, vector.values), space.padded, folded_.data());
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
        case CodeKind::kRotated: return encode(vector.values, reinterpret_cast<int8_t *>(code));
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
    double norm = sparse_norm(sparse_vector(vector.indices, vector.values));
    return {0, static_cast<float>(std::fmin(norm, kMostFloat)), 0};
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
    double measure = sparse_measure(space.metric, sparse_of(a), sparse_of(b));
    return finite_key(space.metric == Metric::kInnerProduct ? -measure : measure);
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
            norm_ = sparse_norm(sparse_vector(vector.indices, vector.values));
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
        default: return finite_key(space_->metric == Metric::kInnerProduct ? -measure : measure);
    }
}

double
SpaceQuery::bound(const Code &code, double measure) const
{
    double norm = static_cast<double>(code.scalars.norm);
    switch (space_->kind) {
        case CodeKind::kRotated: return lower_bound(space_->metric, rotated_, code.scalars, measure, space_->dims);
        case CodeKind::kPlain: return plain_bound(code.scalars, norm_, measure, space_->dims);
        // Nothing is rounded but the division.
        case CodeKind::kBits: return std::fmax(bits_distance(space_->metric, norm_, norm, measure) - 1e-12, 0);
        case CodeKind::kSparse: break;
    }
    return sparse_bound(space_->metric, measure, norm_ * norm);
}

void
SpaceQuery::estimate(float node_key, const Links &links, int32_t *sums, float *keys) const
{
    if (space_->kind == CodeKind::kBits) return estimate_bits(*space_, bits_.data(), norm_, links, keys);
    sum_masks(*space_, rotated_, links, sums);
    EstimateBase base = estimate_base(rotated_, node_key, space_->sketch.planes);
    for (size_t i = 0; i < links.count; i++)
        keys[i] = estimate_key(space_->metric, base, unpack(view_at(links, i).scalars), sums[i]);
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
    fold_sparse(sparse_of(code), space.padded, scratch.data());
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
void
WaySketches::estimate(const SpaceQuery::Links &links, int32_t *sums, float *keys) const
{
    if (space_->kind == CodeKind::kBits) return estimate_bits(*space_, bits_, bits_set_, links, keys);
    sum_masks(*space_, way_, links, sums);
    EstimateBase base = estimate_base(way_, norm2_, space_->sketch.planes);
    for (size_t i = 0; i < links.count; i++) {
        SketchScalars scalars = unpack(view_at(links, i).scalars);
        scalars.offset = 0;
        keys[i] = estimate_key(Metric::kL2, base, scalars, sums[i]);
    }
}

}  // namespace vhnsw::quant
