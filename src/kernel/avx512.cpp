// AVX-512 with VNNI and VPOPCNTDQ: Intel Ice Lake and AMD Zen 4 servers and later.
#if defined(__x86_64__)

// GCC 12 warns of the deliberately uninitialised registers inside its own intrinsics (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include <cstring>

#include "kernel/kernel.hpp"

// The target applies to the functions of this region only: an inline function of a header compiled with it could be
// the copy the linker keeps for everyone.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq")
#endif

namespace vhnsw::kernel {
namespace avx512 {
namespace {

struct Lane {
    using Vec = __m512;
    static constexpr size_t kWidth = 16;

    static Vec load(const float *p) { return _mm512_loadu_ps(p); }
    static Vec load_part(const float *p, size_t count) { return _mm512_maskz_loadu_ps(first(count), p); }
    static Vec load(const uint16_t *p)
    {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
    }
    static Vec load_part(const uint16_t *p, size_t count)
    {
        return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(count), p));
    }
    static void store(float *p, Vec v) { _mm512_storeu_ps(p, v); }
    static void store_part(float *p, Vec v, size_t count) { _mm512_mask_storeu_ps(p, first(count), v); }
    static __mmask16 first(size_t count) { return static_cast<__mmask16>((1u << count) - 1); }
    static Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
    static Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
    static Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
    static Vec magnitude(Vec v) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), v); }
    static Vec multiply(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
    static Vec broadcast(float v) { return _mm512_set1_ps(v); }
    static Vec from_bytes(const int8_t *p)
    {
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p))));
    }
    static Vec floor_clamped(Vec v, float low, float high)
    {
        Vec whole = _mm512_roundscale_ps(v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
        return _mm512_max_ps(_mm512_min_ps(whole, _mm512_set1_ps(high)), _mm512_set1_ps(low));
    }
    static uint32_t plane_bits(Vec v, unsigned plane)
    {
        return _mm512_test_epi32_mask(_mm512_cvtps_epi32(v), _mm512_set1_epi32(1 << plane));
    }
    static float total(Vec v)
    {
        __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
        __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    // Partner plus or minus own element. Multiplying by one is exact, so the fused form rounds like an addition.
    static Vec butterflies(Vec v)
    {
        v = _mm512_fmadd_ps(v, minus_where(0xAAAA), _mm512_permute_ps(v, 0xB1));
        v = _mm512_fmadd_ps(v, minus_where(0xCCCC), _mm512_permute_ps(v, 0x4E));
        v = _mm512_fmadd_ps(v, minus_where(0xF0F0), _mm512_shuffle_f32x4(v, v, 0xB1));
        return _mm512_fmadd_ps(v, minus_where(0xFF00), _mm512_shuffle_f32x4(v, v, 0x4E));
    }
    static Vec minus_where(__mmask16 minus)
    {
        return _mm512_mask_blend_ps(minus, _mm512_set1_ps(1), _mm512_set1_ps(-1));
    }
};

#include "kernel/loops.inl.hpp"

uint32_t
total_i32(__m512i v)
{
    __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))));
}

constexpr __mmask64 kHalf = 0xFFFFFFFF;  // 32 of 64 bytes

// VPDPBUSD multiplies unsigned by signed bytes, so a is shifted by 128, and 128 * b is added up to be taken off again.
// Sums wrap around like two's complement: only the final one has to fit.
struct ShiftedProducts {
    __m512i shifted, excess;

    void take(__m512i a, __m512i b)
    {
        const __m512i offset = _mm512_set1_epi8(-128);
        shifted = _mm512_dpbusd_epi32(shifted, _mm512_xor_si512(a, offset), b);
        excess = _mm512_dpbusd_epi32(excess, offset, b);
    }
    __m512i sum() const { return _mm512_sub_epi32(shifted, excess); }
};

// The same for three sums; what is to be taken off a * b is what is to be taken off b * b.
struct ThreeShiftedProducts {
    __m512i aa, bb, ab, excess_a, excess_b;

