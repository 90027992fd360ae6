// The loops that touch every dimension, as a table of function pointers: one table per instruction set, the best one
// the processor offers is chosen once at load. The sums of floats differ between instruction sets by rounding only
// (bounds in README.md); all other results are identical on every one. No loop allocates, fails or reads beyond the
// lengths it is given, and no input needs any alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vhnsw::kernel {

// Sums of one pass over two vectors, from which the cosine follows.
struct CosineSums {
    float dot;
    float norm_a;  // squared
    float norm_b;  // squared
};

// Sums of one pass over two vectors of bytes.
struct Int8Sums {
    int32_t aa;  // sum of a[i]^2
    int32_t bb;
    int32_t ab;
};

// With u = cell - (2^planes - 1) / 2, the centre of the cell in steps.
struct GridSums {
    float ru;  // sum of r[i] * u[i]
    float xu;  // sum of x[i] * u[i]
};

// Numbers of bits that are set.
struct BitCounts {
    uint64_t common;  // in both
    uint64_t a;
    uint64_t b;
};

// `count` rows, `stride` bytes apart. A row begins with its planes, n / 8 bytes each, plane 0 first; bit i is bit i % 8
// of byte i / 8. planes 1..4.
struct PlaneRows {
    const uint8_t *first;
    size_t stride;
    size_t count;
    unsigned planes;
};

// Stands for scale * code[i].
struct ScaledCode {
    const int8_t *code;
    float scale;
};

struct Kernels {
    const char *name;  // "scalar", "avx2", "avx512"

    // --- float vectors of any length n >= 0. Sums are accumulated in float, in at least 16 lanes. ---
    float (*l2_squared)(const float *a, const float *b, size_t n);
    float (*inner_product)(const float *a, const float *b, size_t n);
    float (*l1)(const float *a, const float *b, size_t n);
    CosineSums (*cosine)(const float *a, const float *b, size_t n);

    // --- the same of half-precision vectors (IEEE binary16): what the loops above give for the decoded vectors ---
    float (*l2_squared_half)(const uint16_t *a, const uint16_t *b, size_t n);
    float (*inner_product_half)(const uint16_t *a, const uint16_t *b, size_t n);
    float (*l1_half)(const uint16_t *a, const uint16_t *b, size_t n);
    CosineSums (*cosine_half)(const uint16_t *a, const uint16_t *b, size_t n);
    // out[i] = a[i], any n. Exact.
    void (*decode_half)(const uint16_t *a, size_t n, float *out);

    // --- int8 vectors of any length n, at most 65536: exact sums of products of elements in -128..127 ---
    Int8Sums (*products_i8)(const int8_t *a, const int8_t *b, size_t n);

    // --- strings of bits, of any length >= 0 in bytes ---
    // Number of bits that differ.
    uint64_t (*bits_differing)(const uint8_t *a, const uint8_t *b, size_t bytes);
    BitCounts (*bits_common)(const uint8_t *a, const uint8_t *b, size_t bytes);

    // --- codes and sketches: n (dimensions) is a multiple of 32, at most 65536 ---
    // Exact sum of a[i] * b[i]; elements of a in -128..127, of b in -127..127.
    int32_t (*dot_i8)(const int8_t *a, const int8_t *b, size_t n);
    // bits_differing of n bits in n / 8 bytes.
    uint32_t (*hamming)(const uint8_t *a, const uint8_t *b, size_t n);
    // For each row: sum over the planes p of 2^p times the sum of q[i] over the bits i set in plane p. q elements in
    // -128..127.
    void (*masked_sums)(const PlaneRows &rows, const int8_t *q, size_t n, int32_t *out);
    // Sum of |q[i] - scale * code[i]|, and the same between two codes. n as above.
    float (*l1_i8)(const float *q, const int8_t *code, float scale, size_t n);
    float (*l1_codes)(const ScaledCode &a, const ScaledCode &b, size_t n);
    // --- making sketches; n as above ---
    // out[i] = scale * code[i].
    void (*decode_i8)(const int8_t *code, float scale, size_t n, float *out);
    // out[i] = a[i] - b[i]; returns the sum of the squares.
    float (*difference)(const float *a, const float *b, size_t n, float *out);
    // Puts every r[i] into a cell of a grid of 2^planes cells: floor(r[i] * inverse_step) + 2^(planes - 1), the
    // outermost cells being open-ended; NaN goes to the last. planes 1..4. Bit p of the cell goes to plane p of `out`,
    // laid out as the rows above.
    GridSums (*encode_grid)(const float *r, const float *x, size_t n, unsigned planes, float inverse_step,
                            uint8_t *out);

    // --- rotation: in-place fast Walsh-Hadamard transform of 2^log2n floats, not normalised; log2n >= 5 ---
    void (*hadamard)(float *x, unsigned log2n);
};

extern constinit const Kernels scalar_kernels;
#if defined(__x86_64__)
extern constinit const Kernels avx2_kernels;
extern constinit const Kernels avx512_kernels;
#endif

// All tables this processor can run, best first; ends with null. For tests.
const Kernels *const *available_kernels();

// The table in use. select_kernels() is called once, at load; before that the scalar table is in use.
extern constinit const Kernels *active;
void select_kernels();

}  // namespace vhnsw::kernel
