// Step `growth`: what a query and an insert cost as the table grows.
#include "sql_bench_ask.hpp"
#include "sql_bench_table.hpp"

namespace bench {
namespace {

constexpr size_t kMoreRows = 200, kBatch = 20;  // rows inserted at each size, and in each turn

// What is compared across sizes: of one side at one ef.
struct Cost {
    double p50_ms, best_ms, cpu_ms, pages;
};
using Costs = std::vector<Cost>;  // by ef, then side

// Sizes that the set reaches with further rows to insert; the largest one is all of it.
std::vector<size_t>
sizes(const Bench &bench)
{
    std::vector<size_t> list;
    for (double size : bench.numbers("growth"))
        list.push_back(std::min(static_cast<size_t>(size), bench.set.base.rows() - kMoreRows));
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

// All sides at one ef, in turns.
void
ask_at(Bench &bench, const std::string &table, size_t size, double ef, const Matrix<int32_t> &truth, Costs &costs)
{
    std::vector<Answers> answers;
    std::vector<std::vector<Reader>> readers;
    for (Side &side : bench.sides) {
        answers.push_back(check_answers_at(bench, side, table, ef, truth));
        readers.push_back(make_readers(bench, side, 1));
        prepare_queries(bench, readers.back()[0].db, table, ef);
    }
    Samples qps(bench), cpu(bench);
    for (size_t round = 0; round < bench.count("rounds"); round++)
        for (size_t s : turns(bench, round)) {
            const ReadRates rates = read_together(bench, readers[s], bench.number("seconds"));
            qps.add(s, rates.qps);
            cpu.add(s, rates.cpu_ms);
        }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        const Latencies &latencies = readers[s][0].latencies;
        const Pages pages = pages_per_query(bench, bench.sides[s], table);
        costs.push_back({median(latencies.all_ms), mean(latencies.fastest_ms), cpu.median(s), pages.total});
        bench.report.row("growth", bench.sides[s].name,
                         {{"rows", static_cast<double>(size)},
                          {"ef", ef},
                          {"recall", answers[s].recall},
                          {"pages", pages.total},
                          {"read", pages.read},
                          {"p50_ms", costs.back().p50_ms},
                          {"best_ms", costs.back().best_ms},
                          {"qps", qps.median(s)},
                          {"ratio", qps.ratio(s)},
                          {"cpu_ms", cpu.median(s)},
                          {"cpu_ratio", cpu.ratio(s)}});
    }
}

void
insert_more(Bench &bench, const std::string &table, size_t size)
{
    SpentSamples spent(bench);
    for (Side &side : bench.sides) prepare_insert(side.db, table);
    for (size_t first = 0; first < kMoreRows; first += kBatch)
        for (size_t s : turns(bench, first / kBatch)) {
            const std::vector<uint32_t> ids = id_range(size + first, size + first + kBatch);
            spent.add(s, spend(bench.sides[s], [&] { insert_rows(bench, bench.sides[s].db, ids); }));
        }
    for (size_t s = 0; s < bench.sides.size(); s++)
        bench.report.row(
            "growth insert", bench.sides[s].name,
            joined({{"rows", static_cast<double>(size)}, {"index_mb", relation_mb(bench.sides[s], index_name(table))}},
                   spent.speed(s, "rows_per_s", kBatch)));
}

}  // namespace

void
run_growth(Bench &bench, const std::string &table)
{
    const std::vector<double> efs = bench.numbers("at_ef");
    const std::vector<size_t> all = sizes(bench);
    std::vector<Costs> costs;
    for (size_t size : all) {
        create_all_indexed(bench, table, size);
        Live live(bench.set.base.rows(), false);
        mark(live, id_range(0, size), true);
        const Matrix<int32_t> truth = truth_of(bench, live);
        costs.emplace_back();
        for (double ef : efs) ask_at(bench, table, size, ef, truth, costs.back());
        insert_more(bench, table, size);
        drop_table(bench, table);
    }
    for (size_t i = 0; i < costs[0].size(); i++) {
        const Cost &small = costs.front()[i], &large = costs.back()[i];
        bench.report.row("growth of cost", bench.sides[i % bench.sides.size()].name,
                         {{"ef", efs[i / bench.sides.size()]},
                          {"rows_from", static_cast<double>(all.front())},
                          {"rows_to", static_cast<double>(all.back())},
                          {"time", large.p50_ms / small.p50_ms},
                          {"best_time", large.best_ms / small.best_ms},
                          {"cpu_time", large.cpu_ms / small.cpu_ms},
                          {"pages", large.pages / small.pages}});
    }
}

}  // namespace bench
