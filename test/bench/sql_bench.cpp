// Benchmark of an hnsw index through SQL, alone or side by side with a peer. See README.md.
#include <chrono>
#include <functional>
#include <numeric>
#include <sstream>

#include "sql_bench.hpp"

namespace bench {

std::vector<std::string>
Bench::words(const std::string &key) const
{
    std::vector<std::string> list;
    std::istringstream text(options.at(key));
    for (std::string item; std::getline(text, item, ',');) list.push_back(item);
    return list;
}

std::vector<double>
Bench::numbers(const std::string &key) const
{
    std::vector<double> list;
    for (const std::string &word : words(key)) list.push_back(std::stod(word));
    return list;
}

namespace {

constexpr size_t kInsertBatchRows = 1000;

double
time_seconds(const std::function<void()> &work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void
create_table(const Bench &bench, Side &side, const std::string &table)
{
    side.db.exec("DROP TABLE IF EXISTS " + table);
    side.db.exec("CREATE TABLE " + table + " (id int PRIMARY KEY, embedding vector(" +
                 std::to_string(bench.set.base.dim) + "))");
}

void
create_index(const Bench &bench, Side &side, const std::string &table)
{
    side.db.exec("CREATE INDEX " + index_name(table) + " ON " + table + " USING hnsw (embedding " +
                 bench.set.opclass() + ") WITH (" + side.with + ")");
}

double
index_mb(Side &side, const std::string &table)
{
    return std::stod(side.db.value("SELECT pg_relation_size('" + index_name(table) + "')")) / (1 << 20);
}

void
open_database(Bench &bench)
{
    bench.report.set_subject(bench.set.name);
    for (Side &side : bench.sides) {
        if (side.db.value("SELECT to_regtype('vector')").empty()) side.db.exec("CREATE EXTENSION " + side.extension);
        std::vector<Field> fields = {{"extension", side.db.value("SELECT string_agg(extname || ' ' || extversion, ', ')"
                                                                 " FROM pg_extension WHERE extname LIKE 'vector%'")}};
        for (const char *name :
             {"server_version", "shared_buffers", "maintenance_work_mem", "max_parallel_maintenance_workers",
              "synchronous_commit", "max_wal_size", "autovacuum", "jit", "huge_pages"})
            fields.push_back({name, side.db.value("SHOW " + std::string(name))});
        bench.report.row("settings", side.name, fields);
    }
}

void
load(Bench &bench, const std::string &table)
{
    for (Side &side : bench.sides) {
        create_table(bench, side, table);
        const size_t rows = bench.set.base.rows();
        const double seconds = time_seconds([&] { side.db.copy(table, bench.set.base, 0, rows); });
        side.db.exec("VACUUM ANALYZE " + table);
        bench.report.row("load", side.name, {{"rows", static_cast<double>(rows)}, {"seconds", seconds}});
    }
}

void
build(Bench &bench, const std::string &table)
{
    std::vector<std::vector<double>> seconds(bench.sides.size());
    for (int round = 0; round < bench.number("builds"); round++)
        for (size_t s = 0; s < bench.sides.size(); s++) {
            Side &side = bench.sides[s];
            // Left alone, the server chooses by the size of the table without its TOASTed vectors.
            side.db.exec("ALTER TABLE " + table +
                         " SET (parallel_workers = " + side.db.value("SHOW max_parallel_maintenance_workers") + ")");
            side.db.exec("DROP INDEX IF EXISTS " + index_name(table));
            side.db.exec("CHECKPOINT");
            seconds[s].push_back(time_seconds([&] { create_index(bench, side, table); }));
        }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        Side &side = bench.sides[s];
        const double mb = index_mb(side, table);
        bench.report.row("build", side.name,
                         {{"seconds", median(seconds[s])},
                          {"ratio", median_ratio(seconds[s], seconds.back())},
                          {"index_mb", mb},
                          {"size_ratio", mb / index_mb(bench.sides.back(), table)},
                          {"workers", side.db.value("SHOW max_parallel_maintenance_workers")},
                          {"with", side.with}});
    }
}

// Every row goes into an index that was created empty, in transactions of kInsertBatchRows rows. The
// sides take turns batch by batch.
void
insert(Bench &bench, const std::string &table)
{
    for (Side &side : bench.sides) {
        create_table(bench, side, table);
        create_index(bench, side, table);
    }
    const size_t rows = bench.set.base.rows();
    std::vector<std::vector<double>> speeds(bench.sides.size());
    for (size_t first = 0; first < rows; first += kInsertBatchRows) {
        const size_t last = std::min(rows, first + kInsertBatchRows);
        for (size_t s = 0; s < bench.sides.size(); s++) {
            Connection &db = bench.sides[s].db;
            const double seconds = time_seconds([&] { db.copy(table, bench.set.base, first, last); });
            speeds[s].push_back(static_cast<double>(last - first) / seconds);
        }
    }
    // All batches but the last are equal, so the harmonic mean of their speeds is the speed of them all.
    const auto mean = [](std::span<const double> batches) {
        const double time = std::accumulate(batches.begin(), batches.end(), 0.0,
                                            [](double sum, double speed) { return sum + 1 / speed; });
        return static_cast<double>(batches.size()) / time;
    };
    for (size_t s = 0; s < bench.sides.size(); s++) {
        bench.sides[s].db.exec("VACUUM ANALYZE " + table);
        const std::span<const double> all = speeds[s], last_tenth = all.last((all.size() + 9) / 10);
        bench.report.row("insert", bench.sides[s].name,
                         {{"rows_per_s", mean(all)},
                          {"last_tenth", mean(last_tenth)},
                          {"ratio", mean(all) / mean(speeds.back())},
                          {"index_mb", index_mb(bench.sides[s], table)},
                          {"with", bench.sides[s].with}});
    }
}

void
run_step(Bench &bench, const std::string &step)
{
    static const std::map<std::string, void (*)(Bench &, const std::string &)> steps = {
        {"load", load},
        {"build", build},
        {"query", run_queries},
        {"pages", count_pages},
        {"insert", insert},
        {"query-inserted", run_queries},
        {"pages-inserted", count_pages},
        {"load-filtered", load_filtered},
        {"conditions", run_conditions},
        {"grid", run_grid},
        {"types", run_types},
    };
    const auto found = steps.find(step);
    if (found == steps.end()) fail("unknown step " + step);
    std::string table = "items_" + bench.set.name + (step.find("insert") == std::string::npos ? "" : "_inserted");
    std::replace(table.begin(), table.end(), '-', '_');
    bench.report.set_subject(table);
    found->second(bench, table);
}

std::map<std::string, std::string>
parse_options(int argc, char **argv)
{
    std::map<std::string, std::string> options = {
        {"set", ""},
        {"ours", ""},
        {"peer", ""},
        {"results", "/dev/null"},
        {"steps", "load,build,query,pages"},
        {"ef", "10,20,30,40,60,80,100,120,160,200,300,400"},
        {"recalls", "0.95,0.97,0.99,0.995"},
        {"pages_ef", "40,80"},
        {"k", "10"},
        {"select", "id"},
        {"rounds", "5"},
        {"seconds", "1"},
        {"builds", "1"},
        {"with", "m = 16, ef_construction = 64"},
        {"ours_with", ""},
        {"shares", "1,0.5,0.2,0.1,0.05,0.02,0.01,0.003,0.001,0.0001"},
        {"kinds", "ind,pos,negC"},
        {"probes", "12"},
        {"anchors", "4"},
        {"filter_k", "1,10,100"},
        {"filter_ef", "80"},
        {"filter_rounds", "3"},
        {"statistics", "right"},
        {"attr", "1"},
        {"peer_k", "10"},
        {"types", "vector,halfvec,int8vec,bit,sparsevec"},
        {"types_ef", "80"},
        {"types_queries", "200"},
        {"peer_ef", "40,80,120,200,400"},
    };
    for (int i = 1; i < argc; i++) {
        const std::string argument = argv[i];
        const size_t equals = argument.find('=');
        const auto option = options.find(argument.substr(0, equals));
        if (equals == std::string::npos || option == options.end()) fail("unknown argument " + argument);
        option->second = argument.substr(equals + 1);
    }
    if (options["ours_with"].empty()) options["ours_with"] = options["with"];
    return options;
}

int
run(int argc, char **argv)
{
    const auto options = parse_options(argc, argv);
    VectorSet set(options.at("set"));
    Report report(options.at("results"));
    Bench bench = {options, std::move(set), {}, {}, std::move(report)};
    for (size_t q = 0; q < bench.set.query.rows(); q++)
        put_vector(bench.queries.emplace_back(), bench.set.query.row(q));
    if (!options.at("ours").empty())
        bench.sides.push_back({"ours", "vectorhnsw", options.at("ours_with"), Connection(options.at("ours"))});
    if (!options.at("peer").empty())
        bench.sides.push_back({"peer", "vector", options.at("with"), Connection(options.at("peer"))});
    if (bench.sides.empty()) fail("give ours=CONNINFO, peer=CONNINFO or both");

    open_database(bench);
    std::istringstream steps(options.at("steps"));
    for (std::string step; std::getline(steps, step, ',');) run_step(bench, step);
    return 0;
}

}  // namespace
}  // namespace bench

int
main(int argc, char **argv)
{
    return bench::run(argc, argv);
}
