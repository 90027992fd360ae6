// hnswlib in this process, as a yardstick for an index that has a server around it: the same sets, m and
// ef_construction, one thread that asks. Writes measures "build", "insert" and "query" of side "hnswlib" in the form of
// sql_bench's, so that tables and plots can show them together. See README.md.
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#if !__has_include(<hnswlib/hnswlib.h>)
#error hnswlib is missing: on Debian, apt-get install libhnswlib-dev
#endif
#include <hnswlib/hnswlib.h>

#include "sql_bench_measure.hpp"

namespace bench {
namespace {

constexpr const char *kSide = "hnswlib";

struct Run {
    std::map<std::string, std::string> options;
    VectorSet set;
    Report report;
    std::unique_ptr<hnswlib::SpaceInterface<float>> space;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph;

    size_t count(const std::string &key) const { return std::stoul(options.at(key)); }
    std::vector<size_t> counts(const std::string &key) const
    {
        std::vector<size_t> list;
        std::istringstream text(options.at(key));
        for (std::string item; std::getline(text, item, ',');) list.push_back(std::stoul(item));
        return list;
    }
    std::string with() const
    {
        return "m = " + options.at("m") + ", ef_construction = " + options.at("ef_construction");
    }
};

double
resident_mb()
{
    malloc_trim(0);
    std::ifstream file("/proc/self/statm");
    double all, resident;
    file >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Processor time of all threads.
double
cpu_seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Threads take one row after the other.
double
insert_rows(Run &run, size_t first, size_t last, size_t threads)
{
    const Stopwatch watch;
    std::atomic<size_t> next = first;
    std::vector<std::jthread> workers;
    for (size_t t = 0; t < threads; t++)
        workers.emplace_back([&] {
            for (size_t id; (id = next++) < last;) run.graph->addPoint(run.set.base.row(id).data(), id);
        });
    workers.clear();
    return watch.seconds();
}

// A server's leader is one of the threads, so its workers are one less.
void
build(Run &run, size_t threads)
{
    const size_t rows = run.set.base.rows(), last_tenth = rows - rows / 10;
    std::vector<double> seconds, cpu_s, rows_per_s, row_cpu_ms;
    double mb = 0;
    for (size_t round = 0; round < run.count("builds"); round++) {
        run.graph.reset();
        const double before = resident_mb(), cpu = cpu_seconds();
        const Stopwatch watch;
        run.graph = std::make_unique<hnswlib::HierarchicalNSW<float>>(run.space.get(), rows, run.count("m"),
                                                                      run.count("ef_construction"));
        insert_rows(run, 0, last_tenth, threads);
        const double cpu_before_last = cpu_seconds();
        rows_per_s.push_back(static_cast<double>(rows - last_tenth) / insert_rows(run, last_tenth, rows, threads));
        row_cpu_ms.push_back(1000 * (cpu_seconds() - cpu_before_last) / static_cast<double>(rows - last_tenth));
        seconds.push_back(watch.seconds());
        cpu_s.push_back(cpu_seconds() - cpu);
        mb = std::max(mb, resident_mb() - before);
    }
    run.report.row("build", kSide,
                   {{"workers", static_cast<double>(threads - 1)},
                    {"memory", "ample"},
                    {"builds", static_cast<double>(seconds.size())},
                    {"seconds", median(seconds)},
                    {"seconds_min", percentile(seconds, 0)},
                    {"cpu_s", median(cpu_s)},
                    {"index_mb", mb},
                    {"with", run.with()}});
    run.report.row("insert", kSide,
                   {{"clients", static_cast<double>(threads)},
                    {"inserted", static_cast<double>(rows - last_tenth)},
                    {"rows_per_s", median(rows_per_s)},
                    {"cpu_ms", median(row_cpu_ms)}});
}

// Share of the k rows that are at least as near as the exact k-th, whichever of several equal ones they are; and of
// those that are in the answer file.
std::pair<double, double>
score(const Run &run, size_t k)
{
    double hits = 0, id_hits = 0;
    for (size_t q = 0; q < run.set.query.rows(); q++) {
        const auto truth = run.set.truth.row(q).first(k);
        const double farthest = run.set.distance(q, static_cast<size_t>(truth.back()));
        const double limit = farthest + 1e-5 * std::abs(farthest) + 1e-7;
        for (const auto &[distance, id] : run.graph->searchKnnCloserFirst(run.set.query.row(q).data(), k)) {
            hits += run.set.distance(q, id) <= limit;
            id_hits += std::find(truth.begin(), truth.end(), static_cast<int32_t>(id)) != truth.end();
        }
    }
    const auto all = static_cast<double>(run.set.query.rows() * k);
    return {hits / all, id_hits / all};
}

// Whole passes over the queries for at least so many seconds: queries per second.
double
time_round(const Run &run, size_t k, std::vector<double> &all_ms, std::vector<double> &fastest_ms)
{
    const double least = std::stod(run.options.at("seconds"));
    const size_t queries = run.set.query.rows();
    const Stopwatch watch;
    size_t asked = 0;
    while (asked == 0 || watch.seconds() < least)
        for (size_t q = 0; q < queries; q++, asked++) {
            const Stopwatch latency;
            run.graph->searchKnnCloserFirst(run.set.query.row(q).data(), k);
            all_ms.push_back(latency.milliseconds());
            fastest_ms[q] = std::min(fastest_ms[q], all_ms.back());
        }
    return static_cast<double>(asked) / watch.seconds();
}

void
ask(Run &run, size_t ef)
{
    const size_t k = run.count("k");
    run.graph->setEf(ef);
    const auto [recall, by_id] = score(run, k);  // warms the caches
    std::vector<double> qps, cpu_ms, all_ms, fastest_ms(run.set.query.rows(), INFINITY);
    for (size_t round = 0; round < run.count("rounds"); round++) {
        const double cpu = cpu_seconds();
        const size_t asked = all_ms.size();
        qps.push_back(time_round(run, k, all_ms, fastest_ms));
        cpu_ms.push_back(1000 * (cpu_seconds() - cpu) / static_cast<double>(all_ms.size() - asked));
    }
    run.report.row("query", kSide,
                   {{"ef", static_cast<double>(ef)},
                    {"clients", 1},
                    {"recall", recall},
                    {"by_id", by_id},
                    {"qps", median(qps)},
                    {"qps_min", percentile(qps, 0)},
                    {"qps_max", percentile(qps, 1)},
                    {"best", 1000 / mean(fastest_ms)},
                    {"p50_ms", percentile(all_ms, 0.50)},
                    {"p95_ms", percentile(all_ms, 0.95)},
                    {"p99_ms", percentile(all_ms, 0.99)},
                    {"cpu_ms", median(cpu_ms)}});
}

// hnswlib has no cosine: vectors of length 1 and the inner product are the same.
void
normalise(Matrix<float> &vectors)
{
    for (size_t i = 0; i < vectors.rows(); i++) {
        const auto row = std::span(vectors.values).subspan(i * vectors.dim, vectors.dim);
        double square = 0;
        for (float x : row) square += static_cast<double>(x) * x;
        for (float &x : row) x = square == 0 ? 0 : static_cast<float>(x / std::sqrt(square));
    }
}

std::map<std::string, std::string>
parse_options(int argc, char **argv)
{
    std::map<std::string, std::string> options = {{"set", ""},
                                                  {"results", "/dev/null"},
                                                  {"threads", "1,2"},
                                                  {"builds", "1"},
                                                  {"k", "10"},
                                                  {"m", "16"},
                                                  {"ef_construction", "64"},
                                                  {"ef", "10,20,30,40,60,80,100,120,160,200,300,400"},
                                                  {"rounds", "5"},
                                                  {"seconds", "1"}};
    for (int i = 1; i < argc; i++) {
        const std::string argument = argv[i];
        const size_t equals = argument.find('=');
        const auto option = options.find(argument.substr(0, equals));
        if (equals == std::string::npos || option == options.end()) fail("unknown argument " + argument);
        option->second = argument.substr(equals + 1);
    }
    if (options["set"].empty()) fail("give set=FOLDER");
    return options;
}

}  // namespace
}  // namespace bench

int
main(int argc, char **argv)
{
    using namespace bench;
    const auto options = parse_options(argc, argv);
    VectorSet set(options.at("set"), SIZE_MAX, SIZE_MAX);
    Report report(options.at("results"), set);
    Run run = {options, std::move(set), std::move(report), nullptr, nullptr};
    run.report.set_subject(run.set.name);
    run.report.row("settings", kSide, {{"extension", HNSWLIB_VERSION}, {"flags", HNSWLIB_FLAGS}, {"with", run.with()}});
    if (run.set.cosine) {
        normalise(run.set.base);
        normalise(run.set.query);
        run.space = std::make_unique<hnswlib::InnerProductSpace>(run.set.base.dim);
    } else {
        run.space = std::make_unique<hnswlib::L2Space>(run.set.base.dim);
    }
    for (size_t threads : run.counts("threads")) build(run, std::max<size_t>(1, threads));
    for (size_t ef : run.counts("ef")) ask(run, ef);
    return 0;
}
