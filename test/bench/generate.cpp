// Makes a vector set with exact answers, the same for a seed whatever the number of threads:
//   generate FOLDER [rows=1000000] [dims=128] [queries=1000] [intrinsic=20] [clusters=0] [seed=42] [threads=0]
// writes base.fvecs, query.fvecs and gt_l2.ivecs, the ids of the 100 nearest rows of every query. intrinsic: dimensions
// that a neighbourhood has, about; the estimate of Levina and Bickel is printed. clusters: 0 = one for 1000 rows.
// threads: 0 = one a processor. See README.md.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include "generate_model.hpp"
#include "generate_nearest.hpp"

namespace {

using namespace bench;

constexpr size_t kAnswers = 100;      // neighbours in the answer file
constexpr size_t kCandidates = 128;   // of which double precision chooses
constexpr size_t kBlockRows = 512;    // that a thread makes and writes at a time
constexpr size_t kRowsInCache = 128;  // of these, that all queries are measured against

[[noreturn]] void
fail(const std::string &message)
{
    std::fprintf(stderr, "generate: %s\n", message.c_str());
    std::exit(1);
}

using Options = std::map<std::string, size_t>;

Options
parse_options(int argc, char **argv)
{
    Options options = {{"rows", 1000000}, {"dims", 128}, {"queries", 1000}, {"intrinsic", 20},
                       {"clusters", 0},   {"seed", 42},  {"threads", 0}};
    for (int i = 2; i < argc; i++) {
        const std::string word = argv[i], name = word.substr(0, word.find('='));
        if (name.size() == word.size() || !options.contains(name)) fail("unknown argument " + word);
        const char *end = word.data() + word.size();
        const auto [rest, error] = std::from_chars(word.data() + name.size() + 1, end, options[name]);
        if (error != std::errc() || rest != end) fail(word + " is not a number");
    }
    const auto check = [&](const char *name, size_t least, size_t most) {
        if (options[name] < least || options[name] > most)
            fail(std::string(name) + " must be between " + std::to_string(least) + " and " + std::to_string(most));
    };
    check("rows", kCandidates, INT32_MAX);
    check("dims", 2, 16000);
    check("queries", 1, 100000);
    check("intrinsic", 1, options["dims"]);
    if (options["clusters"] == 0) options["clusters"] = std::max<size_t>(1, options["rows"] / 1000);
    check("clusters", 1, options["rows"]);
    if (options["threads"] == 0) options["threads"] = std::max(1u, std::thread::hardware_concurrency());
    return options;
}

// A file of records: an int32 dimension and that many values, little endian.
template <typename T>
class Records {
public:
    Records(const std::filesystem::path &path, size_t dims)
        : path_(path), dims_(dims), file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666))
    {
        if (file_ < 0) fail("cannot write " + path_);
    }
    ~Records() { close(file_); }

    // Writes records from this number on; threads may write different ones at the same time.
    void write(size_t first, std::span<const T> values) const
    {
        std::vector<char> bytes;
        const auto dims = static_cast<int32_t>(dims_);
        for (size_t at = 0; at < values.size(); at += dims_) {
            const char *head = reinterpret_cast<const char *>(&dims);
            const char *record = reinterpret_cast<const char *>(values.data() + at);
            bytes.insert(bytes.end(), head, head + sizeof dims);
            bytes.insert(bytes.end(), record, record + dims_ * sizeof(T));
        }
        const size_t offset = first * (sizeof dims + dims_ * sizeof(T));
        for (size_t done = 0; done < bytes.size();) {
            const ssize_t some =
                pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
            if (some <= 0) fail("cannot write " + path_);
            done += static_cast<size_t>(some);
        }
    }

private:
    std::string path_;
    size_t dims_;
    int file_;
};

// What the threads work on.
struct Work {
    const Model &model;
    size_t rows, dims;
    const QueryGroups &queries;
    const Records<float> &base;
    std::atomic<size_t> next = 0;  // first row that nobody has taken
};

