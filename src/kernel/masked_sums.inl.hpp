// How masked_sums goes through the rows, once for AVX2 and AVX-512: four at a time, which share the loads of q and the
// final additions. No include guard: <isa>.cpp includes this after it has defined
//
//   template <unsigned kPlanes> __m128i four_masked_sums(const uint8_t *const *rows, const int8_t *q, size_t n)

template <unsigned kPlanes>
inline void
masked_sums_of_planes(const PlaneRows &rows, const int8_t *q, size_t n, int32_t *out)
{
    for (size_t first = 0; first < rows.count; first += 4) {
        // The last group repeats its last row.
        size_t left = rows.count - first;
        const uint8_t *four[4];
        four[0] = rows.first + first * rows.stride;
        four[1] = left > 1 ? four[0] + rows.stride : four[0];
        four[2] = left > 2 ? four[1] + rows.stride : four[1];
        four[3] = left > 3 ? four[2] + rows.stride : four[2];
        __m128i wanted =
            _mm_cmpgt_epi32(_mm_set1_epi32(left < 4 ? static_cast<int>(left) : 4), _mm_setr_epi32(0, 1, 2, 3));
        _mm_maskstore_epi32(out + first, wanted, four_masked_sums<kPlanes>(four, q, n));
    }
}

void
masked_sums(const PlaneRows &rows, const int8_t *q, size_t n, int32_t *out)
{
    switch (rows.planes) {
        case 1: return masked_sums_of_planes<1>(rows, q, n, out);
        case 2: return masked_sums_of_planes<2>(rows, q, n, out);
        case 3: return masked_sums_of_planes<3>(rows, q, n, out);
        default: return masked_sums_of_planes<4>(rows, q, n, out);
    }
}
