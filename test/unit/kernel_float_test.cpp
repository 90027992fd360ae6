// The float loops of every instruction set against double precision.
#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

#include "core/rng.hpp"
#include "guarded.hpp"
#include "kernel/kernel.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::kernel;
using vhnsw::Rng;
using vhnsw::unit::Guarded;
using Floats = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Three times the 64 floats of the widest step, and some that people use.
std::vector<size_t>
lengths()
{
    std::vector<size_t> all;
    for (size_t n = 0; n <= 3 * 64; ++n) all.push_back(n);
    for (size_t n : {384u, 768u, 1000u, 1536u, 3072u, 16000u}) all.push_back(n);
    return all;
}

Floats
random_floats(Rng &rng, size_t n, double low, double high)
{
    Floats values(n);
    for (float &value : values) value = static_cast<float>(low + (high - low) * rng.uniform());
    return values;
}

// What every sum should be, with the sum of the magnitudes of its terms.
struct Sum {
    double value = 0;
    double magnitude = 0;

    void add(double term)
    {
        value += term;
        magnitude += std::fabs(term);
    }

    // The bound stated in src/kernel/README.md.
    bool agrees_with(float result, size_t n) const
    {
        double rounding = (static_cast<double>(n) / 16 + 12) * 0x1p-24 * magnitude;
        double underflow = static_cast<double>(n) * 0x1p-149;
        return std::fabs(static_cast<double>(result) - value) <= rounding + underflow;
    }
};

struct Expected {
    Sum l2_squared, inner_product, l1, norm_a, norm_b;

    Expected(const Floats &a, const Floats &b)
    {
        for (size_t i = 0; i < a.size(); ++i) {
            double x = a[i], y = b[i];
            l2_squared.add((x - y) * (x - y));
            inner_product.add(x * y);
            l1.add(std::fabs(x - y));
            norm_a.add(x * x);
            norm_b.add(y * y);
        }
    }
};

// All sums of one table, each from vectors that end at unreadable memory.
struct Results {
    float l2_squared, inner_product, l1;
    CosineSums cosine;

    Results(const Kernels &k, const Floats &a, const Floats &b, size_t gap_a = 0, size_t gap_b = 0)
    {
        Guarded<float> x(a, gap_a), y(b, gap_b);
        l2_squared = k.l2_squared(x.data(), y.data(), a.size());
        inner_product = k.inner_product(x.data(), y.data(), a.size());
        l1 = k.l1(x.data(), y.data(), a.size());
        cosine = k.cosine(x.data(), y.data(), a.size());
    }
};

void
expect_within_bounds(const Kernels &k, const Floats &a, const Floats &b, const Results &got)
{
    size_t n = a.size();
    Expected want(a, b);
    EXPECT_WITH(want.l2_squared.agrees_with(got.l2_squared, n), "%s, n = %zu: %.9g", k.name, n, got.l2_squared);
    EXPECT_WITH(want.inner_product.agrees_with(got.inner_product, n), "%s, n = %zu: %.9g", k.name, n,
                got.inner_product);
    EXPECT_WITH(want.l1.agrees_with(got.l1, n), "%s, n = %zu: %.9g", k.name, n, got.l1);
    EXPECT_WITH(want.inner_product.agrees_with(got.cosine.dot, n), "%s, n = %zu: %.9g", k.name, n, got.cosine.dot);
    EXPECT_WITH(want.norm_a.agrees_with(got.cosine.norm_a, n), "%s, n = %zu: %.9g", k.name, n, got.cosine.norm_a);
    EXPECT_WITH(want.norm_b.agrees_with(got.cosine.norm_b, n), "%s, n = %zu: %.9g", k.name, n, got.cosine.norm_b);
}

template <typename Action>
void
for_each_table(const Action &action)
{
    for (const Kernels *const *table = available_kernels(); *table != nullptr; ++table) action(**table);
}

bool
same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

UNIT_TEST(kernel_table_in_use_is_the_best_available)
{
    select_kernels();
    EXPECT(active == available_kernels()[0]);
    size_t count = 0;
    while (available_kernels()[count] != nullptr) ++count;
    EXPECT(count >= 1 && available_kernels()[count - 1] == &scalar_kernels);
}

