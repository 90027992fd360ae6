// The search with two frontiers: on graphs of any form, and on those that insertion makes.
#include <algorithm>
#include <set>
#include <vector>

#include "graph/two_frontiers.hpp"
#include "graphs.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::unit;

// A toy store of which some nodes pass a filter. Links may wrongly say that a node passes, never that it fails.
struct FilteredToy {
    using Id = ToyStore::Id;
    struct Opened {
        float key;
        Vec<graph::Candidate<Id>> neighbours;
        Vec<graph::Candidate<Id>> beyond;
        Vec<graph::Candidate<Id>> failing;
        bool passes;
    };

    FilteredToy(ToyStore &inner_store, const std::vector<bool> &filter) : inner(inner_store), passing(filter) {}

    uint64_t key_of(Id id) const { return inner.key_of(id); }
    void prefetch(Id id) { inner.prefetch(id); }
    Id below(Id id, const Opened &) const { return id - (uint64_t{1} << 32); }
    bool may_pass(uint32_t node) const { return passing[node] || doubtful.count(node); }
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened)
    {
        if (!inner.open(id, visited, limit, scratch)) return false;
        opened.key = scratch.key;
        opened.passes = passing[ToyStore::node_of(id)];
        opened.neighbours.clear();
        opened.failing.clear();
        for (const auto &neighbour : scratch.neighbours)
            (may_pass(ToyStore::node_of(neighbour.id)) ? opened.neighbours : opened.failing).push(neighbour);
        return true;
    }

    ToyStore &inner;
    std::vector<bool> passing;
    std::set<uint32_t> doubtful;  // fail, but links cannot tell
    ToyStore::Opened scratch{};
};
static_assert(graph::FilteredStore<FilteredToy> && !graph::FilteredStore<ToyStore>);

using Frontiers = graph::TwoFrontiers<FilteredToy>;
using Step = Frontiers::Step;
using Goal = Frontiers::Goal;
using Id = FilteredToy::Id;

std::vector<bool>
random_filter(Rng &rng, size_t count, double share)
{
    std::vector<bool> passing(count);
    for (size_t i = 0; i < count; ++i) passing[i] = rng.uniform() <= share;
    return passing;
}

// What links lead to from these nodes, through nodes that are still there.
std::set<Id>
reachable(ToyStore &store, std::vector<uint32_t> queue)
{
    std::set<Id> seen;
    while (!queue.empty()) {
        uint32_t node = queue.back();
        queue.pop_back();
        if (store.gone.count(node) || !seen.insert(node).second) continue;
        for (const ToyStore::Link &link : store.links(0, node)) queue.push_back(link.node);
    }
    return seen;
}

void
enter_at_first(Frontiers &frontiers, FilteredToy &store, const Goal &goal)
{
    frontiers.clear();
    frontiers.set_goal(goal);
    frontiers.enter(store, {store.inner.estimate_of(0), 0}, store.passing[0]);
}

// Advances until it stops at this goal; what it opened.
std::vector<Id>
advance_all(Frontiers &frontiers, FilteredToy &store, Step &last)
{
    std::vector<Id> ids;
    FilteredToy::Opened opened{};
    Id id;
    while ((last = frontiers.advance(store, id, opened)) == Step::kOpened) ids.push_back(id);
    return ids;
}

// A random graph of 300 nodes under a filter, with estimates that are off and links that are not sure of the filter.
struct Maze {
    explicit Maze(uint64_t seed) : rng(seed), toy(random_graph(rng, 300)), store(toy, {})
    {
        const double shares[] = {1, 0.5, 0.1, 0.02, 0};
        share = shares[seed % 5];
        store.passing = random_filter(rng, 300, share);
        toy.aim(Floats(3, 0.3f));
        toy.estimate_noise = seed % 2 ? 0 : 0.5;
        if (seed % 3 == 0)
            for (int i = 0; i < 60; ++i) store.doubtful.insert(static_cast<uint32_t>(rng.next() % 300));
        if (seed % 7 == 0)
            for (int i = 0; i < 30; ++i) toy.gone.insert(static_cast<uint32_t>(rng.next() % 300));
        share = std::max(share, 0.001);
    }
    Rng rng;
    ToyStore toy;
    FilteredToy store;
    double share;
};

// A graph made by insertion, exact answers under a filter, and whole searches.
struct FilteredGraph {
    FilteredGraph(std::vector<Floats> all, size_t query_count) : toy({.dims = static_cast<uint32_t>(all[0].size())})
    {
        auto split = all.end() - static_cast<std::ptrdiff_t>(query_count);
        vectors.assign(all.begin(), split);
        queries.assign(split, all.end());
        for (size_t i = 0; i < vectors.size(); ++i) toy.insert(vectors[i], i);
    }

