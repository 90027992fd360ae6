// Benchmark of an hnsw index through SQL, alone or side by side with peers: options and the order of steps. See
// README.md.
#include <sstream>
#include <thread>

#include "sql_bench.hpp"

namespace bench {
namespace {

std::vector<std::string>
split(const std::string &text, char separator)
{
    std::vector<std::string> list;
    std::istringstream stream(text);
    for (std::string item; std::getline(stream, item, separator);) list.push_back(item);
    return list;
}

}  // namespace

std::vector<std::string>
Bench::words(const std::string &key) const
{
    return split(options.at(key), ',');
}

std::vector<double>
Bench::numbers(const std::string &key) const
{
    std::vector<double> list;
    for (const std::string &word : words(key))
        list.push_back(word == "cores" ? std::thread::hardware_concurrency() : std::stod(word));
    return list;
}

namespace {

// The name of the processor, as the system tells it.
std::string
processor()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

void
open_database(Bench &bench)
{
    bench.report.set_subject(bench.set.name);
    for (Side &side : bench.sides) {
        if (side.db.value("SELECT to_regtype('vector')").empty()) side.db.exec("CREATE EXTENSION " + side.extension);
        std::vector<Field> fields = {{"processor", processor()},
                                     {"cores", static_cast<double>(std::thread::hardware_concurrency())},
                                     {"extension", side.db.value("SELECT string_agg(extname || ' ' || extversion, ', ')"
                                                                 " FROM pg_extension WHERE extname LIKE 'vector%'")}};
        for (const char *name : {"server_version", "shared_buffers", "maintenance_work_mem",
                                 "max_parallel_maintenance_workers", "synchronous_commit", "fsync", "wal_level",
                                 "full_page_writes", "max_wal_size", "autovacuum", "jit", "huge_pages"})
            fields.push_back({name, side.db.value("SHOW " + std::string(name))});
        fields.push_back({"with", side.with});
        bench.report.row("settings", side.name, fields);
    }
}

// A step, and what follows the name of the set in the name of the table it works on.
struct Step {
    void (*run)(Bench &, const std::string &);
    std::string table = "";
};

void
run_step(Bench &bench, const std::string &name)
{
    static const std::map<std::string, Step> steps = {
        {"load", {load}},
        {"build", {run_builds}},
        {"query", {run_queries}},
        {"pages", {count_pages}},
        {"cold", {run_cold}},
        {"load-inserted", {load_inserted, "_inserted"}},
        {"query-inserted", {run_queries, "_inserted"}},
        {"pages-inserted", {count_pages, "_inserted"}},
        {"insert", {run_inserts, "_insert"}},
        {"update", {run_updates, "_update"}},
        {"mixed", {run_mixed, "_mixed"}},
        {"vacuum", {run_vacuum, "_vacuum"}},
        {"churn", {run_churn, "_churn"}},
        {"growth", {run_growth, "_growth"}},
        {"load-filtered", {load_filtered}},
        {"conditions", {run_conditions}},
        {"grid", {run_grid}},
        {"types", {run_types}},
    };
    const auto found = steps.find(name);
    if (found == steps.end()) fail("unknown step " + name);
    std::string table = "items_" + bench.set.name + found->second.table;
    std::replace(table.begin(), table.end(), '-', '_');
    bench.report.set_subject(table);
    found->second.run(bench, table);
}

// The peers are separated by semicolons. Each is a connection string, or a name, a colon and a connection string.
void
connect_peers(Bench &bench)
{
    const std::vector<std::string> peers = split(bench.options.at("peer"), ';');
    for (size_t i = 0; i < peers.size(); i++) {
        const size_t colon = peers[i].find(':');
        const bool named = colon < peers[i].find('=') && peers[i].compare(colon, 3, "://") != 0;
        const std::string conninfo = named ? peers[i].substr(colon + 1) : peers[i];
        const std::string name = named ? peers[i].substr(0, colon) : i == 0 ? "peer" : "peer" + std::to_string(i + 1);
        bench.sides.push_back({name, "vector", bench.options.at("with"), conninfo, Connection(conninfo)});
    }
}

std::map<std::string, std::string>
parse_options(int argc, char **argv)
{
    std::map<std::string, std::string> options = {
        {"set", ""},
        {"rows", "0"},
        {"queries", "0"},
        {"ours", ""},
        {"peer", ""},
        {"results", "/dev/null"},
        {"steps", "load,build,query,pages"},
        {"ef", "10,20,30,40,60,80,100,120,160,200,300,400"},
        {"recalls", "0.95,0.97,0.99,0.995"},
        {"at_ef", "40,80"},
        {"k", "10"},
        {"select", "id"},
        {"rounds", "5"},
        {"seconds", "1"},
        {"clients", "1"},
        {"builds", "1"},
        {"workers", ""},
        {"memory", "ample"},
        {"restart", ""},
        {"insert_batch", "100"},
        {"insert_clients", "1"},
        {"updates", "10000"},
        {"writers", "1"},
        {"readers", "1"},
        {"mixed_seconds", "5"},
        {"delete", "0.05,0.2"},
        {"reinsert", "1"},
        {"churn", "20"},
        {"growth", "10000,30000,100000,300000,1000000"},
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
    const auto limit = [&](const char *name) {
        const size_t count = std::stoul(options.at(name));
        return count == 0 ? SIZE_MAX : count;
    };
    VectorSet set(options.at("set"), limit("rows"), limit("queries"));
    Report report(options.at("results"), set);
    Bench bench = {options, std::move(set), {}, {}, std::move(report)};
    for (size_t q = 0; q < bench.set.query.rows(); q++)
        put_vector(bench.queries.emplace_back(), bench.set.query.row(q));
    const std::string &ours = options.at("ours");
    if (!ours.empty()) bench.sides.push_back({"ours", "vectorhnsw", options.at("ours_with"), ours, Connection(ours)});
    connect_peers(bench);
    if (bench.sides.empty()) fail("give ours=CONNINFO, peer=CONNINFO or both");

    open_database(bench);
    for (const std::string &step : bench.words("steps")) run_step(bench, step);
    return 0;
}

}  // namespace
}  // namespace bench

int
main(int argc, char **argv)
{
    return bench::run(argc, argv);
}
