// The Hadamard transform of every instruction set against its definition.
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

Floats
random_floats(Rng &rng, size_t n)
{
    Floats values(n);
    for (float &value : values) value = static_cast<float>(2 * rng.uniform() - 1);
    return values;
}

Floats
transformed(const Kernels &k, const Floats &x, size_t gap = 0)
{
    Guarded<float> place(x, gap);
    k.hadamard(place.data(), static_cast<unsigned>(__builtin_ctzll(x.size())));
    return place.values();
}

template <typename Action>
void
for_each_table(const Action &action)
{
    for (const Kernels *const *table = available_kernels(); *table != nullptr; ++table) action(**table);
}

bool
same_bits(const Floats &a, const Floats &b)
{
    return a.size() == b.size() && memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
}

}  // namespace

// Every element passes through log2n additions.
UNIT_TEST(kernel_hadamard_matches_the_definition)
{
    Rng rng(21);
    for (unsigned log2n = 5; log2n <= 11; ++log2n) {
        Floats x = random_floats(rng, size_t{1} << log2n);
        double magnitude = 0;
        for (float value : x) magnitude += std::fabs(value);
        std::vector<double> want(x.size());
        for (size_t i = 0; i < x.size(); ++i)
            for (size_t j = 0; j < x.size(); ++j) want[i] += __builtin_popcountll(i & j) % 2 == 0 ? x[j] : -x[j];
        for_each_table([&](const Kernels &k) {
            Floats got = transformed(k, x);
            double worst = 0;
            for (size_t i = 0; i < x.size(); ++i) worst = std::fmax(worst, std::fabs(got[i] - want[i]));
            EXPECT_WITH(worst <= log2n * 0x1p-24 * magnitude, "%s, n = %zu: %g", k.name, x.size(), worst);
        });
    }
}

UNIT_TEST(kernel_hadamard_is_identical_on_every_instruction_set)
{
    Rng rng(22);
    for (unsigned log2n = 5; log2n <= 15; ++log2n) {
        Floats x = random_floats(rng, size_t{1} << log2n);
        Floats want = transformed(scalar_kernels, x);
        for_each_table([&](const Kernels &k) {
            for (size_t gap : {0u, 1u, 4u, 32u})
                EXPECT_WITH(same_bits(transformed(k, x, gap), want), "%s, n = %zu, gap %zu", k.name, x.size(), gap);
        });
    }
}

UNIT_TEST(kernel_hadamard_twice_multiplies_by_the_length)
{
    Rng rng(23);
    for (unsigned log2n = 5; log2n <= 15; ++log2n) {
        Floats x(size_t{1} << log2n);
        for (float &value : x) value = static_cast<float>(rng.next() % 15) - 7;
        for_each_table([&](const Kernels &k) {
            Floats twice = transformed(k, transformed(k, x));
            size_t wrong = 0;
            // Sums of small integers are exact as long as they stay below 2^24.
            if (log2n <= 10)
                for (size_t i = 0; i < x.size(); ++i) wrong += twice[i] != x[i] * static_cast<float>(x.size());
            else
                for (size_t i = 0; i < x.size(); ++i)
                    wrong += std::fabs(twice[i] / static_cast<float>(x.size()) - x[i]) > 1e-3f;
            EXPECT_WITH(wrong == 0, "%s, n = %zu: %zu", k.name, x.size(), wrong);
        });
    }
}

UNIT_TEST(kernel_hadamard_of_a_unit_vector_is_a_row_of_signs)
{
    for (unsigned log2n = 5; log2n <= 9; ++log2n)
        for (size_t at = 0; at < size_t{1} << log2n; ++at) {
            Floats x(size_t{1} << log2n, 0.0f);
            x[at] = 1;
            for_each_table([&](const Kernels &k) {
                Floats got = transformed(k, x);
                size_t wrong = 0;
                for (size_t i = 0; i < got.size(); ++i)
                    wrong += got[i] != (__builtin_popcountll(i & at) % 2 == 0 ? 1.0f : -1.0f);
                EXPECT_WITH(wrong == 0, "%s, n = %zu, at %zu", k.name, x.size(), at);
            });
        }
}

UNIT_TEST(kernel_hadamard_passes_on_nan)
{
    for (size_t at = 0; at < 256; ++at) {
        Floats x(256, 1.0f);
        x[at] = std::numeric_limits<float>::quiet_NaN();
        for_each_table([&](const Kernels &k) {
            size_t numbers = 0;
            for (float value : transformed(k, x)) numbers += !std::isnan(value);
            EXPECT_WITH(numbers == 0, "%s, at %zu: %zu", k.name, at, numbers);
        });
    }
}