    // The k nearest vectors that pass; nodes are numbered like vectors, as these are distinct.
    std::vector<uint64_t> truth(const Floats &query, const std::vector<bool> &passing, size_t k) const
    {
        std::vector<uint64_t> found;
        for (uint64_t i : nearest(vectors, query, vectors.size()))
            if (passing[i] && found.size() < k) found.push_back(i);
        return found;
    }

    // As a caller does it: seeds are 16 passing nodes at random, of which the nearest two enter.
    void draw_seeds(Frontiers &frontiers, FilteredToy &store)
    {
        std::vector<graph::Candidate<Id>> drawn;
        for (size_t tries = 0; drawn.size() < 16 && tries < 100000; ++tries) {
            uint32_t node = static_cast<uint32_t>(rng.next() % vectors.size());
            if (store.passing[node]) drawn.push_back({toy.store.key_to(node), ToyStore::id_of(0, node)});
        }
        std::sort(drawn.begin(), drawn.end(), [](auto a, auto b) { return a.key < b.key; });
        drawn.resize(std::min<size_t>(drawn.size(), 2));
        for (const auto &seed : drawn) frontiers.enter_seed(store, seed, true);
        frontiers.forgo_seeds();
        ++seeded;
    }

    void enter(Frontiers &frontiers, FilteredToy &store, const Goal &goal)
    {
        graph::Beam<ToyStore> beam;
        ToyStore::Opened opened{};
        frontiers.clear();
        frontiers.set_goal(goal);
        auto from = graph::descend(toy.store, toy.store.entry(), 0, beam, opened);
        frontiers.enter(store, from, store.passing[ToyStore::node_of(from.id)]);
    }

    // Goes on to the end of the goal; appends the passing nodes it opens.
    void go_on(Frontiers &frontiers, FilteredToy &store, bool with_seeds, std::vector<Hit> &hits)
    {
        FilteredToy::Opened opened{};
        Id id;
        while (frontiers.advance(store, id, opened) == Step::kOpened) {
            ++opened_nodes;
            if (opened.passes) hits.push_back({opened.key, ToyStore::node_of(id)});
            if (with_seeds && frontiers.wants_seeds()) draw_seeds(frontiers, store);
        }
    }

    // Mean recall at k = goal.rows.
    double recall(const std::vector<std::vector<bool>> &filters, const Goal &goal, bool with_seeds)
    {
        double sum = 0;
        opened_nodes = seeded = 0;
        for (size_t q = 0; q < queries.size(); ++q) {
            toy.aim(queries[q]);
            FilteredToy store(toy.store, filters[q % filters.size()]);
            Frontiers frontiers;
            std::vector<Hit> hits;
            enter(frontiers, store, goal);
            go_on(frontiers, store, with_seeds, hits);
            sum += share_of_truth(queries[q], store.passing, goal.rows, hits);
        }
        return sum / static_cast<double>(queries.size());
    }

    double share_of_truth(const Floats &query, const std::vector<bool> &passing, size_t k, std::vector<Hit> hits) const
    {
        std::sort(hits.begin(), hits.end(), [](Hit a, Hit b) { return a.key < b.key; });
        std::vector<uint64_t> found;
        for (size_t i = 0; i < hits.size() && i < k; ++i) found.push_back(hits[i].node);
        return share_found(truth(query, passing, k), found);
    }

    // Of every query, the `share` of the vectors nearest to one that is far from it passes.
    std::vector<std::vector<bool>> far_compact_filters(double share)
    {
        std::vector<std::vector<bool>> filters;
        size_t count = static_cast<size_t>(share * static_cast<double>(vectors.size()));
        for (const Floats &query : queries) {
            uint64_t centre = nearest(vectors, query, vectors.size())[vectors.size() / 2 + rng.next() % 500];
            std::vector<bool> passing(vectors.size());
            for (uint64_t i : nearest(vectors, vectors[centre], count)) passing[i] = true;
            filters.push_back(passing);
        }
        return filters;
    }

    ToyGraph toy;
    std::vector<Floats> vectors, queries;
    Rng rng{77};
    size_t opened_nodes = 0, seeded = 0;
};

FilteredGraph
clustered_graph(uint64_t seed)
{
    Rng rng(seed);
    std::vector<Floats> vectors = clustered_vectors(rng, 3040, 12, 20), spread = uniform_vectors(rng, 3040, 12);
    // Not so tight that links never leave a cluster.
    for (size_t i = 0; i < vectors.size(); ++i)
        for (size_t d = 0; d < 12; ++d) vectors[i][d] += 0.3f * spread[i][d];
    return FilteredGraph(vectors, 40);
}

