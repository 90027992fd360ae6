// Codes, and the lower bound that the executor relies on: it raises an error when an operator returns less.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/rng.hpp"
#include "exact_rotation.hpp"
#include "kernel/kernel.hpp"
#include "quant/code.hpp"
#include "quant/rotation.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::quant;
using vhnsw::Rng;
using vhnsw::kernel::Kernels;
using vhnsw::unit::rotate_exactly;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr Metric kMetrics[] = {Metric::kL2, Metric::kInnerProduct, Metric::kCosine};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr uint64_t kSeed = 61;

// Runs with every table in use in turn.
template <typename Action>
void
for_each_table(const Action &action)
{
    const Kernels *before = vhnsw::kernel::active;
    for (const Kernels *const *table = vhnsw::kernel::available_kernels(); *table != nullptr; ++table) {
        vhnsw::kernel::active = *table;
        action(**table);
    }
    vhnsw::kernel::active = before;
}

template <typename A, typename B>
double
inner_product(const A &a, const B &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

template <typename A>
double
norm(const A &a)
{
    return std::sqrt(inner_product(a, a));
}

// --- what SQL computes (type/distance.cpp) ---

double
cosine_distance(const Kernels &k, const Floats &a, const Floats &b)
{
    auto in_float_range = [](float squared) { return squared > 1e-30f && squared <= FLT_MAX; };
    vhnsw::kernel::CosineSums sums = k.cosine(a.data(), b.data(), a.size());
    double similarity = in_float_range(sums.norm_a) && in_float_range(sums.norm_b)
                            ? sums.dot / std::sqrt(static_cast<double>(sums.norm_a) * sums.norm_b)
                            : inner_product(a, b) / std::sqrt(inner_product(a, a) * inner_product(b, b));
    return 1.0 - std::clamp(similarity, -1.0, 1.0);
}

double
operator_value(const Kernels &k, Metric metric, const Floats &a, const Floats &b)
{
    switch (metric) {
        case Metric::kL2: return std::sqrt(static_cast<double>(k.l2_squared(a.data(), b.data(), a.size())));
        case Metric::kInnerProduct: return -static_cast<double>(k.inner_product(a.data(), b.data(), a.size()));
        default: return cosine_distance(k, a, b);
    }
}

// --- what the index keeps of a vector ---

// As the index prepares a value (am/vector_input.cpp).
Floats
prepare(Metric metric, const Floats &raw)
{
    if (metric != Metric::kCosine) return raw;
    double inverse = 1 / norm(raw);
    Floats unit(raw.size());
    for (size_t i = 0; i < raw.size(); ++i) unit[i] = static_cast<float>(raw[i] * inverse);
    return unit;
}

struct Encoded {
    Floats rotated;
    std::vector<int8_t> code, low;
    CodeScalars scalars, refined;
    Query query;

    Encoded(const Rotation &rotation, const Floats &in)
        : rotated(rotation.padded()), code(rotation.padded()), low(rotation.padded())
    {
        rotation.apply(in, rotated.data());
        scalars = encode(rotated, code.data());
        refined = refine(rotated, code.data(), scalars.scale, low.data());
        query.set(rotated, rotation.padded());
    }

    Doubles decoded() const
    {
        Doubles values(code.size());
        for (size_t i = 0; i < code.size(); ++i) values[i] = static_cast<double>(scalars.scale) * code[i];
        return values;
    }
};

Bounds
bounds_of(Metric metric, const Encoded &q, const Encoded &x, size_t dims)
{
    double dot = q.query.dot(x.code.data(), x.scalars.scale);
    return distance_bounds(metric, q.query, x.scalars, dot, static_cast<uint32_t>(dims));
}

Bounds
refined_bounds_of(Metric metric, const Encoded &q, const Encoded &x, size_t dims)
{
    double dot = q.query.dot(x.code.data(), x.low.data(), x.scalars.scale);
    return distance_bounds(metric, q.query, x.refined, dot, static_cast<uint32_t>(dims));
}

double
bound_of(Metric metric, const Encoded &q, const Encoded &x, size_t dims)
{
    return bounds_of(metric, q, x, dims).lower;
}

// --- vectors ---

Floats
random_floats(Rng &rng, size_t n)
{
    Floats values(n);
    for (float &value : values) value = static_cast<float>(2 * rng.uniform() - 1);
    return values;
}

Floats
scaled(Floats values, double factor)
{
    for (float &value : values) value = static_cast<float>(std::clamp(value * factor, -3.4e38, 3.4e38));
    return values;
}

// Spans all magnitudes of float.
Floats
steep(Rng &rng, size_t n)
{
    Floats values = random_floats(rng, n);
    for (float &value : values) value = std::ldexp(value, static_cast<int>(rng.next() % 270) - 145);
    return values;
}

// Directions that rounding and grids like least, in all magnitudes; a cluster of copies that are nearly equal; zero.
std::vector<Floats>
hostile_vectors(Rng &rng, size_t n)
{
    Floats one_hot(n, 0.0f), last_hot(n, 0.0f), alternating(n, 1.0f), random = random_floats(rng, n);
    one_hot[0] = last_hot[n - 1] = 1;
    for (size_t i = 1; i < n; i += 2) alternating[i] = -1;
    std::vector<Floats> all;
    for (const Floats &shape : {one_hot, last_hot, Floats(n, 1.0f), alternating, random})
        for (double magnitude : {1.0, 1e-8, 1e-20, 1e-30, 1e-38, 1e-42, 1.5e-45, 1e10, 1e16, 3e38})
            all.push_back(scaled(shape, magnitude));
    for (const Floats &shape : {one_hot, alternating, random})
        for (double share : {0.999, 1.001}) all.push_back(scaled(shape, share * kMaxNorm / norm(shape)));
    for (double factor : {1 + 1e-7, 1 + 1e-3, 3.0, 1.0 / 3, -1.0, -1 - 1e-7}) all.push_back(scaled(random, factor));
    all.push_back(random);
    all.back()[n / 2] = std::nextafter(random[n / 2], 2.0f);
    for (int i = 0; i < 3; ++i) all.push_back(steep(rng, n));
    all.push_back(Floats(n, 0.0f));
    return all;
}

// Checks the bound of every pair against the operators of every table. Returns the number of pairs.
size_t
expect_bounds_hold(Metric metric, const std::vector<Floats> &vectors)
{
    std::vector<Floats> raw;
    for (const Floats &v : vectors)
        if (metric != Metric::kCosine || norm(v) > 0) raw.push_back(v);  // others are not in the graph
    size_t n = raw[0].size();
    Rotation rotation = Rotation::make(kSeed, static_cast<uint32_t>(n));
    std::vector<Encoded> encoded;
    for (const Floats &v : raw) encoded.emplace_back(rotation, prepare(metric, v));
    for (size_t q = 0; q < raw.size(); ++q)
        for (size_t x = 0; x < raw.size(); ++x) {
            for (bool refined : {false, true}) {
                Bounds bounds = (refined ? refined_bounds_of : bounds_of)(metric, encoded[q], encoded[x], n);
                for (const Kernels *const *k = vhnsw::kernel::available_kernels(); *k != nullptr; ++k) {
                    double value = operator_value(**k, metric, raw[x], raw[q]);
                    // NaN sorts above everything.
                    if (std::isnan(value)) value = kInfinity;
                    EXPECT_WITH(bounds.lower <= value && value <= bounds.upper,
                                "%s, metric %d, %zu dims, query %zu, vector %zu, refined %d: %.9g <= %.9g <= %.9g",
                                (*k)->name, static_cast<int>(metric), n, q, x, refined, bounds.lower, value,
                                bounds.upper);
                }
            }
        }
    return raw.size() * raw.size();
}

}  // namespace

