// The beam on graphs of any form, and on those that insertion makes.
#include <algorithm>
#include <set>
#include <vector>

#include "graph/search.hpp"
#include "graphs.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::unit;
using graph::Retain;
using Beam = graph::Beam<ToyStore>;
using Id = ToyStore::Id;

// What links lead to from node 0, through nodes that are still there.
std::set<Id>
reachable(ToyStore &store)
{
    std::set<Id> seen;
    std::vector<uint32_t> queue = {0};
    while (!queue.empty()) {
        uint32_t node = queue.back();
        queue.pop_back();
        if (store.gone.count(node) || !seen.insert(node).second) continue;
        for (const ToyStore::Link &link : store.links(0, node)) queue.push_back(link.node);
    }
    return seen;
}

void
enter_at_first(Beam &beam, ToyStore &store, Retain retain)
{
    beam.clear(retain);
    beam.enter(store, {store.estimate_of(0), 0});
}

using Candidates = std::vector<graph::Candidate<Id>>;

Candidates
unopened(const Beam &beam)
{
    Candidates all;
    beam.for_each_unopened([&](const graph::Candidate<Id> &candidate) { all.push_back(candidate); });
    return all;
}

graph::Candidate<Id>
most_promising(const Beam &beam)
{
    const Candidates all = unopened(beam);
    return all.empty() ? graph::Candidate<Id>{} : *std::min_element(all.begin(), all.end(), graph::Nearer<Id>());
}

// Advances until it stops at this width.
std::vector<Id>
advance_all(Beam &beam, ToyStore &store, size_t width)
{
    std::vector<Id> ids;
    ToyStore::Opened opened{};
    Id id;
    while (beam.advance(store, width, id, opened)) ids.push_back(id);
    return ids;
}

}  // namespace

UNIT_TEST(graph_search_wider_and_wider_opens_every_reachable_node_once)
{
    for (uint64_t seed = 1; seed <= 200; ++seed) {
        Rng rng(seed);
        ToyStore store = random_graph(rng, 200);
        store.aim(Floats(3, 0.5f));
        store.estimate_noise = seed % 2 ? 0 : 0.5;
        std::set<Id> want = reachable(store), got;
        Beam beam;
        enter_at_first(beam, store, Retain::kAll);
        for (size_t width = 1; !beam.exhausted(); width += 1 + width / 2)
            for (Id id : advance_all(beam, store, width)) EXPECT_WITH(got.insert(id).second, "seed %lu", seed);
        EXPECT_WITH(got == want, "seed %lu: %zu of %zu", seed, got.size(), want.size());
        for (auto [id, times] : store.opens) EXPECT_WITH(times == 1, "seed %lu: %zu times", seed, times);
    }
}

UNIT_TEST(graph_search_goes_on_without_nodes_that_have_gone)
{
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        Rng rng(seed);
        ToyStore store = random_graph(rng, 200);
        store.aim(Floats(3, 0.0f));
        for (int i = 0; i < 40; ++i) store.gone.insert(static_cast<uint32_t>(rng.next() % 200));
        std::set<Id> want = reachable(store);
        Beam beam;
        enter_at_first(beam, store, Retain::kAll);
        std::vector<Id> got = advance_all(beam, store, 1000);
        EXPECT_WITH(std::set<Id>(got.begin(), got.end()) == want && got.size() == want.size(), "seed %lu", seed);
        EXPECT_WITH(beam.exhausted(), "seed %lu", seed);
    }
}

// Where it stops: `width` opened nodes are at least as promising as the best of the frontier, and not before.
UNIT_TEST(graph_search_stops_at_its_width)
{
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        Rng rng(seed);
        ToyStore store = random_graph(rng, 300);
        store.aim(Floats(3, -0.5f));
        store.estimate_noise = seed % 2 ? 0 : 0.3;
        for (size_t width : {1u, 2u, 7u, 40u}) {
            Beam beam;
            enter_at_first(beam, store, Retain::kAll);
            std::vector<float> estimates;
            ToyStore::Opened opened{};
            Id id;
            for (;;) {
                float best = most_promising(beam).key;
                size_t better = 0;
                for (float estimate : estimates) better += estimate <= best;
                bool may_go_on = !unopened(beam).empty() && better < width;
                bool went_on = beam.advance(store, width, id, opened);
                EXPECT_WITH(went_on == may_go_on, "seed %lu, width %zu, %zu opened", seed, width, estimates.size());
                if (!went_on) break;
                estimates.push_back(store.estimate_of(static_cast<uint32_t>(id)));
                EXPECT_WITH(estimates.back() == best, "seed %lu: not the most promising", seed);
            }
        }
    }
}

