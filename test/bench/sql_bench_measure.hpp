// Time, turns and the statistics of what was measured.
#pragma once

#include <algorithm>
#include <chrono>
#include <numeric>

#include "sql_bench.hpp"

namespace bench {

class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    double milliseconds() const { return 1000 * seconds(); }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

template <typename Work>
double
time_seconds(const Work &work)
{
    const Stopwatch watch;
    work();
    return watch.seconds();
}

inline double
percentile(std::vector<double> values, double share)
{
    if (values.empty()) return NAN;
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(at), above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], at - static_cast<double>(below));
}

inline double
median(const std::vector<double> &values)
{
    return percentile(values, 0.5);
}

inline double
mean(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Median of the ratios of two values measured in the same round.
inline double
median_ratio(std::vector<double> a, const std::vector<double> &b)
{
    for (size_t i = 0; i < a.size(); i++) a[i] /= b[i];
    return median(a);
}

// The same quantity of all sides, one value a round.
class Samples {
public:
    explicit Samples(const Bench &bench) : values_(bench.sides.size()), reference_(bench.reference()) {}

    void add(size_t side, double value) { values_[side].push_back(value); }
    const std::vector<double> &of(size_t side) const { return values_[side]; }
    double median(size_t side) const { return bench::median(values_[side]); }
    double ratio(size_t side) const { return median_ratio(values_[side], values_[reference_]); }

private:
    std::vector<std::vector<double>> values_;
    size_t reference_;
};

// The sides in the order in which they take their turns in a round: to and fro, so that none is always first.
inline std::vector<size_t>
turns(const Bench &bench, size_t round)
{
    std::vector<size_t> order(bench.sides.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (round % 2 == 1) std::reverse(order.begin(), order.end());
    return order;
}

}  // namespace bench
