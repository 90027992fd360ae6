// What every step of the benchmark works on.
#pragma once

#include <map>
#include <memory>

#include "sql_bench_db.hpp"
#include "sql_bench_report.hpp"

namespace bench {

// One of the compared extensions: a database of its own, with the same table.
struct Side {
    std::string name;
    std::string extension;
    std::string with;  // index options
    Connection db;
};

struct Bench {
    std::map<std::string, std::string> options;
    VectorSet set;
    std::vector<std::string> queries;  // in wire format
    std::vector<Side> sides;
    Report report;

    double number(const std::string &key) const { return std::stod(options.at(key)); }
    std::vector<double> numbers(const std::string &key) const;
    std::vector<std::string> words(const std::string &key) const;
};

inline std::string
index_name(const std::string &table)
{
    return table + "_embedding_idx";
}

inline std::string
filtered_name(const std::string &table)
{
    return table + "_filtered";
}

// Makes the table for filtered search out of the loaded one, with metadata, columns to filter by and indexes.
void load_filtered(Bench &bench, const std::string &table);

// Filtered search with the conditions of filters.csv, and over the grid of shares and correlations.
void run_conditions(Bench &bench, const std::string &table);
void run_grid(Bench &bench, const std::string &table);

// Sweeps ef_search: recall, order of the rows, speed, latency; then speed at equal recall.
void run_queries(Bench &bench, const std::string &table);

// The set as every type, under every distance.
void run_types(Bench &bench, const std::string &table);

// Counts the pages that one query touches.
void count_pages(Bench &bench, const std::string &table);

}  // namespace bench
