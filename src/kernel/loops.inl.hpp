// The float loops and the rotation, written once. No include guard: every <isa>.cpp includes this inside its own
// namespace and target region, after it has defined `Lane`:
//
//   kWidth, Vec             a register of kWidth floats; 2 * kWidth <= 32
//   load, store             no alignment needed; load takes floats or halfs (uint16_t)
//   load_part(p, count)     the first `count` < kWidth elements, then zeros; reads nothing beyond them
//   store_part(p, v, count) the first `count` < kWidth floats of v; writes nothing beyond them
//   add, sub, magnitude     element by element
//   multiply_add(a, b, c)   a * b + c, fused or not
//   total(v)                sum of the elements
//   from_bytes(p)           kWidth signed bytes as floats
//   multiply(a, b), floor_clamped(v, low, high)
//   plane_bits(v, plane)    bit `plane` of the integers >= 0 in v, element i in bit i
//   butterflies(v)          the levels of the Hadamard transform with a stride below kWidth
//
// Four independent accumulators hide the latency of the addition: with fewer the loop waits for the previous sum,
// with more the short remainders cost more than they gain. Element i goes to accumulator (i / kWidth) % 4 in the main
// loop; the remainder is spread over all four; the end is ((s0 + s1) + (s2 + s3)), then total().

using Vec = Lane::Vec;

// The sums have no member initialisers: an implicit constructor would not belong to the target region.

struct SquaredDifferences {
    Vec sum;

    void take(Vec a, Vec b)
    {
        Vec difference = Lane::sub(a, b);
        sum = Lane::multiply_add(difference, difference, sum);
    }
    void merge(const SquaredDifferences &other) { sum = Lane::add(sum, other.sum); }
};

struct Products {
    Vec sum;

    void take(Vec a, Vec b) { sum = Lane::multiply_add(a, b, sum); }
    void merge(const Products &other) { sum = Lane::add(sum, other.sum); }
};

struct Differences {
    Vec sum;

    void take(Vec a, Vec b) { sum = Lane::add(sum, Lane::magnitude(Lane::sub(a, b))); }
    void merge(const Differences &other) { sum = Lane::add(sum, other.sum); }
};

struct ProductsAndNorms {
    Products dot, norm_a, norm_b;

    void take(Vec a, Vec b)
    {
        dot.take(a, b);
        norm_a.take(a, a);
        norm_b.take(b, b);
    }
    void merge(const ProductsAndNorms &other)
    {
        dot.merge(other.dot);
        norm_a.merge(other.norm_a);
        norm_b.merge(other.norm_b);
    }
};

// Element: float, or uint16_t for a half. Both go to the same lanes, so a sum over halfs is the sum over what they
// decode to, bit for bit.
template <typename Sums, typename Element>
inline Sums
accumulate(const Element *a, const Element *b, size_t n)
{
    constexpr size_t w = Lane::kWidth;
    Sums s0 = {}, s1 = {}, s2 = {}, s3 = {};
    size_t i = 0;
    for (; i + 4 * w <= n; i += 4 * w) {
        s0.take(Lane::load(a + i), Lane::load(b + i));
        s1.take(Lane::load(a + i + w), Lane::load(b + i + w));
        s2.take(Lane::load(a + i + 2 * w), Lane::load(b + i + 2 * w));
        s3.take(Lane::load(a + i + 3 * w), Lane::load(b + i + 3 * w));
    }
    if (i + 2 * w <= n) {
        s0.take(Lane::load(a + i), Lane::load(b + i));
        s1.take(Lane::load(a + i + w), Lane::load(b + i + w));
        i += 2 * w;
    }
    if (i + w <= n) {
        s2.take(Lane::load(a + i), Lane::load(b + i));
        i += w;
    }
    // Zeros add nothing to any of the sums.
    if (i < n) s3.take(Lane::load_part(a + i, n - i), Lane::load_part(b + i, n - i));
    s0.merge(s1);
    s2.merge(s3);
    s0.merge(s2);
    return s0;
}

template <typename Element>
float
l2_squared(const Element *a, const Element *b, size_t n)
{
    return Lane::total(accumulate<SquaredDifferences>(a, b, n).sum);
}

template <typename Element>
float
inner_product(const Element *a, const Element *b, size_t n)
{
    return Lane::total(accumulate<Products>(a, b, n).sum);
}

template <typename Element>
float
l1(const Element *a, const Element *b, size_t n)
{
    return Lane::total(accumulate<Differences>(a, b, n).sum);
}

template <typename Element>
CosineSums
cosine(const Element *a, const Element *b, size_t n)
{
    ProductsAndNorms sums = accumulate<ProductsAndNorms>(a, b, n);
    return {Lane::total(sums.dot.sum), Lane::total(sums.norm_a.sum), Lane::total(sums.norm_b.sum)};
}

template <typename Magnitudes>
inline float
sum_magnitudes(size_t n, const Magnitudes &magnitudes)
{
    constexpr size_t w = Lane::kWidth;
    Vec even = {}, odd = {};
    for (size_t i = 0; i < n; i += 2 * w) {
        even = Lane::add(even, magnitudes(i));
        odd = Lane::add(odd, magnitudes(i + w));
    }
    return Lane::total(Lane::add(even, odd));
}

float
l1_i8(const float *q, const int8_t *code, float scale, size_t n)
{
    Vec factor = Lane::broadcast(scale);
    return sum_magnitudes(n, [&](size_t i) {
        return Lane::magnitude(Lane::sub(Lane::load(q + i), Lane::multiply(Lane::from_bytes(code + i), factor)));
    });
}

