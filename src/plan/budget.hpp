// What a search among the rows that pass will probably open, and what it may open before measuring all of them is the
// better way. In nodes opened. Where the numbers come from: README.md, "Budget".
#pragma once

#include <algorithm>
#include <cmath>

namespace vhnsw::plan {

// Probing the neighbours of a node takes a quarter of what opening it takes.
constexpr double kProbing = 1.25;

// `rows` of `index_rows`, of which a share passes a filter that has nothing to do with the query; fitted to 244
// searches of three sets of vectors (../graph/README.md). Fewer than ten rows are searched for like ten.
inline double
filtered_search_price(double index_rows, double share, double rows, double ef)
{
    double descent = 2.5 * std::log(std::max(index_rows, 1.0)) / std::log(16.0);
    double sought = std::max(rows, 10.0);
    double nodes =
        1.3 * std::max(ef, sought) + 2.2 * std::pow(ef / 40, 0.55) * std::pow(sought, 0.8) * std::pow(share, -0.95);
    return kProbing * std::min(descent + nodes, index_rows);
}

// What a search of price `search` may spend when `exact` is the price of being sure. Whatever the filter does, both
// together cost little more than twice the better of them.
inline double
search_budget(double search, double exact)
{
    if (exact < 1.5 * search) return exact / 4;
    return std::min(exact, std::max(exact / 2, 2 * search));
}

}  // namespace vhnsw::plan
