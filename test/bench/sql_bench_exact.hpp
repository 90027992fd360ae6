// Exact answers, where those of the set's folder do not apply.
#pragma once

#include "sql_bench_data.hpp"

namespace bench {

// For every row of the set, whether it is in the table.
using Live = std::vector<bool>;

// The ids of the k nearest live rows of every query, nearest first, computed here by all processors.
Matrix<int32_t> exact_answers(const VectorSet &set, const Live &live, size_t k);

}  // namespace bench
