// Runs everywhere; also what the other instruction sets are tested against. Floats go four at a time through the
// compiler's portable vectors, which every 64-bit processor has registers for.
#include <cstring>

#include "kernel/kernel.hpp"

namespace vhnsw::kernel {
namespace scalar {
namespace {

struct Lane {
    typedef float Vec __attribute__((vector_size(16)));
    typedef int32_t Bits __attribute__((vector_size(16)));
    static constexpr size_t kWidth = 4;

    static Vec load(const float *p)
    {
        Vec v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    static Vec load_part(const float *p, size_t count)
    {
        Vec v = {};
        memcpy(&v, p, count * sizeof *p);
        return v;
    }
    // What core/half.hpp does, without its branches: read as a float, a finite half is 2^-112 times its value.
    static Vec load(const uint16_t *p)
    {
        Bits half = {p[0], p[1], p[2], p[3]};
        Bits magnitude = (half & 0x7FFF) << 13;
        Bits infinite_or_nan = (magnitude >= 0x7C00 << 13) & 0x7F800000;
        return (Vec)((Bits)((Vec)magnitude * 0x1p112f) | infinite_or_nan | (half & 0x8000) << 16);
    }
    static Vec load_part(const uint16_t *p, size_t count)
    {
        uint16_t four[kWidth] = {};
        memcpy(four, p, count * sizeof *p);
        return load(four);
    }
    static void store(float *p, Vec v) { memcpy(p, &v, sizeof v); }
    static void store_part(float *p, Vec v, size_t count) { memcpy(p, &v, count * sizeof *p); }
    static Vec add(Vec a, Vec b) { return a + b; }
    static Vec sub(Vec a, Vec b) { return a - b; }
    static Vec multiply_add(Vec a, Vec b, Vec c) { return a * b + c; }
    static Vec magnitude(Vec v) { return (Vec)((Bits)v & 0x7FFFFFFF); }
    static Vec multiply(Vec a, Vec b) { return a * b; }
    static Vec broadcast(float v) { return Vec{v, v, v, v}; }
    static Vec from_bytes(const int8_t *p)
    {
        return Vec{static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2]),
                   static_cast<float>(p[3])};
    }
    static Vec floor_clamped(Vec v, float low, float high)
    {
        for (size_t i = 0; i < kWidth; ++i) {
            // NaN becomes `high`, as by the instructions of x86.
            float kept = v[i] < high ? v[i] : high;
            kept = kept > low ? kept : low;
            float whole = static_cast<float>(static_cast<int32_t>(kept));
            v[i] = whole > kept ? whole - 1 : whole;
        }
        return v;
    }
    static uint32_t plane_bits(Vec v, unsigned plane)
    {
        uint32_t bits = 0;
        for (size_t i = 0; i < kWidth; ++i) bits |= ((static_cast<uint32_t>(v[i]) >> plane) & 1) << i;
        return bits;
    }
    static float total(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }
    static Vec butterflies(Vec v)
    {
        float a = v[0] + v[1], b = v[0] - v[1], c = v[2] + v[3], d = v[2] - v[3];
        return Vec{a + c, b + d, a - c, b - d};
    }
};

#include "kernel/loops.inl.hpp"

Int8Sums
products_i8(const int8_t *a, const int8_t *b, size_t n)
{
    Int8Sums sums = {};
    for (size_t i = 0; i < n; ++i) {
        sums.aa += a[i] * a[i];
        sums.bb += b[i] * b[i];
        sums.ab += a[i] * b[i];
    }
    return sums;
}

int32_t
dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

uint64_t
load_word(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// Fewer than eight bytes, in any order: their bits are counted.
uint64_t
load_rest(const uint8_t *p, size_t bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; ++i) word = word << 8 | p[i];
    return word;
}

uint64_t
count_bits(uint64_t word)
{
    return static_cast<uint64_t>(__builtin_popcountll(word));
}

uint64_t
bits_differing(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    uint64_t count = 0;
    size_t at = 0;
    for (; at + 8 <= bytes; at += 8) count += count_bits(load_word(a + at) ^ load_word(b + at));
    return count + count_bits(load_rest(a + at, bytes - at) ^ load_rest(b + at, bytes - at));
}

void
add_bits_common(BitCounts &counts, uint64_t x, uint64_t y)
{
    counts.common += count_bits(x & y);
    counts.a += count_bits(x);
    counts.b += count_bits(y);
}

BitCounts
bits_common(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    BitCounts counts = {};
    size_t at = 0;
    for (; at + 8 <= bytes; at += 8) add_bits_common(counts, load_word(a + at), load_word(b + at));
    add_bits_common(counts, load_rest(a + at, bytes - at), load_rest(b + at, bytes - at));
    return counts;
}

uint32_t
hamming(const uint8_t *a, const uint8_t *b, size_t n)
{
    return static_cast<uint32_t>(bits_differing(a, b, n / 8));
}

// The sums of every subset of four elements, so that a row needs one look-up for four bits.
struct SubsetSums {
    int16_t sum[16];

