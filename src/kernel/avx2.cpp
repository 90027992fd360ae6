// AVX2, FMA and F16C: Intel Haswell, AMD Excavator and later.
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "kernel/kernel.hpp"

// The target applies to the functions of this region only: an inline function of a header compiled with it could be
// the copy the linker keeps for everyone.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

namespace vhnsw::kernel {
namespace avx2 {
namespace {

struct Lane {
    using Vec = __m256;
    static constexpr size_t kWidth = 8;

    static Vec load(const float *p) { return _mm256_loadu_ps(p); }
    static Vec load_part(const float *p, size_t count) { return _mm256_maskload_ps(p, first(count)); }
    static Vec load(const uint16_t *p)
    {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)));
    }
    static Vec load_part(const uint16_t *p, size_t count)
    {
        long long low = 0, high = 0;
        if (count < 4) {
            low = up_to_three(p, count);
        } else {
            memcpy(&low, p, sizeof low);
            high = up_to_three(p + 4, count - 4);
        }
        return _mm256_cvtph_ps(_mm_set_epi64x(high, low));
    }
    static void store(float *p, Vec v) { _mm256_storeu_ps(p, v); }
    static void store_part(float *p, Vec v, size_t count) { _mm256_maskstore_ps(p, first(count), v); }
    static __m256i first(size_t count)
    {
        static constexpr int32_t kOnesThenZeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
        return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(kOnesThenZeros + kWidth - count));
    }
    // AVX2 has no masked load of 16-bit elements.
    static long long up_to_three(const uint16_t *p, size_t count)
    {
        uint32_t two = 0;
        if ((count & 2) != 0) memcpy(&two, p, sizeof two);
        long long last = (count & 1) != 0 ? p[count - 1] : 0;
        return two | last << ((count & 2) != 0 ? 32 : 0);
    }
    static Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
    static Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
    static Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
    static Vec magnitude(Vec v) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v); }
    static Vec multiply(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
    static Vec broadcast(float v) { return _mm256_set1_ps(v); }
    static Vec from_bytes(const int8_t *p)
    {
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(p))));
    }
    static Vec floor_clamped(Vec v, float low, float high)
    {
        return _mm256_max_ps(_mm256_min_ps(_mm256_floor_ps(v), _mm256_set1_ps(high)), _mm256_set1_ps(low));
    }
    static uint32_t plane_bits(Vec v, unsigned plane)
    {
        __m256i at_sign = _mm256_sll_epi32(_mm256_cvtps_epi32(v), _mm_cvtsi32_si128(static_cast<int>(31 - plane)));
        return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(at_sign)));
    }
    static float total(Vec v)
    {
        __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    // Partner plus or minus own element. Multiplying by one is exact, so the fused form rounds like an addition.
    static Vec butterflies(Vec v)
    {
        v = _mm256_fmadd_ps(v, _mm256_setr_ps(1, -1, 1, -1, 1, -1, 1, -1), _mm256_permute_ps(v, 0xB1));
        v = _mm256_fmadd_ps(v, _mm256_setr_ps(1, 1, -1, -1, 1, 1, -1, -1), _mm256_permute_ps(v, 0x4E));
        return _mm256_fmadd_ps(v, _mm256_setr_ps(1, 1, 1, 1, -1, -1, -1, -1), _mm256_permute2f128_ps(v, v, 1));
    }
};

#include "kernel/loops.inl.hpp"

__m256i
load_bytes(const void *p)
{
    return _mm256_loadu_si256(static_cast<const __m256i *>(p));
}

uint32_t
total_i32(__m256i v)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))));
}

// Products of 16 bits: unlike VPMADDUBSW they are right for -128 on both sides.
struct WideProducts {
    __m256i aa, bb, ab;

    void take(__m128i a, __m128i b)
    {
        __m256i x = _mm256_cvtepi8_epi16(a), y = _mm256_cvtepi8_epi16(b);
        aa = _mm256_add_epi32(aa, _mm256_madd_epi16(x, x));
        bb = _mm256_add_epi32(bb, _mm256_madd_epi16(y, y));
        ab = _mm256_add_epi32(ab, _mm256_madd_epi16(x, y));
    }
};

