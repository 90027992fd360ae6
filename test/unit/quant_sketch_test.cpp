// Estimates from sketches: unbiased over rotations, and as exact as theory says they are.
#include <cfloat>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/rng.hpp"
#include "kernel/kernel.hpp"
#include "quant/rotation.hpp"
#include "quant/sketch.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::quant;
using vhnsw::Rng;
using Floats = std::vector<float>;

template <typename A, typename B>
double
inner_product(const A &a, const B &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

double
norm(const Floats &a)
{
    return std::sqrt(inner_product(a, a));
}

Floats
difference(const Floats &a, const Floats &b)
{
    Floats result(a.size());
    for (size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
    return result;
}

Floats
random_floats(Rng &rng, size_t n)
{
    Floats values(n);
    for (float &value : values) value = static_cast<float>(2 * rng.uniform() - 1);
    return values;
}

Floats
apply(const Rotation &rotation, const Floats &in)
{
    Floats out(rotation.padded());
    rotation.apply(in, out.data());
    return out;
}

struct Sketch {
    std::vector<uint8_t> planes;
    SketchScalars scalars;
};

Sketch
sketch_of(Metric metric, const SketchShape &shape, const Floats &node, const Floats &neighbour)
{
    Sketch sketch;
    sketch.planes.resize(shape.bytes());
    Floats scratch(node.size());
    sketch.scalars = encode_sketch(metric, shape, node, neighbour, scratch.data(), sketch.planes.data());
    return sketch;
}

double
exact_key(Metric metric, const Floats &a, const Floats &b)
{
    if (metric == Metric::kInnerProduct) return -inner_product(a, b);
    Floats d = difference(a, b);
    return inner_product(d, d);
}

// What a search that stands at `node` expects of the neighbour. All are rotated.
double
estimate(Metric metric, const SketchShape &shape, const Floats &query, const Floats &node, const Sketch &link)
{
    Query q;
    q.set(query, shape.dims);
    EstimateBase base = estimate_base(q, static_cast<float>(exact_key(metric, query, node)), shape.planes);
    int32_t sum;
    vhnsw::kernel::active->masked_sums({link.planes.data(), shape.bytes(), 1, shape.planes}, q.high(), shape.dims,
                                       &sum);
    return estimate_key(metric, base, link.scalars, sum);
}

struct Moments {
    double mean, deviation;
};

// Errors of the estimate of one neighbour over many rotations.
Moments
estimate_errors(Metric metric, size_t sketch_dims, unsigned planes, const Floats (&qxy)[3])
{
    constexpr int kRotations = 400;
    double sum = 0, squares = 0, want = exact_key(metric, qxy[0], qxy[2]);
    for (uint64_t seed = 1; seed <= kRotations; ++seed) {
        Rotation rotation = Rotation::make(seed, static_cast<uint32_t>(qxy[0].size()));
        SketchShape shape{static_cast<uint32_t>(sketch_dims), planes};
        Floats q = apply(rotation, qxy[0]), x = apply(rotation, qxy[1]), y = apply(rotation, qxy[2]);
        double error = estimate(metric, shape, q, x, sketch_of(metric, shape, x, y)) - want;
        sum += error / kRotations;
        squares += error * error / kRotations;
    }
    return {sum, std::sqrt(squares - sum * sum)};
}

// The deviation that follows from the cosine between r and its place on the grid, which is that of a Gaussian. Sketches
// of a part of the coordinates see as much less of r.
double
expected_deviation(Metric metric, size_t sketch_dims, unsigned planes, const Floats (&qxy)[3])
{
    constexpr double kCosine[] = {0, 0.7979, 0.9387, 0.9815, 0.9942};
    double n = static_cast<double>(qxy[0].size());
    double cosine = kCosine[planes] * std::sqrt(static_cast<double>(sketch_dims) / n);
    Floats v = difference(qxy[0], qxy[1]), r = difference(qxy[2], qxy[1]);
    double across = std::sqrt(inner_product(v, v) * inner_product(r, r) - std::pow(inner_product(v, r), 2));
    double deviation = across * std::sqrt(1 - cosine * cosine) / cosine / std::sqrt(n);
    return metric == Metric::kInnerProduct ? deviation : 2 * deviation;
}

void
expect_unbiased(Metric metric, size_t sketch_dims, unsigned planes, const Floats (&qxy)[3])
{
    Moments errors = estimate_errors(metric, sketch_dims, planes, qxy);
    double expected = expected_deviation(metric, sketch_dims, planes, qxy), n = static_cast<double>(qxy[0].size());
    // Four deviations of a mean of 400.
    EXPECT_WITH(std::fabs(errors.mean) < 4 * expected / 20, "metric %d, %zu of %g dims, %u planes: %.4g, expected %.4g",
                static_cast<int>(metric), sketch_dims, n, planes, errors.mean, expected);
    double ratio = errors.deviation / expected;
    EXPECT_WITH(ratio > 0.88 && ratio < 1.13, "metric %d, %zu of %g dims, %u planes: %.3f", static_cast<int>(metric),
                sketch_dims, n, planes, ratio);
}

}  // namespace

UNIT_TEST(quant_sketch_estimates_are_unbiased)
{
    Rng rng(71);
    for (size_t n : {96u, 128u, 384u})
        for (Metric metric : {Metric::kL2, Metric::kInnerProduct})
            for (unsigned planes : {1u, 2u, 3u, 4u}) {
                const Floats qxy[] = {random_floats(rng, n), random_floats(rng, n), random_floats(rng, n)};
                expect_unbiased(metric, n, planes, qxy);
            }
}

UNIT_TEST(quant_sketch_of_some_dims_is_a_random_projection)
{
    Rng rng(72);
    for (size_t n : {384u, 1536u})
        for (size_t part : {4u, 2u})
            for (unsigned planes : {1u, 2u}) {
                const Floats qxy[] = {random_floats(rng, n), random_floats(rng, n), random_floats(rng, n)};
                expect_unbiased(Metric::kL2, n / part, planes, qxy);
                expect_unbiased(Metric::kInnerProduct, n / part, planes, qxy);
            }
}

// Sparse and constant vectors: the rotation makes them like any other.
UNIT_TEST(quant_sketch_estimates_are_unbiased_for_any_data)
{
    Rng rng(73);
    for (size_t n : {128u, 384u}) {
        Floats one(n, 0.0f), other(n, 0.0f), ones(n, 1.0f);
        one[0] = 1;
        other[n - 1] = 1;
        const Floats sparse[] = {one, Floats(n, 0.0f), other};
        const Floats dense[] = {random_floats(rng, n), Floats(n, 0.0f), ones};
        expect_unbiased(Metric::kL2, n, 1, sparse);
        expect_unbiased(Metric::kL2, n, 1, dense);
        expect_unbiased(Metric::kL2, n, 2, dense);
    }
}

UNIT_TEST(quant_sketch_of_equal_vectors_estimates_the_distance_of_the_node)
{
    Rng rng(74);
    for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine})
        for (unsigned planes : {1u, 2u, 4u}) {
            SketchShape shape{128, planes};
            Floats x = random_floats(rng, 128), q = random_floats(rng, 128);
            Sketch same = sketch_of(metric, shape, x, x);
            EXPECT(same.scalars.norm2 == 0 && same.scalars.factor == 0 && same.scalars.offset == 0);
            EXPECT(estimate(metric, shape, q, x, same) == static_cast<float>(exact_key(metric, q, x)));
        }
}

