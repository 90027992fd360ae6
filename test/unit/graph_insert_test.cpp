// Insertion on both stores: what graph comes out.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "graph/insert.hpp"
#include "graphs.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::unit;

template <typename Graph>
void
insert_all(Graph &graph, const std::vector<Floats> &vectors)
{
    for (size_t i = 0; i < vectors.size(); ++i) graph.insert(vectors[i], i);
}

// Every row is in one node.
template <typename Graph>
void
expect_rows(Graph &graph, size_t count)
{
    std::vector<size_t> seen(count);
    for (uint32_t node = 0; node < graph.node_count(); ++node)
        for (uint64_t row : graph.rows(node)) ++seen.at(row);
    EXPECT_WITH(std::count(seen.begin(), seen.end(), 1u) == static_cast<std::ptrdiff_t>(count), "%zu rows", count);
}

// A sound graph of 2000 vectors, in which all can be reached and the nearest are found.
template <typename Graph>
void
expect_good(Graph &graph, const std::vector<Floats> &vectors, const std::vector<Floats> &queries, double least_recall)
{
    insert_all(graph, vectors);
    expect_valid(graph);
    expect_rows(graph, vectors.size());
    EXPECT_WITH(share_reached(graph, 0) > 0.995, "%.4f", share_reached(graph, 0));
    EXPECT_WITH(graph.store.entry().level < 2 || share_reached(graph, 1) > 0.98, "%.4f", share_reached(graph, 1));
    double found = recall(graph, queries, 40, [&](const Floats &query) { return nearest(vectors, query, 10); });
    EXPECT_WITH(found > least_recall, "%.4f", found);
}

template <typename Graph>
void
expect_good_graphs(uint64_t seed, uint32_t dims, double least_recall)
{
    Rng rng(seed);
    for (bool clustered : {false, true}) {
        std::vector<Floats> all = clustered ? clustered_vectors(rng, 2050, dims, 25) : uniform_vectors(rng, 2050, dims);
        std::vector<Floats> vectors(all.begin(), all.begin() + 2000), queries(all.begin() + 2000, all.end());
        Graph graph({.dims = dims});
        expect_good(graph, vectors, queries, least_recall);
    }
}

// Cluster after cluster: what was linked first must not be forgotten.
template <typename Graph>
void
expect_good_graph_of_sorted_rows(uint64_t seed)
{
    Rng rng(seed);
    std::vector<Floats> all = clustered_vectors(rng, 2040, 32, 20), vectors, queries(all.begin() + 2000, all.end());
    for (size_t cluster = 0; cluster < 20; ++cluster)
        for (size_t i = cluster; i < 2000; i += 20) vectors.push_back(all[i]);
    Graph graph({.dims = 32});
    expect_good(graph, vectors, queries, 0.9);
}

template <typename Graph>
void
expect_one_node_for_equal_vectors(uint64_t seed)
{
    Rng rng(seed);
    std::vector<Floats> distinct = uniform_vectors(rng, 300, 32), vectors;
    for (int i = 0; i < 3000; ++i) vectors.push_back(distinct[rng.next() % distinct.size()]);
    Graph graph({.dims = 32});
    insert_all(graph, vectors);
    expect_valid(graph);
    expect_rows(graph, vectors.size());
    size_t nodes = 0;
    for (uint32_t node = 0; node < graph.node_count(); ++node) {
        std::vector<uint64_t> rows = graph.rows(node);
        nodes += !rows.empty();
        for (uint64_t row : rows) EXPECT_WITH(vectors[row] == vectors[rows[0]], "row %lu", row);
    }
    std::set<Floats> present(vectors.begin(), vectors.end());
    EXPECT_WITH(nodes == present.size(), "%zu nodes of %zu vectors", nodes, present.size());
    // One node opened yields all of its rows.
    graph.aim(vectors[0]);
    EXPECT(graph.rows(search(graph, 10)[0].node).size() ==
           static_cast<size_t>(std::count(vectors.begin(), vectors.end(), vectors[0])));
}

}  // namespace

UNIT_TEST(graph_insert_makes_good_graphs_in_the_toy)
{
    expect_good_graphs<ToyGraph>(111, 16, 0.97);
}

UNIT_TEST(graph_insert_makes_good_graphs_in_the_arena)
{
    expect_good_graphs<ArenaGraph>(112, 32, 0.9);
}

UNIT_TEST(graph_insert_of_sorted_rows_makes_good_graphs)
{
    expect_good_graph_of_sorted_rows<ToyGraph>(113);
    expect_good_graph_of_sorted_rows<ArenaGraph>(114);
}

UNIT_TEST(graph_insert_makes_one_node_of_equal_vectors_in_the_toy)
{
    expect_one_node_for_equal_vectors<ToyGraph>(115);
}

UNIT_TEST(graph_insert_makes_one_node_of_equal_vectors_in_the_arena)
{
    expect_one_node_for_equal_vectors<ArenaGraph>(116);
}

