#include "generate_nearest.hpp"

#include <algorithm>
#include <cstring>

namespace bench {
namespace {

using Lanes = float __attribute__((vector_size(QueryGroups::kWidth * sizeof(float))));

}  // namespace

QueryGroups::QueryGroups(std::span<const float> queries, size_t dims)
    : count_(queries.size() / dims), dims_(dims), values_(groups() * dims * kWidth)
{
    for (size_t q = 0; q < count_; q++)
        for (size_t d = 0; d < dims; d++)
            values_[(q / kWidth * dims + d) * kWidth + q % kWidth] = queries[q * dims + d];
}

void
QueryGroups::measure(size_t group, const float *vectors, float distances[kRows][kWidth]) const
{
    const float *values = values_.data() + group * dims_ * kWidth;
    Lanes sums[kRows] = {};
    for (size_t d = 0; d < dims_; d++) {
        Lanes query;
        std::memcpy(&query, values + d * kWidth, sizeof query);
        for (size_t r = 0; r < kRows; r++) {
            const Lanes difference = query - vectors[r * dims_ + d];
            sums[r] += difference * difference;
        }
    }
    std::memcpy(distances, sums, sizeof sums);
}

void
Nearest::see(uint32_t first, const float *vectors, size_t rows)
{
    constexpr size_t kRows = QueryGroups::kRows, kWidth = QueryGroups::kWidth;
    float distances[kRows][kWidth];
    for (size_t group = 0; group < queries_.groups(); group++) {
        const size_t width = std::min(kWidth, queries_.count() - group * kWidth);
        for (size_t row = 0; row < rows; row += kRows) {
            queries_.measure(group, vectors + row * queries_.dims(), distances);
            for (size_t r = 0; r < std::min(kRows, rows - row); r++)
                for (size_t q = 0; q < width; q++)
                    enter(group * kWidth + q, {distances[r][q], first + static_cast<uint32_t>(row + r)});
        }
    }
}

void
Nearest::enter(size_t query, Found candidate)
{
    std::vector<Found> &heap = found_[query];
    if (heap.size() == keep_) {
        if (!(candidate < heap.front())) return;
        std::pop_heap(heap.begin(), heap.end());
        heap.pop_back();
    }
    heap.push_back(candidate);
    std::push_heap(heap.begin(), heap.end());
}

}  // namespace bench
