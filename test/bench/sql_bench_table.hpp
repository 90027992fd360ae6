// The tables of the steps and their indexes: making, filling, changing and weighing them.
#pragma once

#include <random>

#include "sql_bench_exact.hpp"
#include "sql_bench_measure.hpp"

namespace bench {

// The ids first .. last - 1.
std::vector<uint32_t> id_range(size_t first, size_t last);

// A table (id, embedding, further columns) without rows.
void create_table(const Bench &bench, Side &side, const std::string &table, const std::string &columns = "");

// How CREATE INDEX is run. Memory is a value of maintenance_work_mem.
struct BuildSettings {
    std::string index, memory, workers;
};

struct Build {
    Spent spent;
    bool fits;  // the memory held the whole graph
};

// Settings with which an index named as the steps expect it is built: ample memory, the workers of the server.
BuildSettings ample_settings(const Bench &bench, Side &side, const std::string &table);

Build create_index(const Bench &bench, Side &side, const std::string &table, const BuildSettings &settings);

// On all sides a table with the first rows of the set and, built after them, its index. A checkpoint in the end lets
// the log of all of them hold an image of every page at its next change.
void create_all_indexed(Bench &bench, const std::string &table, size_t rows, const std::string &columns = "");

void drop_table(Bench &bench, const std::string &table);

double relation_mb(Side &side, const std::string &relation);

// One row a statement: a transaction of its own, or all in one. REQUIRES: prepare_insert().
void prepare_insert(Connection &db, const std::string &table);
void insert_row(const Bench &bench, Connection &db, uint32_t id);
void insert_rows(const Bench &bench, Connection &db, std::span<const uint32_t> ids);

// `count` of the rows that are (or are not) in the table, at random; the same ones for the same state of `random`.
std::vector<uint32_t> draw_rows(const Live &live, bool present, size_t count, std::mt19937_64 &random);

void delete_rows(Side &side, const std::string &table, std::span<const uint32_t> ids);

// Makes `live` say that these rows are in the table, or are not.
void mark(Live &live, std::span<const uint32_t> ids, bool present);

// VACUUM of the index in every case, by one process: there is one index to speak of.
void vacuum(Side &side, const std::string &table);

}  // namespace bench
