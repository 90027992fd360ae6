// Which neighbours a node links to: near ones in different directions (Malkov and Yashunin, "Efficient and robust
// approximate nearest neighbor search using Hierarchical Navigable Small World graphs", 2018, Algorithm 4).
//
// A candidate is dominated when one already chosen is nearer to it than the node is: the search gets there through
// that one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace vhnsw::graph {

struct Choice {
    uint32_t candidate;
    bool dominated;
};

// Chooses among `count` candidates in ascending order of key(i), their key to the node: at most `limit` that are not
// dominated and then, up to `fill` in all, the nearest dominated ones (the paper's keepPrunedConnections). between(i,
// j) is the key of candidate i to candidate j. `out` holds max(count, fill); returns how many it got.
template <typename Key, typename Between>
uint32_t
select_neighbours(uint32_t count, uint32_t limit, uint32_t fill, Key key, Between between, std::span<Choice> out)
{
    // Chosen candidates grow from the front of `out`, dominated ones from its end.
    uint32_t chosen = 0, dominated = 0;
    uint32_t last = static_cast<uint32_t>(out.size()) - 1;
    for (uint32_t i = 0; i < count && chosen < limit; i++) {
        bool is_dominated = false;
        for (uint32_t j = 0; j < chosen && !is_dominated; j++) is_dominated = between(i, out[j].candidate) < key(i);
        if (is_dominated)
            out[last - dominated++] = {i, true};
        else
            out[chosen++] = {i, false};
    }
    // The nearest of the dominated lies last.
    std::span<Choice> rest = out.last(dominated);
    std::reverse(rest.begin(), rest.end());
    uint32_t kept = std::min(dominated, fill > chosen ? fill - chosen : 0);
    std::copy(rest.begin(), rest.begin() + kept, out.begin() + chosen);
    return chosen + kept;
}

inline constexpr int kRefused = -1;

struct Admission {
    int slot;        // where the newcomer goes: the list's size to append, a taken slot to replace, or kRefused
    bool dominated;  // of the newcomer
};

// Decides which link a list gives up for a newcomer: the farthest dominated one, else the farthest. As in selection,
// what is dominated itself dominates nothing. Only comparisons with the newcomer are made; what earlier admissions
// learnt is kept in the list's marks.
// `List` offers size(), capacity(), key(i) (link to owner), between(i) (link to newcomer), dominated(i),
// set_dominated(i).
template <typename List>
Admission
admit(List &list, float key)
{
    uint32_t size = list.size();
    bool dominated = false;
    for (uint32_t i = 0; i < size && !dominated; i++)
        dominated = !list.dominated(i) && list.key(i) <= key && list.between(i) < key;
    for (uint32_t i = 0; i < size && !dominated; i++)
        if (list.key(i) > key && !list.dominated(i) && list.between(i) < list.key(i)) list.set_dominated(i);
    if (size < list.capacity()) return {static_cast<int>(size), dominated};

    int victim = kRefused;
    bool victim_dominated = dominated;
    float victim_key = key;
    for (uint32_t i = 0; i < size; i++) {
        bool link_dominated = list.dominated(i);
        bool worse = link_dominated != victim_dominated ? link_dominated : list.key(i) > victim_key;
        if (!worse) continue;
        victim = static_cast<int>(i);
        victim_dominated = link_dominated;
        victim_key = list.key(i);
    }
    return {victim, dominated};
}

}  // namespace vhnsw::graph
