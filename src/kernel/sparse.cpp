#include "kernel/sparse.hpp"

#include <algorithm>
#include <cmath>

namespace vhnsw::kernel {

namespace {

// both(a, b) for every index that both have, one(v) for every value at an index that only one has.
template <typename Both, typename One>
inline void
merge(const SparseView &a, const SparseView &b, const Both &both, const One &one)
{
    uint32_t i = 0, j = 0;
    while (i < a.count && j < b.count) {
        int32_t at_a = a.index(i), at_b = b.index(j);
        if (at_a == at_b)
            both(a.value(i++), b.value(j++));
        else if (at_a < at_b)
            one(a.value(i++));
        else
            one(b.value(j++));
    }
    while (i < a.count) one(a.value(i++));
    while (j < b.count) one(b.value(j++));
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
sparse_squared_difference(const SparseView &a, const SparseView &b)
{
    double sum = 0;
    merge(
        a, b, [&](double x, double y) { sum += (x - y) * (x - y); }, [&](double x) { sum += x * x; });
    return sum;
}

double
sparse_magnitudes(const SparseView &a, const SparseView &b)
{
    double sum = 0;
    merge(
        a, b, [&](double x, double y) { sum += std::fabs(x - y); }, [&](double x) { sum += std::fabs(x); });
    return sum;
}

double
sparse_squared_norm(const SparseView &x)
{
    double sum = 0;
    for (uint32_t i = 0; i < x.count; i++) sum += x.value(i) * x.value(i);
    return sum;
}

double
rounded_sum(double sum)
{
    return static_cast<double>(static_cast<float>(sum));
}

double
euclidean_distance(double squared)
{
    return std::sqrt(rounded_sum(squared));
}

double
cosine_distance(double dot, double norm2_a, double norm2_b)
{
    // std::clamp keeps NaN.
    return 1.0 - std::clamp(dot / std::sqrt(norm2_a * norm2_b), -1.0, 1.0);
}

double
jaccard_distance(double common, double a, double b)
{
    return common > 0 ? 1 - common / (a + b - common) : 1;
}

}  // namespace vhnsw::kernel
