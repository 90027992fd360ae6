// The loops over strings of bits of every instruction set against the definition: exact.
#include <algorithm>
#include <vector>

#include "core/rng.hpp"
#include "guarded.hpp"
#include "kernel/kernel.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::kernel;
using vhnsw::Rng;
using vhnsw::unit::Guarded;
using Bytes = std::vector<uint8_t>;

// Three times the 64 bytes of the widest step, and long ones.
std::vector<size_t>
byte_lengths()
{
    std::vector<size_t> all;
    for (size_t n = 0; n <= 3 * 64; ++n) all.push_back(n);
    for (size_t n : {1000u, 8000u, 8001u, 65537u}) all.push_back(n);
    return all;
}

Bytes
random_bytes(Rng &rng, size_t n)
{
    Bytes bytes(n);
    for (uint8_t &byte : bytes) byte = static_cast<uint8_t>(rng.next());
    return bytes;
}

bool
bit(const Bytes &bytes, size_t i)
{
    return (bytes[i / 8] >> (i % 8) & 1) != 0;
}

void
expect_counts(const Bytes &a, const Bytes &b, size_t gap)
{
    uint64_t differing = 0;
    BitCounts want = {};
    for (size_t i = 0; i < 8 * a.size(); ++i) {
        differing += bit(a, i) != bit(b, i);
        want.common += bit(a, i) && bit(b, i);
        want.a += bit(a, i);
        want.b += bit(b, i);
    }
    Guarded<uint8_t> x(a, gap), y(b, 2 * gap);
    for (const Kernels *const *table = available_kernels(); *table != nullptr; ++table) {
        const Kernels &k = **table;
        uint64_t got = k.bits_differing(x.data(), y.data(), a.size());
        EXPECT_WITH(got == differing, "%s, %zu bytes, gap %zu: %zu", k.name, a.size(), gap, static_cast<size_t>(got));
        BitCounts counts = k.bits_common(x.data(), y.data(), a.size());
        EXPECT_WITH(counts.common == want.common && counts.a == want.a && counts.b == want.b,
                    "%s, %zu bytes, gap %zu: %zu %zu %zu", k.name, a.size(), gap, static_cast<size_t>(counts.common),
                    static_cast<size_t>(counts.a), static_cast<size_t>(counts.b));
    }
}

}  // namespace

UNIT_TEST(kernel_bits_are_counted_exactly)
{
    Rng rng(31);
    for (size_t n : byte_lengths())
        for (size_t gap : {0u, 1u, 7u, 16u, 33u}) expect_counts(random_bytes(rng, n), random_bytes(rng, n), gap);
}

UNIT_TEST(kernel_bits_are_counted_exactly_at_the_extremes)
{
    for (size_t n : byte_lengths())
        for (uint8_t x : {uint8_t{0x00}, uint8_t{0x01}, uint8_t{0x80}, uint8_t{0xFF}})
            for (uint8_t y : {uint8_t{0x00}, uint8_t{0xA5}, uint8_t{0xFF}}) expect_counts(Bytes(n, x), Bytes(n, y), 0);
}

UNIT_TEST(kernel_every_single_bit_is_counted)
{
    for (size_t n : {1u, 9u, 33u, 100u, 129u})
        for (size_t i = 0; i < 8 * n; ++i) {
            Bytes one(n);
            one[i / 8] = static_cast<uint8_t>(1 << i % 8);
            expect_counts(one, Bytes(n), 0);
            expect_counts(Bytes(n), one, 0);
            expect_counts(one, one, 0);
        }
}