UNIT_TEST(kernel_float_sums_are_within_bounds)
{
    Rng rng(1);
    for (size_t n : lengths())
        for (size_t gap : {0u, 1u, 4u, 8u, 20u}) {
            Floats a = random_floats(rng, n, -1, 1), b = random_floats(rng, n, -1, 1);
            for_each_table([&](const Kernels &k) {
                Results got(k, a, b, gap, 2 * gap + 4);
                expect_within_bounds(k, a, b, got);
            });
        }
}

UNIT_TEST(kernel_float_sums_do_not_depend_on_alignment)
{
    Rng rng(2);
    for (size_t n : lengths()) {
        Floats a = random_floats(rng, n, -1, 1), b = random_floats(rng, n, -1, 1);
        for_each_table([&](const Kernels &k) {
            Results first(k, a, b);
            for (size_t gap : {1u, 4u, 12u, 36u}) {
                Results other(k, a, b, gap, gap + 28);
                EXPECT_WITH(same_bits(first.l2_squared, other.l2_squared), "%s, n = %zu", k.name, n);
                EXPECT_WITH(same_bits(first.inner_product, other.inner_product), "%s, n = %zu", k.name, n);
                EXPECT_WITH(same_bits(first.l1, other.l1), "%s, n = %zu", k.name, n);
                EXPECT_WITH(same_bits(first.cosine.dot, other.cosine.dot), "%s, n = %zu", k.name, n);
            }
        });
    }
}

// Terms of one sign keep the bound tight: nothing cancels.
UNIT_TEST(kernel_float_sums_are_within_bounds_for_positive_terms)
{
    Rng rng(3);
    for (size_t n : {1000u, 16000u, 65536u}) {
        Floats a = random_floats(rng, n, 0.5, 1), b = random_floats(rng, n, 2, 3);
        for_each_table([&](const Kernels &k) { expect_within_bounds(k, a, b, Results(k, a, b)); });
    }
}

UNIT_TEST(kernel_float_sums_are_within_bounds_for_mixed_scales)
{
    Rng rng(4);
    for (size_t n : lengths()) {
        Floats a = random_floats(rng, n, -1, 1), b = random_floats(rng, n, -1, 1);
        for (size_t i = 0; i < n; ++i) {
            a[i] = std::ldexp(a[i], static_cast<int>(rng.next() % 60) - 30);
            b[i] = std::ldexp(b[i], static_cast<int>(rng.next() % 60) - 30);
        }
        for_each_table([&](const Kernels &k) { expect_within_bounds(k, a, b, Results(k, a, b)); });
    }
}

UNIT_TEST(kernel_float_sums_of_small_integers_are_exact)
{
    Rng rng(5);
    for (size_t n : lengths()) {
        Floats a(n), b(n);
        for (float &value : a) value = static_cast<float>(rng.next() % 17) - 8;
        for (float &value : b) value = static_cast<float>(rng.next() % 17) - 8;
        Expected want(a, b);
        for_each_table([&](const Kernels &k) {
            Results got(k, a, b);
            EXPECT_WITH(got.l2_squared == want.l2_squared.value, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.inner_product == want.inner_product.value, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.l1 == want.l1.value, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.cosine.dot == want.inner_product.value, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.cosine.norm_a == want.norm_a.value, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.cosine.norm_b == want.norm_b.value, "%s, n = %zu", k.name, n);
        });
    }
}

