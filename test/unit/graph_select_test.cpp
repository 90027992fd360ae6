// Choice of neighbours and admission to a full list, against the plain words of their definitions.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/rng.hpp"
#include "graph/select.hpp"
#include "graph_data.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using graph::Admission;
using unit::Floats;

// Points around a node, nearest first.
struct Candidates {
    std::vector<Floats> points;
    Floats node;

    Candidates(Rng &rng, uint32_t count, size_t dims)
        : points(unit::uniform_vectors(rng, count, dims)), node(unit::uniform_vectors(rng, 1, dims)[0])
    {
        std::sort(points.begin(), points.end(), [&](const Floats &a, const Floats &b) {
            return unit::squared_distance(a, node) < unit::squared_distance(b, node);
        });
    }
    uint32_t count() const { return static_cast<uint32_t>(points.size()); }
    float key(uint32_t i) const { return unit::squared_distance(points[i], node); }
    float between(uint32_t i, uint32_t j) const { return unit::squared_distance(points[i], points[j]); }
};

// A candidate, and whether it is dominated.
using Pick = std::pair<uint32_t, bool>;

std::vector<Pick>
select(const Candidates &c, uint32_t limit, uint32_t fill)
{
    std::vector<graph::Choice> out(std::max(c.count(), fill));
    uint32_t chosen = graph::select_neighbours(
        c.count(), limit, fill, [&](uint32_t i) { return c.key(i); },
        [&](uint32_t i, uint32_t j) { return c.between(i, j); }, out);
    std::vector<Pick> picks;
    for (uint32_t i = 0; i < chosen; ++i) picks.push_back({out[i].candidate, out[i].dominated});
    return picks;
}

// Algorithm 4 as the paper writes it.
std::vector<Pick>
select_naively(const Candidates &c, uint32_t limit, uint32_t fill)
{
    std::vector<Pick> result, discarded;
    for (uint32_t i = 0; i < c.count() && result.size() < limit; ++i) {
        bool dominated =
            std::any_of(result.begin(), result.end(), [&](Pick r) { return c.between(i, r.first) < c.key(i); });
        (dominated ? discarded : result).push_back({i, dominated});
    }
    for (Pick d : discarded)
        if (result.size() < fill) result.push_back(d);
    return result;
}

// A list of links as admit() sees it. Keys and distances are small integers: many are equal.
struct List {
    struct Link {
        float key, between;
        bool dominated;
    };
    std::vector<Link> links;
    uint32_t room;

    uint32_t size() const { return static_cast<uint32_t>(links.size()); }
    uint32_t capacity() const { return room; }
    float key(uint32_t i) const { return links[i].key; }
    float between(uint32_t i) const { return links[i].between; }
    bool dominated(uint32_t i) const { return links[i].dominated; }
    void set_dominated(uint32_t i) { links[i].dominated = true; }

    static List random(Rng &rng)
    {
        List list{{}, static_cast<uint32_t>(1 + rng.next() % 8)};
        uint32_t taken = rng.next() % 2 ? list.room : static_cast<uint32_t>(rng.next() % (list.room + 1));
        for (uint32_t i = 0; i < taken; ++i)
            list.links.push_back(
                {static_cast<float>(rng.next() % 10), static_cast<float>(rng.next() % 10), rng.next() % 3 == 0});
        return list;
    }
};

}  // namespace

UNIT_TEST(graph_select_agrees_with_the_paper)
{
    Rng rng(91);
    for (int round = 0; round < 2000; ++round) {
        Candidates c(rng, static_cast<uint32_t>(1 + rng.next() % 60), 1 + rng.next() % 6);
        uint32_t limit = static_cast<uint32_t>(1 + rng.next() % 20);
        uint32_t fill = static_cast<uint32_t>(rng.next() % 3 ? limit : rng.next() % 30);
        std::vector<Pick> got = select(c, limit, fill), want = select_naively(c, limit, fill);
        EXPECT_WITH(got == want, "round %d: %u candidates, limit %u, fill %u", round, c.count(), limit, fill);
    }
}