UNIT_TEST(graph_search_opens_the_same_when_it_drops_what_is_beyond_its_width)
{
    size_t kept = 0, kept_within = 0;
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        Rng rng(seed);
        ToyStore store = random_graph(rng, 300);
        store.aim(Floats(3, 0.2f));
        for (size_t width : {1u, 2u, 5u, 30u}) {
            Beam all, within;
            enter_at_first(all, store, Retain::kAll);
            enter_at_first(within, store, Retain::kWithinWidth);
            EXPECT_WITH(advance_all(all, store, width) == advance_all(within, store, width), "seed %lu, width %zu",
                        seed, width);
            kept += unopened(all).size();
            kept_within += unopened(within).size();
            EXPECT_WITH(unopened(within).size() <= 2 * width, "seed %lu, width %zu", seed, width);
        }
    }
    EXPECT_WITH(kept_within < kept, "%zu of %zu", kept_within, kept);
}

UNIT_TEST(graph_search_frontier_is_what_was_seen_but_not_opened)
{
    Rng rng(101);
    ToyStore store = random_graph(rng, 300);
    store.aim(Floats(3, 0.0f));
    Beam beam;
    enter_at_first(beam, store, Retain::kAll);
    std::set<Id> opened;
    for (size_t width = 1; width < 60; width += 3) {
        for (Id id : advance_all(beam, store, width)) opened.insert(id);
        std::set<Id> frontier;
        for (const auto &candidate : unopened(beam)) {
            EXPECT(frontier.insert(candidate.id).second && !opened.count(candidate.id));
            EXPECT(beam.visited().contains(store.key_of(candidate.id)));
        }
        for (Id id : opened) EXPECT(beam.visited().contains(store.key_of(id)));
        EXPECT_WITH(beam.visited().size() == opened.size() + frontier.size(), "width %zu", width);
        // The store is told what comes next, and after that, unless only what was put aside comes after that.
        Candidates next = unopened(beam);
        std::sort(next.begin(), next.end(), graph::Nearer<Id>());
        const std::vector<Id> &told = store.prefetched;
        EXPECT(told.empty() == next.empty() && told.size() <= std::min<size_t>(next.size(), 2));
        for (size_t i = 0; i < told.size(); i++) EXPECT(told[i] == next[i].id);
    }
}

UNIT_TEST(graph_search_can_be_used_again)
{
    Rng rng(102);
    ToyStore store = random_graph(rng, 300);
    store.aim(Floats(3, 0.0f));
    Beam used, fresh;
    enter_at_first(used, store, Retain::kWithinWidth);
    advance_all(used, store, 5);
    enter_at_first(used, store, Retain::kAll);
    enter_at_first(fresh, store, Retain::kAll);
    EXPECT(advance_all(used, store, 20) == advance_all(fresh, store, 20));
    // Entering twice is entering once.
    enter_at_first(used, store, Retain::kAll);
    used.enter(store, {0, 0});
    EXPECT(unopened(used).size() == 1);
}

// Whatever is interrupted by lack of memory, starting again gives the whole answer.
UNIT_TEST(graph_search_starts_again_after_memory_ran_out)
{
    Rng rng(103);
    ToyStore store = random_graph(rng, 2000);
    store.aim(Floats(3, 0.0f));
    size_t want = reachable(store).size();
    size_t nth = 1;
    for (;; ++nth) {
        Beam beam;
        ToyStore::Opened opened{};
        auto action = [&] {
            Id id;
            enter_at_first(beam, store, Retain::kAll);
            while (beam.advance(store, 3000, id, opened)) {
            }
        };
        if (!jumps_at_allocation(nth, action)) break;
        enter_at_first(beam, store, Retain::kAll);
        EXPECT_WITH(advance_all(beam, store, 3000).size() == want, "allocation %zu", nth);
    }
    EXPECT_WITH(nth > 3, "%zu", nth);
}

