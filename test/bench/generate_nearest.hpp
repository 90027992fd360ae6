// The nearest vectors of all queries, while vectors pass by in blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

struct Found {
    double distance;  // squared
    uint32_t id;

    bool operator<(const Found &other) const
    {
        return distance != other.distance ? distance < other.distance : id < other.id;
    }
};

// Queries in groups, the elements of one dimension side by side, so that a group is measured at once.
class QueryGroups {
public:
    static constexpr size_t kWidth = 16, kRows = 4;

    QueryGroups(std::span<const float> queries, size_t dims);

    size_t count() const { return count_; }
    size_t dims() const { return dims_; }
    size_t groups() const { return (count_ + kWidth - 1) / kWidth; }

    // Squared distances of kRows vectors, which follow each other, to a group.
    void measure(size_t group, const float *vectors, float distances[kRows][kWidth]) const;

private:
    size_t count_, dims_;
    std::vector<float> values_;
};

// The nearest vectors that one thread has seen, for every query. Single precision decides, so it keeps more of them
// than are wanted.
class Nearest {
public:
    Nearest(const QueryGroups &queries, size_t keep) : queries_(queries), keep_(keep), found_(queries.count()) {}

    // Vectors with the ids first, first + 1, ... REQUIRES: memory behind them up to a multiple of QueryGroups::kRows.
    void see(uint32_t first, const float *vectors, size_t rows);

    // Unordered.
    const std::vector<Found> &of(size_t query) const { return found_[query]; }

private:
    void enter(size_t query, Found candidate);

    const QueryGroups &queries_;
    size_t keep_;
    std::vector<std::vector<Found>> found_;  // heaps, the farthest first
};

}  // namespace bench
