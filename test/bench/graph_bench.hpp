// What the graph benchmarks share: vectors from files, and a graph built in memory and laid out as pages would hold it.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "graph/arena_store.hpp"
#include "kernel/kernel.hpp"
#include "quant/fused.hpp"
#include "quant/rotation.hpp"

namespace vhnsw::bench {

struct Vectors {
    uint32_t dims = 0;
    std::vector<float> values;
    size_t count() const { return dims ? values.size() / dims : 0; }
    std::span<const float> row(size_t i) const { return {values.data() + i * dims, dims}; }
};

inline Vectors
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

inline double
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
        Vec<graph::Candidate<Id>> beyond;
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
    double dot(const quant::Query &with, uint32_t i)
    {
        return with.dot(reinterpret_cast<int8_t *>(quant::NodeBody(shape, at(i)).code()), scalars[i].scale);
    }
    float key(uint32_t i)
    {
        double dot = this->dot(*query, i);
        return quant::distance_key(metric, *query, scalars[i], dot);
    }
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened)
    {
        uint32_t i = static_cast<uint32_t>(id);
        quant::NodeBody body(shape, at(i));
        opened.key = key(i);
        quant::EstimateBase base = quant::estimate_base(*query, opened.key, shape.sketch.planes);
        opened.neighbours.clear();
        opened.beyond.clear();
        opens++;
        int32_t sums[quant::kMaxLinks];
        if (counts[i])
            kernel::active->masked_sums({body.sketch(0), shape.link_bytes(), counts[i], shape.sketch.planes},
                                        query->high(), shape.sketch.dims, sums);
        for (uint32_t l = 0; l < counts[i]; l++) {
            quant::LinkHead h = body.head(l);
            Id n = h.address.value();
            float estimate = exact ? key(static_cast<uint32_t>(n))
                                   : quant::estimate_key(metric, base, quant::unpack(h.scalars), sums[l]);
            if (estimate >= limit)
                opened.beyond.push({estimate, n});
            else if (visited.insert(key_of(n)))
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
    quant::Space space;
    quant::Rotation rotation;
    graph::ArenaStore arena;
    FusedStore store;
};

inline quant::Metric
metric_of(const std::string &name)
{
    if (name == "ip") return quant::Metric::kInnerProduct;
    return name == "cosine" ? quant::Metric::kCosine : quant::Metric::kL2;
}

inline void
normalise(Vectors &v)
{
    for (size_t i = 0; i < v.count(); i++) {
        double norm2 = 0;
        for (float x : v.row(i)) norm2 += double(x) * x;
        for (uint32_t d = 0; d < v.dims; d++) v.values[i * v.dims + d] /= static_cast<float>(std::sqrt(norm2));
    }
}

inline double
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

inline void
build(Bench &bench, const Options &options)
{
    auto *shared = static_cast<graph::ArenaShared *>(host_alloc(sizeof(graph::ArenaShared)));
    bench.space = {bench.metric,       bench.shape.kind,   bench.shape.dims,
                   bench.shape.padded, bench.shape.sketch, &bench.rotation};
    graph::ArenaStore::init(shared, bench.space, bench.shape.capacity, 16ull << 30);
    bench.arena.attach(shared,
                       {nullptr, [](void *) {}, [](void *) {},
                        [](void *, size_t bytes) { return reinterpret_cast<uint64_t>(calloc(1, bytes)); },
                        [](void *, uint64_t handle) { return reinterpret_cast<void *>(handle); }},
                       bench.space);
    graph::InsertScratch<graph::ArenaStore> scratch;
    quant::Preparation preparation;
    Rng rng(7);
    uint32_t m = options.number("m", 16);
    double start = now();
    for (size_t i = 0; i < bench.rows; i++) {
        quant::VectorView vector;
        vector.values = bench.base.row(i);
        int level = graph::draw_level(rng, m);
        if (!bench.arena.begin(preparation.prepare(bench.space, vector), i, level)) abort();
        graph::insert(bench.arena, level, m, options.number("efc", 64), scratch);
    }
    printf("build %.2f s, %u nodes\n", now() - start, bench.arena.node_count());
}

inline void
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
    Vec<float> fold;
    double start = now(), links = 0;
    for (uint32_t i = 0; i < count; i++) {
        graph::ArenaNode *node = bench.arena.node(i);
        quant::NodeBody body(bench.shape, store.at(i));
        const quant::Code code = bench.arena.code(node);
        memcpy(body.code(), code.bytes, code.size);
        store.scalars[i] = node->scalars;
        quant::unfold(bench.space, code, fold, reinterpret_cast<uint8_t *>(x.data()));
        for (graph::ArenaLink link : bench.arena.links(i, 0)) {
            graph::ArenaNode *to = bench.arena.node(link.node);
            quant::unfold(bench.space, bench.arena.code(to), fold, reinterpret_cast<uint8_t *>(y.data()));
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

// The upper layers, greedily by codes.
inline uint32_t
descend(Bench &bench, size_t *hops = nullptr)
{
    graph::ArenaShared *shared = bench.arena.shared();
    uint32_t nearest = shared->entry_node;
    for (int layer = shared->entry_level; layer > 0; layer--)
        for (uint32_t at = UINT32_MAX; at != nearest;) {
            at = nearest;
            if (hops) ++*hops;
            for (graph::ArenaLink link : bench.arena.links(at, layer))
                if (bench.store.key(link.node) < bench.store.key(nearest)) nearest = link.node;
        }
    return nearest;
}

// graph_bench_filter.cpp
void run_filtered(Bench &bench, const std::string &folder, const Options &options);

}  // namespace vhnsw::bench
