// Steps `query` and `pages`: a built table is asked.
#include <optional>

#include "sql_bench_ask.hpp"

namespace bench {
namespace {

struct SweepPoint {
    double recall;
    double qps;   // median of the rounds
    double best;  // when every query takes as long as its fastest run
};

using Sweep = std::vector<SweepPoint>;  // by rising ef

// Speed at a recall, log-linear between the neighbouring points of a sweep; nothing when the sweep does not reach it.
// The speed of the first point where that is already more exact.
std::optional<double>
speed_at_recall(const Sweep &sweep, double recall, double SweepPoint::*speed)
{
    const auto above = std::find_if(sweep.begin(), sweep.end(), [&](SweepPoint p) { return p.recall >= recall; });
    if (above == sweep.end()) return std::nullopt;
    if (above == sweep.begin()) return *above.*speed;
    const SweepPoint below = above[-1];
    const double part = (recall - below.recall) / (above->recall - below.recall);
    return std::exp(std::lerp(std::log(below.*speed), std::log(*above.*speed), part));
}

// So many clients on every side.
struct Clients {
    double count;
    std::vector<std::vector<Reader>> readers;  // by side
    std::vector<Sweep> sweeps;                 // by side
};

// Speed if every query took as long as its fastest run: what other work on the machine disturbs least.
double
best_qps(const Latencies &latencies, double clients)
{
    return 1000 * clients / mean(latencies.fastest_ms);
}

// The timed rounds of one ef.
void
time_clients(Bench &bench, const std::string &table, Clients &clients, double ef, const std::vector<Answers> &answers)
{
    Samples qps(bench), cpu(bench);
    for (std::vector<Reader> &readers : clients.readers)
        for (Reader &reader : readers) {
            prepare_queries(bench, reader.db, table, ef);
            reader.latencies = {};
        }
    for (size_t round = 0; round < bench.count("rounds"); round++)
        for (size_t s : turns(bench, round)) {
            const ReadRates rates = read_together(bench, clients.readers[s], bench.number("seconds"));
            qps.add(s, rates.qps);
            cpu.add(s, rates.cpu_ms);
        }

    std::vector<Latencies> latencies(bench.sides.size());
    std::vector<double> best;
    for (size_t s = 0; s < bench.sides.size(); s++) {
        for (const Reader &reader : clients.readers[s]) latencies[s].add(reader.latencies);
        best.push_back(best_qps(latencies[s], clients.count));
    }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        const Answers &a = answers[s];
        const std::vector<double> &all_ms = latencies[s].all_ms;
        clients.sweeps[s].push_back({a.recall, qps.median(s), best[s]});
        bench.report.row("query", bench.sides[s].name,
                         {{"ef", ef},
                          {"clients", clients.count},
                          {"recall", a.recall},
                          {"by_id", a.recall_by_id},
                          {"qps", qps.median(s)},
                          {"qps_min", percentile(qps.of(s), 0)},
                          {"qps_max", percentile(qps.of(s), 1)},
                          {"best", best[s]},
                          {"p50_ms", percentile(all_ms, 0.50)},
                          {"p95_ms", percentile(all_ms, 0.95)},
                          {"p99_ms", percentile(all_ms, 0.99)},
                          {"short", a.short_answers},
                          {"disorder", a.out_of_order},
                          {"inversion", a.worst_inversion},
                          {"ratio", qps.ratio(s)},
                          {"best_ratio", best[s] / best[bench.reference()]},
                          {"cpu_ms", cpu.median(s)},
                          {"cpu_ratio", cpu.ratio(s)}});
    }
}

void
report_equal_recall(Bench &bench, const Clients &clients)
{
    for (double recall : bench.numbers("recalls")) {
        const auto speed = [&](size_t side, double SweepPoint::*which) {
            return speed_at_recall(clients.sweeps[side], recall, which).value_or(NAN);
        };
        for (size_t s = 0; s < bench.sides.size(); s++) {
            const double qps = speed(s, &SweepPoint::qps), best = speed(s, &SweepPoint::best);
            bench.report.row("qps at recall", bench.sides[s].name,
                             {{"recall", recall},
                              {"clients", clients.count},
                              {"qps", qps},
                              {"best", best},
                              {"at_least", static_cast<double>(clients.sweeps[s][0].recall > recall)},
                              {"ratio", qps / speed(bench.reference(), &SweepPoint::qps)},
                              {"best_ratio", best / speed(bench.reference(), &SweepPoint::best)}});
        }
    }
}

}  // namespace

void
run_queries(Bench &bench, const std::string &table)
{
    const Matrix<int32_t> truth = truth_of_all(bench);
    std::vector<Clients> groups;
    for (double count : bench.numbers("clients")) {
        Clients &clients = groups.emplace_back(Clients{count, {}, std::vector<Sweep>(bench.sides.size())});
        for (const Side &side : bench.sides)
            clients.readers.push_back(make_readers(bench, side, static_cast<size_t>(count)));
    }
    for (double ef : bench.numbers("ef")) {
        std::vector<Answers> answers;  // asking for them also warms the cache
        for (Side &side : bench.sides) answers.push_back(check_answers_at(bench, side, table, ef, truth));
        for (Clients &clients : groups) time_clients(bench, table, clients, ef, answers);
    }
    for (const Clients &clients : groups) report_equal_recall(bench, clients);
}

void
count_pages(Bench &bench, const std::string &table)
{
    for (double ef : bench.numbers("at_ef"))
        for (Side &side : bench.sides) {
            prepare_queries(bench, side.db, table, ef);
            const Pages pages = pages_per_query(bench, side, table);
            bench.report.row("pages per query", side.name,
                             {{"ef", ef},
                              {"total", pages.total},
                              {"heap", pages.heap},
                              {"index", pages.total - pages.heap},
                              {"idx_blks_hit", pages.idx_blks_hit},
                              {"read", pages.read}});
        }
}

}  // namespace bench