float
l1_codes(const ScaledCode &a, const ScaledCode &b, size_t n)
{
    Vec of_a = Lane::broadcast(a.scale), of_b = Lane::broadcast(b.scale);
    return sum_magnitudes(n, [&](size_t i) {
        return Lane::magnitude(Lane::sub(Lane::multiply(Lane::from_bytes(a.code + i), of_a),
                                         Lane::multiply(Lane::from_bytes(b.code + i), of_b)));
    });
}

void
decode_half(const uint16_t *a, size_t n, float *out)
{
    size_t i = 0;
    for (; i + Lane::kWidth <= n; i += Lane::kWidth) Lane::store(out + i, Lane::load(a + i));
    if (i < n) Lane::store_part(out + i, Lane::load_part(a + i, n - i), n - i);
}

void
decode_i8(const int8_t *code, float scale, size_t n, float *out)
{
    Vec factor = Lane::broadcast(scale);
    for (size_t i = 0; i < n; i += Lane::kWidth)
        Lane::store(out + i, Lane::multiply(Lane::from_bytes(code + i), factor));
}

float
difference(const float *a, const float *b, size_t n, float *out)
{
    constexpr size_t w = Lane::kWidth;
    Vec even = {}, odd = {};
    for (size_t i = 0; i < n; i += 2 * w) {
        Vec first = Lane::sub(Lane::load(a + i), Lane::load(b + i));
        Vec second = Lane::sub(Lane::load(a + i + w), Lane::load(b + i + w));
        Lane::store(out + i, first);
        Lane::store(out + i + w, second);
        even = Lane::multiply_add(first, first, even);
        odd = Lane::multiply_add(second, second, odd);
    }
    return Lane::total(Lane::add(even, odd));
}

GridSums
encode_grid(const float *r, const float *x, size_t n, unsigned planes, float inverse_step, uint8_t *out)
{
    constexpr size_t w = Lane::kWidth;
    float levels = static_cast<float>(1u << planes);
    Vec inverse = Lane::broadcast(inverse_step), half = Lane::broadcast(levels / 2);
    Vec to_centre = Lane::broadcast((1 - levels) / 2);
    Vec ru = {}, xu = {};
    for (size_t i = 0; i < n; i += 32) {
        Vec cells[32 / w];
        for (size_t j = 0; j < 32 / w; ++j) {
            Vec value = Lane::load(r + i + j * w);
            cells[j] = Lane::floor_clamped(Lane::multiply_add(value, inverse, half), 0, levels - 1);
            Vec u = Lane::add(cells[j], to_centre);
            ru = Lane::multiply_add(value, u, ru);
            xu = Lane::multiply_add(Lane::load(x + i + j * w), u, xu);
        }
        for (unsigned plane = 0; plane < planes; ++plane) {
            uint32_t word = 0;
            for (size_t j = 0; j < 32 / w; ++j) word |= Lane::plane_bits(cells[j], plane) << (j * w);
            memcpy(out + (plane * n + i) / 8, &word, sizeof word);
        }
    }
    return {Lane::total(ru), Lane::total(xu)};
}

inline void
butterfly(Vec &a, Vec &b)
{
    Vec sum = Lane::add(a, b);
    b = Lane::sub(a, b);
    a = sum;
}

// All levels with a stride up to kWidth.
inline void
hadamard_small_strides(float *x, size_t n)
{
    constexpr size_t w = Lane::kWidth;
    for (size_t i = 0; i < n; i += 2 * w) {
        Vec a = Lane::butterflies(Lane::load(x + i));
        Vec b = Lane::butterflies(Lane::load(x + i + w));
        butterfly(a, b);
        Lane::store(x + i, a);
        Lane::store(x + i + w, b);
    }
}

inline void
hadamard_level(float *x, size_t n, size_t stride)
{
    for (size_t block = 0; block < n; block += 2 * stride)
        for (size_t i = block; i < block + stride; i += Lane::kWidth) {
            Vec a = Lane::load(x + i);
            Vec b = Lane::load(x + i + stride);
            butterfly(a, b);
            Lane::store(x + i, a);
            Lane::store(x + i + stride, b);
        }
}

// The levels of `stride` and 2 * stride in one pass: half the loads and stores of two passes.
inline void
hadamard_two_levels(float *x, size_t n, size_t stride)
{
    for (size_t block = 0; block < n; block += 4 * stride)
        for (size_t i = block; i < block + stride; i += Lane::kWidth) {
            Vec a = Lane::load(x + i);
            Vec b = Lane::load(x + i + stride);
            Vec c = Lane::load(x + i + 2 * stride);
            Vec d = Lane::load(x + i + 3 * stride);
            butterfly(a, b);
            butterfly(c, d);
            butterfly(a, c);
            butterfly(b, d);
            Lane::store(x + i, a);
            Lane::store(x + i + stride, b);
            Lane::store(x + i + 2 * stride, c);
            Lane::store(x + i + 3 * stride, d);
        }
}

void
hadamard(float *x, unsigned log2n)
{
    size_t n = size_t{1} << log2n;
    hadamard_small_strides(x, n);
    size_t stride = 2 * Lane::kWidth;
    for (; 4 * stride <= n; stride *= 4) hadamard_two_levels(x, n, stride);
    if (stride < n) hadamard_level(x, n, stride);
}
