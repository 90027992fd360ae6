// Recall and hops of the graph without a server: builds in memory, lays the nodes out as pages would hold them, searches.
//   graph_bench FOLDER [metric=l2|ip|cosine] [m=16] [efc=64] [bits=0] [cap=0] [rows=0] [w=1]
// FOLDER holds base and query (.fvecs or .bvecs) and gt_<l2|cos>_dist.fvecs. Recall is scored by distance.
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
    size_t opens = 0, links_seen = 0;
    bool exact = false;

    uint8_t *at(uint32_t i) { return bytes.data() + i * stride; }
    uint64_t key_of(Id id) { return id + 1; }
    Id below(Id id, const Opened &) { return id; }
    void prefetch(Id) {}
    bool
    open(Id id, VisitedSet &visited, Opened &opened)
    {
        uint32_t i = static_cast<uint32_t>(id);
        quant::NodeBody body(shape, at(i));
        double dot = query->dot(body.code(), scalars[i].scale);
        opened.key = quant::distance_key(metric, *query, scalars[i], dot);
        quant::EstimateBase base = quant::estimate_base(*query, opened.key, shape.sketch.planes);
        opened.neighbours.clear();
        opens++;
        int32_t sums[quant::kMaxLinks];
        if (counts[i])
            kernel::active->masked_sums({body.sketch(0), shape.link_bytes(), counts[i], shape.sketch.planes}, query->high(),
                                        shape.sketch.dims, sums);
        links_seen += counts[i];
        for (uint32_t l = 0; l < counts[i]; l++) {
            quant::LinkHead h = body.head(l);
            Id n = h.address.value();
            if (!visited.insert(key_of(n))) continue;
            float key;
            if (exact) {
                uint32_t j = static_cast<uint32_t>(n);
                key = quant::distance_key(metric, *query, scalars[j],
                                          query->dot(quant::NodeBody(shape, at(j)).code(), scalars[j].scale));
            } else
                key = quant::estimate_key(metric, base, quant::unpack(h.scalars), sums[l]);
            opened.neighbours.push({key, n});
        }
        return true;
    }
};

}  // namespace