    void take(__m512i a, __m512i b)
    {
        const __m512i offset = _mm512_set1_epi8(-128);
        __m512i shifted_a = _mm512_xor_si512(a, offset);
        aa = _mm512_dpbusd_epi32(aa, shifted_a, a);
        ab = _mm512_dpbusd_epi32(ab, shifted_a, b);
        bb = _mm512_dpbusd_epi32(bb, _mm512_xor_si512(b, offset), b);
        excess_a = _mm512_dpbusd_epi32(excess_a, offset, a);
        excess_b = _mm512_dpbusd_epi32(excess_b, offset, b);
    }
};

Int8Sums
products_i8(const int8_t *a, const int8_t *b, size_t n)
{
    ThreeShiftedProducts sums = {};
    size_t i = 0;
    for (; i + 64 <= n; i += 64) sums.take(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
    if (i < n) {
        __mmask64 left = (__mmask64{1} << (n - i)) - 1;
        sums.take(_mm512_maskz_loadu_epi8(left, a + i), _mm512_maskz_loadu_epi8(left, b + i));
    }
    return {static_cast<int32_t>(total_i32(_mm512_sub_epi32(sums.aa, sums.excess_a))),
            static_cast<int32_t>(total_i32(_mm512_sub_epi32(sums.bb, sums.excess_b))),
            static_cast<int32_t>(total_i32(_mm512_sub_epi32(sums.ab, sums.excess_b)))};
}

int32_t
dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
    ShiftedProducts even = {}, odd = {};
    size_t i = 0;
    for (; i + 128 <= n; i += 128) {
        even.take(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
        odd.take(_mm512_loadu_si512(a + i + 64), _mm512_loadu_si512(b + i + 64));
    }
    if (i + 64 <= n) {
        even.take(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
        i += 64;
    }
    if (i < n) odd.take(_mm512_maskz_loadu_epi8(kHalf, a + i), _mm512_maskz_loadu_epi8(kHalf, b + i));
    return static_cast<int32_t>(total_i32(_mm512_add_epi32(even.sum(), odd.sum())));
}

inline uint64_t
total_i64(__m512i v)
{
    __m256i four = _mm256_add_epi64(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))));
}

// The first of 64 bytes; fewer than 64.
inline __mmask64
first_bytes(size_t bytes)
{
    return (uint64_t{1} << bytes) - 1;
}

uint64_t
bits_differing(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    __m512i sums = _mm512_setzero_si512();
    size_t at = 0;
    for (; at + 64 <= bytes; at += 64) {
        __m512i x = _mm512_xor_si512(_mm512_loadu_si512(a + at), _mm512_loadu_si512(b + at));
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(x));
    }
    if (at < bytes) {
        __mmask64 left = first_bytes(bytes - at);
        __m512i x = _mm512_xor_si512(_mm512_maskz_loadu_epi8(left, a + at), _mm512_maskz_loadu_epi8(left, b + at));
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(x));
    }
    return total_i64(sums);
}

struct BitSums {
    __m512i common, a, b;

    void take(__m512i x, __m512i y)
    {
        common = _mm512_add_epi64(common, _mm512_popcnt_epi64(_mm512_and_si512(x, y)));
        a = _mm512_add_epi64(a, _mm512_popcnt_epi64(x));
        b = _mm512_add_epi64(b, _mm512_popcnt_epi64(y));
    }
};

BitCounts
bits_common(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    BitSums sums = {};
    size_t at = 0;
    for (; at + 64 <= bytes; at += 64) sums.take(_mm512_loadu_si512(a + at), _mm512_loadu_si512(b + at));
    if (at < bytes) {
        __mmask64 left = first_bytes(bytes - at);
        sums.take(_mm512_maskz_loadu_epi8(left, a + at), _mm512_maskz_loadu_epi8(left, b + at));
    }
    return {total_i64(sums.common), total_i64(sums.a), total_i64(sums.b)};
}

