// What the algorithms of this layer ask of the place where nodes live. Three stores keep the contract: index pages
// (am/page_store.hpp), build memory (arena_store.hpp) and the unit tests' toy.
//
// A node exists once on each layer 0..level; an Id names it on one layer. Keys order candidates: smaller is nearer.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include "core/vec.hpp"
#include "core/visited.hpp"

namespace vhnsw::graph {

// A node that was seen, with the estimate of its key. For stores that score neighbours exactly the estimate is exact.
template <typename Id>
struct Candidate {
    float key;
    Id id;
};

template <typename Id>
struct Nearer {
    bool operator()(const Candidate<Id> &a, const Candidate<Id> &b) const { return a.key < b.key; }
};

inline constexpr float kNoLimit = std::numeric_limits<float>::infinity();

// Where a search begins. Layers count from 0; an empty graph has level -1.
template <typename Id>
struct EntryPoint {
    Id id;
    int level;
};

// Store::Opened is what opening a node yields: at least
//     float key;                           its own accurate key
//     Vec<Candidate<Id>> neighbours;       those `visited` did not hold before; they are in it now
//     Vec<Candidate<Id>> beyond;           any whose estimates are `limit` or more may be here instead: for them
//                                          `visited` was neither asked nor told
// Version 14 of clang-format cannot lay out requirements.
// clang-format off
template <typename S>
concept GraphStore = requires(S &store, typename S::Id id, VisitedSet &visited, float limit,
                              typename S::Opened &opened) {
    requires sizeof(typename S::Id) <= sizeof(uint64_t);
    // A non-zero 64-bit name of the id, for the visited set.
    { store.key_of(id) } -> std::same_as<uint64_t>;
    // Reads one node. False when it no longer exists: the search goes on without it.
    { store.open(id, visited, limit, opened) } -> std::same_as<bool>;
    // Hints that the node will probably be opened next.
    { store.prefetch(id) } -> std::same_as<void>;
    // The id of the node just opened, one layer below.
    { store.below(id, opened) } -> std::same_as<typename S::Id>;
};
// clang-format on

}  // namespace vhnsw::graph