FilteredGraph
uniform_graph(uint64_t seed)
{
    Rng rng(seed);
    return FilteredGraph(uniform_vectors(rng, 3040, 8), 40);
}

}  // namespace

// A key enters the first ranks when it is added, or when the rank is raised.
UNIT_TEST(graph_two_frontiers_ranked_key_is_that_of_a_sorted_list)
{
    for (uint64_t seed = 1; seed <= 50; ++seed) {
        Rng rng(seed);
        graph::PassingKeys ranked;
        std::vector<float> keys;  // sorted
        size_t rank = 1;
        std::vector<float> by_note;
        std::set<float> entered;
        auto enters = [&](const graph::PassingKey &key) { entered.insert(by_note[key.note]); };
        for (uint64_t i = 0; i < 300; ++i) {
            if (rng.next() % 20 == 0) ranked.set_rank(rank = 1 + rng.next() % 60, enters);
            float key = static_cast<float>(rng.next() % 200);
            bool before = keys.size() < rank || key < keys[rank - 1];
            by_note.push_back(key);
            EXPECT_WITH(ranked.add({key, i}) == before, "seed %lu, %lu", seed, i);
            if (before) entered.insert(key);
            keys.insert(std::upper_bound(keys.begin(), keys.end(), key), key);
            float want = keys.size() < rank ? std::numeric_limits<float>::infinity() : keys[rank - 1];
            EXPECT_WITH(graph::ranked_key(ranked) == want, "seed %lu, %lu", seed, i);
            for (size_t j = 0; j < std::min(rank, keys.size()); ++j)
                EXPECT_WITH(entered.count(keys[j]), "seed %lu, %lu: rank %zu", seed, i, j);
        }
    }
}

// Asking for more rows than there are opens all that links lead to, each node once.
UNIT_TEST(graph_two_frontiers_finds_every_passing_row_in_the_end)
{
    for (uint64_t seed = 1; seed <= 210; ++seed) {
        Maze maze(seed);
        std::set<Id> want = reachable(maze.toy, {0});
        Frontiers frontiers;
        enter_at_first(frontiers, maze.store, {1000, 10, maze.share});
        Step last;
        std::vector<Id> got = advance_all(frontiers, maze.store, last);
        EXPECT_WITH(last == Step::kExhausted && frontiers.exhausted(), "seed %lu", seed);
        EXPECT_WITH(std::set<Id>(got.begin(), got.end()) == want, "seed %lu: %zu of %zu", seed, got.size(),
                    want.size());
        for (auto [id, times] : maze.toy.opens) EXPECT_WITH(times == 1, "seed %lu: %zu times", seed, times);
    }
}

UNIT_TEST(graph_two_frontiers_stops_and_goes_on_without_losing_a_node)
{
    size_t settled = 0;
    for (uint64_t seed = 1; seed <= 210; ++seed) {
        Maze maze(seed);
        std::set<Id> want = reachable(maze.toy, {0, 5}), got;
        Frontiers frontiers;
        enter_at_first(frontiers, maze.store, {1, 1, maze.share});
        Step last = Step::kOpened;
        for (size_t rows = 1; rows <= 1024; rows *= 2) {
            // What is known of the share may change, too.
            frontiers.set_goal({rows, 1, rows % 3 == 1 ? maze.share : 1});
            for (Id id : advance_all(frontiers, maze.store, last)) EXPECT_WITH(got.insert(id).second, "seed %lu", seed);
            settled += last == Step::kSettled;
            // A seed, entered again and again, changes nothing about that.
            frontiers.enter_seed(maze.store, {0, 5}, maze.store.may_pass(5));
        }
        EXPECT_WITH(last == Step::kExhausted && got == want, "seed %lu: %zu of %zu", seed, got.size(), want.size());
        for (auto [id, times] : maze.toy.opens) EXPECT_WITH(times == 1, "seed %lu: %zu times", seed, times);
    }
    EXPECT_WITH(settled > 200, "%zu", settled);
}