inline __m128i
load_half(const int8_t *p)
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
}

Int8Sums
products_i8(const int8_t *a, const int8_t *b, size_t n)
{
    WideProducts sums = {};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) sums.take(load_half(a + i), load_half(b + i));
    if (i < n) {
        int8_t last_a[16] = {}, last_b[16] = {};
        memcpy(last_a, a + i, n - i);
        memcpy(last_b, b + i, n - i);
        sums.take(load_half(last_a), load_half(last_b));
    }
    return {static_cast<int32_t>(total_i32(sums.aa)), static_cast<int32_t>(total_i32(sums.bb)),
            static_cast<int32_t>(total_i32(sums.ab))};
}

// |a| times b with the sign of a: VPMADDUBSW multiplies unsigned by signed bytes. A pair of products is at most
// 2 * 128 * 127, which does not saturate; -128 has no negative, so b must not have it.
int32_t
dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sums = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i += 32) {
        __m256i x = load_bytes(a + i), y = load_bytes(b + i);
        __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(y, x));
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, ones));
    }
    return static_cast<int32_t>(total_i32(sums));
}

// The bits set in each group of eight bytes, as 64-bit numbers.
inline __m256i
count_bits(__m256i v)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(v, nibble));
    __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

inline uint64_t
count_bits(uint64_t word)
{
    return static_cast<uint64_t>(__builtin_popcountll(word));
}

inline uint64_t
total_i64(__m256i v)
{
    __m128i two = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))));
}

inline uint64_t
load_word(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// Fewer than eight bytes, in any order: their bits are counted.
inline uint64_t
load_rest(const uint8_t *p, size_t bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; ++i) word = word << 8 | p[i];
    return word;
}

uint64_t
bits_differing(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    __m256i sums = _mm256_setzero_si256();
    size_t at = 0;
    for (; at + 32 <= bytes; at += 32)
        sums = _mm256_add_epi64(sums, count_bits(_mm256_xor_si256(load_bytes(a + at), load_bytes(b + at))));
    uint64_t rest = 0;
    for (; at + 8 <= bytes; at += 8) rest += count_bits(load_word(a + at) ^ load_word(b + at));
    rest += count_bits(load_rest(a + at, bytes - at) ^ load_rest(b + at, bytes - at));
    return rest + total_i64(sums);
}

inline void
add_bits_common(BitCounts &counts, uint64_t x, uint64_t y)
{
    counts.common += count_bits(x & y);
    counts.a += count_bits(x);
    counts.b += count_bits(y);
}

BitCounts
bits_common(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    __m256i common = _mm256_setzero_si256(), in_a = common, in_b = common;
    size_t at = 0;
    for (; at + 32 <= bytes; at += 32) {
        __m256i x = load_bytes(a + at), y = load_bytes(b + at);
        common = _mm256_add_epi64(common, count_bits(_mm256_and_si256(x, y)));
        in_a = _mm256_add_epi64(in_a, count_bits(x));
        in_b = _mm256_add_epi64(in_b, count_bits(y));
    }
    BitCounts counts = {total_i64(common), total_i64(in_a), total_i64(in_b)};
    for (; at + 8 <= bytes; at += 8) add_bits_common(counts, load_word(a + at), load_word(b + at));
    add_bits_common(counts, load_rest(a + at, bytes - at), load_rest(b + at, bytes - at));
    return counts;
}

uint32_t
hamming(const uint8_t *a, const uint8_t *b, size_t n)
{
    return static_cast<uint32_t>(bits_differing(a, b, n / 8));
}

// Byte i of the result is bit i of the 32.
inline __m256i
spread_bits(const uint8_t *bits)
{
    int32_t word;
    memcpy(&word, bits, sizeof word);
    const __m256i byte_of = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit_of = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201));
    __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(word), byte_of), bit_of);
    return _mm256_min_epu8(spread, _mm256_set1_epi8(1));
}

