// Filtered search: what is asked, and what the right answers are.
#pragma once

#include "sql_bench.hpp"

namespace bench {

// A value for every row, by which a condition decides.
using Column = std::shared_ptr<const std::vector<int32_t>>;

// One question: a query, a condition, and the rows that pass it: those with a value below a bound.
struct Probe {
    size_t query;
    std::string condition;
    Column column;
    int32_t below;

    bool passes(size_t id) const { return (*column)[id] < below; }
};

// Questions with the same share of passing rows and the same relation of condition and query.
struct Cell {
    std::string kind;  // or the condition itself
    double share;
    std::vector<Probe> probes;
};

// A column made for the grid: the s * N rows of share s are those with a value below s * N.
struct GridColumn {
    std::string name;
    Column values;                                      // 0 .. N - 1, each once
    std::map<std::string, std::vector<size_t>> probes;  // the queries that use it, by kind
};

struct Neighbour {
    uint32_t id;
    double distance;
};

// All rows in the order of their distance to a query, computed here. Vectors without distance come last.
class Rankings {
public:
    explicit Rankings(const VectorSet &set) : set_(set) {}
    const std::vector<Neighbour> &of(size_t query);

private:
    const VectorSet &set_;
    std::map<size_t, std::vector<Neighbour>> known_;
};

// The distance between two vectors, infinite where there is none.
double filter_distance(const VectorSet &set, std::span<const float> a, std::span<const float> b);

// The columns of the grid that the options ask for, the same in each run.
std::vector<GridColumn> grid_columns(const Bench &bench, Rankings &rankings);

// Fails when the tables do not hold these columns.
void check_grid(Bench &bench, const std::string &table, const std::vector<GridColumn> &columns);

// The cells of a kind and of all shares, asked of these columns.
std::vector<Cell> grid_cells(const Bench &bench, const std::vector<GridColumn> &columns, const std::string &kind);

// The conditions of filters.csv; empty when the set has none. REQUIRES: load_filtered().
std::vector<Cell> condition_cells(Bench &bench, const std::string &table, Rankings &rankings);

// The names of the metadata columns that the conditions use. REQUIRES: load_filtered().
std::vector<std::string> condition_columns(Side &side, const std::string &table);

}  // namespace bench
