// The steps that ask queries.
#include <chrono>
#include <numeric>

#include "sql_bench.hpp"

namespace bench {
namespace {

struct Answers {
    double recall = 0;         // rows at least as near as the exact k-th nearest
    double recall_by_id = 0;   // rows among the exact k nearest; lower where vectors are equal
    double short_answers = 0;  // queries with fewer than k rows
    double out_of_order = 0;   // queries with a distance smaller than the one before
    double worst_inversion = 0;
};

struct Speed {
    std::vector<double> qps;         // of each round
    std::vector<double> latency_ms;  // of each query of all rounds
};

void
prepare_queries(const Bench &bench, Side &side, const std::string &table)
{
    const std::string distance = "embedding " + std::string(bench.set.op()) + " $1";
    const std::string from = " FROM " + table + " ORDER BY " + distance + " LIMIT " + bench.options.at("k");
    const bool show_distance = bench.options.at("select") == "distance";
    const std::string timed = "SELECT id" + (show_distance ? ", " + distance : "") + from;

    side.db.exec("DEALLOCATE ALL");
    side.db.prepare("timed", timed);
    side.db.prepare("with_distance", "SELECT id, " + distance + from);
    side.db.prepare("plan", "EXPLAIN (FORMAT JSON) " + timed);
    side.db.prepare("buffers", "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + timed);

    const Result plan = side.db.run("plan", bench.queries[0], Connection::Format::kText);
    const std::string text = PQgetvalue(plan.get(), 0, 0);
    if (text.find(index_name(table)) == std::string::npos)
        fail(side.name + ": the planner does not choose " + index_name(table));
}

void
set_ef(Side &side, double ef)
{
    side.db.exec("SET hnsw.ef_search = " + std::to_string(static_cast<int>(ef)));
}

// Adds up one query. Recall goes by distances computed here, not by those of the server.
void
score_query(const Bench &bench, size_t q, const PGresult *rows, Answers &sums)
{
    const auto k = static_cast<size_t>(bench.number("k"));
    const auto truth = bench.set.truth.row(q).first(k);
    const double farthest = bench.set.distance(q, static_cast<size_t>(truth.back()));
    const double limit = farthest + 1e-5 * std::abs(farthest) + 1e-7;

    std::vector<int32_t> seen;
    double previous = -INFINITY, hits = 0, id_hits = 0, inversion = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        const auto id = static_cast<int32_t>(get_wire<uint32_t>(PQgetvalue(rows, i, 0)));
        const auto distance = std::bit_cast<double>(get_wire<uint64_t>(PQgetvalue(rows, i, 1)));
        inversion = std::max(inversion, previous - distance);
        previous = distance;
        if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
        seen.push_back(id);
        hits += bench.set.distance(q, static_cast<size_t>(id)) <= limit;
        id_hits += std::find(truth.begin(), truth.end(), id) != truth.end();
    }
    const double share = 1.0 / static_cast<double>(bench.queries.size() * k);
    sums.recall += hits * share;
    sums.recall_by_id += id_hits * share;
    sums.short_answers += seen.size() < k;
    sums.out_of_order += inversion > 0;
    sums.worst_inversion = std::max(sums.worst_inversion, inversion);
}

// Whole passes over the queries, so that each of them weighs the same.
void
time_round(const Bench &bench, Side &side, Speed &speed)
{
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
    const Clock::time_point start = Clock::now();
    Clock::time_point last = start;
    double count = 0;
    do {
        for (const std::string &query : bench.queries) {
            side.db.run("timed", query);
            const Clock::time_point now = Clock::now();
            speed.latency_ms.push_back(1000 * seconds(now - last));
            last = now;
            count++;
        }
    } while (seconds(last - start) < bench.number("seconds"));
    speed.qps.push_back(count / seconds(last - start));
}

// Speed if every query took as long as its fastest run: what other work on the machine disturbs least.
double
best_qps(const Bench &bench, const Speed &speed)
{
    const size_t queries = bench.queries.size();
    std::vector<double> fastest(queries, INFINITY);
    for (size_t i = 0; i < speed.latency_ms.size(); i++)
        fastest[i % queries] = std::min(fastest[i % queries], speed.latency_ms[i]);
    return 1000 * static_cast<double>(queries) / std::accumulate(fastest.begin(), fastest.end(), 0.0);
}

// One value of ef. The pass that checks the answers also warms the cache.
std::vector<SweepPoint>
run_at(Bench &bench, double ef)
{
    std::vector<Answers> answers(bench.sides.size());
    std::vector<Speed> speeds(bench.sides.size());
    for (size_t s = 0; s < bench.sides.size(); s++) {
        set_ef(bench.sides[s], ef);
        for (size_t q = 0; q < bench.queries.size(); q++) {
            const Result rows = bench.sides[s].db.run("with_distance", bench.queries[q]);
            score_query(bench, q, rows.get(), answers[s]);
        }
    }
    for (int round = 0; round < bench.number("rounds"); round++)
        for (size_t s = 0; s < bench.sides.size(); s++) time_round(bench, bench.sides[s], speeds[s]);

    std::vector<SweepPoint> points;
    for (size_t s = 0; s < bench.sides.size(); s++) {
        const auto &[qps, latency] = speeds[s];
        const Answers &a = answers[s];
        points.push_back({a.recall, median(qps), best_qps(bench, speeds[s])});
        bench.report.row("query", bench.sides[s].name,
                         {{"ef", ef},
                          {"recall", a.recall},
                          {"by_id", a.recall_by_id},
                          {"qps", median(qps)},
                          {"qps_min", *std::min_element(qps.begin(), qps.end())},
                          {"qps_max", *std::max_element(qps.begin(), qps.end())},
                          {"best", points[s].best},
                          {"p50_ms", percentile(latency, 0.50)},
                          {"p95_ms", percentile(latency, 0.95)},
                          {"p99_ms", percentile(latency, 0.99)},
                          {"short", a.short_answers},
                          {"disorder", a.out_of_order},
                          {"inversion", a.worst_inversion},
                          {"ratio", median_ratio(qps, speeds.back().qps)},
                          {"best_ratio", points[s].best / best_qps(bench, speeds.back())}});
    }
    return points;
}

// A block counter of the plan's scan node: the first one after the type of a node is that node's.
double
blocks_of_scan(const std::string &plan, const std::string &counter)
{
    const size_t scan = plan.find(" Scan\"");
    const size_t at = scan == std::string::npos ? scan : plan.find(counter, scan);
    if (at == std::string::npos) fail("no buffer counts of a scan in the plan");
    return std::stod(plan.substr(at + counter.size()));
}

struct BlockCounters {
    double heap, index;  // heap with its TOAST table
};

BlockCounters
read_counters(Side &side, const std::string &table)
{
    // The counters reach shared memory when this statement ends.
    side.db.exec("SELECT pg_stat_force_next_flush()");
    const std::string heap =
        side.db.value("SELECT heap_blks_hit + coalesce(toast_blks_hit, 0) + coalesce(tidx_blks_hit, 0)"
                      " FROM pg_statio_user_tables WHERE relid = '" +
                      table + "'::regclass");
    const std::string index = side.db.value("SELECT idx_blks_hit FROM pg_statio_user_indexes WHERE indexrelid = '" +
                                            index_name(table) + "'::regclass");
    return {std::stod(heap), std::stod(index)};
}

}  // namespace

void
run_queries(Bench &bench, const std::string &table)
{
    for (Side &side : bench.sides) prepare_queries(bench, side, table);
    std::vector<std::vector<SweepPoint>> sweeps(bench.sides.size());
    for (double ef : bench.numbers("ef")) {
        const std::vector<SweepPoint> points = run_at(bench, ef);
        for (size_t s = 0; s < points.size(); s++) sweeps[s].push_back(points[s]);
    }
    for (double recall : bench.numbers("recalls")) {
        const auto speed = [&](const std::vector<SweepPoint> &sweep, double SweepPoint::*which) {
            return speed_at_recall(sweep, recall, which).value_or(NAN);
        };
        for (size_t s = 0; s < sweeps.size(); s++) {
            const double qps = speed(sweeps[s], &SweepPoint::qps), best = speed(sweeps[s], &SweepPoint::best);
            bench.report.row("qps at recall", bench.sides[s].name,
                             {{"recall", recall},
                              {"qps", qps},
                              {"best", best},
                              {"at_least", static_cast<double>(sweeps[s][0].recall > recall)},
                              {"ratio", qps / speed(sweeps.back(), &SweepPoint::qps)},
                              {"best_ratio", best / speed(sweeps.back(), &SweepPoint::best)}});
        }
    }
}

void
count_pages(Bench &bench, const std::string &table)
{
    const auto queries = std::span(bench.queries).first(std::min<size_t>(100, bench.queries.size()));
    const double share = 1.0 / static_cast<double>(queries.size());
    for (Side &side : bench.sides) prepare_queries(bench, side, table);
    for (double ef : bench.numbers("pages_ef"))
        for (Side &side : bench.sides) {
            set_ef(side, ef);
            double total = 0, cold = 0;
            for (const std::string &query : bench.queries) side.db.run("timed", query);
            for (const std::string &query : queries) {
                const Result plan = side.db.run("buffers", query, Connection::Format::kText);
                total += blocks_of_scan(PQgetvalue(plan.get(), 0, 0), "\"Shared Hit Blocks\": ") * share;
                cold += blocks_of_scan(PQgetvalue(plan.get(), 0, 0), "\"Shared Read Blocks\": ") * share;
            }
            const BlockCounters before = read_counters(side, table);
            for (const std::string &query : queries) side.db.run("timed", query);
            const BlockCounters after = read_counters(side, table);
            const double heap = (after.heap - before.heap) * share;
            bench.report.row("pages per query", side.name,
                             {{"ef", ef},
                              {"total", total},
                              {"heap", heap},
                              {"index", total - heap},
                              {"idx_blks_hit", (after.index - before.index) * share},
                              {"read", cold}});
        }
}

}  // namespace bench