UNIT_TEST(kernel_float_sums_of_a_vector_with_itself_agree)
{
    Rng rng(6);
    for (size_t n : lengths()) {
        Floats a = random_floats(rng, n, -1, 1), b = random_floats(rng, n, -1, 1);
        for_each_table([&](const Kernels &k) {
            Results self(k, a, a), forth(k, a, b), back(k, b, a);
            EXPECT_WITH(self.l2_squared == 0 && self.l1 == 0, "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(self.cosine.dot, self.cosine.norm_a), "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(self.cosine.dot, self.cosine.norm_b), "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(self.inner_product, self.cosine.dot), "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(forth.l2_squared, back.l2_squared), "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(forth.inner_product, back.inner_product), "%s, n = %zu", k.name, n);
            EXPECT_WITH(same_bits(forth.l1, back.l1), "%s, n = %zu", k.name, n);
        });
    }
}

UNIT_TEST(kernel_float_sums_pass_on_nan)
{
    for (size_t n = 1; n <= 3 * 64; ++n)
        for (size_t at : {size_t{0}, n / 2, n - 1}) {
            Floats a(n, 1.0f), b(n, 2.0f);
            a[at] = kNaN;
            for_each_table([&](const Kernels &k) {
                Results got(k, a, b), swapped(k, b, a);
                EXPECT_WITH(std::isnan(got.l2_squared) && std::isnan(swapped.l2_squared), "%s, n = %zu", k.name, n);
                EXPECT_WITH(std::isnan(got.inner_product) && std::isnan(swapped.inner_product), "%s, n = %zu", k.name,
                            n);
                EXPECT_WITH(std::isnan(got.l1) && std::isnan(swapped.l1), "%s, n = %zu", k.name, n);
                EXPECT_WITH(std::isnan(got.cosine.dot) && std::isnan(got.cosine.norm_a), "%s, n = %zu", k.name, n);
                EXPECT_WITH(std::isnan(swapped.cosine.norm_b) && !std::isnan(swapped.cosine.norm_a), "%s, n = %zu",
                            k.name, n);
            });
        }
}

UNIT_TEST(kernel_float_sums_pass_on_infinity)
{
    for (size_t n = 1; n <= 3 * 64; ++n)
        for (size_t at : {size_t{0}, n / 2, n - 1}) {
            Floats a(n, 1.0f), b(n, 2.0f);
            a[at] = -kInfinity;
            for_each_table([&](const Kernels &k) {
                Results got(k, a, b), self(k, a, a);
                EXPECT_WITH(got.l2_squared == kInfinity && got.l1 == kInfinity, "%s, n = %zu", k.name, n);
                EXPECT_WITH(got.inner_product == -kInfinity && got.cosine.dot == -kInfinity, "%s, n = %zu", k.name, n);
                EXPECT_WITH(got.cosine.norm_a == kInfinity, "%s, n = %zu", k.name, n);
                EXPECT_WITH(got.cosine.norm_b == static_cast<float>(4 * n), "%s, n = %zu", k.name, n);
                EXPECT_WITH(std::isnan(self.l2_squared) && std::isnan(self.l1), "%s, n = %zu", k.name, n);
            });
        }
}

UNIT_TEST(kernel_float_sums_overflow_to_infinity)
{
    for (size_t n = 1; n <= 3 * 64; ++n) {
        Floats huge(n, FLT_MAX), opposite(n, -FLT_MAX), zero(n, 0.0f);
        for_each_table([&](const Kernels &k) {
            Results got(k, huge, opposite), from_zero(k, huge, zero);
            EXPECT_WITH(got.l2_squared == kInfinity && got.l1 == kInfinity, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.inner_product == -kInfinity && got.cosine.dot == -kInfinity, "%s, n = %zu", k.name, n);
            EXPECT_WITH(got.cosine.norm_a == kInfinity && got.cosine.norm_b == kInfinity, "%s, n = %zu", k.name, n);
            EXPECT_WITH(from_zero.l2_squared == kInfinity && from_zero.inner_product == 0, "%s, n = %zu", k.name, n);
            EXPECT_WITH(from_zero.l1 == (n == 1 ? FLT_MAX : kInfinity), "%s, n = %zu", k.name, n);
        });
    }
}

// No flushing to zero anywhere.
UNIT_TEST(kernel_float_sums_keep_subnormals)
{
    for (size_t n = 1; n <= 3 * 64; ++n) {
        Floats tiny(n, FLT_TRUE_MIN), zero(n, 0.0f), one(n, 1.0f);
        float sum = std::ldexp(static_cast<float>(n), -149);
        for_each_table([&](const Kernels &k) {
            EXPECT_WITH(Results(k, tiny, zero).l1 == sum, "%s, n = %zu", k.name, n);
            EXPECT_WITH(Results(k, tiny, one).inner_product == sum, "%s, n = %zu", k.name, n);
        });
    }
}
