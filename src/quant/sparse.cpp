#include "quant/sparse.hpp"

#include <cmath>

#include "core/rng.hpp"
#include "quant/code.hpp"

namespace vhnsw::quant {

namespace {

// Part of the meaning of stored sketches, like the seed of the rotation.
constexpr uint64_t kFoldSeed = 0x5BA25EF01D;

// both(a, b) for every index that both have, one(v) for every value at an index that only one has.
template <typename Both, typename One>
void
merge(const SparseView &a, const SparseView &b, const Both &both, const One &one)
{
    uint32_t i = 0, j = 0;
    while (i < a.count && j < b.count) {
        int32_t at_a = a.index(i), at_b = b.index(j);
        if (at_a == at_b)
            both(static_cast<double>(a.value(i++)), static_cast<double>(b.value(j++)));
        else if (at_a < at_b)
            one(static_cast<double>(a.value(i++)));
        else
            one(static_cast<double>(b.value(j++)));
    }
    while (i < a.count) one(static_cast<double>(a.value(i++)));
    while (j < b.count) one(static_cast<double>(b.value(j++)));
}

}  // namespace

double
sparse_dot(const SparseView &a, const SparseView &b)
{
    double sum = 0;
    merge(
        a, b, [&](double x, double y) { sum += x * y; }, [](double) {});
    return sum;
}

double
sparse_squared_distance(const SparseView &a, const SparseView &b)
{
    double sum = 0;
    merge(
        a, b, [&](double x, double y) { sum += (x - y) * (x - y); }, [&](double x) { sum += x * x; });
    return sum;
}

double
sparse_l1(const SparseView &a, const SparseView &b)
{
    double sum = 0;
    merge(
        a, b, [&](double x, double y) { sum += std::fabs(x - y); }, [&](double x) { sum += std::fabs(x); });
    return sum;
}

double
sparse_norm(const SparseView &x)
{
    double sum = 0;
    for (uint32_t i = 0; i < x.count; i++) sum += static_cast<double>(x.value(i)) * static_cast<double>(x.value(i));
    return std::sqrt(sum);
}

void
fold_sparse(const SparseView &x, uint32_t dims, float *frame)
{
    memset(frame, 0, dims * sizeof(float));
    // Larger ones would not survive the rotation.
    if (!(sparse_norm(x) <= kMaxNorm)) return;
    for (uint32_t i = 0; i < x.count; i++) {
        uint64_t place = Rng(kFoldSeed + static_cast<uint32_t>(x.index(i))).next();
        frame[(place >> 1) & (dims - 1)] += place & 1 ? x.value(i) : -x.value(i);
    }
}

}  // namespace vhnsw::quant