uint32_t
hamming(const uint8_t *a, const uint8_t *b, size_t n)
{
    return static_cast<uint32_t>(bits_differing(a, b, n / 8));
}

// The unsigned numbers of kPlanes bits whose bits are in the planes, for as many dimensions as Word has bits.
template <unsigned kPlanes, typename Word>
inline __m512i
gather_planes(const uint8_t *bits, size_t plane_bytes)
{
    Word word;
    memcpy(&word, bits, sizeof word);
    __m512i code = _mm512_maskz_set1_epi8(word, 1);
#pragma GCC unroll 3
    for (unsigned plane = 1; plane < kPlanes; ++plane) {
        memcpy(&word, bits + plane * plane_bytes, sizeof word);
        code = _mm512_mask_add_epi8(code, word, code, _mm512_set1_epi8(static_cast<char>(1 << plane)));
    }
    return code;
}

// For four rows at a time.
struct FourSums {
    __m512i a, b, c, d;
};

template <unsigned kPlanes, typename Word>
inline void
add_products(FourSums &sums, const uint8_t *const *rows, size_t at, size_t plane_bytes, __m512i q)
{
    sums.a = _mm512_dpbusd_epi32(sums.a, gather_planes<kPlanes, Word>(rows[0] + at, plane_bytes), q);
    sums.b = _mm512_dpbusd_epi32(sums.b, gather_planes<kPlanes, Word>(rows[1] + at, plane_bytes), q);
    sums.c = _mm512_dpbusd_epi32(sums.c, gather_planes<kPlanes, Word>(rows[2] + at, plane_bytes), q);
    sums.d = _mm512_dpbusd_epi32(sums.d, gather_planes<kPlanes, Word>(rows[3] + at, plane_bytes), q);
}

// The sums of the elements of a, b, c and d.
inline __m128i
totals(const FourSums &v)
{
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(v.a, v.b), _mm512_unpackhi_epi32(v.a, v.b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(v.c, v.d), _mm512_unpackhi_epi32(v.c, v.d));
    __m512i abcd = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(abcd), _mm512_extracti64x4_epi64(abcd, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

template <unsigned kPlanes>
inline __m128i
four_masked_sums(const uint8_t *const *rows, const int8_t *q, size_t n)
{
    FourSums sums = {};
    size_t i = 0;
    for (; i + 64 <= n; i += 64) add_products<kPlanes, uint64_t>(sums, rows, i / 8, n / 8, _mm512_loadu_si512(q + i));
    if (i < n) add_products<kPlanes, uint32_t>(sums, rows, i / 8, n / 8, _mm512_maskz_loadu_epi8(kHalf, q + i));
    return totals(sums);
}

#include "kernel/masked_sums.inl.hpp"

}  // namespace
}  // namespace avx512

constinit const Kernels avx512_kernels = {
    .name = "avx512",
    .l2_squared = avx512::l2_squared,
    .inner_product = avx512::inner_product,
    .l1 = avx512::l1,
    .cosine = avx512::cosine,
    .l2_squared_half = avx512::l2_squared,
    .inner_product_half = avx512::inner_product,
    .l1_half = avx512::l1,
    .cosine_half = avx512::cosine,
    .decode_half = avx512::decode_half,
    .products_i8 = avx512::products_i8,
    .bits_differing = avx512::bits_differing,
    .bits_common = avx512::bits_common,
    .dot_i8 = avx512::dot_i8,
    .hamming = avx512::hamming,
    .masked_sums = avx512::masked_sums,
    .l1_i8 = avx512::l1_i8,
    .l1_codes = avx512::l1_codes,
    .decode_i8 = avx512::decode_i8,
    .difference = avx512::difference,
    .encode_grid = avx512::encode_grid,
    .hadamard = avx512::hadamard,
};

}  // namespace vhnsw::kernel

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