UNIT_TEST(graph_descend_walks_down_to_the_layer_it_is_asked_for)
{
    Rng rng(104);
    ToyGraph graph({.dims = 4, .m = 4, .capacity = 8});
    std::vector<Floats> vectors = uniform_vectors(rng, 2000, 4);
    for (size_t i = 0; i < vectors.size(); ++i) graph.insert(vectors[i], i);
    auto entry = graph.store.entry();
    EXPECT_WITH(entry.level >= 3, "%d", entry.level);
    Beam beam;
    ToyStore::Opened opened{};
    int nearer = 0;
    std::vector<Floats> queries = uniform_vectors(rng, 50, 4);
    for (const Floats &query : queries) {
        graph.aim(query);
        float before = graph.store.key_to(static_cast<uint32_t>(entry.id));
        for (int layer = entry.level; layer >= 0; --layer) {
            auto found = graph::descend(graph.store, entry, layer, beam, opened);
            uint32_t node = ToyStore::node_of(found.id);
            EXPECT(ToyStore::layer_of(found.id) == layer && graph.level(node) >= std::min(layer + 1, entry.level));
            if (layer == entry.level) {
                EXPECT(found.id == entry.id);
                continue;
            }
            EXPECT(found.key == graph.store.key_to(node) && found.key <= before);
            before = found.key;
        }
        // A layer of a quarter of a quarter of the nodes already lies close.
        std::vector<uint64_t> order = nearest(vectors, query, 2000);
        uint32_t node = ToyStore::node_of(graph::descend(graph.store, entry, 0, beam, opened).id);
        nearer += std::find(order.begin(), order.begin() + 40, graph.rows(node)[0]) != order.begin() + 40;
    }
    EXPECT_WITH(nearer >= 45, "%d of 50", nearer);
}

// Nothing is found where nothing is left, and nothing breaks.
UNIT_TEST(graph_descend_survives_an_entry_point_that_has_gone)
{
    Rng rng(105);
    ToyGraph graph({.dims = 4, .m = 4, .capacity = 8});
    std::vector<Floats> vectors = uniform_vectors(rng, 500, 4);
    for (size_t i = 0; i < vectors.size(); ++i) graph.insert(vectors[i], i);
    graph.store.gone.insert(graph.store.entry_node);
    graph.aim(vectors[0]);
    EXPECT(search(graph, 10).empty());
}

UNIT_TEST(graph_search_finds_the_nearest)
{
    Rng rng(106);
    for (bool clustered : {false, true}) {
        const char *name = clustered ? "clustered" : "uniform";
        std::vector<Floats> all = clustered ? clustered_vectors(rng, 2060, 16, 20) : uniform_vectors(rng, 2060, 16);
        std::vector<Floats> vectors(all.begin(), all.begin() + 2000), queries(all.begin() + 2000, all.end());
        ToyGraph graph({.dims = 16});
        for (size_t i = 0; i < vectors.size(); ++i) graph.insert(vectors[i], i);
        auto truth = [&](const Floats &query) { return nearest(vectors, query, 10); };
        double narrow = recall(graph, queries, 10, truth), usual = recall(graph, queries, 40, truth);
        double wide = recall(graph, queries, 200, truth);
        EXPECT_WITH(narrow > 0.85 && usual > 0.97 && wide > 0.99, "%s: %.4f %.4f %.4f", name, narrow, usual, wide);
        EXPECT_WITH(narrow < usual && usual <= wide, "%s: %.4f %.4f %.4f", name, narrow, usual, wide);
        // Estimates off by as much as those of one bit a dimension steer well enough.
        graph.store.estimate_noise = 0.2;
        double noisy = recall(graph, queries, 40, truth);
        EXPECT_WITH(noisy > 0.9 && noisy <= usual, "%s: %.4f %.4f %.4f %.4f", name, noisy, narrow, usual, wide);
    }
}