// A search that stands at the neighbour itself, or knows a query that is the neighbour, is told so to within rounding.
UNIT_TEST(quant_sketch_is_exact_along_the_link)
{
    Rng rng(75);
    for (unsigned planes : {1u, 2u, 4u}) {
        SketchShape shape{384, planes};
        for (int i = 0; i < 20; ++i) {
            Floats x = random_floats(rng, 384), y = random_floats(rng, 384);
            Sketch link = sketch_of(Metric::kL2, shape, x, y);
            double length2 = exact_key(Metric::kL2, x, y);
            EXPECT_WITH(std::fabs(estimate(Metric::kL2, shape, y, x, link)) < 0.05 * length2, "%u planes", planes);
            double from_node = estimate(Metric::kL2, shape, x, x, link);
            EXPECT_WITH(std::fabs(from_node - length2) < 0.05 * length2, "%u planes", planes);
        }
    }
}

UNIT_TEST(quant_sketch_never_yields_nan)
{
    Rng rng(76);
    for (double x_size : {0.0, 1e-44, 1e-38, 1e-20, 1.0, 1e10, 1e15})
        for (double y_size : {0.0, 1e-44, 1e-38, 1e-20, 1.0, 1e10, 1e15})
            for (unsigned planes : {1u, 2u, 4u})
                for (Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
                    Floats x = random_floats(rng, 64), y = random_floats(rng, 64), q = random_floats(rng, 64);
                    for (float &value : x) value = static_cast<float>(value * x_size);
                    for (float &value : y) value = static_cast<float>(value * y_size);
                    SketchShape shape{64, planes};
                    Sketch link = sketch_of(metric, shape, x, y);
                    link.scalars = unpack(pack(link.scalars));
                    EXPECT_WITH(std::isfinite(estimate(metric, shape, q, x, link)), "%g, %g, %u planes", x_size, y_size,
                                planes);
                }
}

