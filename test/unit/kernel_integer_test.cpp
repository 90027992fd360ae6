// The loops over codes, sketches and signs of every instruction set against the definition: exact.
#include <algorithm>
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
using Codes = std::vector<int8_t>;
using Bytes = std::vector<uint8_t>;

// Three times the 512 dimensions of the widest step, and the largest.
std::vector<size_t>
code_lengths()
{
    std::vector<size_t> all;
    for (size_t n = 0; n <= 3 * 512; n += 32) all.push_back(n);
    for (size_t n : {2560u, 16000u, 65536u}) all.push_back(n);
    return all;
}

Codes
random_codes(Rng &rng, size_t n, int low, int high)
{
    Codes codes(n);
    for (int8_t &code : codes)
        code = static_cast<int8_t>(low + static_cast<int>(rng.next() % static_cast<unsigned>(high - low + 1)));
    return codes;
}

Bytes
random_bytes(Rng &rng, size_t n)
{
    Bytes bytes(n);
    for (uint8_t &byte : bytes) byte = static_cast<uint8_t>(rng.next());
    return bytes;
}

bool
bit(const uint8_t *bytes, size_t i)
{
    return (bytes[i / 8] >> (i % 8) & 1) != 0;
}

template <typename Action>
void
for_each_table(const Action &action)
{
    for (const Kernels *const *table = available_kernels(); *table != nullptr; ++table) action(**table);
}

void
expect_dot(const Codes &a, const Codes &b, size_t gap)
{
    int64_t want = 0;
    for (size_t i = 0; i < a.size(); ++i) want += a[i] * b[i];
    Guarded<int8_t> x(a, gap), y(b, 2 * gap);
    for_each_table([&](const Kernels &k) {
        int32_t got = k.dot_i8(x.data(), y.data(), a.size());
        EXPECT_WITH(got == want, "%s, n = %zu, gap %zu: %d", k.name, a.size(), gap, got);
    });
}

void
expect_products(const Codes &a, const Codes &b, size_t gap)
{
    Int8Sums want = {};
    for (size_t i = 0; i < a.size(); ++i) {
        want.aa += a[i] * a[i];
        want.bb += b[i] * b[i];
        want.ab += a[i] * b[i];
    }
    Guarded<int8_t> x(a, gap), y(b, 2 * gap);
    for_each_table([&](const Kernels &k) {
        Int8Sums got = k.products_i8(x.data(), y.data(), a.size());
        EXPECT_WITH(got.aa == want.aa && got.bb == want.bb && got.ab == want.ab, "%s, n = %zu, gap %zu: %d %d %d",
                    k.name, a.size(), gap, got.aa, got.bb, got.ab);
    });
}

void
expect_hamming(const Bytes &a, const Bytes &b, size_t gap)
{
    size_t n = 8 * a.size(), want = 0;
    for (size_t i = 0; i < n; ++i) want += bit(a.data(), i) != bit(b.data(), i);
    Guarded<uint8_t> x(a, gap), y(b, 2 * gap);
    for_each_table([&](const Kernels &k) {
        uint32_t got = k.hamming(x.data(), y.data(), n);
        EXPECT_WITH(got == want, "%s, n = %zu, gap %zu: %u", k.name, n, gap, got);
    });
}

// How rows are laid out in a call of masked_sums.
struct RowShape {
    size_t n;
    unsigned planes;
    size_t count;
    size_t header;  // bytes from the end of one row to the next

    size_t row_bytes() const { return planes * n / 8; }
    size_t stride() const { return row_bytes() + header; }
    // The last row ends the array.
    size_t bytes() const { return count == 0 ? 0 : (count - 1) * stride() + row_bytes(); }
};

