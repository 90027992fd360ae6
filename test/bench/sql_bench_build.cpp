// Steps `load`, `build` and `load-inserted`: the tables that the other steps ask.
#include "sql_bench_table.hpp"

namespace bench {
namespace {

constexpr size_t kCopyBatch = 1000;

// Builds of one combination of workers and memory, in turns.
void
time_builds(Bench &bench, const std::string &table, const std::vector<BuildSettings> &settings,
            const std::string &memory)
{
    SpentSamples spent(bench);
    std::vector<bool> fits(bench.sides.size(), true);
    for (size_t round = 0; round < bench.count("builds"); round++)
        for (size_t s : turns(bench, round)) {
            const Build build = create_index(bench, bench.sides[s], table, settings[s]);
            spent.add(s, build.spent);
            fits[s] = build.fits;
        }
    std::vector<double> mb;
    for (size_t s = 0; s < bench.sides.size(); s++) mb.push_back(relation_mb(bench.sides[s], settings[s].index));
    for (size_t s = 0; s < bench.sides.size(); s++)
        bench.report.row("build", bench.sides[s].name,
                         joined({{"workers", std::stod(settings[s].workers)},
                                 {"memory", memory},
                                 {"memory_mb", std::stod(settings[s].memory) / 1024},
                                 {"fits", static_cast<double>(fits[s])},
                                 {"builds", bench.number("builds")},
                                 {"index_mb", mb[s]},
                                 {"size_ratio", mb[s] / mb[bench.reference()]}},
                                spent.cost(s)));
}

std::vector<std::string>
worker_counts(const Bench &bench, const std::string &of_server)
{
    const std::vector<std::string> counts = bench.words("workers");
    return counts.empty() ? std::vector{of_server} : counts;
}

// In kB. A tenth is one of the index that stands beside.
std::string
memory_setting(Side &side, const std::string &table, const std::string &memory)
{
    return side.db.value(memory == "tenth" ? "SELECT pg_relation_size('" + index_name(table) + "') / 10 / 1024 || 'kB'"
                                           : "SELECT pg_size_bytes('" + memory + "') / 1024 || 'kB'");
}

}  // namespace

void
load(Bench &bench, const std::string &table)
{
    for (Side &side : bench.sides) {
        create_table(bench, side, table);
        const std::vector<uint32_t> ids = id_range(0, bench.set.base.rows());
        const double seconds = time_seconds([&] { side.db.copy(table, bench.set.base, ids); });
        side.db.exec("VACUUM ANALYZE " + table);
        bench.report.row("load", side.name, {{"rows", static_cast<double>(ids.size())}, {"seconds", seconds}});
    }
}

// Builds with ample memory come first and leave the index; those with less make another one beside it for a while.
void
run_builds(Bench &bench, const std::string &table)
{
    std::vector<BuildSettings> ample, settings;
    for (Side &side : bench.sides) ample.push_back(ample_settings(bench, side, table));
    const std::vector<std::string> memories = bench.words("memory");
    const bool timed = std::find(memories.begin(), memories.end(), "ample") != memories.end();
    if (!timed)
        for (size_t s = 0; s < bench.sides.size(); s++) create_index(bench, bench.sides[s], table, ample[s]);
    for (const std::string &workers : worker_counts(bench, ample[0].workers)) {
        if (!timed) break;
        for (BuildSettings &side : ample) side.workers = workers;
        time_builds(bench, table, ample, "ample");
    }
    for (const std::string &memory : memories) {
        if (memory == "ample") continue;
        for (const std::string &workers : worker_counts(bench, ample[0].workers)) {
            settings.clear();
            for (Side &side : bench.sides)
                settings.push_back({table + "_second_idx", memory_setting(side, table, memory), workers});
            time_builds(bench, table, settings, memory);
        }
    }
    for (Side &side : bench.sides) side.db.exec("DROP INDEX IF EXISTS " + table + "_second_idx");
}

// Every row goes into an index that was created empty. The sides take turns batch by batch.
void
load_inserted(Bench &bench, const std::string &table)
{
    create_all_indexed(bench, table, 0);
    const size_t rows = bench.set.base.rows(), tail = (rows - rows / 10) / kCopyBatch * kCopyBatch;
    std::vector<double> all(bench.sides.size()), last_tenth(bench.sides.size());
    for (size_t first = 0; first < rows; first += kCopyBatch) {
        const std::vector<uint32_t> ids = id_range(first, std::min(rows, first + kCopyBatch));
        for (size_t s : turns(bench, first / kCopyBatch)) {
            const double seconds = time_seconds([&] { bench.sides[s].db.copy(table, bench.set.base, ids); });
            all[s] += seconds;
            if (first >= tail) last_tenth[s] += seconds;
        }
    }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        bench.sides[s].db.exec("VACUUM ANALYZE " + table);
        bench.report.row("load inserted", bench.sides[s].name,
                         {{"rows_per_s", static_cast<double>(rows) / all[s]},
                          {"last_tenth", static_cast<double>(rows - tail) / last_tenth[s]},
                          {"ratio", all[bench.reference()] / all[s]},
                          {"index_mb", relation_mb(bench.sides[s], index_name(table))},
                          {"with", bench.sides[s].with}});
    }
}

}  // namespace bench
