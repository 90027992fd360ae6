// Whole graphs that tests build and look at, the same way for both stores.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "graph/arena_store.hpp"
#include "graph_data.hpp"
#include "toy_store.hpp"
#include "unit.hpp"

namespace vhnsw::unit {

// Nodes with a few links in random directions. Not all can be reached.
inline ToyStore
random_graph(Rng &rng, uint32_t count)
{
    ToyStore store(100);
    for (const Floats &vector : uniform_vectors(rng, count, 3)) store.add(vector);
    for (uint32_t from = 0; from < count; ++from)
        for (uint64_t links = rng.next() % 5; links > 0; --links)
            store.link(0, from, static_cast<uint32_t>(rng.next() % count));
    return store;
}

struct GraphShape {
    uint32_t dims;
    uint32_t m = 12;
    uint32_t capacity = 24;
    size_t ef_construction = 48;
};

class ToyGraph {
public:
    using Store = ToyStore;
    using Links = std::vector<ToyStore::Link>;

    explicit ToyGraph(const GraphShape &shape) : store(shape.capacity), shape_(shape) {}

    void insert(const Floats &vector, uint64_t row) { insert(vector, row, graph::draw_level(rng_, shape_.m)); }
    void insert(const Floats &vector, uint64_t row, int level)
    {
        store.aim(vector, row);
        graph::insert(store, level, shape_.m, shape_.ef_construction, scratch_);
    }
    void aim(const Floats &query) { store.aim(query); }

    uint32_t node_count() const { return static_cast<uint32_t>(store.nodes.size()); }
    int level(uint32_t node) const { return static_cast<int>(store.nodes[node].layers.size()) - 1; }
    Links links(uint32_t node, int layer) { return store.links(layer, node); }
    std::vector<uint64_t> rows(uint32_t node) const { return store.nodes[node].rows; }
    float key_between(uint32_t a, uint32_t b) const
    {
        return squared_distance(store.nodes[a].vector, store.nodes[b].vector);
    }

    ToyStore store;

private:
    GraphShape shape_;
    Rng rng_{5};
    graph::InsertScratch<ToyStore> scratch_;
};

// Blocks from the C library, given back in the end.
class ArenaBlocks {
public:
    graph::ArenaMemory memory()
    {
        auto nothing = [](void *) {};
        auto allocate = [](void *context, size_t wanted) {
            auto &blocks = *static_cast<ArenaBlocks *>(context);
            if (blocks.bytes + wanted > blocks.most) return uint64_t{0};
            blocks.blocks_.push_back(std::make_unique<std::max_align_t[]>(wanted / sizeof(std::max_align_t) + 1));
            blocks.bytes += wanted;
            return static_cast<uint64_t>(blocks.blocks_.size());
        };
        auto resolve = [](void *context, uint64_t handle) {
            return static_cast<void *>(static_cast<ArenaBlocks *>(context)->blocks_[handle - 1].get());
        };
        return {this, nothing, nothing, allocate, resolve};
    }

    size_t bytes = 0;
    size_t most = SIZE_MAX;  // that there are

private:
    std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
};

// Of vectors that are taken as rotated already.
inline quant::Space
rotated_space(quant::Metric metric, uint32_t dims)
{
    return {metric, quant::CodeKind::kRotated, dims, dims, {dims, 1}, nullptr};
}

inline quant::Prepared
as_rotated(const Floats &vector)
{
    quant::Prepared prepared;
    prepared.values = vector;
    return prepared;
}

class ArenaGraph {
public:
    using Store = graph::ArenaStore;
    using Links = std::vector<ToyStore::Link>;

    explicit ArenaGraph(const GraphShape &shape, quant::Metric metric = quant::Metric::kL2,
                        uint64_t bytes_limit = uint64_t{1} << 30)
        : shape_(shape), space_(rotated_space(metric, shape.dims)), shared_(std::make_unique<graph::ArenaShared>())
    {
        Store::init(shared_.get(), space_, shape.capacity, bytes_limit);
        store.attach(shared_.get(), blocks.memory(), space_);
    }

    // False when the arena is full.
    bool insert(const Floats &vector, uint64_t row) { return insert(vector, row, graph::draw_level(rng_, shape_.m)); }
    bool insert(const Floats &vector, uint64_t row, int level)
    {
        if (!store.begin(as_rotated(vector), row, level)) return false;
        graph::insert(store, level, shape_.m, shape_.ef_construction, scratch_);
        return true;
    }
    // The query is a newcomer that is never inserted.
    void aim(const Floats &query) { EXPECT(store.begin(as_rotated(query), 0, 0)); }

