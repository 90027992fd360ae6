// The loops over half-precision vectors. Those over floats are tested against double precision
// (kernel_float_test.cpp); a sum over halfs has to be the sum of the same table over what they decode to.
#include <bit>
#include <cmath>
#include <vector>

#include "core/half.hpp"
#include "core/rng.hpp"
#include "guarded.hpp"
#include "kernel/kernel.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::kernel;
using vhnsw::float_to_half;
using vhnsw::half_to_float;
using vhnsw::Rng;
using vhnsw::unit::Guarded;
using Floats = std::vector<float>;
using Halfs = std::vector<uint16_t>;

// Three times the 64 elements of the widest step, and some that people use.
std::vector<size_t>
lengths()
{
    std::vector<size_t> all;
    for (size_t n = 0; n <= 3 * 64; ++n) all.push_back(n);
    for (size_t n : {384u, 768u, 1000u, 1536u, 3072u, 16000u}) all.push_back(n);
    return all;
}

Halfs
random_halfs(Rng &rng, size_t n)
{
    Halfs values(n);
    for (uint16_t &value : values) value = float_to_half(static_cast<float>(2 * rng.uniform() - 1));
    return values;
}

// Of all magnitudes, subnormal ones too.
Halfs
random_finite_halfs(Rng &rng, size_t n)
{
    Halfs values(n);
    for (uint16_t &value : values) do
            value = static_cast<uint16_t>(rng.next());
        while (!std::isfinite(half_to_float(value)));
    return values;
}

Floats
decoded(const Halfs &halfs)
{
    Floats floats;
    for (uint16_t half : halfs) floats.push_back(half_to_float(half));
    return floats;
}

template <typename Action>
void
for_each_table(const Action &action)
{
    for (const Kernels *const *table = available_kernels(); *table != nullptr; ++table) action(**table);
}

// All NaN are one.
bool
same(float a, float b)
{
    return (std::isnan(a) && std::isnan(b)) || std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

// `gap`: bytes between the vectors and unreadable memory.
void
expect_sums_of_decoded(const Kernels &k, const Halfs &a, const Halfs &b, size_t gap)
{
    size_t n = a.size();
    Guarded<uint16_t> x(a, gap), y(b, 2 * gap + 2);
    Floats fa = decoded(a), fb = decoded(b);
    EXPECT_WITH(same(k.l2_squared_half(x.data(), y.data(), n), k.l2_squared(fa.data(), fb.data(), n)),
                "%s, n = %zu, gap %zu", k.name, n, gap);
    EXPECT_WITH(same(k.inner_product_half(x.data(), y.data(), n), k.inner_product(fa.data(), fb.data(), n)),
                "%s, n = %zu, gap %zu", k.name, n, gap);
    EXPECT_WITH(same(k.l1_half(x.data(), y.data(), n), k.l1(fa.data(), fb.data(), n)), "%s, n = %zu, gap %zu", k.name,
                n, gap);
    CosineSums got = k.cosine_half(x.data(), y.data(), n), want = k.cosine(fa.data(), fb.data(), n);
    EXPECT_WITH(same(got.dot, want.dot), "%s, n = %zu, gap %zu", k.name, n, gap);
    EXPECT_WITH(same(got.norm_a, want.norm_a), "%s, n = %zu, gap %zu", k.name, n, gap);
    EXPECT_WITH(same(got.norm_b, want.norm_b), "%s, n = %zu, gap %zu", k.name, n, gap);
}

// Into an array that ends at unreadable memory, and back out of it.
Floats
decoded_by(const Kernels &k, const Halfs &halfs, size_t gap)
{
    Guarded<uint16_t> in(halfs, gap);
    Guarded<float> out(Floats(halfs.size()), 2 * gap);
    k.decode_half(in.data(), halfs.size(), out.data());
    return out.values();
}

}  // namespace