    explicit SubsetSums(const int8_t *q)
    {
        sum[0] = 0;
        for (unsigned bit = 0; bit < 4; ++bit)
            for (unsigned low = 0; low < (1u << bit); ++low)
                sum[(1u << bit) + low] = static_cast<int16_t>(sum[low] + q[bit]);
    }
};

// One step of 32 dimensions over all the rows, `at` bytes from their beginning.
void
add_masked_sums(const PlaneRows &rows, size_t at, int32_t weight, const int8_t *q, int32_t *out)
{
    const SubsetSums sums[8] = {SubsetSums(q),      SubsetSums(q + 4),  SubsetSums(q + 8),  SubsetSums(q + 12),
                                SubsetSums(q + 16), SubsetSums(q + 20), SubsetSums(q + 24), SubsetSums(q + 28)};
    for (size_t row = 0; row < rows.count; ++row) {
        const uint8_t *bytes = rows.first + row * rows.stride + at;
        int32_t sum = 0;
#pragma GCC unroll 4
        for (unsigned i = 0; i < 4; ++i) sum += sums[2 * i].sum[bytes[i] & 15] + sums[2 * i + 1].sum[bytes[i] >> 4];
        out[row] += weight * sum;
    }
}

void
masked_sums(const PlaneRows &rows, const int8_t *q, size_t n, int32_t *out)
{
    for (size_t row = 0; row < rows.count; ++row) out[row] = 0;
    for (unsigned plane = 0; plane < rows.planes; ++plane)
        for (size_t i = 0; i < n; i += 32) add_masked_sums(rows, (plane * n + i) / 8, 1 << plane, q + i, out);
}

}  // namespace
}  // namespace scalar

constinit const Kernels scalar_kernels = {
    .name = "scalar",
    .l2_squared = scalar::l2_squared,
    .inner_product = scalar::inner_product,
    .l1 = scalar::l1,
    .cosine = scalar::cosine,
    .l2_squared_half = scalar::l2_squared,
    .inner_product_half = scalar::inner_product,
    .l1_half = scalar::l1,
    .cosine_half = scalar::cosine,
    .decode_half = scalar::decode_half,
    .products_i8 = scalar::products_i8,
    .bits_differing = scalar::bits_differing,
    .bits_common = scalar::bits_common,
    .dot_i8 = scalar::dot_i8,
    .hamming = scalar::hamming,
    .masked_sums = scalar::masked_sums,
    .l1_i8 = scalar::l1_i8,
    .l1_codes = scalar::l1_codes,
    .decode_i8 = scalar::decode_i8,
    .difference = scalar::difference,
    .encode_grid = scalar::encode_grid,
    .hadamard = scalar::hadamard,
};

}  // namespace vhnsw::kernel