UNIT_TEST(quant_sketch_cosine_is_that_of_the_directions)
{
    constexpr int kRotations = 200;
    constexpr size_t kDims = 256;
    Rng rng(77);
    for (unsigned planes : {1u, 2u, 4u})
        for (double degrees : {0.0, 10.0, 45.0, 60.0, 90.0, 120.0, 170.0, 180.0}) {
            double angle = degrees / 180 * std::numbers::pi, sum = 0;
            Floats x = random_floats(rng, kDims), a = random_floats(rng, kDims), b = random_floats(rng, kDims);
            // b becomes a turned by the angle.
            double along = inner_product(a, b) / inner_product(a, a);
            for (size_t i = 0; i < kDims; ++i) b[i] -= static_cast<float>(along * a[i]);
            double ratio = norm(a) / norm(b);
            Floats y = x, z = x;
            for (size_t i = 0; i < kDims; ++i) {
                y[i] += a[i];
                // The cosine asks for directions alone: lengths differ.
                z[i] += static_cast<float>(3 * (std::cos(angle) * a[i] + std::sin(angle) * ratio * b[i]));
            }
            SketchShape shape{kDims, planes};
            for (uint64_t seed = 1; seed <= kRotations; ++seed) {
                Rotation rotation = Rotation::make(seed, kDims);
                Floats node = apply(rotation, x);
                Sketch one = sketch_of(Metric::kL2, shape, node, apply(rotation, y));
                Sketch other = sketch_of(Metric::kL2, shape, node, apply(rotation, z));
                double cosine = sketch_cosine(shape, one.planes.data(), other.planes.data());
                EXPECT_WITH(std::fabs(cosine - std::cos(angle)) < 0.5, "%u planes, %g degrees, seed %lu: %.3f", planes,
                            degrees, seed, cosine);
                sum += cosine / kRotations;
            }
            EXPECT_WITH(std::fabs(sum - std::cos(angle)) < 0.03, "%u planes, %g degrees: %.3f", planes, degrees, sum);
        }
}

UNIT_TEST(quant_sketch_scalars_survive_packing)
{
    Rng rng(78);
    auto close = [](float packed, float value) {
        return std::fabs(static_cast<double>(packed) - value) <= std::fabs(static_cast<double>(value)) * 0x1p-8;
    };
    for (int i = 0; i < 20000; ++i) {
        int exponent = static_cast<int>(rng.next() % 200) - 100;
        SketchScalars in = {std::ldexp(static_cast<float>(rng.uniform()), exponent),
                            std::ldexp(static_cast<float>(rng.uniform()), -exponent),
                            std::ldexp(static_cast<float>(2 * rng.uniform() - 1), exponent / 2)};
        SketchScalars out = unpack(pack(in));
        EXPECT_WITH(close(out.norm2, in.norm2) && close(out.factor, in.factor) && close(out.offset, in.offset),
                    "case %d", i);
        // What has been packed once is kept as it is.
        PackedScalars once = pack(in), twice = pack(out);
        EXPECT(memcmp(once.bytes, twice.bytes, sizeof once.bytes) == 0);
    }
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    SketchScalars special = unpack(pack({0, kInfinity, -kInfinity}));
    EXPECT(special.norm2 == 0 && special.factor == kInfinity && special.offset == -kInfinity);
}

// Rounding to nearest: errors of many scalars cancel out.
UNIT_TEST(quant_sketch_packing_is_unbiased)
{
    Rng rng(79);
    double sum = 0;
    constexpr int kCases = 100000;
    for (int i = 0; i < kCases; ++i) {
        float value = static_cast<float>(1 + rng.uniform());
        sum += (static_cast<double>(unpack(pack({value, 0, 0})).norm2) - value) / kCases;
    }
    EXPECT_WITH(std::fabs(sum) < 1e-4, "%.3g", sum);
}
