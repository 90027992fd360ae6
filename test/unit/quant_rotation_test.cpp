// The rotation against its definition in double precision.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/rng.hpp"
#include "exact_rotation.hpp"
#include "quant/rotation.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::quant;
using vhnsw::Rng;
using vhnsw::unit::rotate_exactly;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

std::vector<uint32_t>
all_dims()
{
    std::vector<uint32_t> dims;
    for (uint32_t n = 1; n <= 200; ++n) dims.push_back(n);
    for (uint32_t n : {384u, 768u, 784u, 1000u, 1536u, 2047u, 2048u, 4000u, 16000u}) dims.push_back(n);
    return dims;
}

Floats
random_floats(Rng &rng, size_t n)
{
    Floats values(n);
    for (float &value : values) value = static_cast<float>(2 * rng.uniform() - 1);
    return values;
}

Floats
one_hot(size_t n, size_t at)
{
    Floats values(n, 0.0f);
    values[at] = 1;
    return values;
}

Floats
apply(const Rotation &rotation, const Floats &in)
{
    Floats out(rotation.padded());
    rotation.apply(in, out.data());
    return out;
}

template <typename A, typename B>
double
inner_product(const A &a, const B &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

template <typename A>
double
norm(const A &a)
{
    return std::sqrt(inner_product(a, a));
}

double
distance(const Floats &a, const Doubles &b)
{
    double sum = 0;
    for (size_t i = 0; i < b.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

}  // namespace

UNIT_TEST(quant_rotation_pads_to_a_multiple_of_32)
{
    for (uint32_t n = 1; n <= 4096; ++n) {
        uint32_t padded = padded_dims(n);
        EXPECT_WITH(padded % 32 == 0 && padded >= n && padded < n + 32, "%u dims", n);
    }
    Rotation rotation = Rotation::make(1, 100);
    EXPECT(rotation.dims() == 100 && rotation.padded() == 128);
}

UNIT_TEST(quant_rotation_matches_its_definition_within_the_stated_error)
{
    Rng rng(51);
    double worst = 0;
    for (uint32_t n : all_dims()) {
        uint64_t seed = rng.next();
        Rotation rotation = Rotation::make(seed, n);
        Floats plain = random_floats(rng, n), steep = plain;
        for (float &value : steep) value = std::ldexp(value, static_cast<int>(rng.next() % 60) - 30);
        for (const Floats &in : {plain, steep, Floats(n, 1.0f), one_hot(n, n - 1)}) {
            double error = distance(apply(rotation, in), rotate_exactly(seed, in)) / norm(in);
            EXPECT_WITH(error <= kRotationError, "%u dims, seed %lu: %.3g", n, seed, error);
            worst = std::max(worst, error);
        }
    }
    // Rounding does happen: a reference that repeats the steps in float would measure nothing.
    EXPECT(worst > 1e-8);
}

UNIT_TEST(quant_rotation_keeps_norms_and_inner_products)
{
    Rng rng(52);
    for (uint32_t n : all_dims()) {
        uint64_t seed = rng.next();
        Rotation rotation = Rotation::make(seed, n);
        Floats a = random_floats(rng, n), b = random_floats(rng, n);
        Floats rotated_a = apply(rotation, a), rotated_b = apply(rotation, b);
        EXPECT_WITH(std::fabs(norm(rotated_a) / norm(a) - 1) <= kRotationError, "%u dims, seed %lu", n, seed);
        double moved = std::fabs(inner_product(rotated_a, rotated_b) - inner_product(a, b));
        EXPECT_WITH(moved <= 2.01 * kRotationError * norm(a) * norm(b), "%u dims, seed %lu: %.3g", n, seed, moved);
    }
}

// Every pair of unit vectors stays orthogonal: the whole matrix, not only a sample of vectors.
UNIT_TEST(quant_rotation_is_orthogonal)
{
    Rng rng(53);
    for (uint32_t n : {1u, 2u, 31u, 32u, 33u, 64u, 96u, 100u, 160u, 200u}) {
        uint64_t seed = rng.next();
        Rotation rotation = Rotation::make(seed, n);
        std::vector<Floats> columns;
        for (uint32_t i = 0; i < n; ++i) columns.push_back(apply(rotation, one_hot(n, i)));
        for (uint32_t i = 0; i < n; ++i)
            for (uint32_t j = 0; j <= i; ++j) {
                double product = inner_product(columns[i], columns[j]) - (i == j ? 1 : 0);
                EXPECT_WITH(std::fabs(product) <= 2.01 * kRotationError, "%u dims, seed %lu", n, seed);
            }
    }
}

UNIT_TEST(quant_rotation_is_determined_by_its_seed)
{
    Rng rng(54);
    for (uint32_t n : {5u, 128u, 384u, 1000u}) {
        Floats in = random_floats(rng, n);
        Floats first = apply(Rotation::make(7, n), in);
        Floats again = apply(Rotation::make(7, n), in);
        Floats other = apply(Rotation::make(8, n), in);
        EXPECT_WITH(memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0, "%u dims", n);
        double cosine = inner_product(first, other) / inner_product(first, first);
        EXPECT_WITH(std::fabs(cosine) < 0.9, "%u dims: %.3f", n, cosine);
    }
}

// What the grids of code and sketch rely on: whatever the vector, each coordinate of its rotation is like a Gaussian of
// variance norm^2 / padded. No coordinate keeps a share of its own: one that did would stretch the grid of all.
UNIT_TEST(quant_rotation_spreads_the_energy_evenly)
{
    constexpr int kSeeds = 200;
    for (uint32_t n : {96u, 128u, 200u, 224u, 384u, 784u, 1536u}) {
        Floats alternating(n, 1.0f);
        for (size_t i = 1; i < n; i += 2) alternating[i] = -1;
        std::vector<Floats> vectors = {Floats(n, 1.0f), alternating};
        for (size_t eighth = 0; eighth < 8; ++eighth) vectors.push_back(one_hot(n, eighth * n / 8));
        vectors.push_back(one_hot(n, n - 1));
        for (size_t which = 0; which < vectors.size(); ++which) {
            uint32_t padded = padded_dims(n);
            double scale = padded / inner_product(vectors[which], vectors[which]);
            Doubles variance(padded);
            double fourth = 0, largest = 0;
            for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
                Floats out = apply(Rotation::make(seed, n), vectors[which]);
                for (uint32_t i = 0; i < padded; ++i) {
                    double square = scale * out[i] * out[i];
                    variance[i] += square / kSeeds;
                    fourth += square * square / kSeeds / padded;
                    largest = std::max(largest, square);
                }
            }
            double most = *std::max_element(variance.begin(), variance.end());
            double least = *std::min_element(variance.begin(), variance.end());
            EXPECT_WITH(least > 0.3 && most < 2, "%u dims, vector %zu: %.2f to %.2f", n, which, least, most);
            EXPECT_WITH(fourth > 2.7 && fourth < 3.3, "%u dims, vector %zu: %.2f", n, which, fourth);
            EXPECT_WITH(largest < 49, "%u dims, vector %zu: %.2f", n, which, largest);
        }
    }
}
