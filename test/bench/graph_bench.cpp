// Recall and hops of the graph without a server: builds in memory, lays the nodes out as pages would hold them,
// searches.
//   graph_bench FOLDER [metric=l2|ip|cosine] [m=16] [efc=64] [bits=0] [cap=0] [rows=0] [nq=1000] [exact=0]
// FOLDER holds base and query (.fvecs or .bvecs); recall@10 is scored by distance against all rows. bits: of a link's
// sketch, 0 = by dimensions. cap: links of a node, 0 = what fits a page. exact=1: neighbours are scored by their
// codes, not by sketches.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/arena_store.hpp"
#include "kernel/kernel.hpp"
#include "quant/fused.hpp"
#include "quant/rotation.hpp"

using namespace vhnsw;

namespace {

struct Vectors {
    uint32_t dims = 0;
    std::vector<float> values;
    size_t count() const { return dims ? values.size() / dims : 0; }
    std::span<const float> row(size_t i) const { return {values.data() + i * dims, dims}; }
};

Vectors
read_vectors(const std::string &path)
{
    Vectors v;
    for (bool bytes : {false, true}) {
        FILE *f = fopen((path + (bytes ? ".bvecs" : ".fvecs")).c_str(), "rb");
        if (!f) continue;
        int32_t dims;
        while (fread(&dims, 4, 1, f) == 1) {
            v.dims = static_cast<uint32_t>(dims);
            size_t at = v.values.size();
            v.values.resize(at + v.dims);
            if (bytes) {
                std::vector<uint8_t> raw(v.dims);
                if (fread(raw.data(), 1, v.dims, f) != v.dims) break;
                for (uint32_t i = 0; i < v.dims; i++) v.values[at + i] = raw[i];
            } else if (fread(v.values.data() + at, 4, v.dims, f) != v.dims)
                break;
        }
        fclose(f);
    }
    return v;
}

double
now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The arena's graph in fused form: what index pages hold, in one array.
struct FusedStore {
    using Id = uint64_t;
    struct Opened {
        float key;
        Vec<graph::Candidate<Id>> neighbours;
    };
    quant::Metric metric;
    quant::NodeShape shape;
    const quant::Query *query;
    std::vector<uint8_t> bytes;
    std::vector<quant::CodeScalars> scalars;
    std::vector<uint16_t> counts;
    size_t stride = 0;
    size_t opens = 0;
    bool exact = false;