// At every step: the frontiers are what was seen but not opened, sides are told apart, and counts agree.
UNIT_TEST(graph_two_frontiers_keeps_what_it_has_seen_apart)
{
    for (uint64_t seed = 1; seed <= 105; ++seed) {
        Maze maze(seed);
        Frontiers frontiers;
        FilteredToy::Opened opened{};
        enter_at_first(frontiers, maze.store, {5, 8, maze.share});
        if (seed % 2) frontiers.forgo_seeds();  // bridges are built from now on
        std::set<Id> done;
        size_t found = 0;
        Id id;
        while (frontiers.advance(maze.store, id, opened) == Step::kOpened) {
            EXPECT_WITH(opened.passes == maze.store.passing[ToyStore::node_of(id)], "seed %lu", seed);
            found += opened.passes;
            done.insert(id);
            std::set<Id> waiting;
            frontiers.for_each_unopened([&](auto candidate, bool passes) {
                EXPECT_WITH(waiting.insert(candidate.id).second && !done.count(candidate.id), "seed %lu", seed);
                EXPECT_WITH(passes == maze.store.may_pass(ToyStore::node_of(candidate.id)), "seed %lu", seed);
                EXPECT(frontiers.visited().contains(maze.store.key_of(candidate.id)));
            });
            const auto &counts = frontiers.counts();
            size_t gone = counts.seen - waiting.size() - done.size();
            EXPECT_WITH(gone <= maze.toy.gone.size(), "seed %lu: %zu", seed, gone);
            EXPECT_WITH(counts.seen == frontiers.visited().size(), "seed %lu", seed);
            EXPECT_WITH(counts.found == found, "seed %lu", seed);
            EXPECT_WITH(counts.opened_passing + counts.opened_failing + counts.opened_bridges == done.size(),
                        "seed %lu", seed);
            if (frontiers.exhausted()) EXPECT(waiting.empty());
        }
        EXPECT_WITH(frontiers.exhausted() || frontiers.counts().found >= 5, "seed %lu", seed);
    }
}

// As a passing node that would enter the answer is worth its page whatever else there is.
UNIT_TEST(graph_two_frontiers_opens_passing_nodes_of_the_answer_first)
{
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        Maze maze(seed);
        maze.toy.estimate_noise = 0;
        Frontiers frontiers;
        FilteredToy::Opened opened{};
        enter_at_first(frontiers, maze.store, {5, 8, maze.share});
        for (Id id;;) {
            float nearest_waiting = std::numeric_limits<float>::infinity(), wanted = frontiers.farthest_wanted();
            Id nearest_id = 0;
            frontiers.for_each_unopened([&](auto candidate, bool passes) {
                bool gone = maze.toy.gone.count(ToyStore::node_of(candidate.id));
                if (gone || !passes || !(candidate.key < nearest_waiting)) return;
                nearest_waiting = candidate.key;
                nearest_id = candidate.id;
            });
            if (frontiers.advance(maze.store, id, opened) != Step::kOpened) {
                EXPECT_WITH(!(nearest_waiting < wanted), "seed %lu", seed);
                break;
            }
            if (nearest_waiting < wanted) EXPECT_WITH(id == nearest_id, "seed %lu", seed);
        }
    }
}

UNIT_TEST(graph_two_frontiers_can_be_used_again)
{
    Maze maze(102);
    Frontiers used, fresh;
    Step last;
    enter_at_first(used, maze.store, {3, 2, 0.5});
    used.forgo_seeds();
    advance_all(used, maze.store, last);
    enter_at_first(used, maze.store, {5, 10, maze.share});
    enter_at_first(fresh, maze.store, {5, 10, maze.share});
    EXPECT(advance_all(used, maze.store, last) == advance_all(fresh, maze.store, last));
}

// Whatever is interrupted by lack of memory, starting again gives the whole answer.
UNIT_TEST(graph_two_frontiers_starts_again_after_memory_ran_out)
{
    Rng rng(103);
    ToyStore toy = random_graph(rng, 2000);
    toy.aim(Floats(3, 0.0f));
    FilteredToy store(toy, random_filter(rng, 2000, 0.3));
    size_t want = reachable(toy, {0}).size(), nth = 1;
    Step last;
    for (;; ++nth) {
        Frontiers frontiers;
        FilteredToy::Opened opened{};
        auto action = [&] {
            Id id;
            enter_at_first(frontiers, store, {3000, 10, 0.3});
            while (frontiers.advance(store, id, opened) == Step::kOpened) {
            }
        };
        if (!jumps_at_allocation(nth, action)) break;
        enter_at_first(frontiers, store, {3000, 10, 0.3});
        EXPECT_WITH(advance_all(frontiers, store, last).size() == want, "allocation %zu", nth);
    }
    EXPECT_WITH(nth > 6, "%zu", nth);
}

