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
    std::string with;      // index options
    std::string conninfo;  // for further connections
    Connection db;

    bool ours() const { return extension == "vectorhnsw"; }
};

struct Bench {
    std::map<std::string, std::string> options;
    VectorSet set;
    std::vector<std::string> queries;  // in wire format
    std::vector<Side> sides;
    Report report;

    // Options by name. Lists are separated by commas; the number `cores` is that of the processors.
    double number(const std::string &key) const { return std::stod(options.at(key)); }
    size_t count(const std::string &key) const { return static_cast<size_t>(number(key)); }
    std::vector<double> numbers(const std::string &key) const;
    std::vector<std::string> words(const std::string &key) const;

    // The side that ratios are against: the first peer, if there is one.
    size_t reference() const { return sides.size() > 1 && sides[0].ours() ? 1 : 0; }
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

// The steps; README.md says what each of them does. Those below `cold` make a table of their own.
void load(Bench &bench, const std::string &table);
void load_inserted(Bench &bench, const std::string &table);
void load_filtered(Bench &bench, const std::string &table);
void run_builds(Bench &bench, const std::string &table);
void run_queries(Bench &bench, const std::string &table);
void count_pages(Bench &bench, const std::string &table);
void run_conditions(Bench &bench, const std::string &table);
void run_grid(Bench &bench, const std::string &table);
void run_types(Bench &bench, const std::string &table);
void run_cold(Bench &bench, const std::string &table);
void run_inserts(Bench &bench, const std::string &table);
void run_updates(Bench &bench, const std::string &table);
void run_mixed(Bench &bench, const std::string &table);
void run_vacuum(Bench &bench, const std::string &table);
void run_churn(Bench &bench, const std::string &table);
void run_growth(Bench &bench, const std::string &table);

}  // namespace bench