    uint8_t *at(uint32_t i) { return bytes.data() + i * stride; }
    uint64_t key_of(Id id) { return id + 1; }
    Id below(Id id, const Opened &) { return id; }
    void prefetch(Id) {}
    float key(uint32_t i)
    {
        double dot = query->dot(quant::NodeBody(shape, at(i)).code(), scalars[i].scale);
        return quant::distance_key(metric, *query, scalars[i], dot);
    }
    bool open(Id id, VisitedSet &visited, Opened &opened)
    {
        uint32_t i = static_cast<uint32_t>(id);
        quant::NodeBody body(shape, at(i));
        opened.key = key(i);
        quant::EstimateBase base = quant::estimate_base(*query, opened.key, shape.sketch.planes);
        opened.neighbours.clear();
        opens++;
        int32_t sums[quant::kMaxLinks];
        if (counts[i])
            kernel::active->masked_sums({body.sketch(0), shape.link_bytes(), counts[i], shape.sketch.planes},
                                        query->high(), shape.sketch.dims, sums);
        for (uint32_t l = 0; l < counts[i]; l++) {
            quant::LinkHead h = body.head(l);
            Id n = h.address.value();
            if (!visited.insert(key_of(n))) continue;
            float estimate = exact ? key(static_cast<uint32_t>(n))
                                   : quant::estimate_key(metric, base, quant::unpack(h.scalars), sums[l]);
            opened.neighbours.push({estimate, n});
        }
        return true;
    }
};

class Options {
public:
    Options(int argc, char **argv)
    {
        for (int i = 2; i < argc; i++) {
            std::string word = argv[i];
            values_[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
        }
    }
    std::string text(const char *name, const char *standard) const
    {
        auto at = values_.find(name);
        return at == values_.end() ? standard : at->second;
    }
    uint32_t number(const char *name, uint32_t standard) const
    {
        return static_cast<uint32_t>(std::stoul(text(name, std::to_string(standard).c_str())));
    }

private:
    std::map<std::string, std::string> values_;
};

struct Bench {
    Vectors base, queries;
    size_t rows, query_count;
    quant::Metric metric;
    quant::NodeShape shape;
    quant::Rotation rotation;
    graph::ArenaStore arena;
    FusedStore store;
    std::vector<double> kth;      // exact distance of the tenth neighbour of every query
    std::vector<uint32_t> place;  // of a node, breadth first from the entry point
};

quant::Metric
metric_of(const std::string &name)
{
    if (name == "ip") return quant::Metric::kInnerProduct;
    return name == "cosine" ? quant::Metric::kCosine : quant::Metric::kL2;
}

void
normalise(Vectors &v)
{
    for (size_t i = 0; i < v.count(); i++) {
        double norm2 = 0;
        for (float x : v.row(i)) norm2 += double(x) * x;
        for (uint32_t d = 0; d < v.dims; d++) v.values[i * v.dims + d] /= static_cast<float>(std::sqrt(norm2));
    }
}

double
exact_distance(const Bench &bench, std::span<const float> query, size_t row)
{
    std::span<const float> x = bench.base.row(row);
    double sum = 0;
    for (size_t d = 0; d < x.size(); d++) {
        double difference = double(query[d]) - x[d];
        sum += bench.metric == quant::Metric::kInnerProduct ? -double(query[d]) * x[d] : difference * difference;
    }
    if (bench.metric == quant::Metric::kInnerProduct) return sum;
    return bench.metric == quant::Metric::kCosine ? sum / 2 : std::sqrt(sum);
}

void
find_truth(Bench &bench)
{
    std::vector<double> all(bench.rows);
    for (size_t q = 0; q < bench.query_count; q++) {
        for (size_t i = 0; i < bench.rows; i++) all[i] = exact_distance(bench, bench.queries.row(q), i);
        std::nth_element(all.begin(), all.begin() + 9, all.end());
        bench.kth.push_back(all[9]);
    }
}

void
build(Bench &bench, const Options &options)
{
    auto *shared = static_cast<graph::ArenaShared *>(host_alloc(sizeof(graph::ArenaShared)));
    graph::ArenaStore::init(shared, bench.metric, bench.shape.padded, bench.shape.capacity, 16ull << 30);
    bench.arena.attach(shared, {nullptr, [](void *) {}, [](void *) {},
                                [](void *, size_t bytes) { return reinterpret_cast<uint64_t>(calloc(1, bytes)); },
                                [](void *, uint64_t handle) { return reinterpret_cast<void *>(handle); }});
    graph::InsertScratch<graph::ArenaStore> scratch;
    std::vector<float> rotated(bench.shape.padded);
    Rng rng(7);
    uint32_t m = options.number("m", 16);
    double start = now();
    for (size_t i = 0; i < bench.rows; i++) {
        bench.rotation.apply(bench.base.row(i), rotated.data());
        int level = graph::draw_level(rng, m);
        if (!bench.arena.begin(rotated, i, level)) abort();
        graph::insert(bench.arena, level, m, options.number("efc", 64), scratch);
    }
    printf("build %.2f s, %u nodes\n", now() - start, bench.arena.node_count());
}

void
lay_out(Bench &bench, bool exact)
{
    FusedStore &store = bench.store;
    uint32_t count = bench.arena.node_count();
    store.metric = bench.metric;
    store.shape = bench.shape;
    store.stride = bench.shape.body_bytes();
    store.bytes.resize(store.stride * count);
    store.scalars.resize(count);
    store.counts.resize(count);
    store.exact = exact;
    std::vector<float> scratch(bench.shape.padded), x(bench.shape.padded), y(bench.shape.padded);
    double start = now(), links = 0;
    for (uint32_t i = 0; i < count; i++) {
        graph::ArenaNode *node = bench.arena.node(i);
        quant::NodeBody body(bench.shape, store.at(i));
        memcpy(body.code(), bench.arena.code(node), bench.shape.padded);
        store.scalars[i] = node->scalars;
        kernel::active->decode_i8(bench.arena.code(node), node->scalars.scale, bench.shape.padded, x.data());
        for (graph::ArenaLink link : bench.arena.links(i, 0)) {
            graph::ArenaNode *to = bench.arena.node(link.node);
            kernel::active->decode_i8(bench.arena.code(to), to->scalars.scale, bench.shape.padded, y.data());
            quant::LinkHead head{};
            head.address = quant::Packed48::from(link.node);
            head.scalars = quant::pack(quant::encode_sketch(bench.metric, bench.shape.sketch, x, y, scratch.data(),
                                                            body.sketch(store.counts[i])));
            body.set_head(store.counts[i]++, head);
        }
        links += store.counts[i];
    }
    printf("sketches %.2f s, %.1f links a node, %zu MB\n", now() - start, links / count, store.bytes.size() >> 20);
}

void
arrange(Bench &bench)
{
    std::vector<uint32_t> order;
    bench.place.assign(bench.arena.node_count(), UINT32_MAX);
    auto append = [&](uint32_t node) {
        if (bench.place[node] != UINT32_MAX) return;
        bench.place[node] = static_cast<uint32_t>(order.size());
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

// The upper layers, greedily by codes.
uint32_t
descend(Bench &bench)
{
    graph::ArenaShared *shared = bench.arena.shared();
    uint32_t nearest = shared->entry_node;
    for (int layer = shared->entry_level; layer > 0; layer--)
        for (uint32_t at = UINT32_MAX; at != nearest;) {
            at = nearest;
            for (graph::ArenaLink link : bench.arena.links(at, layer))
                if (bench.store.key(link.node) < bench.store.key(nearest)) nearest = link.node;
        }
    return nearest;
}

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
score(Bench &bench, size_t q, const quant::Query &query, const Found &found, Totals &totals)
{
    std::vector<double> distances, bounds;
    std::set<uint64_t> pages, pages_breadth_first;
    uint32_t per_page = 8160 / (bench.shape.body_bytes() + 44);
    for (auto &[key, id] : found) {
        graph::ArenaNode *node = bench.arena.node(static_cast<uint32_t>(id));
        double exact = exact_distance(bench, bench.queries.row(q), node->row);
        double dot = query.dot(quant::NodeBody(bench.shape, bench.store.at(static_cast<uint32_t>(id))).code(),
                               node->scalars.scale);
        bounds.push_back(quant::lower_bound(bench.metric, query, node->scalars, dot, bench.base.dims));
        if (bounds.back() > exact) printf("bound %.9g above distance %.9g\n", bounds.back(), exact);
        distances.push_back(exact);
        for (uint32_t row = node->more_rows; row != graph::kNoRecord; row = bench.arena.row(row)->next)
            distances.push_back(exact);
        pages.insert(id / per_page);
        pages_breadth_first.insert(bench.place[id] / per_page);
    }
    std::sort(distances.begin(), distances.end());
    distances.resize(std::min<size_t>(distances.size(), 10));
    for (double d : distances) totals.hits += d <= bench.kth[q] + std::fabs(bench.kth[q]) * 1e-6 + 1e-9;
    for (double bound : bounds) totals.fetched += bound <= distances.back();
    totals.pages += static_cast<double>(pages.size());
    totals.pages_breadth_first += static_cast<double>(pages_breadth_first.size());
}

void
run(Bench &bench, size_t ef)
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
        score(bench, q, query, found, totals);
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
    bench.shape =
        quant::choose_shape(bench.base.dims, options.number("m", 16), options.number("bits", 0), {8160, 4, 40, 8});
    if (options.number("cap", 0) > 0) bench.shape.capacity = options.number("cap", 0);
    bench.rotation = quant::Rotation::make(42, bench.base.dims);
    printf("%u dims, %u links of %u bytes, %u planes, node of %u bytes\n", bench.base.dims, bench.shape.capacity,
           bench.shape.link_bytes(), bench.shape.sketch.planes, bench.shape.body_bytes());

    build(bench, options);
    lay_out(bench, options.number("exact", 0) != 0);
    arrange(bench);
    find_truth(bench);
    for (size_t ef : {10, 20, 40, 60, 80, 100, 120, 160, 200}) run(bench, ef);
}
