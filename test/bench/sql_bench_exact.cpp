// All queries against all rows. Candidates are found in single precision, sixteen dimensions and four queries at a
// time, and put into order in double precision.
#include "sql_bench_exact.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

namespace bench {
namespace {

constexpr size_t kLanes = 16;  // dimensions a step
constexpr size_t kGroup = 4;   // queries that share a row's loads
constexpr size_t kTile = 128;  // rows that stay in the processor's cache while all queries meet them
constexpr size_t kSpare = 20;  // candidates beyond k: what rounding may have put into the wrong order

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using Candidate = std::pair<float, uint32_t>;

Lanes
load_lanes(const float *values, size_t count)
{
    Lanes lanes{};
    std::memcpy(&lanes, values, std::min(count, kLanes) * sizeof(float));
    return lanes;
}

float
sum_of(const Lanes &lanes)
{
    float sum = 0;
    for (size_t i = 0; i < kLanes; i++) sum += lanes[i];
    return sum;
}

// Sums over the dimensions between a row and the queries of a group: products, or squares of differences.
template <bool cosine>
void
compare(const float *row, const std::array<const float *, kGroup> &group, size_t dim, std::array<float, kGroup> &sums)
{
    Lanes lanes[kGroup] = {};
    const auto step = [&](size_t at, size_t count) {
        const Lanes x = load_lanes(row + at, count);
        for (size_t q = 0; q < kGroup; q++) {
            const Lanes y = load_lanes(group[q] + at, count);
            if constexpr (cosine)
                lanes[q] += x * y;
            else
                lanes[q] += (x - y) * (x - y);
        }
    };
    size_t at = 0;
    for (; at + kLanes <= dim; at += kLanes) step(at, kLanes);
    if (at < dim) step(at, dim - at);
    for (size_t q = 0; q < kGroup; q++) sums[q] = sum_of(lanes[q]);
}

// The candidates of one query: a heap with the farthest on top.
class Nearest {
public:
    explicit Nearest(size_t size) : size_(size) {}

    void offer(float key, uint32_t id)
    {
        if (heap_.size() == size_) {
            if (key >= heap_.front().first) return;
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.pop_back();
        }
        heap_.push_back({key, id});
        std::push_heap(heap_.begin(), heap_.end());
    }

    const std::vector<Candidate> &candidates() const { return heap_; }

private:
    size_t size_;
    std::vector<Candidate> heap_;
};

// Work on the queries first .. last - 1 by one thread.
class Scan {
public:
    Scan(const VectorSet &set, const Live &live, const std::vector<float> &lengths, size_t first, size_t last, size_t k)
        : set_(set), live_(live), lengths_(lengths), first_(first), nearest_(last - first, Nearest(k + kSpare)), k_(k)
    {
    }

    void run(Matrix<int32_t> &answers)
    {
        for (size_t row = 0; row < set_.base.rows(); row += kTile)
            for (size_t q = 0; q < nearest_.size(); q += kGroup) set_.cosine ? meet<true>(row, q) : meet<false>(row, q);
        for (size_t q = 0; q < nearest_.size(); q++) answer(q, answers);
    }

private:
    template <bool cosine>
    void meet(size_t first_row, size_t first_query)
    {
        const size_t queries = std::min(kGroup, nearest_.size() - first_query);
        std::array<const float *, kGroup> group;
        for (size_t q = 0; q < kGroup; q++)
            group[q] = set_.query.row(first_ + first_query + std::min(q, queries - 1)).data();
        std::array<float, kGroup> sums;
        for (size_t row = first_row; row < std::min(first_row + kTile, set_.base.rows()); row++) {
            if (!live_[row]) continue;
            compare<cosine>(set_.base.row(row).data(), group, set_.base.dim, sums);
            for (size_t q = 0; q < queries; q++)
                nearest_[first_query + q].offer(cosine ? -sums[q] / lengths_[row] : sums[q],
                                                static_cast<uint32_t>(row));
        }
    }

    void answer(size_t q, Matrix<int32_t> &answers) const
    {
        std::vector<std::pair<double, int32_t>> rows;
        for (const auto &[key, id] : nearest_[q].candidates())
            rows.push_back({set_.distance(first_ + q, id), static_cast<int32_t>(id)});
        std::sort(rows.begin(), rows.end());
        for (size_t i = 0; i < k_; i++) answers.values[(first_ + q) * k_ + i] = rows[i].second;
    }

    const VectorSet &set_;
    const Live &live_;
    const std::vector<float> &lengths_;  // of the rows, under cosine
    size_t first_;
    std::vector<Nearest> nearest_;
    size_t k_;
};

// A row without direction has no distance and is nobody's neighbour.
std::vector<float>
row_lengths(const VectorSet &set, Live &live)
{
    std::vector<float> lengths;
    if (!set.cosine) return lengths;
    for (size_t i = 0; i < set.base.rows(); i++) {
        float square = 0;
        for (float x : set.base.row(i)) square += x * x;
        lengths.push_back(std::sqrt(square));
        if (square == 0) live[i] = false;
    }
    return lengths;
}

}  // namespace

Matrix<int32_t>
exact_answers(const VectorSet &set, const Live &live, size_t k)
{
    Live measurable = live;
    const std::vector<float> lengths = row_lengths(set, measurable);
    if (static_cast<size_t>(std::count(measurable.begin(), measurable.end(), true)) < k)
        fail("fewer than " + std::to_string(k) + " rows to find");
    Matrix<int32_t> answers = {k, std::vector<int32_t>(set.query.rows() * k)};
    const size_t count = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < count; t++) {
        const size_t first = t * set.query.rows() / count, last = (t + 1) * set.query.rows() / count;
        threads.emplace_back([&, first, last] { Scan(set, measurable, lengths, first, last, k).run(answers); });
    }
    threads.clear();
    return answers;
}

}  // namespace bench
