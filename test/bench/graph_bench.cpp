// Recall and hops of the graph without a server: builds in memory, lays the nodes out as pages would hold them,
// searches.
//   graph_bench FOLDER [metric=l2|ip|cosine] [m=16] [efc=64] [bits=0] [cap=0] [sketch=0] [rows=0] [nq=1000]
//               [exact=0] [filter=0]
// FOLDER holds base and query (.fvecs or .bvecs); recall@10 is scored by distance against all rows. bits: of a link's
// sketch, 0 = by dimensions. cap: links of a node, 0 = what fits a page. sketch: dimensions of one, 0 = all. exact=1:
// neighbours are scored by their codes, not by sketches. filter=1: searches under filters instead, see
// graph_bench_filter.cpp.
#include "graph_bench.hpp"

#include <algorithm>
#include <set>

using namespace vhnsw;
using namespace vhnsw::bench;

namespace {

// Of the search without a filter.
struct Truth {
    std::vector<double> kth;      // exact distance of the tenth neighbour of every query
    std::vector<uint32_t> place;  // of a node, breadth first from the entry point
};

void
find_truth(const Bench &bench, Truth &truth)
{
    std::vector<double> all(bench.rows);
    for (size_t q = 0; q < bench.query_count; q++) {
        for (size_t i = 0; i < bench.rows; i++) all[i] = exact_distance(bench, bench.queries.row(q), i);
        std::nth_element(all.begin(), all.begin() + 9, all.end());
        truth.kth.push_back(all[9]);
    }
}

void
arrange(Bench &bench, Truth &truth)
{
    std::vector<uint32_t> order;
    truth.place.assign(bench.arena.node_count(), UINT32_MAX);
    auto append = [&](uint32_t node) {
        if (truth.place[node] != UINT32_MAX) return;
        truth.place[node] = static_cast<uint32_t>(order.size());
        order.push_back(node);
    };
    append(bench.arena.shared()->entry_node);
    for (uint32_t rest = 0, next = 0; rest < bench.arena.node_count(); rest++) {
        for (; next < order.size(); next++)
            for (graph::ArenaLink link : bench.arena.links(order[next], 0)) append(link.node);
        append(rest);
    }
}

// What one ef gives, summed over the queries.
struct Totals {
    double hits, fetched, pages, pages_breadth_first, seconds;
};

using Found = std::vector<std::pair<float, uint64_t>>;

Found
search(Bench &bench, quant::Query &query, graph::Beam<FusedStore> &beam, size_t ef)
{
    static FusedStore::Opened opened;
    bench.store.query = &query;
    beam.clear(graph::Retain::kAll);
    beam.enter(bench.store, {0, descend(bench)});
    Found found;
    uint64_t id;
    while (beam.advance(bench.store, ef, id, opened)) found.push_back({opened.key, id});
    std::sort(found.begin(), found.end());
    return found;
}

void
score(Bench &bench, const Truth &truth, size_t q, const quant::Query &query, const Found &found, Totals &totals)
{
    std::vector<double> distances, bounds;
    std::set<uint64_t> pages, pages_breadth_first;
    uint32_t per_page = 8160 / (bench.shape.body_bytes() + 44);
    for (auto &[key, id] : found) {
        graph::ArenaNode *node = bench.arena.node(static_cast<uint32_t>(id));
        double exact = exact_distance(bench, bench.queries.row(q), node->row);
        double dot = bench.store.dot(query, static_cast<uint32_t>(id));
        bounds.push_back(quant::distance_bounds(bench.metric, query, node->scalars, dot, bench.base.dims).lower);
        if (bounds.back() > exact) printf("bound %.9g above distance %.9g\n", bounds.back(), exact);
        distances.push_back(exact);
        for (uint32_t row = node->more_rows; row != graph::kNoRecord; row = bench.arena.row(row)->next)
            distances.push_back(exact);
        pages.insert(id / per_page);
        pages_breadth_first.insert(truth.place[id] / per_page);
    }
    std::sort(distances.begin(), distances.end());
    distances.resize(std::min<size_t>(distances.size(), 10));
    for (double d : distances) totals.hits += d <= truth.kth[q] + std::fabs(truth.kth[q]) * 1e-6 + 1e-9;
    for (double bound : bounds) totals.fetched += bound <= distances.back();
    totals.pages += static_cast<double>(pages.size());
    totals.pages_breadth_first += static_cast<double>(pages_breadth_first.size());
}

void
run(Bench &bench, const Truth &truth, size_t ef)
{
    graph::Beam<FusedStore> beam;
    std::vector<float> rotated(bench.shape.padded);
    quant::Query query;
    Totals totals{};
    bench.store.opens = 0;
    for (size_t q = 0; q < bench.query_count; q++) {
        double start = now();
        bench.rotation.apply(bench.queries.row(q), rotated.data());
        query.set(rotated, bench.shape.sketch.dims);
        Found found = search(bench, query, beam, ef);
        totals.seconds += now() - start;
        score(bench, truth, q, query, found, totals);
    }
    double n = static_cast<double>(bench.query_count);
    printf("ef %3zu  recall %.4f  hops %.1f  us %.1f  fetched %.1f  pages %.1f, breadth first %.1f\n", ef,
           totals.hits / n / 10, static_cast<double>(bench.store.opens) / n, totals.seconds / n * 1e6,
           totals.fetched / n, totals.pages / n, totals.pages_breadth_first / n);
}

}  // namespace

int
main(int argc, char **argv)
{
    if (argc < 2) return fprintf(stderr, "usage: graph_bench FOLDER [name=value ...]\n"), 2;
    std::string folder = argv[1];
    Options options(argc, argv);
    kernel::select_kernels();
    Bench bench{};
    bench.base = read_vectors(folder + "/base");
    bench.queries = read_vectors(folder + "/query");
    bench.metric = metric_of(options.text("metric", "l2"));
    if (bench.metric == quant::Metric::kCosine) normalise(bench.base), normalise(bench.queries);
    uint32_t rows = options.number("rows", 0);
    bench.rows = rows > 0 ? std::min<size_t>(rows, bench.base.count()) : bench.base.count();
    bench.query_count = std::min<size_t>(bench.queries.count(), options.number("nq", 1000));
    bench.shape = quant::choose_shape({quant::CodeKind::kRotated, bench.base.dims, options.number("m", 16),
                                       options.number("bits", quant::kAutoLinkBits)},
                                      {8160, 4, 40, 8});
    if (options.number("cap", 0) > 0) bench.shape.capacity = options.number("cap", 0);
    if (options.number("sketch", 0) > 0) bench.shape.sketch.dims = options.number("sketch", 0);
    bench.rotation = quant::Rotation::make(42, bench.base.dims);
    printf("%u dims, %u links of %u bytes, %u planes, node of %u bytes\n", bench.base.dims, bench.shape.capacity,
           bench.shape.link_bytes(), bench.shape.sketch.planes, bench.shape.body_bytes());

    build(bench, options);
    lay_out(bench, options.number("exact", 0) != 0);
    if (options.number("filter", 0) != 0) return run_filtered(bench, folder, options), 0;
    Truth truth;
    arrange(bench, truth);
    find_truth(bench, truth);
    for (size_t ef : {10, 20, 40, 60, 80, 100, 120, 160, 200}) run(bench, truth, ef);
}
