// AVX2 and FMA: every x86-64 server since 2013 (Intel Haswell, AMD Excavator).
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "kernel/kernel.hpp"

// The target applies to the functions of this region only: an inline function of a header compiled with it could be
// the copy the linker keeps for everyone.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace vhnsw::kernel {
namespace avx2 {
namespace {

struct Lane {
    using Vec = __m256;
    static constexpr size_t kWidth = 8;

    static Vec load(const float *p) { return _mm256_loadu_ps(p); }
    static Vec
    load_part(const float *p, size_t count)
    {
        static constexpr int32_t kOnesThenZeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
        const int32_t *mask = kOnesThenZeros + kWidth - count;
        return _mm256_maskload_ps(p, _mm256_loadu_si256(reinterpret_cast<const __m256i *>(mask)));
    }
    static void store(float *p, Vec v) { _mm256_storeu_ps(p, v); }
    static Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
    static Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
    static Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
    static Vec magnitude(Vec v) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v); }
    static float
    total(Vec v)
    {
        __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    // Partner plus or minus own element. Multiplying by one is exact, so the fused form rounds like an addition.
    static Vec
    butterflies(Vec v)
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

int32_t
dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
    __m256i low = _mm256_setzero_si256(), high = low;
    for (size_t i = 0; i < n; i += 32) {
        __m256i x = load_bytes(a + i), y = load_bytes(b + i);
        __m256i x_low = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(x));
        __m256i y_low = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(y));
        __m256i x_high = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(x, 1));
        __m256i y_high = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(y, 1));
        low = _mm256_add_epi32(low, _mm256_madd_epi16(x_low, y_low));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(x_high, y_high));
    }
    return static_cast<int32_t>(total_i32(_mm256_add_epi32(low, high)));
}

uint32_t
hamming(const uint8_t *a, const uint8_t *b, size_t n)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i sums = _mm256_setzero_si256();
    size_t at = 0;
    for (; at + 32 <= n / 8; at += 32) {
        __m256i x = _mm256_xor_si256(load_bytes(a + at), load_bytes(b + at));
        __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(x, nibble));
        __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
        // Sums of eight bytes each, into four 64-bit elements whose upper halves stay zero.
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256()));
    }
    uint32_t rest = 0;
    for (; at < n / 8; at += 4) {
        uint32_t x, y;
        memcpy(&x, a + at, sizeof x);
        memcpy(&y, b + at, sizeof y);
        rest += static_cast<uint32_t>(__builtin_popcount(x ^ y));
    }
    return rest + total_i32(sums);
}

// Byte i of the result is -1 when bit i of the 32 is set, else 0.
__m256i
spread_bits(const uint8_t *bits)
{
    int32_t word;
    memcpy(&word, bits, sizeof word);
    const __m256i byte_of = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit_of = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201));
    __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(word), byte_of);
    return _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit_of), bit_of);
}

// The unsigned numbers of kPlanes bits whose bits are in the planes.
template <unsigned kPlanes>
inline __m256i
gather_planes(const uint8_t *bits, size_t plane_bytes)
{
    __m256i code = _mm256_setzero_si256();
    for (unsigned plane = kPlanes; plane-- > 0;)
        code = _mm256_sub_epi8(_mm256_add_epi8(code, code), spread_bits(bits + plane * plane_bytes));
    return code;
}

// Four rows at a time share the loads of q and the final additions.
template <unsigned kPlanes>
inline __m128i
four_masked_sums(const uint8_t *const *row, const int8_t *q, size_t n)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[4] = {};
    for (size_t i = 0; i < n; i += 32) {
        __m256i query = load_bytes(q + i);
        for (unsigned r = 0; r < 4; ++r) {
            // At most 2 * 15 * 128: no saturation.
            __m256i pairs = _mm256_maddubs_epi16(gather_planes<kPlanes>(row[r] + i / 8, n / 8), query);
            sum[r] = _mm256_add_epi32(sum[r], _mm256_madd_epi16(pairs, ones));
        }
    }
    __m256i ab = _mm256_add_epi32(_mm256_unpacklo_epi32(sum[0], sum[1]), _mm256_unpackhi_epi32(sum[0], sum[1]));
    __m256i cd = _mm256_add_epi32(_mm256_unpacklo_epi32(sum[2], sum[3]), _mm256_unpackhi_epi32(sum[2], sum[3]));
    __m256i abcd = _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
    return _mm_add_epi32(_mm256_castsi256_si128(abcd), _mm256_extracti128_si256(abcd, 1));
}

template <unsigned kPlanes>
inline void
masked_sums_of_planes(const uint8_t *rows, size_t stride, size_t count, const int8_t *q, size_t n, int32_t *out)
{
    for (size_t first = 0; first < count; first += 4) {
        // The last group repeats the last row.
        size_t left = count - first < 4 ? count - first : 4;
        const uint8_t *row[4];
        for (size_t r = 0; r < 4; ++r) row[r] = rows + (first + (r < left ? r : left - 1)) * stride;
        __m128i sums = four_masked_sums<kPlanes>(row, q, n);
        memcpy(out + first, &sums, left * sizeof *out);
    }
}

void
masked_sums(const uint8_t *rows, size_t stride, size_t count, unsigned planes, const int8_t *q, size_t n, int32_t *out)
{
    switch (planes) {
        case 1: return masked_sums_of_planes<1>(rows, stride, count, q, n, out);
        case 2: return masked_sums_of_planes<2>(rows, stride, count, q, n, out);
        case 3: return masked_sums_of_planes<3>(rows, stride, count, q, n, out);
        default: return masked_sums_of_planes<4>(rows, stride, count, q, n, out);
    }
}

void
sign_bits(const float *r, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i += 8) {
        __m256 not_negative = _mm256_cmp_ps(_mm256_loadu_ps(r + i), _mm256_setzero_ps(), _CMP_GE_OQ);
        out[i / 8] = static_cast<uint8_t>(_mm256_movemask_ps(not_negative));
    }
}

}  // namespace
}  // namespace avx2

constinit const Kernels avx2_kernels = {
    .name = "avx2",
    .l2_squared = avx2::l2_squared,
    .inner_product = avx2::inner_product,
    .l1 = avx2::l1,
    .cosine = avx2::cosine,
    .dot_i8 = avx2::dot_i8,
    .hamming = avx2::hamming,
    .masked_sums = avx2::masked_sums,
    .sign_bits = avx2::sign_bits,
    .hadamard = avx2::hadamard,
};

}  // namespace vhnsw::kernel

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