std::vector<int32_t>
expected_masked_sums(const RowShape &shape, const Bytes &rows, const Codes &q)
{
    std::vector<int32_t> sums(shape.count);
    for (size_t row = 0; row < shape.count; ++row)
        for (unsigned plane = 0; plane < shape.planes; ++plane) {
            const uint8_t *bits = rows.data() + row * shape.stride() + plane * shape.n / 8;
            for (size_t i = 0; i < shape.n; ++i)
                if (bit(bits, i)) sums[row] += q[i] * (1 << plane);
        }
    return sums;
}

void
expect_masked_sums(const RowShape &shape, const Bytes &rows, const Codes &q)
{
    std::vector<int32_t> want = expected_masked_sums(shape, rows, q);
    Guarded<uint8_t> guarded_rows(rows);
    Guarded<int8_t> guarded_q(q, shape.header % 5);
    for_each_table([&](const Kernels &k) {
        Guarded<int32_t> out(std::vector<int32_t>(shape.count, -1));
        k.masked_sums({guarded_rows.data(), shape.stride(), shape.count, shape.planes}, guarded_q.data(), shape.n,
                      out.data());
        EXPECT_WITH(out.values() == want, "%s, n = %zu, %u planes, %zu rows, header %zu", k.name, shape.n, shape.planes,
                    shape.count, shape.header);
    });
}

}  // namespace

UNIT_TEST(kernel_dot_i8_is_exact)
{
    Rng rng(11);
    for (size_t n : code_lengths())
        for (size_t gap : {0u, 1u, 7u, 16u, 33u})
            expect_dot(random_codes(rng, n, -128, 127), random_codes(rng, n, -127, 127), gap);
}

UNIT_TEST(kernel_dot_i8_is_exact_at_the_extremes)
{
    for (size_t n : code_lengths())
        for (int8_t x : {int8_t{-128}, int8_t{-127}, int8_t{0}, int8_t{127}})
            for (int8_t y : {int8_t{-127}, int8_t{127}}) expect_dot(Codes(n, x), Codes(n, y), 0);
}

UNIT_TEST(kernel_products_i8_are_exact_for_every_length)
{
    Rng rng(18);
    for (size_t n = 0; n <= 3 * 64; ++n)
        for (size_t gap : {0u, 1u, 7u, 16u, 33u})
            expect_products(random_codes(rng, n, -128, 127), random_codes(rng, n, -128, 127), gap);
    for (size_t n : {1000u, 15999u, 16000u, 65536u})
        expect_products(random_codes(rng, n, -128, 127), random_codes(rng, n, -128, 127), 0);
}

UNIT_TEST(kernel_products_i8_are_exact_at_the_extremes)
{
    for (size_t n : {1u, 15u, 16u, 17u, 63u, 64u, 65u, 200u, 16000u, 65536u})
        for (int8_t x : {int8_t{-128}, int8_t{-127}, int8_t{0}, int8_t{127}})
            for (int8_t y : {int8_t{-128}, int8_t{-127}, int8_t{0}, int8_t{127}})
                expect_products(Codes(n, x), Codes(n, y), 0);
}

UNIT_TEST(kernel_hamming_is_exact)
{
    Rng rng(12);
    for (size_t n : code_lengths()) {
        for (size_t gap : {0u, 1u, 7u, 16u, 33u})
            expect_hamming(random_bytes(rng, n / 8), random_bytes(rng, n / 8), gap);
        expect_hamming(Bytes(n / 8, 0x00), Bytes(n / 8, 0xFF), 0);
        expect_hamming(Bytes(n / 8, 0xA5), Bytes(n / 8, 0xA5), 0);
    }
}

UNIT_TEST(kernel_masked_sums_are_exact)
{
    Rng rng(13);
    for (size_t n : code_lengths())
        for (unsigned planes = 1; planes <= 4; ++planes) {
            RowShape shape{n, planes, n > 2560 ? 2u : 5u, 18};
            expect_masked_sums(shape, random_bytes(rng, shape.bytes()), random_codes(rng, n, -128, 127));
        }
}

