// Steps `vacuum` and `churn`: rows that go and come.
#include "sql_bench_ask.hpp"
#include "sql_bench_table.hpp"

namespace bench {
namespace {

constexpr double kChurnShare = 0.05;

size_t
part_of(const Live &live, double share)
{
    return static_cast<size_t>(share * static_cast<double>(std::count(live.begin(), live.end(), true)));
}

// What every round of `vacuum` measures.
struct VacuumSamples {
    SpentSamples spent;
    Samples recall;
};

// The rows of a round, gone from all sides in turn. `live` says which rows are left.
void
vacuum_round(Bench &bench, const std::string &table, const std::vector<uint32_t> &gone, const Live &live, size_t round,
             VacuumSamples &samples)
{
    const Matrix<int32_t> truth = truth_of(bench, live);
    for (size_t s : turns(bench, round)) {
        Side &side = bench.sides[s];
        delete_rows(side, table, gone);
        samples.spent.add(s, spend(side, [&] { vacuum(side, table); }));
        samples.recall.add(s, check_answers_at(bench, side, table, bench.numbers("at_ef")[0], truth).recall);
        if (bench.number("reinsert") != 0) side.db.copy(table, bench.set.base, gone);
    }
}

void
vacuum_share(Bench &bench, const std::string &table, double share)
{
    Live live(bench.set.base.rows(), true);
    create_all_indexed(bench, table, live.size());
    const Matrix<int32_t> truth = truth_of_all(bench);
    std::vector<double> before;
    for (Side &side : bench.sides)
        before.push_back(check_answers_at(bench, side, table, bench.numbers("at_ef")[0], truth).recall);

    std::mt19937_64 random(1);
    VacuumSamples samples = {SpentSamples(bench), Samples(bench)};
    for (size_t round = 0; round < bench.count("rounds"); round++) {
        const std::vector<uint32_t> gone = draw_rows(live, true, part_of(live, share), random);
        mark(live, gone, false);
        vacuum_round(bench, table, gone, live, round, samples);
        if (bench.number("reinsert") != 0) mark(live, gone, true);
    }
    for (size_t s = 0; s < bench.sides.size(); s++)
        bench.report.row(
            "vacuum", bench.sides[s].name,
            joined(
                joined({{"delete", share}, {"reinsert", bench.number("reinsert")}, {"rounds", bench.number("rounds")}},
                       samples.spent.cost(s)),
                {{"ef", bench.numbers("at_ef")[0]},
                 {"recall_before", before[s]},
                 {"recall_first", samples.recall.of(s).front()},
                 {"recall_last", samples.recall.of(s).back()},
                 {"index_mb", relation_mb(bench.sides[s], index_name(table))}}));
    drop_table(bench, table);
}

// The recall of the fresh index of the same rows is what that of the old one is compared with.
void
compare_with_fresh(Bench &bench, const std::string &table, const Matrix<int32_t> &truth)
{
    for (Side &side : bench.sides) {
        create_index(bench, side, table, ample_settings(bench, side, table));
        report_recall(bench, side, table, truth, "new build");
    }
}

}  // namespace

void
run_vacuum(Bench &bench, const std::string &table)
{
    for (double share : bench.numbers("delete")) vacuum_share(bench, table, share);
}

// A part of the rows is always out: those that come in a round went in the one before, so that their old entries in the
// index have been removed in between.
void
run_churn(Bench &bench, const std::string &table)
{
    const size_t rows = bench.set.base.rows(), rounds = bench.count("churn");
    const auto part = static_cast<size_t>(kChurnShare * static_cast<double>(rows));
    Live live(rows, true);
    std::mt19937_64 random(1);
    std::vector<uint32_t> out = id_range(rows - part, rows);
    create_all_indexed(bench, table, rows - part);
    mark(live, out, false);
    Matrix<int32_t> truth = truth_of(bench, live);
    for (Side &side : bench.sides) report_recall(bench, side, table, truth, "0 rounds");
    for (size_t round = 1; round <= rounds; round++) {
        const std::vector<uint32_t> gone = draw_rows(live, true, part, random);
        for (size_t s : turns(bench, round)) {
            delete_rows(bench.sides[s], table, gone);
            bench.sides[s].db.copy(table, bench.set.base, out);
            vacuum(bench.sides[s], table);
        }
        mark(live, gone, false);
        mark(live, out, true);
        out = gone;
        if (round != rounds && round != rounds / 2 && round != rounds / 4) continue;
        truth = truth_of(bench, live);
        for (Side &side : bench.sides) report_recall(bench, side, table, truth, std::to_string(round) + " rounds");
    }
    compare_with_fresh(bench, table, truth);
    drop_table(bench, table);
}

}  // namespace bench