UNIT_TEST(quant_code_bound_holds_for_hostile_vectors)
{
    Rng rng(kSeed + 1);
    size_t pairs = 0;
    for (size_t n = 1; n <= 40; ++n)
        for (Metric metric : kMetrics) pairs += expect_bounds_hold(metric, hostile_vectors(rng, n));
    EXPECT_WITH(pairs > 100000, "%zu pairs", pairs);
}

UNIT_TEST(quant_code_bound_holds_for_hostile_vectors_of_many_dims)
{
    Rng rng(kSeed + 2);
    for (size_t n : {128u, 784u, 1536u})
        for (Metric metric : kMetrics) expect_bounds_hold(metric, hostile_vectors(rng, n));
    std::vector<Floats> all = hostile_vectors(rng, 16000), some;
    for (size_t i = 0; i < all.size(); i += 3) some.push_back(all[i]);
    for (Metric metric : kMetrics) expect_bounds_hold(metric, some);
}

UNIT_TEST(quant_code_bound_holds_with_every_instruction_set)
{
    for_each_table([](const Kernels &) {
        Rng rng(kSeed + 3);
        for (size_t n : {1u, 7u, 31u, 33u, 100u, 200u})
            for (Metric metric : kMetrics) expect_bounds_hold(metric, hostile_vectors(rng, n));
    });
}