UNIT_TEST(graph_insert_of_the_first_nodes)
{
    ToyGraph toy({.dims = 2});
    ArenaGraph arena({.dims = 32});
    EXPECT(toy.store.entry().level == -1 && search(arena, 10).empty());
    toy.insert({0, 0}, 0, 2);
    toy.insert({1, 0}, 1, 0);
    toy.insert({0, 1}, 2, 4);
    expect_valid(toy);
    EXPECT(toy.store.entry_level == 4 && toy.store.entry_node == 2);
    for (uint32_t node : {0u, 1u, 2u}) EXPECT_WITH(toy.links(node, 0).size() == 2, "node %u", node);
    EXPECT(toy.links(0, 1).size() == 1 && toy.links(2, 2).size() == 1 && toy.links(2, 3).empty());
    toy.aim({1, 0.1f});
    std::vector<Hit> hits = search(toy, 10);
    EXPECT(hits.size() == 3 && hits[0].node == 1 && hits[1].node == 0);
}

// With m links to begin with, though a list has room for more.
UNIT_TEST(graph_insert_starts_with_m_links)
{
    Rng rng(117);
    ToyGraph graph({.dims = 16, .m = 5, .capacity = 20});
    std::vector<Floats> vectors = uniform_vectors(rng, 500, 16);
    for (size_t i = 0; i < vectors.size(); ++i) {
        graph.insert(vectors[i], i, 0);
        EXPECT_WITH(graph.links(static_cast<uint32_t>(i), 0).size() == std::min<size_t>(i, 5), "node %zu", i);
    }
    size_t links = 0;
    for (uint32_t node = 0; node < 500; ++node) links += graph.links(node, 0).size();
    EXPECT_WITH(links > 500 * 7, "%zu", links);
}

// More links than a list can hold are not asked for.
UNIT_TEST(graph_insert_respects_the_capacity)
{
    Rng rng(118);
    std::vector<Floats> vectors = uniform_vectors(rng, 400, 32);
    ToyGraph toy({.dims = 32, .m = 12, .capacity = 4});
    insert_all(toy, vectors);
    expect_valid(toy);
    ArenaGraph arena({.dims = 32, .m = 100, .capacity = graph::kMaxLinks, .ef_construction = 200});
    insert_all(arena, vectors);
    expect_valid(arena);
    EXPECT(share_reached(arena, 0) == 1);
}

// A node that cannot take the row: the newcomer becomes a node of its own.
UNIT_TEST(graph_insert_of_a_duplicate_of_a_node_that_takes_no_rows)
{
    Rng rng(119);
    ToyGraph graph({.dims = 8});
    std::vector<Floats> vectors = uniform_vectors(rng, 100, 8);
    insert_all(graph, vectors);
    graph.store.full.insert(7);
    graph.insert(vectors[7], 100);
    EXPECT(graph.node_count() == 101 && graph.rows(7).size() == 1 && graph.rows(100)[0] == 100);
    expect_valid(graph);
    // The next one may choose either.
    graph.insert(vectors[7], 101);
    EXPECT(graph.node_count() == 101 && graph.rows(100).size() == 2);
}

UNIT_TEST(graph_insert_links_to_the_living)
{
    Rng rng(120);
    ToyGraph graph({.dims = 8});
    std::vector<Floats> vectors = uniform_vectors(rng, 600, 8);
    for (uint32_t i = 0; i < 300; ++i) graph.insert(vectors[i], i);
    for (uint32_t i = 0; i < 300; i += 2) graph.store.dead.insert(i);
    for (uint32_t i = 300; i < 600; ++i) {
        graph.insert(vectors[i], i);
        for (int layer = 0; layer <= graph.level(i); ++layer)
            for (const auto &link : graph.links(i, layer)) {
                // A layer may hold no other.
                EXPECT_WITH(layer > 0 || !graph.store.dead.count(link.node), "node %u", i);
            }
    }
    expect_valid(graph);
    // All dead: better these than none.
    for (uint32_t i = 0; i < 600; ++i) graph.store.dead.insert(i);
    graph.insert(Floats(8, 0.0f), 600, 0);
    EXPECT(!graph.links(600, 0).empty());
}

UNIT_TEST(graph_insert_levels_fall_off_by_m)
{
    for (uint32_t m : {2u, 5u, 16u, 100u}) {
        Rng rng(121 + m);
        constexpr int kDraws = 400000;
        std::vector<int> at_least(graph::kMaxLevel + 2);
        for (int i = 0; i < kDraws; ++i) {
            int level = graph::draw_level(rng, m);
            EXPECT_WITH(level >= 0 && level <= graph::kMaxLevel, "m = %u: %d", m, level);
            for (int l = 0; l <= level; ++l) ++at_least[static_cast<size_t>(l)];
        }
        for (int l = 1; l <= graph::kMaxLevel; ++l) {
            double want = kDraws * std::pow(m, -l), deviation = std::sqrt(want);
            EXPECT_WITH(std::fabs(at_least[static_cast<size_t>(l)] - want) <= 4 * deviation + 1, "m = %u, level %d: %d",
                        m, l, at_least[static_cast<size_t>(l)]);
        }
    }
    Rng rng(122);
    int highest = 0;
    for (int i = 0; i < 1000000; ++i) highest = std::max(highest, graph::draw_level(rng, 2));
    EXPECT_WITH(highest == graph::kMaxLevel, "%d", highest);
}