// Without a filter it is the search of HNSW, of the same width.
UNIT_TEST(graph_two_frontiers_of_share_one_finds_what_a_beam_finds)
{
    for (bool clustered : {false, true}) {
        const char *name = clustered ? "clustered" : "uniform";
        FilteredGraph data = clustered ? clustered_graph(5) : uniform_graph(5);
        std::vector<std::vector<bool>> all = {std::vector<bool>(data.vectors.size(), true)};
        for (double noise : {0.0, 0.2})
            for (size_t ef : {10, 40, 100}) {
                data.toy.store.estimate_noise = noise;
                auto truth = [&](const Floats &query) { return data.truth(query, all[0], 10); };
                data.toy.store.opens.clear();
                double beam = recall(data.toy, data.queries, ef, truth);
                double frontiers = data.recall(all, {10, ef, 1}, false);
                EXPECT_WITH(frontiers >= beam - 0.005, "%s, noise %.1f, ef %zu: %.4f, not %.4f", name, noise, ef,
                            frontiers, beam);
                size_t most = 40 * (2 * ef + 40);
                EXPECT_WITH(data.opened_nodes < most, "%s, ef %zu: %zu pages", name, ef, data.opened_nodes);
            }
    }
}

UNIT_TEST(graph_two_frontiers_finds_the_nearest_under_a_filter_independent_of_the_query)
{
    Rng rng(9);
    for (bool clustered : {false, true}) {
        FilteredGraph data = clustered ? clustered_graph(6) : uniform_graph(6);
        for (double noise : {0.0, 0.2})
            for (double share : {0.5, 0.1, 0.02}) {
                data.toy.store.estimate_noise = noise;
                std::vector<std::vector<bool>> filters = {random_filter(rng, data.vectors.size(), share)};
                double usual = data.recall(filters, {10, 40, share}, true);
                EXPECT_WITH(usual > (noise > 0 ? 0.93 : 0.95), "clustered %d, noise %.1f, share %.2f: %.4f", clustered,
                            noise, share, usual);
                size_t opened = data.opened_nodes;
                double wide = data.recall(filters, {10, 120, share}, true);
                EXPECT_WITH(wide >= usual && wide > 0.97, "clustered %d, noise %.1f, share %.2f: %.4f, %.4f", clustered,
                            noise, share, usual, wide);
                EXPECT_WITH(data.opened_nodes > opened, "%zu, %zu", opened, data.opened_nodes);
            }
    }
}

// All that passes lies together, far from the query.
UNIT_TEST(graph_two_frontiers_finds_a_compact_far_cluster_by_seeds)
{
    for (bool clustered : {false, true}) {
        FilteredGraph data = clustered ? clustered_graph(7) : uniform_graph(7);
        double mean = 0;
        for (double share : {0.5, 0.1, 0.02}) {
            auto filters = data.far_compact_filters(share);
            double with = data.recall(filters, {10, 40, share}, true);
            size_t opened = data.opened_nodes, seeded = data.seeded;
            EXPECT_WITH(with > (clustered ? 0.8 : 0.97), "clustered %d, share %.2f: %.4f", clustered, share, with);
            mean += with / 3;
            if (!clustered || share > 0.02) continue;
            double without = data.recall(filters, {10, 40, share}, false);
            EXPECT_WITH(seeded > 20 && 2 * opened < data.opened_nodes, "%zu seeded, %zu, %zu pages: %.4f, %.4f", seeded,
                        opened, data.opened_nodes, with, without);
        }
        EXPECT_WITH(mean > 0.93, "clustered %d: %.4f", clustered, mean);
    }
}

// Rows may be asked for bit by bit.
UNIT_TEST(graph_two_frontiers_finds_as_much_when_the_goal_is_raised)
{
    Rng rng(10);
    FilteredGraph data = clustered_graph(8);
    for (double share : {0.5, 0.1}) {
        std::vector<std::vector<bool>> filters = {random_filter(rng, data.vectors.size(), share)};
        double at_once = data.recall(filters, {80, 40, share}, true), raised = 0;
        for (const Floats &query : data.queries) {
            data.toy.aim(query);
            FilteredToy store(data.toy.store, filters[0]);
            Frontiers frontiers;
            std::vector<Hit> hits;
            data.enter(frontiers, store, {10, 40, share});
            for (size_t rows : {10, 20, 40, 80}) {
                frontiers.set_goal({rows, 40, share});
                data.go_on(frontiers, store, true, hits);
                EXPECT_WITH(hits.size() >= rows, "%zu of %zu", hits.size(), rows);
            }
            raised += data.share_of_truth(query, filters[0], 80, hits) / static_cast<double>(data.queries.size());
        }
        EXPECT_WITH(raised > at_once - 0.02, "share %.2f: %.4f, not %.4f", share, raised, at_once);
    }
}