UNIT_TEST(kernel_masked_sums_are_exact_for_every_number_of_rows)
{
    Rng rng(14);
    for (size_t n : {32u, 128u, 288u, 768u})
        for (unsigned planes = 1; planes <= 4; ++planes)
            for (size_t count = 0; count <= 48; ++count)
                for (size_t header : {0u, 1u, 18u}) {
                    RowShape shape{n, planes, count, header};
                    expect_masked_sums(shape, random_bytes(rng, shape.bytes()), random_codes(rng, n, -128, 127));
                }
}

UNIT_TEST(kernel_masked_sums_are_exact_at_the_extremes)
{
    for (size_t n : code_lengths())
        for (unsigned planes = 1; planes <= 4; ++planes)
            for (int8_t element : {int8_t{-128}, int8_t{127}}) {
                RowShape shape{n, planes, n > 2560 ? 1u : 4u, 3};
                expect_masked_sums(shape, Bytes(shape.bytes(), 0xFF), Codes(n, element));
                expect_masked_sums(shape, Bytes(shape.bytes(), 0x00), Codes(n, element));
            }
}

UNIT_TEST(kernel_masked_sums_take_overlapping_rows)
{
    Rng rng(15);
    Bytes rows = random_bytes(rng, 96 / 8);
    Codes q = random_codes(rng, 96, -128, 127);
    for_each_table([&](const Kernels &k) {
        int32_t sums[5];
        k.masked_sums({rows.data(), 0, 5, 1}, q.data(), 96, sums);
        for (int32_t sum : sums) EXPECT_WITH(sum == sums[0], "%s", k.name);
    });
}

UNIT_TEST(kernel_decode_and_difference_match_the_definition)
{
    Rng rng(16);
    for (size_t n : code_lengths())
        for (size_t gap : {0u, 1u, 4u, 20u}) {
            Codes codes = random_codes(rng, n, -127, 127);
            Guarded<int8_t> code(codes, gap);
            for_each_table([&](const Kernels &k) {
                std::vector<float> x(n), y(n, 3.0f), r(n);
                k.decode_i8(code.data(), 0.5f, n, x.data());
                float squares = k.difference(x.data(), y.data(), n, r.data());
                size_t wrong = 0;
                double expected = 0;
                for (size_t i = 0; i < n; ++i) {
                    float value = 0.5f * static_cast<float>(codes[i]) - 3.0f;
                    wrong += r[i] != value;
                    expected += static_cast<double>(value) * value;
                }
                EXPECT_WITH(wrong == 0, "%s, n = %zu: %zu", k.name, n, wrong);
                double bound = (static_cast<double>(n) / 8 + 12) * 0x1p-24 * expected;
                EXPECT_WITH(std::fabs(squares - expected) <= bound, "%s, n = %zu: %g", k.name, n, squares);
            });
        }
}

// Error of sums of magnitudes in at least 8 lanes: README.md of the layer.
UNIT_TEST(kernel_l1_of_codes_is_within_bounds)
{
    for (size_t n : code_lengths()) {
        Rng rng(n + 9);
        Codes a = random_codes(rng, n, -128, 127), b = random_codes(rng, n, -128, 127);
        std::vector<float> q(n);
        for (float &v : q) v = static_cast<float>(rng.uniform() - 0.5);
        const float scale_a = 0.0041f, scale_b = 0.0037f;
        double query_sum = 0, pair_sum = 0, magnitude = 0;
        for (size_t i = 0; i < n; ++i) {
            double x = static_cast<double>(scale_a) * a[i], y = static_cast<double>(scale_b) * b[i];
            query_sum += std::fabs(static_cast<double>(q[i]) - x);
            pair_sum += std::fabs(x - y);
            magnitude += std::fabs(x) + std::fabs(y) + std::fabs(static_cast<double>(q[i]));
        }
        double bound = (static_cast<double>(n) / 8 + 12) * 0x1p-24 * magnitude;
        Guarded<int8_t> x(a), y(b);
        Guarded<float> query(q, n % 3);
        for_each_table([&](const Kernels &k) {
            double got = static_cast<double>(k.l1_i8(query.data(), x.data(), scale_a, n));
            EXPECT_WITH(std::fabs(got - query_sum) <= bound, "%s, n = %zu: %g, not %g", k.name, n, got, query_sum);
            got = static_cast<double>(k.l1_codes({x.data(), scale_a}, {y.data(), scale_b}, n));
            EXPECT_WITH(std::fabs(got - pair_sum) <= bound, "%s, n = %zu: %g, not %g", k.name, n, got, pair_sum);
        });
    }
}