// Clusters, as data has them: distances far smaller than the vectors are long, where the subtractions lose most.
UNIT_TEST(quant_code_bound_holds_within_clusters)
{
    Rng rng(kSeed + 4);
    for (size_t n : {3u, 32u, 100u, 384u})
        for (double spread : {1e-7, 1e-5, 1e-3, 1e-1}) {
            Floats centre = random_floats(rng, n);
            std::vector<Floats> vectors;
            for (int i = 0; i < 20; ++i) {
                Floats v = random_floats(rng, n);
                for (size_t j = 0; j < n; ++j) v[j] = static_cast<float>(centre[j] + spread * v[j]);
                vectors.push_back(v);
            }
            for (Metric metric : kMetrics) expect_bounds_hold(metric, vectors);
        }
}

// The worst case: the query lies in the direction in which the code misses the vector. Vectors are taken as rotated
// already.
UNIT_TEST(quant_code_bound_is_attained)
{
    Rng rng(kSeed + 5);
    for (size_t n : {32u, 128u, 1024u})
        for (double times : {1.5, 3.0, 10.0, 100.0}) {
            Floats x = random_floats(rng, n), beyond(n), along(n);
            std::vector<int8_t> code(n);
            CodeScalars scalars = encode(x, code.data());
            for (size_t i = 0; i < n; ++i) {
                double said = static_cast<double>(scalars.scale) * code[i], missed = x[i] - said;
                beyond[i] = static_cast<float>(said + times * missed);
                along[i] = static_cast<float>(times * missed);
            }
            for (Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
                const Floats &q = metric == Metric::kL2 ? beyond : along;
                Query query;
                query.set(q, static_cast<uint32_t>(n));
                double dot = query.dot(code.data(), scalars.scale);
                double bound = distance_bounds(metric, query, scalars, dot, static_cast<uint32_t>(n)).lower;
                double value = operator_value(vhnsw::kernel::scalar_kernels, metric, x, q);
                double share = (value - bound) / (metric == Metric::kL2 ? norm(x) : norm(x) * norm(q));
                EXPECT_WITH(share >= 0 && share < 1e-4, "metric %d, %zu dims, %g times: %.3g", static_cast<int>(metric),
                            n, times, share);
            }
        }
}

