#include "sql_bench_ask.hpp"
#include "sql_bench_table.hpp"

#include <thread>

namespace bench {
namespace {

constexpr size_t kPageQueries = 100;

// Adds up one query. Recall goes by distances computed here, not by those of the server.
void
score_query(const Bench &bench, size_t q, std::span<const int32_t> truth, const PGresult *rows, Answers &sums)
{
    const size_t k = truth.size();
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

std::string
distance_expression(const Bench &bench)
{
    return "embedding " + std::string(bench.set.op()) + " $1";
}

std::string
select_statement(const Bench &bench, const std::string &table, bool with_distance)
{
    return "SELECT id" + (with_distance ? ", " + distance_expression(bench) : "") + " FROM " + table + " ORDER BY " +
           distance_expression(bench) + " LIMIT " + bench.options.at("k");
}

void
require_index(const std::string &plan, const std::string &table)
{
    if (plan.find(index_name(table)) == std::string::npos) fail("the planner does not choose " + index_name(table));
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

std::string
query_statement(const Bench &bench, const std::string &table)
{
    return select_statement(bench, table, bench.options.at("select") == "distance");
}

void
prepare_queries(const Bench &bench, Connection &db, const std::string &table, double ef)
{
    db.exec("SET hnsw.ef_search = " + std::to_string(static_cast<int>(ef)));
    const std::string timed = query_statement(bench, table);
    db.exec("DEALLOCATE ALL");
    db.prepare("timed", timed);
    db.prepare("with_distance", select_statement(bench, table, true));
    db.prepare("plan", "EXPLAIN (FORMAT JSON) " + timed);
    db.prepare("buffers", "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + timed);

    const Result plan = db.run("plan", bench.queries[0], Connection::Format::kText);
    require_index(PQgetvalue(plan.get(), 0, 0), table);
}

Matrix<int32_t>
truth_of_all(const Bench &bench)
{
    const size_t k = bench.count("k");
    const Matrix<int32_t> &known = bench.set.truth;
    if (bench.count("rows") > 0 || k > known.dim) return truth_of(bench, Live(bench.set.base.rows(), true));
    Matrix<int32_t> truth = {k, {}};
    for (size_t q = 0; q < known.rows(); q++) {
        const auto nearest = known.row(q).first(k);
        truth.values.insert(truth.values.end(), nearest.begin(), nearest.end());
    }
    return truth;
}

Matrix<int32_t>
truth_of(const Bench &bench, const Live &live)
{
    return exact_answers(bench.set, live, bench.count("k"));
}

Answers
check_answers(const Bench &bench, Connection &db, const Matrix<int32_t> &truth)
{
    Answers answers;
    for (size_t q = 0; q < bench.queries.size(); q++) {
        const Result rows = db.run("with_distance", bench.queries[q]);
        score_query(bench, q, truth.row(q), rows.get(), answers);
    }
    return answers;
}

Answers
check_answers_at(const Bench &bench, Side &side, const std::string &table, double ef, const Matrix<int32_t> &truth)
{
    prepare_queries(bench, side.db, table, ef);
    return check_answers(bench, side.db, truth);
}

void
report_recall(Bench &bench, Side &side, const std::string &table, const Matrix<int32_t> &truth,
              const std::string &after)
{
    for (double ef : bench.numbers("at_ef")) {
        const Answers answers = check_answers_at(bench, side, table, ef, truth);
        bench.report.row("recall", side.name,
                         {{"after", after},
                          {"ef", ef},
                          {"recall", answers.recall},
                          {"short", answers.short_answers},
                          {"disorder", answers.out_of_order},
                          {"index_mb", relation_mb(side, index_name(table))}});
    }
}

void
Latencies::add(size_t query, double ms)
{
    all_ms.push_back(ms);
    if (fastest_ms.size() <= query) fastest_ms.resize(query + 1, INFINITY);
    fastest_ms[query] = std::min(fastest_ms[query], ms);
}

void
Latencies::add(const Latencies &others)
{
    all_ms.insert(all_ms.end(), others.all_ms.begin(), others.all_ms.end());
    fastest_ms.resize(std::max(fastest_ms.size(), others.fastest_ms.size()), INFINITY);
    for (size_t q = 0; q < others.fastest_ms.size(); q++) fastest_ms[q] = std::min(fastest_ms[q], others.fastest_ms[q]);
}

std::vector<Reader>
make_readers(const Bench &bench, const Side &side, size_t count)
{
    std::vector<Reader> readers;
    for (size_t i = 0; i < count; i++) readers.push_back({Connection(side.conninfo), i * bench.queries.size() / count});
    return readers;
}

void
read_until(const Bench &bench, Reader &reader, std::atomic<bool> &stop, double seconds)
{
    const Stopwatch watch;
    for (size_t asked = 0; !stop; asked++) {
        if (asked > 0 && asked % bench.queries.size() == 0 && watch.seconds() >= seconds) stop = true;
        if (stop) return;
        const Stopwatch latency;
        reader.db.run("timed", bench.queries[reader.next]);
        reader.latencies.add(reader.next, latency.milliseconds());
        reader.next = (reader.next + 1) % bench.queries.size();
        reader.count++;
    }
}

ReadRates
read_together(const Bench &bench, std::vector<Reader> &readers, double seconds)
{
    std::atomic<bool> stop = false;
    double count = 0, cpu = 0;
    for (Reader &reader : readers) {
        count -= static_cast<double>(reader.count);
        cpu -= reader.db.cpu_seconds();
    }
    const double elapsed = time_seconds([&] {
        std::vector<std::jthread> threads;
        for (Reader &reader : readers) threads.emplace_back([&] { read_until(bench, reader, stop, seconds); });
    });
    for (const Reader &reader : readers) {
        count += static_cast<double>(reader.count);
        cpu += reader.db.cpu_seconds();
    }
    return {count / elapsed, 1000 * cpu / count};
}

Pages
pages_per_query(const Bench &bench, Side &side, const std::string &table)
{
    const auto queries = std::span(bench.queries).first(std::min(kPageQueries, bench.queries.size()));
    const double share = 1.0 / static_cast<double>(queries.size());
    Pages pages{};
    for (const std::string &query : bench.queries) side.db.run("timed", query);
    for (const std::string &query : queries) {
        const Result rows = side.db.run("buffers", query, Connection::Format::kText);
        const std::string plan = PQgetvalue(rows.get(), 0, 0);
        require_index(plan, table);
        pages.total += blocks_of_scan(plan, "\"Shared Hit Blocks\": ") * share;
        pages.read += blocks_of_scan(plan, "\"Shared Read Blocks\": ") * share;
    }
    const BlockCounters before = read_counters(side, table);
    for (const std::string &query : queries) side.db.run("timed", query);
    const BlockCounters after = read_counters(side, table);
    pages.heap = (after.heap - before.heap) * share;
    pages.idx_blks_hit = (after.index - before.index) * share;
    return pages;
}

}  // namespace bench