UNIT_TEST(kernel_encode_grid_matches_the_definition)
{
    Rng rng(17);
    for (size_t n : code_lengths())
        for (unsigned planes = 1; planes <= 4; ++planes) {
            std::vector<float> r(n), x(n);
            // Eighths: products with the inverse step are exact, so every table must choose the same cells.
            for (float &value : r) value = static_cast<float>(static_cast<int>(rng.next() % 65) - 32) / 8;
            for (float &value : x) value = static_cast<float>(static_cast<int>(rng.next() % 65) - 32) / 8;
            for_each_table([&](const Kernels &k) {
                Guarded<uint8_t> out(Bytes(planes * n / 8, 0x5A), planes);
                vhnsw::kernel::GridSums sums = k.encode_grid(r.data(), x.data(), n, planes, 2.0f, out.data());
                Bytes bits = out.values();
                int levels = 1 << planes;
                size_t wrong = 0;
                double ru = 0, xu = 0;
                for (size_t i = 0; i < n; ++i) {
                    int cell = std::clamp(static_cast<int>(std::floor(r[i] * 2)) + levels / 2, 0, levels - 1);
                    int stored = 0;
                    for (unsigned p = 0; p < planes; ++p) stored |= bit(bits.data() + p * n / 8, i) << p;
                    wrong += stored != cell;
                    ru += r[i] * (cell - (levels - 1) / 2.0);
                    xu += x[i] * (cell - (levels - 1) / 2.0);
                }
                EXPECT_WITH(wrong == 0, "%s, n = %zu, planes = %u: %zu", k.name, n, planes, wrong);
                double magnitude = 4.0 * static_cast<double>(n) * levels;
                EXPECT_WITH(std::fabs(sums.ru - ru) <= magnitude * 1e-6, "%s: %g, not %g", k.name, sums.ru, ru);
                EXPECT_WITH(std::fabs(sums.xu - xu) <= magnitude * 1e-6, "%s: %g, not %g", k.name, sums.xu, xu);
            });
        }
}

UNIT_TEST(kernel_encode_grid_has_open_ends)
{
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kTiny = std::numeric_limits<float>::denorm_min();
    const float special[8] = {0.0f, -0.0f, kInfinity, -kInfinity, 1e30f, -1e30f, kTiny, -kTiny};
    std::vector<float> r(96), x(96);
    for (size_t i = 0; i < r.size(); ++i) r[i] = special[i % 8];
    for_each_table([&](const Kernels &k) {
        Bytes bits(r.size() / 8);
        k.encode_grid(r.data(), x.data(), r.size(), 1, 1.0f, bits.data());
        // The half of the grid is added first, which drops a tiny negative number.
        EXPECT_WITH((bits[0] & 0x7F) == 0b1010111 && bits == Bytes(r.size() / 8, bits[0]), "%s: %02x", k.name, bits[0]);
    });
}

UNIT_TEST(kernel_encode_grid_puts_nan_into_the_last_cell)
{
    std::vector<float> r(64, std::numeric_limits<float>::quiet_NaN()), x(64);
    for (unsigned planes = 1; planes <= 4; ++planes)
        for_each_table([&](const Kernels &k) {
            Bytes bits(planes * r.size() / 8);
            k.encode_grid(r.data(), x.data(), r.size(), planes, 1.0f, bits.data());
            EXPECT_WITH(bits == Bytes(bits.size(), 0xFF), "%s, planes = %u", k.name, planes);
        });
}