UNIT_TEST(graph_select_keeps_its_promises)
{
    Rng rng(92);
    for (int round = 0; round < 500; ++round) {
        Candidates c(rng, 40, 4);
        uint32_t limit = static_cast<uint32_t>(1 + rng.next() % 12);
        std::vector<Pick> got = select(c, limit, limit);
        // Filled up whenever there are candidates; the nearest one first, and never twice the same.
        EXPECT_WITH(got.size() == limit && got[0].first == 0 && !got[0].second, "round %d", round);
        for (size_t i = 0; i < got.size(); ++i)
            for (size_t j = 0; j < i; ++j) {
                EXPECT_WITH(got[i].first != got[j].first, "round %d", round);
                if (got[i].second || got[j].second) continue;
                EXPECT_WITH(c.between(got[i].first, got[j].first) >= c.key(got[i].first), "round %d", round);
            }
    }
}

// A line of points on one side, one point on the other: two directions.
UNIT_TEST(graph_select_covers_directions)
{
    Rng rng(93);
    Candidates c(rng, 0, 1);
    c.node = {0};
    for (float at : {1.0f, 2.0f, 3.0f, 4.0f, -5.0f, 6.0f}) c.points.push_back({at});
    std::vector<Pick> two = select(c, 2, 2), filled = select(c, 4, 4);
    EXPECT(two.size() == 2 && two[0].first == 0 && two[1].first == 4 && !two[1].second);
    std::vector<Pick> want = {{0, false}, {4, false}, {1, true}, {2, true}};
    EXPECT(filled == want);
}

UNIT_TEST(graph_select_takes_equal_points)
{
    Rng rng(94);
    Candidates c(rng, 0, 1);
    c.node = {0};
    c.points.assign(10, Floats{1});
    std::vector<Pick> got = select(c, 5, 5);
    EXPECT(got.size() == 5 && !got[0].second);
    for (size_t i = 1; i < got.size(); ++i) EXPECT(got[i].second);
    // At the node itself nothing is nearer to another than to the node.
    c.points.assign(10, Floats{0});
    for (Pick pick : select(c, 5, 5)) EXPECT(!pick.second);
}

UNIT_TEST(graph_admit_marks_what_is_dominated)
{
    Rng rng(95);
    for (int round = 0; round < 20000; ++round) {
        List before = List::random(rng), list = before;
        float key = static_cast<float>(rng.next() % 10);
        Admission admission = graph::admit(list, key);
        bool dominated = false;
        for (uint32_t i = 0; i < before.size(); ++i)
            dominated |= before.key(i) <= key && before.between(i) < key && !before.dominated(i);
        EXPECT_WITH(admission.dominated == dominated, "round %d", round);
        for (uint32_t i = 0; i < before.size(); ++i) {
            bool newly = !dominated && before.key(i) > key && before.between(i) < before.key(i);
            EXPECT_WITH(list.dominated(i) == (before.dominated(i) || newly), "round %d", round);
        }
    }
}

UNIT_TEST(graph_admit_gives_up_the_worst_link)
{
    Rng rng(96);
    int refused = 0, replaced = 0, appended = 0;
    for (int round = 0; round < 20000; ++round) {
        List list = List::random(rng);
        float key = static_cast<float>(rng.next() % 10);
        Admission admission = graph::admit(list, key);
        if (list.size() < list.capacity()) {
            EXPECT_WITH(admission.slot == static_cast<int>(list.size()), "round %d", round);
            ++appended;
            continue;
        }
        // Dominated before not dominated, far before near.
        using Rank = std::pair<bool, float>;
        Rank newcomer{admission.dominated, key}, worst = newcomer;
        for (uint32_t i = 0; i < list.size(); ++i) worst = std::max(worst, Rank{list.dominated(i), list.key(i)});
        if (worst == newcomer) {
            EXPECT_WITH(admission.slot == graph::kRefused, "round %d", round);
            ++refused;
            continue;
        }
        EXPECT_WITH(admission.slot >= 0 && admission.slot < static_cast<int>(list.size()), "round %d", round);
        uint32_t slot = static_cast<uint32_t>(admission.slot);
        EXPECT_WITH(Rank(list.dominated(slot), list.key(slot)) == worst, "round %d", round);
        ++replaced;
    }
    EXPECT_WITH(refused > 1000 && replaced > 1000 && appended > 1000, "%d %d %d", refused, replaced, appended);
}
