// Time, turns and the statistics of what was measured.
#pragma once

#include <algorithm>
#include <chrono>
#include <numeric>

#include "sql_bench.hpp"

namespace bench {

constexpr double kMegabyte = 1 << 20;

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
    size_t reference() const { return reference_; }
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

// What a piece of work took. Processor time is that of the given clients' server processes.
struct Spent {
    double seconds, wal_bytes, cpu_seconds;
};

inline double
cpu_seconds(std::span<const Connection> clients)
{
    double sum = 0;
    for (const Connection &client : clients) sum += client.cpu_seconds();
    return sum;
}

// Where the server's log of changes ends, in bytes. What others write counts as well.
inline double
wal_position(Side &side)
{
    return std::stod(side.db.value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"));
}

template <typename Work>
Spent
spend(Side &side, std::span<const Connection> clients, const Work &work)
{
    const double wal = wal_position(side), cpu = cpu_seconds(clients);
    const double seconds = time_seconds(work), cpu_after = cpu_seconds(clients);
    return {seconds, wal_position(side) - wal, cpu_after - cpu};
}

template <typename Work>
Spent
spend(Side &side, const Work &work)
{
    return spend(side, std::span(&side.db, 1), work);
}

// What all sides spend on equal pieces of work, in rounds.
struct SpentSamples {
    Samples seconds, wal_bytes, cpu_seconds;

    explicit SpentSamples(const Bench &bench) : seconds(bench), wal_bytes(bench), cpu_seconds(bench) {}

    void add(size_t side, const Spent &spent)
    {
        seconds.add(side, spent.seconds);
        wal_bytes.add(side, spent.wal_bytes);
        cpu_seconds.add(side, spent.cpu_seconds);
    }

    // As speed, and as costs of one of the units that a piece of work has. Of the log, the mean: full images of pages
    // come in some rounds only.
    std::vector<Field> speed(size_t side, const std::string &name, double units) const
    {
        return {{name, units / seconds.median(side)},
                {"ratio", 1 / seconds.ratio(side)},
                {"cpu_ms", 1000 * cpu_seconds.median(side) / units},
                {"cpu_ratio", cpu_seconds.ratio(side)},
                {"wal_bytes", mean(wal_bytes.of(side)) / units},
                {"wal_ratio", mean(wal_bytes.of(side)) / mean(wal_bytes.of(wal_bytes.reference()))}};
    }

    // As costs of a whole piece of work.
    std::vector<Field> cost(size_t side) const
    {
        return {{"seconds", seconds.median(side)},      {"seconds_min", percentile(seconds.of(side), 0)},
                {"ratio", seconds.ratio(side)},         {"cpu_s", cpu_seconds.median(side)},
                {"cpu_ratio", cpu_seconds.ratio(side)}, {"wal_mb", wal_bytes.median(side) / kMegabyte},
                {"wal_ratio", wal_bytes.ratio(side)}};
    }
};

// Fields one after the other.
inline std::vector<Field>
joined(std::vector<Field> fields, const std::vector<Field> &more)
{
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

}  // namespace bench
