// The steps of filtered search: every cell is answered in every way, then the ways are compared.
#include <functional>

#include "sql_bench_filter.hpp"
#include "sql_bench_measure.hpp"

namespace bench {
namespace {

constexpr double kGoodRecall = 0.95, kFairRecall = 0.90;
constexpr double kEqualRecall = 0.01;                 // recalls are equal when no farther apart
constexpr double kHopeless = 10, kHopelessRatio = 5;  // a way that takes so many milliseconds, and times the fastest
constexpr double kTooSlowToExplain = 20;              // milliseconds: the plan of the first probe speaks for all
constexpr double kTurn = 30;                          // milliseconds at least
constexpr size_t kWorstCells = 10;

// A way to answer: a server and its settings.
struct Way {
    size_t side;
    std::string strategy;
    double ef;  // 0: the default
    std::vector<std::string> settings;
};

// How a way did in a cell. Counts are of probes but for `wrong`.
struct Outcome {
    double recall = 0;
    double worst = 1;     // recall of the worst probe
    double shorter = 0;   // fewer rows than min(LIMIT, passing rows)
    double wrong = 0;     // rows that fail the condition, or came before
    double disorder = 0;  // a row nearer than the one before
    double ms = 0;        // median of all runs
    double best_ms = 0;   // when every probe takes as long as its fastest run
    std::string used;

    bool complete() const { return shorter == 0 && wrong == 0; }
};

struct Measured {
    std::string kind;
    double share;
    int k;
    Way way;
    Outcome outcome;
};

// What one step works on.
struct Run {
    Bench &bench;
    std::string table;
    Rankings rankings;
    std::vector<Measured> measured;
};

bool
has_setting(Side &side, const std::string &name)
{
    side.db.exec("SELECT '[1]'::vector");  // loads the module, which defines its settings
    return !side.db.value("SELECT current_setting('" + name + "', true)").empty();
}

void
apply(Run &run, const Way &way)
{
    Connection &db = run.bench.sides[way.side].db;
    db.exec("RESET ALL; SET client_min_messages = warning; SET plan_cache_mode = force_generic_plan");
    if (way.ef != 0) db.exec("SET hnsw.ef_search = " + std::to_string(static_cast<int>(way.ef)));
    for (const std::string &setting : way.settings) db.exec(setting);
}

// What the executor did, as the plan tells: its own word for it, or the kind of scan.
std::string
strategy_used(const std::string &plan, const std::string &table)
{
    const std::string property = "\"Strategy Used\": \"";
    const size_t at = plan.find(property);
    if (at != std::string::npos)
        return plan.substr(at + property.size(), plan.find('"', at + property.size()) - at - property.size());
    if (plan.find(index_name(table)) != std::string::npos || plan.find("Order By") != std::string::npos) return "index";
    return plan.find("\"Sort\"") != std::string::npos ? "sort" : "other";
}

// What the right answer to a probe looks like: so many rows, none farther.
struct Expected {
    size_t rows = 0;
    double radius = 0;
};

Expected
expected_answer(const Probe &probe, const std::vector<Neighbour> &nearest, int k)
{
    Expected expected;
    for (const Neighbour &row : nearest) {
        if (!probe.passes(row.id)) continue;
        expected.rows++;
        expected.radius = row.distance + 1e-5 * std::abs(row.distance) + 1e-7;
        if (expected.rows == static_cast<size_t>(k)) break;
    }
    return expected;
}

void
score_probe(const VectorSet &set, const Probe &probe, const Expected &expected, const PGresult *rows, Outcome &sums)
{
    std::vector<uint32_t> seen;
    double hits = 0, previous = -INFINITY;
    bool disorder = false;
    for (int i = 0; i < PQntuples(rows); i++) {
        const auto id = get_wire<uint32_t>(PQgetvalue(rows, i, 0));
        const double distance = filter_distance(set, set.query.row(probe.query), set.base.row(id));
        if (!probe.passes(id) || std::find(seen.begin(), seen.end(), id) != seen.end())
            sums.wrong++;
        else
            hits += distance <= expected.radius;
        disorder = disorder || distance < previous - 1e-5 * std::abs(previous) - 1e-7;
        previous = distance;
        seen.push_back(id);
    }
    const auto due = static_cast<double>(expected.rows);
    const double recall = expected.rows == 0 ? 1 : std::min(hits, due) / due;
    sums.recall += recall;
    sums.worst = std::min(sums.worst, recall);
    sums.shorter += seen.size() < expected.rows;
    sums.disorder += disorder;
}

std::string
statement_name(const std::string &what, size_t way, size_t probe)
{
    return what + std::to_string(way) + "_" + std::to_string(probe);
}

// The times of a way: of all runs, and of the fastest of each probe.
struct Times {
    std::vector<double> all, best;