// The products of 32 dimensions of q with the unsigned numbers whose kPlanes bits are in the planes, added in pairs.
template <unsigned kPlanes>
inline __m256i
products(const uint8_t *bits, size_t plane_bytes, __m256i q)
{
    const uint8_t *highest = bits + (kPlanes - 1) * plane_bytes;
    __m256i code = spread_bits(highest);
#pragma GCC unroll 3
    for (unsigned below = 1; below < kPlanes; ++below)
        code = _mm256_add_epi8(_mm256_add_epi8(code, code), spread_bits(highest - below * plane_bytes));
    return _mm256_maddubs_epi16(code, q);
}

// For four rows at a time.
struct FourSums {
    __m256i a, b, c, d;
};

// The sums of the elements of a, b, c and d.
inline __m128i
totals(const FourSums &v)
{
    __m256i ab = _mm256_add_epi32(_mm256_unpacklo_epi32(v.a, v.b), _mm256_unpackhi_epi32(v.a, v.b));
    __m256i cd = _mm256_add_epi32(_mm256_unpacklo_epi32(v.c, v.d), _mm256_unpackhi_epi32(v.c, v.d));
    __m256i abcd = _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
    return _mm_add_epi32(_mm256_castsi256_si128(abcd), _mm256_extracti128_si256(abcd, 1));
}

template <unsigned kPlanes>
inline __m128i
four_masked_sums(const uint8_t *const *rows, const int8_t *q, size_t n)
{
    // Eight steps of pairs, each at most 2 * 15 * 128, fit 16 bits.
    constexpr size_t kChunk = 8 * 32;
    const __m256i ones = _mm256_set1_epi16(1);
    FourSums sums = {};
    for (size_t i = 0; i < n;) {
        FourSums pairs = {};
        for (size_t end = n - i < kChunk ? n : i + kChunk; i < end; i += 32) {
            __m256i query = load_bytes(q + i);
            pairs.a = _mm256_add_epi16(pairs.a, products<kPlanes>(rows[0] + i / 8, n / 8, query));
            pairs.b = _mm256_add_epi16(pairs.b, products<kPlanes>(rows[1] + i / 8, n / 8, query));
            pairs.c = _mm256_add_epi16(pairs.c, products<kPlanes>(rows[2] + i / 8, n / 8, query));
            pairs.d = _mm256_add_epi16(pairs.d, products<kPlanes>(rows[3] + i / 8, n / 8, query));
        }
        sums.a = _mm256_add_epi32(sums.a, _mm256_madd_epi16(pairs.a, ones));
        sums.b = _mm256_add_epi32(sums.b, _mm256_madd_epi16(pairs.b, ones));
        sums.c = _mm256_add_epi32(sums.c, _mm256_madd_epi16(pairs.c, ones));
        sums.d = _mm256_add_epi32(sums.d, _mm256_madd_epi16(pairs.d, ones));
    }
    return totals(sums);
}

#include "kernel/masked_sums.inl.hpp"

}  // namespace
}  // namespace avx2

constinit const Kernels avx2_kernels = {
    .name = "avx2",
    .l2_squared = avx2::l2_squared,
    .inner_product = avx2::inner_product,
    .l1 = avx2::l1,
    .cosine = avx2::cosine,
    .l2_squared_half = avx2::l2_squared,
    .inner_product_half = avx2::inner_product,
    .l1_half = avx2::l1,
    .cosine_half = avx2::cosine,
    .decode_half = avx2::decode_half,
    .products_i8 = avx2::products_i8,
    .bits_differing = avx2::bits_differing,
    .bits_common = avx2::bits_common,
    .dot_i8 = avx2::dot_i8,
    .hamming = avx2::hamming,
    .masked_sums = avx2::masked_sums,
    .l1_i8 = avx2::l1_i8,
    .l1_codes = avx2::l1_codes,
    .decode_i8 = avx2::decode_i8,
    .difference = avx2::difference,
    .encode_grid = avx2::encode_grid,
    .hadamard = avx2::hadamard,
};

}  // namespace vhnsw::kernel

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