void
make_rows(Work &work, Nearest &nearest)
{
    std::vector<float> block(kBlockRows * work.dims);
    for (size_t first; (first = work.next.fetch_add(kBlockRows)) < work.rows;) {
        const size_t count = std::min(kBlockRows, work.rows - first);
        for (size_t i = 0; i < count; i++)
            work.model.vector(first + i, std::span(block).subspan(i * work.dims, work.dims));
        work.base.write(first, std::span(block).first(count * work.dims));
        for (size_t i = 0; i < count; i += kRowsInCache)
            nearest.see(static_cast<uint32_t>(first + i), block.data() + i * work.dims,
                        std::min(kRowsInCache, count - i));
    }
}

// The answers to a query out of what the threads have found, in double precision, nearest first.
std::vector<Found>
answers(const Work &work, std::span<const Nearest> found, size_t q, std::span<const float> query)
{
    std::vector<Found> candidates;
    for (const Nearest &nearest : found)
        candidates.insert(candidates.end(), nearest.of(q).begin(), nearest.of(q).end());
    std::sort(candidates.begin(), candidates.end());
    candidates.resize(kCandidates);
    std::vector<float> row(work.dims);
    for (Found &candidate : candidates) {
        work.model.vector(candidate.id, row);
        candidate.distance = 0;
        for (size_t d = 0; d < work.dims; d++) {
            const double difference = static_cast<double>(query[d]) - row[d];
            candidate.distance += difference * difference;
        }
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.resize(kAnswers);
    return candidates;
}

// The local intrinsic dimension by maximum likelihood (Levina and Bickel 2004; Amsaleg et al. 2015).
double
intrinsic_dimension(const std::vector<Found> &nearest)
{
    double sum = 0;
    for (const Found &found : nearest) sum += std::log(nearest.back().distance / found.distance) / 2;
    return static_cast<double>(nearest.size() - 1) / sum;
}

}  // namespace

int
main(int argc, char **argv)
{
    if (argc < 2) return std::fprintf(stderr, "usage: generate FOLDER [name=value ...]\n"), 2;
    const std::filesystem::path folder = argv[1];
    const Options options = parse_options(argc, argv);
    const size_t rows = options.at("rows"), dims = options.at("dims"), query_count = options.at("queries");
    const auto start = std::chrono::steady_clock::now();
    std::error_code error;
    if (std::filesystem::create_directories(folder, error); error) fail("cannot create " + folder.string());

    // Queries are the vectors that would come after the rows.
    const Model model({dims, options.at("intrinsic"), options.at("clusters"), options.at("seed")});
    std::vector<float> queries(query_count * dims);
    for (size_t q = 0; q < query_count; q++) model.vector(rows + q, std::span(queries).subspan(q * dims, dims));
    Records<float>(folder / "query.fvecs", dims).write(0, queries);

    const QueryGroups groups(queries, dims);
    const Records<float> base(folder / "base.fvecs", dims);
    Work work = {model, rows, dims, groups, base};
    std::vector<Nearest> found(options.at("threads"), Nearest(groups, kCandidates));
    std::vector<std::thread> threads;
    for (Nearest &nearest : found) threads.emplace_back([&] { make_rows(work, nearest); });
    for (std::thread &thread : threads) thread.join();

    const Records<int32_t> truth(folder / "gt_l2.ivecs", kAnswers);
    std::vector<double> dimensions;
    for (size_t q = 0; q < query_count; q++) {
        const std::vector<Found> nearest = answers(work, found, q, std::span(queries).subspan(q * dims, dims));
        std::vector<int32_t> ids;
        for (const Found &one : nearest) ids.push_back(static_cast<int32_t>(one.id));
        truth.write(q, ids);
        dimensions.push_back(intrinsic_dimension(nearest));
    }
    std::sort(dimensions.begin(), dimensions.end());
    double sum = 0;
    for (double dimension : dimensions) sum += dimension;
    std::printf("%s: %zu x %zu, %zu queries, intrinsic dimension %.1f (half of the queries %.1f to %.1f), %.0f s\n",
                folder.c_str(), rows, dims, query_count, sum / static_cast<double>(query_count),
                dimensions[query_count / 4], dimensions[query_count * 3 / 4],
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