    // Records that were given up count, and have no rows.
    uint32_t node_count() const { return store.node_count(); }
    int level(uint32_t node) { return store.node(node)->level; }
    Links links(uint32_t node, int layer)
    {
        Links links;
        if (store.node(node)->published)
            for (graph::ArenaLink link : store.links(node, layer))
                links.push_back({link.node, link.key, link.dominated != 0});
        return links;
    }
    std::vector<uint64_t> rows(uint32_t node)
    {
        std::vector<uint64_t> rows;
        if (!store.node(node)->published) return rows;
        rows.push_back(store.node(node)->row);
        for (uint32_t at = store.node(node)->more_rows; at != graph::kNoRecord; at = store.row(at)->next)
            rows.push_back(store.row(at)->row);
        return rows;
    }
    float key_between(uint32_t a, uint32_t b) { return store.between({0, a}, {0, b}); }

    ArenaBlocks blocks;
    Store store;

private:
    GraphShape shape_;
    quant::Space space_;
    std::unique_ptr<graph::ArenaShared> shared_;
    Rng rng_{5};
    graph::InsertScratch<Store> scratch_;
};

// A node that a search has opened.
struct Hit {
    float key;
    uint32_t node;
};

// Opens what a search of `width` for the vector aimed at opens on layer 0, nearest first.
template <typename Graph>
std::vector<Hit>
search(Graph &graph, size_t width)
{
    using Store = typename Graph::Store;
    graph::Beam<Store> beam;
    typename Store::Opened opened{};
    graph::EntryPoint<typename Store::Id> entry = graph.store.entry();
    std::vector<Hit> hits;
    if (entry.level < 0) return hits;
    auto from = graph::descend(graph.store, entry, 0, beam, opened);
    beam.clear(graph::Retain::kAll);
    beam.enter(graph.store, from);
    typename Store::Id id;
    while (beam.advance(graph.store, width, id, opened)) hits.push_back({opened.key, static_cast<uint32_t>(id)});
    std::sort(hits.begin(), hits.end(), [](Hit a, Hit b) { return a.key < b.key; });
    return hits;
}

// Mean share of the rows of the `k` nearest nodes found that belong there. `truth(query)` gives the k nearest rows.
template <typename Graph, typename Truth>
double
recall(Graph &graph, const std::vector<Floats> &queries, size_t width, const Truth &truth)
{
    double sum = 0;
    for (const Floats &query : queries) {
        std::vector<uint64_t> wanted = truth(query), found;
        graph.aim(query);
        for (Hit hit : search(graph, width)) {
            for (uint64_t row : graph.rows(hit.node)) found.push_back(row);
            if (found.size() >= wanted.size()) break;
        }
        sum += share_found(wanted, found);
    }
    return sum / static_cast<double>(queries.size());
}

// The share of the nodes on a layer to which links lead from the entry point.
template <typename Graph>
double
share_reached(Graph &graph, int layer)
{
    std::vector<bool> seen(graph.node_count());
    std::vector<uint32_t> queue = {static_cast<uint32_t>(graph.store.entry().id)};
    seen[queue[0]] = true;
    for (size_t next = 0; next < queue.size(); ++next)
        for (const auto &link : graph.links(queue[next], layer))
            if (!seen[link.node]) {
                seen[link.node] = true;
                queue.push_back(link.node);
            }
    size_t nodes = 0;
    for (uint32_t i = 0; i < graph.node_count(); ++i) nodes += !graph.rows(i).empty() && graph.level(i) >= layer;
    return static_cast<double>(queue.size()) / static_cast<double>(nodes);
}

// Every link leads to another node that exists on the layer, none twice, with its key; the entry point is on the top.
template <typename Graph>
void
expect_valid(Graph &graph)
{
    int top = -1;
    for (uint32_t node = 0; node < graph.node_count(); ++node) {
        if (graph.rows(node).empty()) continue;
        top = std::max(top, graph.level(node));
        for (int layer = 0; layer <= graph.level(node); ++layer) {
            std::set<uint32_t> linked;
            for (const auto &link : graph.links(node, layer)) {
                EXPECT_WITH(link.node < graph.node_count() && link.node != node, "node %u, layer %d", node, layer);
                EXPECT_WITH(linked.insert(link.node).second, "node %u, layer %d: %u twice", node, layer, link.node);
                bool exists = !graph.rows(link.node).empty() && graph.level(link.node) >= layer;
                EXPECT_WITH(exists, "node %u, layer %d: %u", node, layer, link.node);
                EXPECT_WITH(link.key == graph.key_between(node, link.node), "node %u, layer %d", node, layer);
            }
            EXPECT_WITH(linked.size() <= graph.store.capacity(), "node %u, layer %d", node, layer);
        }
    }
    auto entry = graph.store.entry();
    EXPECT_WITH(entry.level == top, "%d, not %d", entry.level, top);
    if (top >= 0) EXPECT(graph.level(static_cast<uint32_t>(entry.id)) == top);
}

}  // namespace vhnsw::unit
