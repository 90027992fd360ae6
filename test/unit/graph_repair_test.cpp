// Repair after deletion (graph/repair.hpp), on a toy store: points in memory with exact distances.
#include <algorithm>
#include <queue>
#include <vector>

#include "core/rng.hpp"
#include "graph/repair.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using graph::Candidate;
using graph::Fate;

constexpr uint32_t kDims = 8;
constexpr uint32_t kCapacity = 20;
constexpr uint32_t kStart = 10;  // links of a new node

enum class State { kLive, kDead, kGone };

struct Node {
    float at[kDims];
    State state = State::kLive;
    std::vector<uint32_t> links;
    std::vector<bool> dominated;
};

struct Toy {
    using Id = uint64_t;  // number + 1
    struct Kept {
        float key;
        Id id;
    };

    std::vector<Node> nodes;
    uint32_t owner = 0;
    uint32_t expanded = 0;
    size_t opened = 0;
    size_t links_back = 0;

    static uint32_t number(Id id) { return static_cast<uint32_t>(id - 1); }
    static Id id_of(uint32_t i) { return i + 1; }

    float distance(const float *a, const float *b) const
    {
        float sum = 0;
        for (uint32_t d = 0; d < kDims; d++) sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
    float distance(uint32_t i, uint32_t j) const { return distance(nodes[i].at, nodes[j].at); }

    // The list contract of graph::admit().
    struct Links {
        Toy &toy;
        uint32_t owner, newcomer;
        uint32_t size() const { return static_cast<uint32_t>(toy.nodes[owner].links.size()); }
        uint32_t capacity() const { return kCapacity; }
        float key(uint32_t i) const { return toy.distance(owner, toy.nodes[owner].links[i]); }
        float between(uint32_t i) const { return toy.distance(newcomer, toy.nodes[owner].links[i]); }
        bool dominated(uint32_t i) const { return toy.nodes[owner].dominated[i]; }
        void set_dominated(uint32_t i) { toy.nodes[owner].dominated[i] = true; }
    };

    void offer(uint32_t to, uint32_t newcomer)
    {
        Node &node = nodes[to];
        if (std::count(node.links.begin(), node.links.end(), newcomer) != 0) return;
        Links list{*this, to, newcomer};
        graph::Admission admission = graph::admit(list, distance(to, newcomer));
        if (admission.slot == graph::kRefused) return;
        size_t slot = static_cast<size_t>(admission.slot);
        node.links.resize(std::max(slot + 1, node.links.size()));
        node.dominated.resize(node.links.size());
        node.links[slot] = newcomer;
        node.dominated[slot] = admission.dominated;
    }

    // A graph as insertion makes it, with perfect searches.
    void add(Rng &rng)
    {
        uint32_t fresh = static_cast<uint32_t>(nodes.size());
        nodes.emplace_back();
        for (float &x : nodes.back().at) x = static_cast<float>(rng.uniform());
        std::vector<uint32_t> near(fresh);
        for (uint32_t i = 0; i < fresh; i++) near[i] = i;
        std::sort(near.begin(), near.end(),
                  [&](uint32_t a, uint32_t b) { return distance(a, fresh) < distance(b, fresh); });
        if (near.size() > 64) near.resize(64);
        std::vector<graph::Choice> choices(std::max<size_t>(near.size(), kStart));
        uint32_t count = static_cast<uint32_t>(near.size());
        uint32_t chosen = graph::select_neighbours(
            count, kStart, kStart, [&](uint32_t i) { return distance(fresh, near[i]); },
            [&](uint32_t i, uint32_t j) { return distance(near[i], near[j]); }, choices);
        for (uint32_t i = 0; i < chosen; i++) {
            nodes[fresh].links.push_back(near[choices[i].candidate]);
            nodes[fresh].dominated.push_back(choices[i].dominated);
            offer(near[choices[i].candidate], fresh);
        }
    }

    // --- what repair asks for ---
    uint64_t key_of(Id id) const { return id; }
    bool may_be_dead(Id id) const { return nodes[number(id)].state != State::kLive; }
    Fate expand(Id id, Vec<Candidate<Id>> &neighbours)
    {
        opened++;
        expanded = number(id);
        const Node &node = nodes[expanded];
        if (node.state == State::kLive) return Fate::kAlive;
        if (node.state == State::kGone) return Fate::kGone;
        for (uint32_t link : node.links) neighbours.push({distance(owner, link), id_of(link)});
        return Fate::kDead;
    }
    float between(uint32_t i, uint32_t j) const { return distance(nodes[expanded].links[i], nodes[expanded].links[j]); }
    bool keep(Id id, Kept &kept)
    {
        opened++;
        kept = {distance(owner, number(id)), id};
        return nodes[number(id)].state == State::kLive;
    }
    void relink(std::span<const Id> lost, std::span<const Kept> offered)
    {
        Node &node = nodes[owner];
        for (size_t i = node.links.size(); i-- > 0;) {
            if (std::count(lost.begin(), lost.end(), id_of(node.links[i])) == 0) continue;
            node.links.erase(node.links.begin() + static_cast<ptrdiff_t>(i));
            node.dominated.erase(node.dominated.begin() + static_cast<ptrdiff_t>(i));
        }
        for (const Kept &kept : offered) offer(owner, number(kept.id));
    }
    void link_back(const Kept &kept)
    {
        links_back++;
        offer(number(kept.id), owner);
    }
};

using Scratch = graph::RepairScratch<Toy>;

Toy
make_toy(uint32_t count, Rng &rng)
{
    Toy toy;
    for (uint32_t i = 0; i < count; i++) toy.add(rng);
    return toy;
}

size_t
repair(Toy &toy, uint32_t owner, Scratch &scratch)
{
    std::vector<uint64_t> links;
    for (uint32_t link : toy.nodes[owner].links) links.push_back(Toy::id_of(link));
    toy.owner = owner;
    return graph::repair(toy, Toy::id_of(owner), std::span<const uint64_t>(links), scratch);
}

// What VACUUM does, without its pages.
void
repair_all(Toy &toy)
{
    Scratch scratch;
    for (uint32_t i = 0; i < toy.nodes.size(); i++)
        if (toy.nodes[i].state == State::kLive) repair(toy, i, scratch);
    for (Node &node : toy.nodes)
        if (node.state == State::kDead) node.state = State::kGone;
}

size_t
links_to_the_dead(const Toy &toy)
{
    size_t count = 0;
    for (const Node &node : toy.nodes)
        for (uint32_t link : node.links) count += node.state == State::kLive && toy.nodes[link].state != State::kLive;
    return count;
}

std::vector<uint32_t>
living(const Toy &toy)
{
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < toy.nodes.size(); i++)
        if (toy.nodes[i].state == State::kLive) all.push_back(i);
    return all;
}