    double mean() const { return bench::mean(best); }
};

// The first pass of a way: plans, warms the cache and checks the answers.
Times
check_answers(Run &run, const Cell &cell, int k, const Way &way, size_t w, Outcome &outcome)
{
    Bench &bench = run.bench;
    Connection &db = bench.sides[way.side].db;
    std::map<std::string, int> used;
    Times times;
    for (size_t p = 0; p < cell.probes.size(); p++) {
        const Probe &probe = cell.probes[p];
        const std::string query = "SELECT id FROM " + run.table + " WHERE " + probe.condition + " ORDER BY embedding " +
                                  bench.set.op() + " $1 LIMIT " + std::to_string(k);
        db.prepare(statement_name("timed", w, p), query);
        db.prepare(statement_name("plan", w, p), "EXPLAIN (ANALYZE, FORMAT JSON) " + query);
        const Stopwatch latency;
        const Result rows = db.run(statement_name("timed", w, p), bench.queries[probe.query]);
        times.all.push_back(latency.milliseconds());
        const Expected expected = expected_answer(probe, run.rankings.of(probe.query), k);
        score_probe(bench.set, probe, expected, rows.get(), outcome);
    }
    times.best = times.all;
    const bool each = way.strategy == "auto" && times.mean() < kTooSlowToExplain;
    for (size_t p = 0; p < (each ? cell.probes.size() : 1); p++) {
        const Result plan =
            db.run(statement_name("plan", w, p), bench.queries[cell.probes[p].query], Connection::Format::kText);
        used[strategy_used(PQgetvalue(plan.get(), 0, 0), run.table)]++;
    }
    for (const auto &[name, count] : used)
        outcome.used += (outcome.used.empty() ? "" : "+") + name + (used.size() > 1 ? std::to_string(count) : "");
    outcome.recall /= static_cast<double>(cell.probes.size());
    return times;
}

// One turn of a way. Passes follow each other until there is enough of them; the first one brings back into the
// processor's caches what the other ways have pushed out, and counts only if it is the only one.
void
take_turn(Run &run, const Cell &cell, const Way &way, size_t w, Times &times)
{
    const Stopwatch watch;
    std::vector<double> pass(cell.probes.size());
    times.best.resize(pass.size(), INFINITY);
    for (int passes = 0; passes == 0 || watch.milliseconds() < kTurn; passes++) {
        for (size_t p = 0; p < pass.size(); p++) {
            const Stopwatch latency;
            run.bench.sides[way.side].db.run(statement_name("timed", w, p), run.bench.queries[cell.probes[p].query]);
            pass[p] = latency.milliseconds();
        }
        if (passes == 0 && watch.milliseconds() < kTurn) continue;
        times.all.insert(times.all.end(), pass.begin(), pass.end());
        for (size_t p = 0; p < pass.size(); p++) times.best[p] = std::min(times.best[p], pass[p]);
    }
}

// Ways take turns, round by round. The first pass, with the planning in it, is all the time that hopeless ones get.
std::vector<Outcome>
measure(Run &run, const Cell &cell, int k, const std::vector<Way> &ways)
{
    std::vector<Outcome> outcomes(ways.size());
    std::vector<double> fastest(run.bench.sides.size(), INFINITY);
    std::vector<Times> first, times(ways.size());
    for (Side &side : run.bench.sides) side.db.exec("DEALLOCATE ALL");
    for (size_t w = 0; w < ways.size(); w++) {
        apply(run, ways[w]);
        first.push_back(check_answers(run, cell, k, ways[w], w, outcomes[w]));
        fastest[ways[w].side] = std::min(fastest[ways[w].side], first[w].mean());
    }
    const auto hopeless = [&](size_t w) {
        const double mean = first[w].mean();
        return mean > kHopeless && mean > kHopelessRatio * fastest[ways[w].side];
    };
    for (int round = 0; round < run.bench.number("filter_rounds"); round++)
        for (size_t w = 0; w < ways.size(); w++) {
            if (hopeless(w)) continue;
            apply(run, ways[w]);
            take_turn(run, cell, ways[w], w, times[w]);
        }
    for (size_t w = 0; w < ways.size(); w++) {
        if (hopeless(w)) times[w] = first[w];
        outcomes[w].ms = median(times[w].all);
        outcomes[w].best_ms = times[w].mean();
    }
    return outcomes;
}

void
measure_and_report(Run &run, const std::string &measure_name, const Cell &cell, int k, const std::vector<Way> &ways)
{
    if (cell.probes.empty()) return;
    const std::vector<Outcome> outcomes = measure(run, cell, k, ways);
    for (size_t w = 0; w < ways.size(); w++) {
        const Outcome &o = outcomes[w];
        run.measured.push_back({cell.kind, cell.share, k, ways[w], o});
        run.bench.report.row(measure_name, run.bench.sides[ways[w].side].name,
                             {{"kind", cell.kind},
                              {"share", cell.share},
                              {"k", static_cast<double>(k)},
                              {"ef", ways[w].ef},
                              {"strategy", ways[w].strategy},
                              {"recall", o.recall},
                              {"worst", o.worst},
                              {"short", o.shorter},
                              {"wrong", o.wrong},
                              {"disorder", o.disorder},
                              {"ms", o.ms},
                              {"best_ms", o.best_ms},
                              {"used", o.used}});
    }
}

const std::vector<std::string> kOnlyIndex = {"SET enable_seqscan = off", "SET enable_bitmapscan = off",
                                             "SET enable_sort = off"};

// Our ways: left alone, with rising ef_search, and forced one by one. `core` is the server's own exact plan.
std::vector<Way>
our_ways(Run &run, size_t side, bool attributes)
{
    std::vector<Way> ways = {{side, "auto", 0, {}}};
    for (double ef : run.bench.numbers("filter_ef")) ways.push_back({side, "auto", ef, {}});
    const std::string force = "SET hnsw.filter_strategy = ";
    const bool forcible = has_setting(run.bench.sides[side], "hnsw.filter_strategy");
    if (!forcible) ways.push_back({side, "stream", 0, kOnlyIndex});
    if (forcible && attributes) ways.push_back({side, "attr", 0, {force + "attr"}});
    if (forcible && !attributes)
        for (const char *strategy : {"stream", "allow", "exact"})
            ways.push_back({side, strategy, 0, {force + strategy}});
    ways.push_back({side, "core", 0, {"SET enable_indexscan = off"}});
    if (has_setting(run.bench.sides[side], "hnsw.enable_filtered_scan"))
        ways.back().settings.push_back("SET hnsw.enable_filtered_scan = off");
    return ways;
}

// The peer's ways: its planner, both iterative modes with rising ef_search, and the exact plan.
std::vector<Way>
peer_ways(Run &run, size_t side)
{
    const std::string strict = "SET hnsw.iterative_scan = strict_order",
                      relaxed = "SET hnsw.iterative_scan = relaxed_order";
    const std::vector<std::string> patient = {"SET hnsw.max_scan_tuples = 2147483647",
                                              "SET hnsw.scan_mem_multiplier = 1000"};
    std::vector<Way> ways = {{side, "planner", 0, {strict}}, {side, "core", 0, {"SET enable_indexscan = off"}}};
    for (double ef : run.bench.numbers("peer_ef"))
        for (const auto &mode : {strict, relaxed}) {
            Way &way = ways.emplace_back(Way{side, mode == strict ? "strict" : "relaxed", ef, kOnlyIndex});
            way.settings.insert(way.settings.end(), patient.begin(), patient.end());
            way.settings.push_back(mode);
        }
    return ways;
}

// Runs the cells with every LIMIT; the peer takes part where asked to.
void
run_cells(Run &run, const std::string &measure_name, const std::vector<Cell> &cells, bool attributes)
{
    const std::vector<double> peer_k = run.bench.numbers("peer_k");
    for (const Cell &cell : cells)
        for (double k : run.bench.numbers("filter_k")) {
            std::vector<Way> ways;
            for (size_t s = 0; s < run.bench.sides.size(); s++) {
                const bool ours = run.bench.sides[s].ours();
                if (!ours && (attributes || std::find(peer_k.begin(), peer_k.end(), k) == peer_k.end())) continue;
                const std::vector<Way> more = ours ? our_ways(run, s, attributes) : peer_ways(run, s);
                ways.insert(ways.end(), more.begin(), more.end());
            }
            measure_and_report(run, measure_name, cell, static_cast<int>(k), ways);
        }
}

std::string
cell_name(const Measured &m)
{
    char text[200];
    std::snprintf(text, sizeof text, "%s %g k=%d", m.kind.c_str(), m.share, m.k);
    return text;
}

bool
same_cell(const Measured &a, const Measured &b)
{
    return a.kind == b.kind && a.share == b.share && a.k == b.k;
}

double
share_of(const std::vector<double> &values, const std::function<bool(double)> &test)
{
    return static_cast<double>(std::count_if(values.begin(), values.end(), test)) / static_cast<double>(values.size());
}

void
report_recall(Run &run, const std::string &measure_name, const std::string &strategy, double ef)
{
    std::vector<double> recalls;
    double shorter = 0, wrong = 0, disorder = 0;
    std::string side;
    for (const Measured &m : run.measured) {
        if (m.way.strategy != strategy || m.way.ef != ef || !run.bench.sides[m.way.side].ours()) continue;
        recalls.push_back(m.outcome.recall);
        shorter += m.outcome.shorter;
        wrong += m.outcome.wrong;
        disorder += m.outcome.disorder;
    }
    if (recalls.empty()) return;
    run.bench.report.row(
        measure_name + " recall", "ours",
        {{"strategy", strategy},
         {"ef", ef},
         {"cells", static_cast<double>(recalls.size())},
         {"recall", std::accumulate(recalls.begin(), recalls.end(), 0.0) / static_cast<double>(recalls.size())},
         {"good", share_of(recalls, [](double r) { return r >= kGoodRecall; })},
         {"fair", share_of(recalls, [](double r) { return r >= kFairRecall; })},
         {"least", percentile(recalls, 0)},
         {"short", shorter},
         {"wrong", wrong},
         {"disorder", disorder}});
}

// The time of `auto` over that of the fastest forced way with equal recall, of every cell.
std::vector<std::pair<double, std::string>>
ratios_to_forced(const Run &run)
{
    std::vector<std::pair<double, std::string>> ratios;
    for (const Measured &automatic : run.measured) {
        if (automatic.way.strategy != "auto" || automatic.way.ef != 0) continue;
        const Measured *best = nullptr;
        for (const Measured &forced : run.measured)
            if (same_cell(automatic, forced) && forced.way.side == automatic.way.side &&
                forced.way.strategy != "auto" && forced.outcome.complete() &&
                forced.outcome.recall >= automatic.outcome.recall - kEqualRecall &&
                (best == nullptr || forced.outcome.best_ms < best->outcome.best_ms))
                best = &forced;
        if (best == nullptr) continue;
        char text[300];
        std::snprintf(text, sizeof text, "%s: %.2f ms (%s), forced %s %.2f ms", cell_name(automatic).c_str(),
                      automatic.outcome.best_ms, automatic.outcome.used.c_str(), best->way.strategy.c_str(),
                      best->outcome.best_ms);
        ratios.emplace_back(automatic.outcome.best_ms / best->outcome.best_ms, text);
    }
    return ratios;
}

void
report_ratios(Run &run, const std::string &measure_name)
{
    auto ratios = ratios_to_forced(run);
    if (ratios.empty()) return;
    std::vector<double> values;
    for (const auto &ratio : ratios) values.push_back(ratio.first);
    run.bench.report.row(measure_name + " auto to best forced", "ours",
                         {{"cells", static_cast<double>(values.size())},
                          {"median", median(values)},
                          {"p90", percentile(values, 0.9)},
                          {"largest", percentile(values, 1)},
                          {"within_2", share_of(values, [](double r) { return r <= 2; })},
                          {"within_4", share_of(values, [](double r) { return r <= 4; })}});
    std::sort(ratios.rbegin(), ratios.rend());
    for (size_t i = 0; i < std::min(kWorstCells, ratios.size()); i++)
        run.bench.report.row(measure_name + " slowest cells", "ours",
                             {{"ratio", ratios[i].first}, {"cell", ratios[i].second}});

    std::vector<std::pair<double, std::string>> recalls;
    for (const Measured &m : run.measured)
        if (m.way.strategy == "auto" && m.way.ef == 0)
            recalls.emplace_back(m.outcome.recall, cell_name(m) + ": " + m.outcome.used);
    std::sort(recalls.begin(), recalls.end());
    for (size_t i = 0; i < std::min(kWorstCells, recalls.size()); i++)
        run.bench.report.row(measure_name + " least exact cells", "ours",
                             {{"recall", recalls[i].first}, {"cell", recalls[i].second}});
}

// The fastest complete way of a side that is exact enough, in the cell of `like`. Of OURS those left alone.
const Measured *
best_of_side(const Run &run, const Measured &like, size_t side)
{
    const Measured *best = nullptr;
    for (const Measured &m : run.measured) {
        if (!same_cell(m, like) || m.way.side != side) continue;
        if (run.bench.sides[side].ours() && m.way.strategy != "auto") continue;
        if (!m.outcome.complete() || m.outcome.recall < kGoodRecall) continue;
        if (best == nullptr || m.outcome.best_ms < best->outcome.best_ms) best = &m;
    }
    return best;
}

void
report_peer(Run &run, const std::string &measure_name, size_t side)
{
    for (const Measured &m : run.measured) {
        if (m.way.strategy != "auto" || m.way.ef != 0) continue;
        const Measured *ours = best_of_side(run, m, m.way.side), *peer = best_of_side(run, m, side);
        if (peer == nullptr) continue;
        run.bench.report.row(measure_name + " at recall .95", "ours",
                             {{"kind", m.kind},
                              {"share", m.share},
                              {"k", static_cast<double>(m.k)},
                              {"ef", ours == nullptr ? NAN : ours->way.ef},
                              {"recall", ours == nullptr ? NAN : ours->outcome.recall},
                              {"best_ms", ours == nullptr ? NAN : ours->outcome.best_ms},
                              {"used", ours == nullptr ? "none" : ours->outcome.used},
                              {"peer", run.bench.sides[side].name},
                              {"peer_way", peer->way.strategy},
                              {"peer_ef", peer->way.ef},
                              {"peer_recall", peer->outcome.recall},
                              {"peer_ms", peer->outcome.best_ms},
                              {"ratio", ours == nullptr ? NAN : peer->outcome.best_ms / ours->outcome.best_ms}});
    }
}

void
summarize(Run &run, const std::string &measure_name)
{
    std::vector<std::pair<std::string, double>> ways;
    for (const Measured &m : run.measured) {
        const std::pair way(m.way.strategy, m.way.ef);
        if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(way);
    }
    for (const auto &[strategy, ef] : ways) report_recall(run, measure_name, strategy, ef);
    report_ratios(run, measure_name);
    for (size_t s = 0; s < run.bench.sides.size(); s++)
        if (!run.bench.sides[s].ours()) report_peer(run, measure_name, s);
    run.measured.clear();
}

// Gives the planner the statistics it should have: right ones, none, or (in the conditions) an estimate that is
// much too low.
void
prepare_statistics(Run &run, std::vector<Cell> &cells)
{
    const std::string mode = run.bench.options.at("statistics");
    for (Side &side : run.bench.sides)
        side.db.exec(mode == "none" ? "DELETE FROM pg_statistic WHERE starelid = '" + run.table + "'::regclass"
                                    : "ANALYZE " + run.table);
    if (mode == "low")
        for (Cell &cell : cells)
            for (Probe &probe : cell.probes) probe.condition = "(" + probe.condition + ") AND id % 1 = 0";
}

// The cells once more, with an index that holds the columns of the conditions; it exists only meanwhile.
void
run_with_attributes(Run &run, const std::string &measure_name, const std::vector<Cell> &cells,
                    const std::vector<std::string> &columns)
{
    Side &side = run.bench.sides[0];
    if (!side.ours() || columns.empty() || !has_setting(side, "hnsw.filter_strategy")) return;
    std::string list;
    for (const std::string &column : columns) list += ", " + column;
    const std::string index = run.table + "_attr_idx";
    side.db.exec("DROP INDEX IF EXISTS " + index);
    side.db.exec("CREATE INDEX " + index + " ON " + run.table + " USING hnsw (embedding " + run.bench.set.opclass() +
                 list + ") WITH (" + side.with + ")");
    run_cells(run, measure_name + " attr", cells, true);
    side.db.exec("DROP INDEX " + index);
    summarize(run, measure_name + " attr");
}

}  // namespace

void
run_conditions(Bench &bench, const std::string &table)
{
    Run run = {bench, filtered_name(table), Rankings(bench.set), {}};
    std::vector<Cell> cells = condition_cells(bench, table, run.rankings);
    prepare_statistics(run, cells);
    run_cells(run, "conditions", cells, false);
    summarize(run, "conditions");
    if (bench.number("attr") == 0) return;
    run_with_attributes(run, "conditions", cells, condition_columns(bench.sides[0], table));
}

void
run_grid(Bench &bench, const std::string &table)
{
    Run run = {bench, filtered_name(table), Rankings(bench.set), {}};
    const std::vector<GridColumn> columns = grid_columns(bench, run.rankings);
    check_grid(bench, table, columns);
    std::vector<Cell> cells;
    const auto add_cells = [&](const std::vector<GridColumn> &of) {
        cells.clear();
        for (const std::string &kind : bench.words("kinds"))
            for (Cell &cell : grid_cells(bench, of, kind)) cells.push_back(std::move(cell));
        prepare_statistics(run, cells);
    };
    add_cells(columns);
    run_cells(run, "grid", cells, false);
    summarize(run, "grid");
    if (bench.number("attr") == 0) return;
    // An index takes few columns: the random one and some anchors.
    std::vector<GridColumn> few = {columns[0]};
    std::vector<std::string> names = {columns[0].name};
    for (const GridColumn &column : columns)
        if (column.probes.contains("pos") && names.size() <= static_cast<size_t>(bench.number("attr"))) {
            few.push_back(column);
            names.push_back(column.name);
        }
    add_cells(few);
    run_with_attributes(run, "grid", cells, names);
}

}  // namespace bench
