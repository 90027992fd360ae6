// Nanoseconds per call of every kernel on every instruction set this processor has, data in the nearest cache.
// Each figure is the median of many short samples. For figures worth comparing, pin it: taskset -c 1 build/.../run
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "core/rng.hpp"
#include "kernel/kernel.hpp"

namespace {

using namespace vhnsw::kernel;

constexpr int kSamples = 101;
constexpr double kSampleNanoseconds = 20000;

double
now()
{
    using namespace std::chrono;
    return static_cast<double>(duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

// Results end here, so that the compiler cannot drop a call.
volatile double sink;

template <typename Call>
double
sample(const Call &call, int calls)
{
    double started = now();
    double sum = 0;
    for (int i = 0; i < calls; ++i) sum += call();
    sink = sum;
    return (now() - started) / calls;
}

template <typename Call>
double
nanoseconds_per_call(const Call &call)
{
    int calls = 1;
    while (calls < 1000000 && sample(call, calls) * calls < kSampleNanoseconds) calls *= 2;
    std::vector<double> samples;
    for (int i = 0; i < kSamples; ++i) samples.push_back(sample(call, calls));
    std::nth_element(samples.begin(), samples.begin() + kSamples / 2, samples.end());
    return samples[kSamples / 2];
}

// One line of the table: `measure` returns the figure for one instruction set.
template <typename Measure>
void
print_line(const char *what, const Measure &measure)
{
    printf("%-44s", what);
    for (const Kernels *const *set = available_kernels(); *set != nullptr; ++set) printf("%10.1f", measure(**set));
    printf("\n");
}

template <typename T>
std::vector<T>
random_values(size_t n, double low, double high)
{
    vhnsw::Rng rng(n);
    std::vector<T> values(n);
    for (T &value : values) value = static_cast<T>(low + (high - low) * rng.uniform());
    return values;
}

void
bench_floats(size_t n)
{
    std::vector<float> a = random_values<float>(n, -1, 1), b = random_values<float>(n, -1, 1);
    char what[64];
    snprintf(what, sizeof what, "l2_squared, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.l2_squared(a.data(), b.data(), n); });
    });
    snprintf(what, sizeof what, "inner_product, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.inner_product(a.data(), b.data(), n); });
    });
    snprintf(what, sizeof what, "l1, %zu dims", n);
    print_line(what,
               [&](const Kernels &k) { return nanoseconds_per_call([&] { return k.l1(a.data(), b.data(), n); }); });
    snprintf(what, sizeof what, "cosine, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.cosine(a.data(), b.data(), n).dot; });
    });
}

void
bench_halfs(size_t n)
{
    // Normal numbers between 1/8 and 1.
    std::vector<uint16_t> a = random_values<uint16_t>(n, 0x3000, 0x3C00),
                          b = random_values<uint16_t>(n, 0x3000, 0x3C00);
    std::vector<float> out(n);
    char what[64];
    snprintf(what, sizeof what, "l2_squared_half, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.l2_squared_half(a.data(), b.data(), n); });
    });
    snprintf(what, sizeof what, "inner_product_half, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.inner_product_half(a.data(), b.data(), n); });
    });
    snprintf(what, sizeof what, "l1_half, %zu dims", n);
    print_line(
        what, [&](const Kernels &k) { return nanoseconds_per_call([&] { return k.l1_half(a.data(), b.data(), n); }); });
    snprintf(what, sizeof what, "cosine_half, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.cosine_half(a.data(), b.data(), n).dot; });
    });
    snprintf(what, sizeof what, "decode_half, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] {
            k.decode_half(a.data(), n, out.data());
            return out[0];
        });
    });
}