// Sums of equal terms round the same way at every step. Codes of these vectors miss nothing that could hide it.
UNIT_TEST(quant_code_bound_allows_for_the_rounding_of_operators)
{
    Rng rng(kSeed + 6);
    constexpr uint32_t kDims = 16000;
    double largest = 0;
    for (int i = 0; i < 200; ++i) {
        // A scale of 13 bits and the largest code.
        float value = 127 * static_cast<float>(4096 + rng.next() % 4096);
        Floats x(kDims, value), q(kDims, -value);
        std::vector<int8_t> code(kDims);
        CodeScalars scalars = encode(x, code.data());
        for (Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
            const Floats &query_vector = metric == Metric::kL2 ? q : x;
            Query query;
            query.set(query_vector, kDims);
            double dot = query.dot(code.data(), scalars.scale);
            double bound = distance_bounds(metric, query, scalars, dot, kDims).lower;
            double exact = metric == Metric::kL2 ? 2 * norm(x) : -inner_product(x, x);
            for (const Kernels *const *k = vhnsw::kernel::available_kernels(); *k != nullptr; ++k) {
                double got = operator_value(**k, metric, x, query_vector);
                EXPECT_WITH(got >= bound, "%s, metric %d, value %g", (*k)->name, static_cast<int>(metric),
                            static_cast<double>(value));
                largest = std::max(largest, (exact - got) / std::fabs(exact));
            }
        }
    }
    EXPECT_WITH(largest > 3 * kRotationError, "%.3g", largest);
}

// A bound that is true but loose makes the executor fetch rows in vain.
UNIT_TEST(quant_code_bound_is_tight)
{
    Rng rng(kSeed + 7);
    for (size_t n : {128u, 384u, 768u, 1536u})
        for (Metric metric : kMetrics) {
            Rotation rotation = Rotation::make(rng.next(), static_cast<uint32_t>(n));
            std::vector<double> gaps;
            for (int i = 0; i < 200; ++i) {
                Floats a = random_floats(rng, n), b = random_floats(rng, n);
                Encoded q(rotation, prepare(metric, a)), x(rotation, prepare(metric, b));
                double value = operator_value(vhnsw::kernel::scalar_kernels, metric, a, b);
                double scale = metric == Metric::kInnerProduct ? norm(a) * norm(b) : value;
                gaps.push_back((value - bound_of(metric, q, x, n)) / scale);
            }
            std::sort(gaps.begin(), gaps.end());
            double median = gaps[gaps.size() / 2], most = metric == Metric::kCosine ? 0.013 : 0.009;
            EXPECT_WITH(median > 0.001 && median < most, "metric %d, %zu dims: %.4f", static_cast<int>(metric), n,
                        median);
        }
}

UNIT_TEST(quant_code_is_within_its_error)
{
    Rng rng(kSeed + 8);
    for (size_t n : {1u, 5u, 32u, 40u, 128u, 784u}) {
        Rotation rotation = Rotation::make(kSeed, static_cast<uint32_t>(n));
        size_t which = 0;
        for (const Floats &v : hostile_vectors(rng, n)) {
            ++which;
            Encoded x(rotation, v);
            if (!std::isfinite(x.scalars.error)) continue;
            Doubles exact = rotate_exactly(kSeed, v), decoded = x.decoded();
            double missed2 = 0;
            for (size_t i = 0; i < exact.size(); ++i) missed2 += (exact[i] - decoded[i]) * (exact[i] - decoded[i]);
            EXPECT_WITH(std::sqrt(missed2) <= x.scalars.error, "%zu dims, vector %zu: %.9g > %.9g", n, which,
                        std::sqrt(missed2), static_cast<double>(x.scalars.error));
            EXPECT_WITH(std::fabs(norm(decoded) - x.scalars.norm) <= 0x1p-23 * norm(decoded), "%zu dims, vector %zu", n,
                        which);
        }
    }
}

// Eight bits a dimension leave .006 to .008 of the norm of a rotated vector.
UNIT_TEST(quant_code_keeps_most_of_a_vector)
{
    Rng rng(kSeed + 9);
    for (size_t n : {128u, 768u, 1536u}) {
        Rotation rotation = Rotation::make(kSeed, static_cast<uint32_t>(n));
        double sum = 0;
        for (int i = 0; i < 50; ++i) {
            Floats v = random_floats(rng, n);
            sum += Encoded(rotation, v).scalars.error / norm(v) / 50;
        }
        EXPECT_WITH(sum > 0.004 && sum < 0.010, "%zu dims: %.4f", n, sum);
    }
}

