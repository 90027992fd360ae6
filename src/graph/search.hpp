// Best-first search on one layer (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
// Hierarchical Navigable Small World graphs", 2018: Algorithms 2 and 5), over estimates: a candidate is judged by
// what the link to it says until it is opened, and opening it is the only thing that costs a page.
#pragma once

#include "core/heap.hpp"
#include "graph/store.hpp"

namespace vhnsw::graph {

// What a search remembers of the candidates that lie beyond its present width.
enum class Retain : uint8_t {
    kAll,          // it can be widened and resumed at any time: nothing seen is ever dropped
    kWithinWidth,  // it ends at its first width
};

// The state of a search on one layer.
// Invariant: every id in the frontier is in `visited` and has not been opened.
template <GraphStore Store>
class Beam {
public:
    using Id = typename Store::Id;
    using Opened = typename Store::Opened;

    void clear(Retain retain)
    {
        retain_ = retain;
        frontier_.clear();
        best_.clear();
        visited_.clear();
    }

    void enter(Store &store, Candidate<Id> candidate)
    {
        if (visited_.insert(store.key_of(candidate.id))) frontier_.push(candidate);
    }

    // Opens the most promising candidate, unless `width` opened ones are all more promising than it, or none is left.
    // Returns whether it opened one; `id` and `opened` tell which. May jump away: REQUIRES no lock held.
    bool advance(Store &store, size_t width, Id &id, Opened &opened)
    {
        while (best_.size() > width) best_.pop();
        while (!frontier_.empty()) {
            if (best_.size() == width && !(frontier_.top().key < best_.top())) return false;
            Candidate<Id> nearest = frontier_.pop();
            host_check_interrupts();
            if (!store.open(nearest.id, visited_, opened)) continue;
            best_.push(nearest.key);
            if (best_.size() > width) best_.pop();
            bool full = retain_ == Retain::kWithinWidth && best_.size() == width;
            for (const Candidate<Id> &neighbour : opened.neighbours)
                if (!full || neighbour.key < best_.top()) frontier_.push(neighbour);
            // What the caller does with this node takes long enough for the next one to arrive.
            if (!frontier_.empty()) store.prefetch(frontier_.top().id);
            id = nearest.id;
            return true;
        }
        return false;
    }

    bool exhausted() const { return frontier_.empty(); }
    std::span<const Candidate<Id>> frontier() const { return frontier_.items(); }
    VisitedSet &visited() { return visited_; }

private:
    struct Larger {
        bool operator()(float a, float b) const { return a > b; }
    };
    Heap<Candidate<Id>, Nearer<Id>> frontier_;
    Heap<float, Larger> best_;  // estimates of the most promising `width` opened nodes, worst first
    VisitedSet visited_;
    Retain retain_ = Retain::kAll;
};

// Upper layers are walked with this width: with estimates, the single best candidate is too easily a wrong one.
inline constexpr size_t kDescentWidth = 2;

// The nearest node to be found from `start` on its layer, by its own key, and its id one layer below.
template <GraphStore Store>
struct Nearest {
    Candidate<typename Store::Id> node;
    typename Store::Id below;
};

template <GraphStore Store>
Nearest<Store>
nearest_on_layer(Store &store, Candidate<typename Store::Id> start, Beam<Store> &beam, typename Store::Opened &opened)
{
    Nearest<Store> found = {start, start.id};
    bool any = false;
    beam.clear(Retain::kWithinWidth);
    beam.enter(store, start);
    typename Store::Id id;
    while (beam.advance(store, kDescentWidth, id, opened)) {
        if (any && !(opened.key < found.node.key)) continue;
        any = true;
        found = {{opened.key, id}, store.below(id, opened)};
    }
    return found;
}

// Walks from the entry point down to `layer` and returns the nearest node found there (Algorithm 5, lines 1-5), by
// its own key. REQUIRES: entry.level >= layer; the beam is used as scratch.
template <GraphStore Store>
Candidate<typename Store::Id>
descend(Store &store, EntryPoint<typename Store::Id> entry, int layer, Beam<Store> &beam,
        typename Store::Opened &opened)
{
    Candidate<typename Store::Id> nearest{0, entry.id};
    for (int at = entry.level; at > layer; at--) {
        Nearest<Store> found = nearest_on_layer(store, nearest, beam, opened);
        nearest = {found.node.key, found.below};
    }
    return nearest;
}

}  // namespace vhnsw::graph