void
bench_codes(size_t n)
{
    std::vector<int8_t> a = random_values<int8_t>(n, -127, 127), b = random_values<int8_t>(n, -127, 127);
    std::vector<uint8_t> x = random_values<uint8_t>(n / 8, 0, 256), y = random_values<uint8_t>(n / 8, 0, 256);
    std::vector<float> r = random_values<float>(n, -1, 1);
    std::vector<uint8_t> bits(4 * n / 8);
    char what[64];
    snprintf(what, sizeof what, "dot_i8, %zu dims", n);
    print_line(what,
               [&](const Kernels &k) { return nanoseconds_per_call([&] { return k.dot_i8(a.data(), b.data(), n); }); });
    snprintf(what, sizeof what, "products_i8, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.products_i8(a.data(), b.data(), n).ab; });
    });
    snprintf(what, sizeof what, "hamming, %zu dims", n);
    print_line(
        what, [&](const Kernels &k) { return nanoseconds_per_call([&] { return k.hamming(x.data(), y.data(), n); }); });
    snprintf(what, sizeof what, "l1_i8, %zu dims", n);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return k.l1_i8(r.data(), a.data(), 0.5f, n); });
    });
    for (unsigned planes : {1u, 2u, 4u}) {
        snprintf(what, sizeof what, "encode_grid, %zu dims, planes %u", n, planes);
        print_line(what, [&](const Kernels &k) {
            return nanoseconds_per_call(
                [&] { return k.encode_grid(r.data(), r.data(), n, planes, 1, bits.data()).ru; });
        });
    }
}

void
bench_bits(size_t bits)
{
    size_t bytes = (bits + 7) / 8;
    std::vector<uint8_t> x = random_values<uint8_t>(bytes, 0, 256), y = random_values<uint8_t>(bytes, 0, 256);
    char what[64];
    snprintf(what, sizeof what, "bits_differing, %zu bits", bits);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call([&] { return static_cast<double>(k.bits_differing(x.data(), y.data(), bytes)); });
    });
    snprintf(what, sizeof what, "bits_common, %zu bits", bits);
    print_line(what, [&](const Kernels &k) {
        return nanoseconds_per_call(
            [&] { return static_cast<double>(k.bits_common(x.data(), y.data(), bytes).common); });
    });
}

// The rows as a node holds them: a header, then the planes.
void
bench_masked_sums(size_t n, unsigned planes, size_t count)
{
    constexpr size_t kHeader = 18;
    size_t stride = kHeader + planes * n / 8;
    std::vector<uint8_t> rows = random_values<uint8_t>(count * stride, 0, 256);
    std::vector<int8_t> q = random_values<int8_t>(n, -127, 127);
    std::vector<int32_t> sums(count);
    char what[64];
    snprintf(what, sizeof what, "masked_sums, %zu dims, %u planes, per row of %zu", n, planes, count);
    print_line(what, [&](const Kernels &k) {
        double call = nanoseconds_per_call([&] {
            k.masked_sums({rows.data() + kHeader, stride, count, planes}, q.data(), n, sums.data());
            return sums[0];
        });
        return call / static_cast<double>(count);
    });
}

void
bench_hadamard(unsigned log2n)
{
    std::vector<float> start = random_values<float>(size_t{1} << log2n, -1, 1);
    char what[64];
    snprintf(what, sizeof what, "hadamard, %zu dims", start.size());
    print_line(what, [&](const Kernels &k) {
        // Repeated on its own result the transform only multiplies by n: after 16 rounds start anew.
        std::vector<float> x = start;
        unsigned rounds = 0;
        return nanoseconds_per_call([&] {
            if (++rounds % 16 == 0) std::copy(start.begin(), start.end(), x.begin());
            k.hadamard(x.data(), log2n);
            return x[0];
        });
    });
}

}  // namespace

int
main()
{
    printf("%-44s", "ns per call");
    for (const Kernels *const *set = available_kernels(); *set != nullptr; ++set) printf("%10s", (*set)->name);
    printf("\n");
    for (size_t n : {100u, 128u, 384u, 768u, 1536u}) bench_floats(n);
    for (size_t n : {100u, 128u, 384u, 768u, 1536u}) bench_halfs(n);
    for (size_t n : {128u, 384u, 800u, 1536u}) bench_codes(n);
    for (size_t bits : {100u, 128u, 768u, 1000u, 1536u, 64000u}) bench_bits(bits);
    for (size_t count : {1u, 24u}) {
        bench_masked_sums(128, 2, count);
        bench_masked_sums(384, 1, count);
        bench_masked_sums(768, 1, count);
        bench_masked_sums(800, 1, count);
        bench_masked_sums(1536, 1, count);
        bench_masked_sums(128, 4, count);
    }
    for (unsigned log2n : {7u, 8u, 9u, 10u, 11u, 15u}) bench_hadamard(log2n);
}
