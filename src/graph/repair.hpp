// Repair of a node that has lost neighbours: what those linked to takes their place (after Singh et al.,
// "FreshDiskANN: A Fast and Accurate Graph-Based ANN Index for Streaming Similarity Search", 2021, Algorithm 4).
// Nothing is searched: each dead neighbour is opened once, and so is each node that is to replace one.
#pragma once

#include "core/heap.hpp"
#include "graph/store.hpp"

namespace vhnsw::graph {

enum class Fate { kAlive, kDead, kGone };

// What repair asks of a store. The store knows the node being repaired ("the owner"): keys are keys to it.
// Store::Kept is what stays of an opened node: at least `float key`.
// clang-format off
template <typename S>
concept RepairStore = requires(S &store, typename S::Id id, VisitedSet &visited, Vec<Candidate<typename S::Id>> &found,
                               typename S::Kept &kept, std::span<const typename S::Id> lost,
                               std::span<const typename S::Kept> offered) {
    requires sizeof(typename S::Id) <= sizeof(uint64_t);
    { store.key_of(id) } -> std::same_as<uint64_t>;
    // False: the node is not dead. Costs nothing.
    { store.may_be_dead(id) } -> std::same_as<bool>;
    // Opens a node and tells what has become of it. Of a dead one, appends the neighbours that `visited` did not hold
    // before.
    { store.expand(id, visited, found) } -> std::same_as<Fate>;
    // Opens a node that may become a neighbour. False when it cannot: it is dead or gone.
    { store.keep(id, kept) } -> std::same_as<bool>;
    // Takes the lost links away from the owner and offers it the kept nodes, nearest first.
    { store.relink(lost, offered) } -> std::same_as<void>;
    // Offers a kept node a link to the owner.
    { store.link_back(kept) } -> std::same_as<void>;
};
// clang-format on

// So many more nodes than links were lost are offered to the owner, which takes the better ones.
inline constexpr size_t kSpareOffers = 2;

// When whole regions have died, dead nodes are walked through until live ones come up: so many are opened at most,
// and fewer when this many live ones are found.
inline constexpr size_t kMaxExpansions = 256;
inline constexpr size_t kEnoughOffers = 8;

// Scratch of repairs, reusable.
template <RepairStore Store>
struct RepairScratch {
    using Id = typename Store::Id;
    VisitedSet visited;
    Heap<Candidate<Id>, Nearer<Id>> dead;
    Heap<Candidate<Id>, Nearer<Id>> live;
    Vec<Candidate<Id>> found;
    Vec<Id> lost;
    Vec<typename Store::Kept> kept;
};

// Opens a neighbour, or the neighbour of a dead one ..., that may be dead; what it leads to goes to the two heaps.
template <RepairStore Store>
Fate
expand(Store &store, typename Store::Id id, RepairScratch<Store> &scratch)
{
    scratch.found.clear();
    Fate fate = store.expand(id, scratch.visited, scratch.found);
    for (const auto &candidate : scratch.found)
        (store.may_be_dead(candidate.id) ? scratch.dead : scratch.live).push(candidate);
    return fate;
}

// Repairs the store's owner, whose links are `links` with their keys. Returns how many it had lost. May jump away
// between pages, with the owner as it was or repaired. REQUIRES: no lock held.
template <RepairStore Store>
size_t
repair(Store &store, typename Store::Id owner, std::span<const Candidate<typename Store::Id>> links,
       RepairScratch<Store> &scratch)
{
    scratch.visited.clear();
    scratch.dead.clear();
    scratch.live.clear();
    scratch.lost.clear();
    scratch.kept.clear();
    scratch.visited.insert(store.key_of(owner));
    for (const auto &link : links) scratch.visited.insert(store.key_of(link.id));
    for (const auto &link : links)
        if (store.may_be_dead(link.id) && expand(store, link.id, scratch) != Fate::kAlive) scratch.lost.push(link.id);
    if (scratch.lost.empty()) return 0;

    size_t wanted = scratch.lost.size() + kSpareOffers;
    size_t enough = std::min(wanted, kEnoughOffers);
    size_t expansions = 0;
    while (scratch.kept.size() < wanted) {
        typename Store::Kept kept;
        if (!scratch.live.empty()) {
            if (store.keep(scratch.live.pop().id, kept)) scratch.kept.push(kept);
        } else if (!scratch.dead.empty() && scratch.kept.size() < enough && expansions++ < kMaxExpansions) {
            host_check_interrupts();
            expand(store, scratch.dead.pop().id, scratch);
        } else {
            break;
        }
    }
    std::sort(scratch.kept.begin(), scratch.kept.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
    store.relink(scratch.lost.span(), scratch.kept.span());
    for (const auto &kept : scratch.kept) store.link_back(kept);
    return scratch.lost.size();
}

}  // namespace vhnsw::graph
