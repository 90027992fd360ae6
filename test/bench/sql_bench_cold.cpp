// Step `cold`: the first queries after a restart of the server.
#include "sql_bench_ask.hpp"

namespace bench {
namespace {

constexpr size_t kFirst[] = {1, 10, 100, 1000};

void
restart(Bench &bench)
{
    const std::string &command = bench.options.at("restart");
    for (Side &side : bench.sides) side.db.close();
    if (std::system(command.c_str()) != 0) fail("the command failed: " + command);
    for (Side &side : bench.sides) side.db = Connection(side.conninfo);
}

// The mean latencies of the first queries of a new connection; the first of all prepares the statement.
std::vector<double>
ask_cold(const Bench &bench, const Side &side, const std::string &table)
{
    Connection db(side.conninfo);
    std::vector<double> means;
    const Stopwatch watch;
    db.prepare("cold", query_statement(bench, table));
    size_t asked = 0;
    for (size_t count : kFirst) {
        for (; asked < count; asked++) db.run("cold", bench.queries[asked % bench.queries.size()]);
        means.push_back(watch.milliseconds() / static_cast<double>(count));
    }
    return means;
}

}  // namespace

void
run_cold(Bench &bench, const std::string &table)
{
    if (bench.options.at("restart").empty()) fail("step cold needs restart=COMMAND, which restarts the server");
    std::vector<Samples> means(std::size(kFirst), Samples(bench));
    for (size_t round = 0; round < bench.count("rounds"); round++)
        for (size_t s : turns(bench, round)) {
            restart(bench);
            const std::vector<double> ms = ask_cold(bench, bench.sides[s], table);
            for (size_t i = 0; i < ms.size(); i++) means[i].add(s, ms[i]);
        }
    for (size_t i = 0; i < means.size(); i++)
        for (size_t s = 0; s < bench.sides.size(); s++)
            bench.report.row("cold", bench.sides[s].name,
                             {{"queries", static_cast<double>(kFirst[i])},
                              {"mean_ms", means[i].median(s)},
                              {"least_ms", percentile(means[i].of(s), 0)},
                              {"most_ms", percentile(means[i].of(s), 1)},
                              {"ratio", means[i].ratio(s)}});
}

}  // namespace bench