UNIT_TEST(quant_code_of_what_cannot_be_encoded)
{
    Rotation rotation = Rotation::make(kSeed, 40);
    Encoded zero(rotation, Floats(40, 0.0f)), one(rotation, Floats(40, 1.0f));
    for (float value : {2e16f, 1e30f, FLT_MAX}) {
        Encoded huge(rotation, Floats(40, value));
        EXPECT(std::count(huge.code.begin(), huge.code.end(), 0) == 64 && huge.scalars.scale == 0);
        EXPECT(huge.scalars.norm == 0 && std::isinf(huge.scalars.error) && std::isinf(huge.query.slack()));
        for (const auto &[q, x] : {std::pair(&huge, &one), std::pair(&one, &huge), std::pair(&huge, &zero),
                                   std::pair(&zero, &huge), std::pair(&huge, &huge)}) {
            EXPECT(bound_of(Metric::kL2, *q, *x, 40) == 0);
            EXPECT(bound_of(Metric::kInnerProduct, *q, *x, 40) == -kInfinity);
        }
    }
    EXPECT(zero.scalars.scale == 0 && zero.scalars.norm == 0 && zero.scalars.error < 1e-30f);
    EXPECT(zero.query.norm2() == 0 && zero.query.slack() < 1e-30);
    double to_zero = bound_of(Metric::kL2, one, zero, 40);
    EXPECT_WITH(to_zero > 6.32 && to_zero <= std::sqrt(40.0), "%.9g", to_zero);
}

// Under cosine, copies of other length share one node; so do equal vectors under every metric.
UNIT_TEST(quant_code_of_copies_is_the_same)
{
    Rng rng(kSeed + 10);
    Rotation rotation = Rotation::make(kSeed, 384);
    int same = 0;
    for (int i = 0; i < 100; ++i) {
        Floats v = random_floats(rng, 384);
        Encoded original(rotation, prepare(Metric::kCosine, v));
        for (double factor : {3.0, 1e-20, 1e15}) {
            Encoded copy(rotation, prepare(Metric::kCosine, scaled(v, factor)));
            if (copy.code != original.code || copy.scalars.scale != original.scalars.scale) continue;
            ++same;
            EXPECT(copy.scalars.norm == original.scalars.norm);
        }
        Encoded twice(rotation, v), again(rotation, v);
        EXPECT(twice.code == again.code && memcmp(&twice.scalars, &again.scalars, sizeof twice.scalars) == 0);
    }
    EXPECT_WITH(same > 270, "%d of 300", same);
}

// A node with several rows keeps the largest of their errors.
UNIT_TEST(quant_code_bound_falls_with_the_error)
{
    Rng rng(kSeed + 11);
    Rotation rotation = Rotation::make(kSeed, 100);
    for (int i = 0; i < 100; ++i)
        for (Metric metric : kMetrics) {
            Encoded q(rotation, prepare(metric, random_floats(rng, 100)));
            Encoded x(rotation, prepare(metric, random_floats(rng, 100)));
            double before = bound_of(metric, q, x, 100);
            x.scalars.error *= 2;
            EXPECT(bound_of(metric, q, x, 100) < before);
        }
}

