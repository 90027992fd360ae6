// Insertion of one node (Malkov and Yashunin 2018, Algorithm 1), on any store.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"
#include "graph/search.hpp"
#include "graph/select.hpp"

namespace vhnsw::graph {

inline constexpr int kMaxLevel = 15;

// Level of a new node: floor(-ln U / ln m).
inline int
draw_level(Rng &rng, uint32_t m)
{
    double level = -std::log(rng.uniform()) / std::log(static_cast<double>(m));
    return std::min(static_cast<int>(level), kMaxLevel);
}

// What insertion asks of a store beyond searching. The store knows the node being inserted ("the newcomer"): open()
// gives keys to it. Store::Kept is what stays of an opened node: at least `float key; Id id;`.
// Version 14 of clang-format cannot lay out requirements.
// clang-format off
template <typename S>
concept InsertStore =
    GraphStore<S> && requires(S &store, typename S::Id id, typename S::Opened &opened, typename S::Kept kept) {
        // Level -1 (empty graph) is answered to one inserter at a time; others wait until it has raised the entry
        // point.
        { store.entry() } -> std::same_as<EntryPoint<typename S::Id>>;
        { store.capacity() } -> std::same_as<uint32_t>;
        { store.keep(id, opened) } -> std::same_as<typename S::Kept>;
        { store.between(kept, kept) } -> std::same_as<float>;
        // Whether the kept node is about to be removed: it still leads on, but is no lasting neighbour.
        { store.is_dead(kept) } -> std::same_as<bool>;
        // Whether the kept node has the very code of the newcomer; and giving it the newcomer's row. The latter is
        // false when the node has gone meanwhile.
        { store.is_duplicate(kept) } -> std::same_as<bool>;
        { store.add_row(kept) } -> std::same_as<bool>;
        // Writes the newcomer on one layer with its links; layers come in ascending order.
        { store.create(int{}, std::span<const typename S::Kept>{}, std::span<const bool>{}) }
            -> std::same_as<typename S::Id>;
        // Links a neighbour to the newcomer's node `id` on `layer`.
        { store.link_back(kept, int{}, id) } -> std::same_as<void>;
        // Makes the newcomer the entry point if its level is still the highest.
        { store.raise_entry(id, int{}) } -> std::same_as<void>;
    };
// clang-format on

// The neighbours chosen for one layer.
template <typename Kept>
struct LayerLinks {
    Vec<Kept> kept;
    Vec<bool> dominated;
};

// Scratch of insertions, reusable.
template <InsertStore Store>
struct InsertScratch {
    Beam<Store> beam;
    typename Store::Opened opened;
    Vec<typename Store::Kept> found;
    Vec<Choice> choices;
    LayerLinks<typename Store::Kept> links[kMaxLevel + 1];
};

// A newcomer with links to dead nodes alone would be out of reach once these are gone. Where there is nobody else, they
// are better than nothing.
template <InsertStore Store>
void
drop_dead(Store &store, Vec<typename Store::Kept> &found)
{
    size_t living = 0;
    for (size_t i = 0; i < found.size(); i++)
        if (!store.is_dead(found[i])) std::swap(found[living++], found[i]);
    if (living > 0) found.resize(living);
}

// Finds the nodes opened by a search of width ef_construction around the newcomer on one layer, nearest first; `from`
// becomes the nearest, one layer below. False when its row has joined a node that has the very same code. The search
// does not go on then, so that a row updated without its vector costs little: its node is among the first to be opened.
template <InsertStore Store>
bool
find_neighbours(Store &store, int layer, size_t ef_construction, Candidate<typename Store::Id> &from,
                InsertScratch<Store> &scratch)
{
    using Kept = typename Store::Kept;
    scratch.found.clear();
    scratch.beam.clear(Retain::kWithinWidth);
    scratch.beam.enter(store, from);
    typename Store::Id id, below = from.id;
    bool any = false;
    float nearest = 0;
    while (scratch.beam.advance(store, ef_construction, id, scratch.opened)) {
        scratch.found.push(store.keep(id, scratch.opened));
        const Kept &kept = scratch.found.back();
        if (layer == 0 && store.is_duplicate(kept) && store.add_row(kept)) return false;
        if (any && !(scratch.opened.key < nearest)) continue;
        any = true;
        nearest = scratch.opened.key;
        below = store.below(id, scratch.opened);
    }
    drop_dead(store, scratch.found);
    std::sort(scratch.found.begin(), scratch.found.end(), [](const Kept &a, const Kept &b) { return a.key < b.key; });
    from.id = below;
    return true;
}

// Links of the newcomer among scratch.found. Room is left for links back: m chosen ones, and no dominated ones beyond
// m.
template <InsertStore Store>
void
choose_links(Store &store, uint32_t m, InsertScratch<Store> &scratch, LayerLinks<typename Store::Kept> &links)
{
    uint32_t count = static_cast<uint32_t>(scratch.found.size());
    uint32_t fill = std::min(m, store.capacity());
    scratch.choices.resize(std::max(count, fill));
    uint32_t chosen =
        count == 0 ? 0
                   : select_neighbours(
                         count, fill, fill, [&](uint32_t i) { return scratch.found[i].key; },
                         [&](uint32_t i, uint32_t j) { return store.between(scratch.found[i], scratch.found[j]); },
                         scratch.choices.span());
    links.kept.clear();
    links.dominated.clear();
    for (uint32_t i = 0; i < chosen; i++) {
        links.kept.push(scratch.found[scratch.choices[i].candidate]);
        links.dominated.push(scratch.choices[i].dominated);
    }
}

// Inserts the store's newcomer on layers 0..level. `m` is the number of links it starts with. May jump away between
// pages; what is written by then is a valid graph.
template <InsertStore Store>
void
insert(Store &store, int level, uint32_t m, size_t ef_construction, InsertScratch<Store> &scratch)
{
    using Id = typename Store::Id;
    EntryPoint<Id> entry = store.entry();
    int top = std::min(level, entry.level);
    if (entry.level >= 0) {
        Candidate<Id> from = descend(store, entry, top, scratch.beam, scratch.opened);
        for (int layer = top; layer >= 0; layer--) {
            if (!find_neighbours(store, layer, ef_construction, from, scratch)) return;
            choose_links(store, m, scratch, scratch.links[layer]);
        }
    }

    Id id{};
    for (int layer = 0; layer <= level; layer++) {
        if (layer > top) {
            scratch.links[layer].kept.clear();
            scratch.links[layer].dominated.clear();
        }
        auto &links = scratch.links[layer];
        id = store.create(layer, links.kept.span(), links.dominated.span());
        for (auto &kept : links.kept) store.link_back(kept, layer, id);
    }
    if (level > entry.level) store.raise_entry(id, level);
}

}  // namespace vhnsw::graph
