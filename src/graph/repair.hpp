// Repair of a node that has lost neighbours: nodes those were linked to take their place (after Singh et al.,
// "FreshDiskANN: A Fast and Accurate Graph-Based ANN Index for Streaming Similarity Search", 2021, Algorithm 4).
// Nothing is searched: each dead neighbour is opened, and so are the nodes that may replace it. Those are few,
// because a dead neighbour's links are thinned out before: with what it knew of the angles between them, and with the
// links that it shared with the node.
#pragma once

#include "core/heap.hpp"
#include "graph/select.hpp"
#include "graph/store.hpp"

namespace vhnsw::graph {

enum class Fate { kAlive, kDead, kGone };

// What repair asks of a store. The store knows the node being repaired ("the owner"): keys are keys to it.
// Store::Kept is what stays of an opened node: at least `float key`.
// clang-format off
template <typename S>
concept RepairStore = requires(S &store, typename S::Id id, Vec<Candidate<typename S::Id>> &neighbours, uint32_t i,
                               typename S::Kept &kept, std::span<const typename S::Id> lost,
                               std::span<const typename S::Kept> offered) {
    requires sizeof(typename S::Id) <= sizeof(uint64_t);
    { store.key_of(id) } -> std::same_as<uint64_t>;
    // False: the node is not dead. Costs nothing.
    { store.may_be_dead(id) } -> std::same_as<bool>;
    // Opens a node and tells what has become of it. `neighbours` of a dead one: all its links, with estimates of
    // their keys.
    { store.expand(id, neighbours) } -> std::same_as<Fate>;
    // Estimate of the key between two of those neighbours, by their places.
    { store.between(i, i) } -> std::same_as<float>;
    // Opens a node that may become a neighbour. False when it cannot: it is dead or gone.
    { store.keep(id, kept) } -> std::same_as<bool>;
    // Takes the lost links away from the owner and offers it the kept nodes, nearest first.
    { store.relink(lost, offered) } -> std::same_as<void>;
    // Offers a kept node a link to the owner.
    { store.link_back(kept) } -> std::same_as<void>;
};
// clang-format on

// Where whole regions have died, a node may be left with fewer links than this. Then the dead are walked through
// until living nodes come up; so many of them are opened at most.
inline constexpr size_t kFewLinks = 8;
inline constexpr size_t kMaxWalk = 256;

// Scratch of repairs, reusable.
template <RepairStore Store>
struct RepairScratch {
    using Id = typename Store::Id;
    VisitedSet visited;
    Heap<Candidate<Id>, Nearer<Id>> dead;
    Heap<Candidate<Id>, Nearer<Id>> live;
    Vec<Candidate<Id>> neighbours;
    Vec<uint32_t> order;
    Vec<Choice> choices;
    Vec<Id> lost;
    Vec<typename Store::Kept> kept;
};

// Opens a node that may be dead. Of its neighbours, the dead go to one heap; of the living, those that no nearer one
// dominates go to the other, unless they were visited: what the owner is linked to takes part as well.
template <RepairStore Store>
Fate
expand(Store &store, typename Store::Id owner, typename Store::Id id, RepairScratch<Store> &scratch)
{
    auto &neighbours = scratch.neighbours;
    neighbours.clear();
    Fate fate = store.expand(id, neighbours);
    scratch.order.clear();
    for (uint32_t i = 0; i < neighbours.size(); i++) {
        if (store.key_of(neighbours[i].id) == store.key_of(owner)) continue;
        if (!store.may_be_dead(neighbours[i].id))
            scratch.order.push(i);
        else if (scratch.visited.insert(store.key_of(neighbours[i].id)))
            scratch.dead.push(neighbours[i]);
    }
    auto &order = scratch.order;
    if (order.empty()) return fate;
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return neighbours[a].key < neighbours[b].key; });
    uint32_t count = static_cast<uint32_t>(order.size());
    scratch.choices.resize(count);
    uint32_t chosen = select_neighbours(
        count, count, 0, [&](uint32_t i) { return neighbours[order[i]].key; },
        [&](uint32_t i, uint32_t j) { return store.between(order[i], order[j]); }, scratch.choices.span());
    for (uint32_t i = 0; i < chosen; i++) {
        const auto &candidate = neighbours[order[scratch.choices[i].candidate]];
        if (scratch.visited.insert(store.key_of(candidate.id))) scratch.live.push(candidate);
    }
    return fate;
}

// Repairs the store's owner, whose links are `links`. Returns how many of them it had lost. May jump away between
// pages, with the owner as it was or repaired. REQUIRES: no lock held.
template <RepairStore Store>
size_t
repair(Store &store, typename Store::Id owner, std::span<const typename Store::Id> links, RepairScratch<Store> &scratch)
{
    scratch.visited.clear();
    scratch.dead.clear();
    scratch.live.clear();
    scratch.lost.clear();
    scratch.kept.clear();
    for (auto id : links) scratch.visited.insert(store.key_of(id));
    for (auto id : links)
        if (store.may_be_dead(id) && expand(store, owner, id, scratch) != Fate::kAlive) scratch.lost.push(id);
    if (scratch.lost.empty()) return 0;

    size_t remaining = links.size() - scratch.lost.size();
    for (size_t walked = 0;;) {
        typename Store::Kept kept;
        if (!scratch.live.empty()) {
            if (store.keep(scratch.live.pop().id, kept)) scratch.kept.push(kept);
        } else if (remaining + scratch.kept.size() < kFewLinks && !scratch.dead.empty() && walked++ < kMaxWalk) {
            host_check_interrupts();
            Candidate<typename Store::Id> next = scratch.dead.pop();
            if (expand(store, owner, next.id, scratch) == Fate::kAlive) scratch.live.push(next);
        } else {
            break;
        }
    }
    std::sort(scratch.kept.begin(), scratch.kept.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
    store.relink(scratch.lost.span(), scratch.kept.span());
    // All that led to the owner may have been dead.
    if (!scratch.kept.empty()) store.link_back(scratch.kept[0]);
    return scratch.lost.size();
}

}  // namespace vhnsw::graph