UNIT_TEST(quant_query_is_within_its_slack)
{
    Rng rng(kSeed + 12);
    for (size_t n : {1u, 32u, 40u, 200u}) {
        Rotation rotation = Rotation::make(kSeed, static_cast<uint32_t>(n));
        for (const Floats &v : hostile_vectors(rng, n)) {
            Encoded q(rotation, v);
            if (!std::isfinite(q.query.slack())) continue;
            Doubles exact = rotate_exactly(kSeed, v), kept(exact.size());
            // The inner product with a code that has a single one is one coordinate.
            std::vector<int8_t> code(exact.size());
            double missed2 = 0;
            int32_t high_sum = 0;
            for (size_t i = 0; i < exact.size(); ++i) {
                code[i] = 1;
                kept[i] = q.query.dot(code.data(), 1);
                code[i] = 0;
                missed2 += (exact[i] - kept[i]) * (exact[i] - kept[i]);
                high_sum += q.query.high()[i];
            }
            EXPECT_WITH(std::sqrt(missed2) <= q.query.slack(), "%zu dims: %.9g > %.9g", n, std::sqrt(missed2),
                        q.query.slack());
            EXPECT_WITH(q.query.slack() <= 2e-4 * norm(v) || norm(v) < 1e-30, "%zu dims: %.9g", n, q.query.slack());
            EXPECT(std::fabs(q.query.norm2() - inner_product(kept, kept)) <= 1e-12 * q.query.norm2());
            EXPECT(q.query.high_sum() == high_sum);
        }
    }
}

UNIT_TEST(quant_query_dot_is_exact_on_every_instruction_set)
{
    Rng rng(kSeed + 13);
    for (size_t n : {32u, 96u, 800u, 16000u}) {
        // A ramp: its low halves take all values, -128 among them.
        Floats ramp(n);
        for (size_t i = 0; i < n; ++i) ramp[i] = static_cast<float>(i) - static_cast<float>(n) / 2;
        Query query;
        query.set(ramp, static_cast<uint32_t>(n));
        std::vector<int8_t> code(n), single(n);
        for (int8_t &c : code) c = static_cast<int8_t>(static_cast<int>(rng.next() % 255) - 127);
        double step = query.step(), want = 0;
        for (size_t i = 0; i < n; ++i) {
            single[i] = 1;
            want += std::round(query.dot(single.data(), 1) / step) * code[i];
            single[i] = 0;
        }
        for_each_table([&](const Kernels &k) {
            EXPECT_WITH(query.dot(code.data(), 1) == want * step, "%s, %zu dims", k.name, n);
        });
    }
}

UNIT_TEST(quant_code_keys_are_distances_of_codes)
{
    Rng rng(kSeed + 14);
    for (size_t n : {5u, 64u, 300u}) {
        Rotation rotation = Rotation::make(kSeed, static_cast<uint32_t>(n));
        for (int i = 0; i < 50; ++i) {
            Encoded a(rotation, random_floats(rng, n)), b(rotation, random_floats(rng, n));
            Doubles x = a.decoded(), y = b.decoded();
            double product = inner_product(x, y), squared = inner_product(x, x) + inner_product(y, y) - 2 * product;
            double tolerance = 1e-6 * (inner_product(x, x) + inner_product(y, y));
            int32_t dot = vhnsw::kernel::active->dot_i8(a.code.data(), b.code.data(), a.code.size());
            EXPECT(std::fabs(pair_key(Metric::kL2, a.scalars, b.scalars, dot) - squared) <= tolerance);
            EXPECT(std::fabs(pair_key(Metric::kCosine, a.scalars, b.scalars, dot) - squared) <= tolerance);
            EXPECT(std::fabs(pair_key(Metric::kInnerProduct, a.scalars, b.scalars, dot) + product) <= tolerance);

            double query_dot = a.query.dot(b.code.data(), b.scalars.scale);
            double exact_dot = inner_product(a.rotated, y);
            double exact = a.query.norm2() + inner_product(y, y) - 2 * query_dot;
            EXPECT(std::fabs(query_dot - exact_dot) <= 1e-4 * (inner_product(x, x) + inner_product(y, y)));
            EXPECT(std::fabs(distance_key(Metric::kL2, a.query, b.scalars, query_dot) - exact) <= tolerance);
            EXPECT(std::fabs(distance_key(Metric::kInnerProduct, a.query, b.scalars, query_dot) + query_dot) <=
                   tolerance);
        }
    }
}