size_t
unreachable(const Toy &toy)
{
    std::vector<uint32_t> stack{living(toy).front()};
    std::vector<bool> seen(toy.nodes.size());
    seen[stack[0]] = true;
    size_t count = 0;
    while (!stack.empty()) {
        uint32_t i = stack.back();
        stack.pop_back();
        count++;
        for (uint32_t link : toy.nodes[i].links) {
            if (toy.nodes[link].state != State::kLive || seen[link]) continue;
            seen[link] = true;
            stack.push_back(link);
        }
    }
    return living(toy).size() - count;
}

// Share of the ten nearest found by a search of width 20.
double
recall(const Toy &toy, Rng &rng)
{
    constexpr size_t kWidth = 20, kQueries = 100;
    std::vector<uint32_t> all = living(toy);
    size_t hits = 0;
    for (size_t q = 0; q < kQueries; q++) {
        float query[kDims];
        for (float &x : query) x = static_cast<float>(rng.uniform());
        auto key = [&](uint32_t i) { return toy.distance(query, toy.nodes[i].at); };
        std::vector<bool> seen(toy.nodes.size());
        using Item = std::pair<float, uint32_t>;
        std::priority_queue<Item, std::vector<Item>, std::greater<Item>> frontier;
        std::priority_queue<float> best;
        std::vector<float> found;
        frontier.push({key(all[0]), all[0]});
        seen[all[0]] = true;
        while (!frontier.empty() && (best.size() < kWidth || frontier.top().first < best.top())) {
            auto [distance, i] = frontier.top();
            frontier.pop();
            found.push_back(distance);
            best.push(distance);
            if (best.size() > kWidth) best.pop();
            for (uint32_t link : toy.nodes[i].links) {
                if (!seen[link] && toy.nodes[link].state == State::kLive) frontier.push({key(link), link});
                seen[link] = true;
            }
        }
        std::vector<float> exact;
        for (uint32_t i : all) exact.push_back(key(i));
        std::sort(exact.begin(), exact.end());
        hits += static_cast<size_t>(std::count_if(found.begin(), found.end(), [&](float d) { return d <= exact[9]; }));
    }
    return static_cast<double>(hits) / (10 * kQueries);
}

}  // namespace

