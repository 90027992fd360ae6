// Asking the queries of the set: what comes back, how fast, and how many pages it takes.
#pragma once

#include <atomic>

#include "sql_bench_exact.hpp"
#include "sql_bench_measure.hpp"

namespace bench {

struct Answers {
    double recall = 0;         // rows at least as near as the exact k-th nearest
    double recall_by_id = 0;   // rows among the exact k nearest; lower where vectors are equal
    double short_answers = 0;  // queries with fewer than k rows
    double out_of_order = 0;   // queries with a distance smaller than the one before
    double worst_inversion = 0;
};

// The statement that is timed, with the query as its parameter.
std::string query_statement(const Bench &bench, const std::string &table);

// Sets ef_search and prepares the statements of this file. Fails when the planner does not use the index.
void prepare_queries(const Bench &bench, Connection &db, const std::string &table, double ef);

// The k nearest rows of a table that holds all rows of the set, or those that live.
Matrix<int32_t> truth_of_all(const Bench &bench);
Matrix<int32_t> truth_of(const Bench &bench, const Live &live);

// Asks every query once. REQUIRES: prepare_queries().
Answers check_answers(const Bench &bench, Connection &db, const Matrix<int32_t> &truth);

// The same at an ef, with the preparations.
Answers check_answers_at(const Bench &bench, Side &side, const std::string &table, double ef,
                         const Matrix<int32_t> &truth);

// Measures `recall` at every ef of `at_ef`.
void report_recall(Bench &bench, Side &side, const std::string &table, const Matrix<int32_t> &truth,
                   const std::string &after);

// Of all runs, and the fastest of each query.
struct Latencies {
    std::vector<double> all_ms, fastest_ms;

    void add(size_t query, double ms);
    void add(const Latencies &others);
};

// A client of its own that asks query after query, from its first one on.
struct Reader {
    Connection db;
    size_t next;
    size_t count = 0;
    Latencies latencies{};
};

// So many readers, with their queries evenly apart.
std::vector<Reader> make_readers(const Bench &bench, const Side &side, size_t count);

// Reads until told to stop. Whoever finishes a pass over the queries after so many seconds tells the others.
// REQUIRES: prepare_queries().
void read_until(const Bench &bench, Reader &reader, std::atomic<bool> &stop, double seconds);

// Queries per second of all together; processor time of one in the server.
struct ReadRates {
    double qps, cpu_ms;
};

// Readers at work together for at least so many seconds.
ReadRates read_together(const Bench &bench, std::vector<Reader> &readers, double seconds);

// Of one query, all of them found in the cache but those read. Heap includes its TOAST table.
struct Pages {
    double total, heap, idx_blks_hit, read;
};

// Means of some queries. REQUIRES: prepare_queries().
Pages pages_per_query(const Bench &bench, Side &side, const std::string &table);

}  // namespace bench