UNIT_TEST(kernel_half_sums_are_those_of_the_decoded_vectors)
{
    Rng rng(1);
    for (size_t n : lengths())
        for (size_t gap : {0u, 2u, 6u, 20u}) {
            Halfs a = random_halfs(rng, n), b = random_halfs(rng, n);
            for_each_table([&](const Kernels &k) { expect_sums_of_decoded(k, a, b, gap); });
        }
}

UNIT_TEST(kernel_half_sums_keep_every_magnitude)
{
    Rng rng(2);
    for (size_t n : lengths()) {
        Halfs a = random_finite_halfs(rng, n), b = random_finite_halfs(rng, n);
        for_each_table([&](const Kernels &k) { expect_sums_of_decoded(k, a, b, 0); });
    }
}

UNIT_TEST(kernel_half_sums_pass_on_infinity_and_nan)
{
    constexpr uint16_t kOne = 0x3C00, kInfinity = 0x7C00, kNaN = 0x7E00;
    for (uint16_t special : {kInfinity, kNaN})
        for (size_t n = 1; n <= 3 * 64; ++n)
            for (size_t at : {size_t{0}, n / 2, n - 1}) {
                Halfs a(n, kOne), b(n, kOne);
                a[at] = special;
                for_each_table([&](const Kernels &k) {
                    expect_sums_of_decoded(k, a, b, 0);
                    EXPECT_WITH(!std::isfinite(k.l1_half(a.data(), b.data(), n)), "%s, n = %zu", k.name, n);
                });
            }
}

UNIT_TEST(kernel_half_sums_agree_between_tables)
{
    Rng rng(3);
    for (size_t n : lengths()) {
        Halfs a = random_halfs(rng, n), b = random_halfs(rng, n);
        double magnitude = 0, want = 0;
        for (size_t i = 0; i < n; ++i) {
            double term = static_cast<double>(half_to_float(a[i])) * static_cast<double>(half_to_float(b[i]));
            want += term;
            magnitude += std::fabs(term);
        }
        for_each_table([&](const Kernels &k) {
            // The bound stated in src/kernel/README.md; products of halfs do not underflow.
            double bound = (static_cast<double>(n) / 16 + 12) * 0x1p-24 * magnitude;
            double got = static_cast<double>(k.inner_product_half(a.data(), b.data(), n));
            EXPECT_WITH(std::fabs(got - want) <= bound, "%s, n = %zu: %.9g", k.name, n, got);
        });
    }
}

UNIT_TEST(kernel_decode_half_is_exact_for_every_half)
{
    Halfs all;
    for (unsigned half = 0; half <= 0xFFFF; ++half) all.push_back(static_cast<uint16_t>(half));
    for_each_table([&](const Kernels &k) {
        Floats got = decoded_by(k, all, 0);
        size_t wrong = 0;
        for (size_t i = 0; i < all.size(); ++i) wrong += !same(got[i], half_to_float(all[i]));
        EXPECT_WITH(wrong == 0, "%s: %zu", k.name, wrong);
    });
}

UNIT_TEST(kernel_decode_half_takes_every_length)
{
    Rng rng(4);
    for (size_t n : lengths())
        for (size_t gap : {0u, 2u, 6u, 20u}) {
            Halfs halfs = random_finite_halfs(rng, n);
            Floats want = decoded(halfs);
            for_each_table([&](const Kernels &k) {
                EXPECT_WITH(decoded_by(k, halfs, gap) == want, "%s, n = %zu, gap %zu", k.name, n, gap);
            });
        }
}

// A loop that writes too much changes what follows the results.
UNIT_TEST(kernel_decode_half_writes_nothing_beyond_the_results)
{
    constexpr float kMark = -7;
    for (size_t n = 0; n <= 3 * 64; ++n) {
        Halfs halfs(n, 0x3C00);
        for_each_table([&](const Kernels &k) {
            Floats out(n + 64, kMark);
            k.decode_half(halfs.data(), n, out.data());
            size_t wrong = 0;
            for (size_t i = 0; i < out.size(); ++i) wrong += out[i] != (i < n ? 1.0f : kMark);
            EXPECT_WITH(wrong == 0, "%s, n = %zu", k.name, n);
        });
    }
}