UNIT_TEST(graph_repair_leaves_a_node_alone_that_lost_nothing)
{
    Rng rng(1);
    Toy toy = make_toy(200, rng);
    std::vector<uint32_t> before = toy.nodes[7].links;
    Scratch scratch;
    EXPECT(repair(toy, 7, scratch) == 0);
    EXPECT(toy.nodes[7].links == before && toy.opened == 0 && toy.links_back == 0);
}

UNIT_TEST(graph_repair_drops_links_that_lead_nowhere)
{
    Rng rng(2);
    Toy toy = make_toy(200, rng);
    uint32_t lost = toy.nodes[7].links[3];
    toy.nodes[lost].state = State::kGone;
    size_t before = toy.nodes[7].links.size();
    Scratch scratch;
    EXPECT(repair(toy, 7, scratch) == 1);
    EXPECT(toy.nodes[7].links.size() == before - 1);
}

UNIT_TEST(graph_repair_replaces_a_dead_neighbour_by_its_neighbours)
{
    Rng rng(3);
    Toy toy = make_toy(500, rng);
    uint32_t dead = toy.nodes[7].links[3];
    toy.nodes[dead].state = State::kDead;
    std::vector<uint32_t> before = toy.nodes[7].links;
    Scratch scratch;
    EXPECT(repair(toy, 7, scratch) == 1);
    for (uint32_t link : toy.nodes[7].links) {
        const auto &through = toy.nodes[dead].links;
        bool old = std::count(before.begin(), before.end(), link) != 0;
        bool behind = std::count(through.begin(), through.end(), link) != 0;
        EXPECT_WITH(link != dead && link != 7 && (old || behind), "link to %u", link);
    }
    EXPECT(toy.links_back <= 1);
    // The dead one, and few of those behind it.
    EXPECT_WITH(toy.opened <= 1 + 8, "opened %zu", toy.opened);
}

UNIT_TEST(graph_repair_keeps_recall_when_nodes_come_and_go)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        Rng rng(seed);
        Toy toy = make_toy(1500, rng);
        double before = recall(toy, rng);
        for (int round = 0; round < 10; round++) {
            std::vector<uint32_t> all = living(toy);
            for (int i = 0; i < 75; i++) toy.nodes[all[rng.next() % all.size()]].state = State::kDead;
            repair_all(toy);
            EXPECT_WITH(links_to_the_dead(toy) == 0, "seed %lu round %d", seed, round);
        }
        double after = recall(toy, rng);
        EXPECT_WITH(after >= before - 0.02, "seed %lu: recall %.3f, before %.3f", seed, after, before);
        EXPECT_WITH(unreachable(toy) <= 5, "seed %lu: %zu out of reach", seed, unreachable(toy));
    }
}

UNIT_TEST(graph_repair_holds_together_what_little_remains)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        Rng rng(seed);
        Toy toy = make_toy(2000, rng);
        for (uint32_t i = 0; i < toy.nodes.size(); i++)
            if (i % 50 != 0) toy.nodes[i].state = State::kDead;
        repair_all(toy);
        EXPECT_WITH(links_to_the_dead(toy) == 0, "seed %lu", seed);
        EXPECT_WITH(unreachable(toy) <= 1, "seed %lu: %zu out of reach", seed, unreachable(toy));
        EXPECT_WITH(recall(toy, rng) >= 0.95, "seed %lu: recall %.3f", seed, recall(toy, rng));
    }
}

UNIT_TEST(graph_repair_ends_when_nothing_lives)
{
    Rng rng(4);
    Toy toy = make_toy(1000, rng);
    for (uint32_t i = 1; i < toy.nodes.size(); i++) toy.nodes[i].state = State::kDead;
    Scratch scratch;
    size_t links = toy.nodes[0].links.size();
    EXPECT(repair(toy, 0, scratch) == links);
    EXPECT(toy.nodes[0].links.empty() && toy.links_back == 0);
    EXPECT_WITH(toy.opened <= links + graph::kMaxWalk, "opened %zu", toy.opened);
}