int
main(int argc, char **argv)
{
    std::string dir = argv[1];
    std::map<std::string, std::string> opt;
    for (int i = 2; i < argc; i++) {
        std::string a = argv[i];
        opt[a.substr(0, a.find('='))] = a.substr(a.find('=') + 1);
    }
    auto num = [&](const char *k, double d) { return opt.count(k) ? atof(opt[k].c_str()) : d; };
    kernel::select_kernels();

    Vectors base = read_vectors(dir + "/base"), queries = read_vectors(dir + "/query");
    std::string mname = opt.count("metric") ? opt["metric"] : "l2";
    quant::Metric metric = mname == "ip" ? quant::Metric::kInnerProduct : mname == "cosine" ? quant::Metric::kCosine : quant::Metric::kL2;
    size_t rows = num("rows", 0) > 0 ? std::min<size_t>(base.count(), num("rows", 0)) : base.count();
    if (metric == quant::Metric::kCosine)
        for (Vectors *v : {&base, &queries})
            for (size_t i = 0; i < v->count(); i++) {
                double n = 0;
                for (float x : v->row(i)) n += double(x) * x;
                for (uint32_t d = 0; d < v->dims; d++) v->values[i * v->dims + d] /= std::sqrt(n);
            }

    uint32_t m = num("m", 16), efc = num("efc", 64);
    quant::PageRoom room{8160, 4, 40, 8};
    quant::NodeShape shape = quant::choose_shape(base.dims, m, num("bits", 0), room);
    if (num("cap", 0) > 0) shape.capacity = num("cap", 0);
    printf("dims %u padded %u capacity %u link %u node %u per page %u planes %u\n", base.dims, shape.padded, shape.capacity,
           shape.link_bytes(), shape.body_bytes(), 8160 / (shape.body_bytes() + 44), shape.sketch.planes);

    quant::Rotation rotation = quant::Rotation::make(42, base.dims);
    std::vector<float> rotated(shape.padded);
    auto *shared = static_cast<graph::ArenaShared *>(malloc(sizeof(graph::ArenaShared)));
    graph::ArenaStore::init(shared, opt.count("graph") ? quant::Metric::kL2 : metric, shape.padded, shape.capacity, 8ull << 30);
    graph::ArenaStore arena;
    arena.attach(shared, {nullptr, [](void *) {}, [](void *) {},
                          [](void *, size_t b) { return reinterpret_cast<uint64_t>(calloc(1, b)); },
                          [](void *, uint64_t h) { return reinterpret_cast<void *>(h); }});
    graph::InsertScratch<graph::ArenaStore> scratch;
    Rng rng(7);
    double t0 = now();
    for (size_t i = 0; i < rows; i++) {
        rotation.apply(base.row(i), rotated.data());
        int level = graph::draw_level(rng, m);
        if (!arena.begin({rotated.data(), shape.padded}, i, level)) abort();
        graph::insert(arena, level, num("start", m), efc, scratch);
    }
    double t1 = now();
    printf("build %.2f s, %u nodes\n", t1 - t0, arena.node_count());

    FusedStore store;
    store.metric = metric;
    store.shape = shape;
    store.stride = shape.body_bytes();
    store.bytes.resize(store.stride * arena.node_count());
    store.scalars.resize(arena.node_count());
    store.counts.resize(arena.node_count());
    store.exact = num("exact", 0) > 0;
    std::vector<float> scratchf(shape.padded), xf(shape.padded), yf(shape.padded);
    double mean_links = 0;
    for (uint32_t i = 0; i < arena.node_count(); i++) {
        graph::ArenaNode *n = arena.node(i);
        quant::NodeBody body(shape, store.at(i));
        memcpy(body.code(), arena.code(n), shape.padded);
        store.scalars[i] = n->scalars;
        kernel::active->decode_i8(arena.code(n), n->scalars.scale, shape.padded, xf.data());
        uint32_t l = 0;
        for (graph::ArenaLink link : arena.links(i, 0)) {
            graph::ArenaNode *y = arena.node(link.node);
            kernel::active->decode_i8(arena.code(y), y->scalars.scale, shape.padded, yf.data());
            quant::LinkHead h{};
            h.address = quant::Packed48::from(link.node);
            h.scalars = quant::pack(quant::encode_sketch(metric, shape.sketch, xf, yf, scratchf.data(), body.sketch(l)));
            body.set_head(l++, h);
        }
        store.counts[i] = l;
        mean_links += l;
    }
    printf("encode %.2f s, links %.1f, bytes %zu MB\n", now() - t1, mean_links / arena.node_count(), store.bytes.size() >> 20);

    Vectors truth = read_vectors(dir + (mname == "cosine" ? "/gt_cos_dist" : "/gt_l2_dist"));
    bool own_truth = mname == "ip" || rows != base.count();
    size_t nq = std::min<size_t>(queries.count(), num("nq", 1000));
    auto exact_distance = [&](std::span<const float> q, size_t i) {
        double s = 0;
        auto r = base.row(i);
        if (metric == quant::Metric::kInnerProduct) {
            for (uint32_t d = 0; d < base.dims; d++) s -= double(q[d]) * r[d];
            return s;
        }
        for (uint32_t d = 0; d < base.dims; d++) s += (double(q[d]) - r[d]) * (double(q[d]) - r[d]);
        return metric == quant::Metric::kCosine ? s / 2 : std::sqrt(s);
    };
    std::vector<double> kth(nq);
    for (size_t qi = 0; qi < nq; qi++) {
        if (!own_truth) { kth[qi] = truth.row(qi)[9]; continue; }
        std::vector<double> all(rows);
        for (size_t i = 0; i < rows; i++) all[i] = exact_distance(queries.row(qi), i);
        std::nth_element(all.begin(), all.begin() + 9, all.end());
        kth[qi] = all[9];
    }
    // Pages that a query touches when nodes lie in the order of insertion, or breadth first from the entry point.
    uint32_t per_page = std::max(1u, 8160 / (shape.body_bytes() + 44));
    std::vector<uint32_t> place(arena.node_count(), UINT32_MAX), order;
    auto append = [&](uint32_t n) {
        if (place[n] == UINT32_MAX) place[n] = static_cast<uint32_t>(order.size()), order.push_back(n);
    };
    append(shared->entry_node);
    for (uint32_t rest = 0, next = 0; rest < arena.node_count(); rest++) {
        for (; next < order.size(); next++)
            for (graph::ArenaLink link : arena.links(order[next], 0)) append(link.node);
        append(rest);
    }
    graph::Beam<FusedStore> beam;
    FusedStore::Opened opened;
    graph::EntryPoint<uint64_t> entry = arena.entry();
    for (int ef : {10, 20, 40, 60, 80, 100, 120, 160, 200}) {
        double hits = 0, bounds_bad = 0, fetched = 0, pages = 0, pages_bfs = 0;
        store.opens = store.links_seen = 0;
        double elapsed = 0;
        for (size_t qi = 0; qi < nq; qi++) {
            double s0 = now();
            rotation.apply(queries.row(qi), rotated.data());
            quant::Query query;
            query.set({rotated.data(), shape.padded}, shape.sketch.dims);
            store.query = &query;
            beam.clear(graph::Retain::kAll);
            beam.enter(store, {0, static_cast<uint32_t>(entry.id)});
            std::vector<std::pair<float, uint64_t>> found;
            uint64_t id;
            while (beam.advance(store, ef, id, opened)) found.push_back({opened.key, id});
            std::sort(found.begin(), found.end());
            elapsed += now() - s0;
            // rows of the nodes found, ten of them by exact distance among the first 30
            std::vector<double> d;
            for (size_t i = 0; i < std::min<size_t>(found.size(), 30); i++) {
                graph::ArenaNode *n = arena.node(static_cast<uint32_t>(found[i].second));
                double exact = exact_distance(queries.row(qi), n->row);
                double dot = query.dot(quant::NodeBody(shape, store.at(found[i].second)).code(), n->scalars.scale);
                double bound = quant::lower_bound(metric, query, n->scalars, dot, base.dims);
                bounds_bad += bound > exact;
                d.push_back(exact);
                for (uint32_t r = n->more_rows; r != graph::kNoRecord; r = arena.row(r)->next) d.push_back(exact);
            }
            std::sort(d.begin(), d.end());
            std::set<uint32_t> by_insertion, by_bfs;
            for (auto &f : found) by_insertion.insert(f.second / per_page), by_bfs.insert(place[f.second] / per_page);
            pages += by_insertion.size();
            pages_bfs += by_bfs.size();
            double tenth = d.size() >= 10 ? d[9] : 1e30;
            for (size_t i = 0; i < found.size(); i++) {
                graph::ArenaNode *n = arena.node(static_cast<uint32_t>(found[i].second));
                double dot = query.dot(quant::NodeBody(shape, store.at(found[i].second)).code(), n->scalars.scale);
                fetched += quant::lower_bound(metric, query, n->scalars, dot, base.dims) <= tenth;
            }
            for (size_t i = 0; i < std::min<size_t>(10, d.size()); i++) hits += d[i] <= kth[qi] * (kth[qi] > 0 ? 1 + 1e-6 : 1 - 1e-6) + 1e-9;
            host_free(const_cast<int8_t *>(query.high()));
        }
        printf("ef %3d pages by insertion %.1f breadth first %.1f, ", ef, pages / nq, pages_bfs / nq);
        printf("recall %.4f hops %.1f links/hop %.1f us %.1f  fetched %.1f bad bounds %.0f\n", hits / nq / 10,
               double(store.opens) / nq, double(store.links_seen) / store.opens, elapsed / nq * 1e6, fetched / nq, bounds_bad);
    }
}
