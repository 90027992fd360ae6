// Step `mixed`: clients that insert beside clients that ask.
#include <thread>

#include "sql_bench_ask.hpp"
#include "sql_bench_table.hpp"

namespace bench {
namespace {

// The clients of one side. Rows are inserted in the order of their ids, `next` being the first one to come.
struct Crowd {
    std::vector<Reader> readers;
    std::vector<Connection> writers;
    size_t next;
};

struct Rates {
    double rows_per_s, qps;
};

// One client, until the time is over or the rows are.
void
write_until(const Bench &bench, Connection &db, std::atomic<size_t> &next, size_t last, double seconds)
{
    const Stopwatch watch;
    while (watch.seconds() < seconds) {
        const size_t id = next++;
        if (id >= last) return;
        insert_row(bench, db, static_cast<uint32_t>(id));
    }
}

// A turn of one side: at most so many rows.
Rates
run_turn(const Bench &bench, Crowd &crowd, size_t rows)
{
    const double seconds = bench.number("mixed_seconds");
    const size_t first = crowd.next, last = first + rows;
    std::atomic<size_t> next = first;
    std::atomic<bool> stop = false;
    std::vector<std::jthread> readers, writers;
    double asked = 0;
    for (const Reader &reader : crowd.readers) asked -= static_cast<double>(reader.count);
    const Stopwatch watch;
    for (Reader &reader : crowd.readers) readers.emplace_back([&] { read_until(bench, reader, stop, INFINITY); });
    for (Connection &writer : crowd.writers)
        writers.emplace_back([&] { write_until(bench, writer, next, last, seconds); });
    writers.clear();
    stop = true;
    const double elapsed = watch.seconds();
    readers.clear();
    crowd.next = std::min<size_t>(next, last);
    for (const Reader &reader : crowd.readers) asked += static_cast<double>(reader.count);
    return {static_cast<double>(crowd.next - first) / elapsed, asked / elapsed};
}

Crowd
gather(const Bench &bench, const Side &side, const std::string &table, size_t rows)
{
    Crowd crowd = {make_readers(bench, side, bench.count("readers")), {}, rows};
    for (Reader &reader : crowd.readers) prepare_queries(bench, reader.db, table, bench.numbers("at_ef")[0]);
    for (size_t i = 0; i < bench.count("writers"); i++) {
        crowd.writers.emplace_back(side.conninfo);
        prepare_insert(crowd.writers.back(), table);
    }
    return crowd;
}

}  // namespace

// Half of the rows are there from the start; each round may add its part of the others.
void
run_mixed(Bench &bench, const std::string &table)
{
    const size_t rows = bench.set.base.rows(), half = rows / 2, rounds = bench.count("rounds");
    Samples rows_per_s(bench), qps(bench);
    std::vector<Crowd> crowds;
    create_all_indexed(bench, table, half);
    for (Side &side : bench.sides) crowds.push_back(gather(bench, side, table, half));
    for (size_t round = 0; round < rounds; round++)
        for (size_t s : turns(bench, round)) {
            const Rates rates = run_turn(bench, crowds[s], (rows - half) / rounds);
            rows_per_s.add(s, rates.rows_per_s);
            qps.add(s, rates.qps);
        }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        Latencies latencies;
        for (const Reader &reader : crowds[s].readers) latencies.add(reader.latencies);
        bench.report.row("mixed", bench.sides[s].name,
                         {{"writers", bench.number("writers")},
                          {"readers", bench.number("readers")},
                          {"ef", bench.numbers("at_ef")[0]},
                          {"inserted", static_cast<double>(crowds[s].next - half)},
                          {"rows_per_s", rows_per_s.median(s)},
                          {"rows_ratio", rows_per_s.ratio(s)},
                          {"qps", qps.median(s)},
                          {"qps_ratio", qps.ratio(s)},
                          {"p50_ms", percentile(latencies.all_ms, 0.50)},
                          {"p99_ms", percentile(latencies.all_ms, 0.99)}});
    }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        Live live(rows, false);
        mark(live, id_range(0, crowds[s].next), true);
        report_recall(bench, bench.sides[s], table, truth_of(bench, live), "mixed");
    }
    crowds.clear();
    drop_table(bench, table);
}

}  // namespace bench
