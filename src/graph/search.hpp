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
//
// A candidate can only be opened within a width if fewer than `width` candidates are more promising. The frontier is
// cut to as many as the width (room_) whenever it has twice as many; from then on the worst of those kept is the limit
// for newcomers. Most neighbours are beyond it: they cost neither a place in the heap nor a look into the set of those
// seen, and only come back when the width is raised.
//
// Invariant: every id in the frontier, or cut from it, is in `visited` and has not been opened.
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
        cut_.clear();
        beyond_.clear();
        room_ = 0;
        limit_ = kNoLimit;
    }

    void enter(Store &store, Candidate<Id> candidate)
    {
        if (visited_.insert(store.key_of(candidate.id))) frontier_.push(candidate);
    }

    // Opens the most promising candidate, unless `width` opened ones are all more promising than it, or none is left.
    // Returns whether it opened one; `id` and `opened` tell which. May jump away: REQUIRES no lock held.
    bool advance(Store &store, size_t width, Id &id, Opened &opened)
    {
        if (width > room_) make_room(store, width);
        while (best_.size() > width) best_.pop();
        for (;;) {
            // Nodes that had gone when they were to be opened leave room for others.
            if (frontier_.empty()) make_room(store, width);
            if (frontier_.empty()) return false;
            if (best_.size() == width && !(frontier_.top().key < best_.top())) return false;
            Candidate<Id> nearest = frontier_.pop();
            host_check_interrupts();
            if (!store.open(nearest.id, visited_, limit_, opened)) continue;
            best_.push(nearest.key);
            if (best_.size() > width) best_.pop();
            absorb(opened);
            // The node after the next one, too: one hop is shorter than the way from memory.
            if (!frontier_.empty()) store.prefetch(frontier_.top().id);
            if (frontier_.size() > 1) store.prefetch(frontier_.second().id);
            id = nearest.id;
            return true;
        }
    }

    // After advance() opened nothing: there is nothing left to open, at any width.
    bool exhausted() const { return frontier_.empty(); }

    // All that was seen but not opened, in no order. What is beyond the limit may count as never seen.
    template <typename Visit>
    void for_each_unopened(const Visit &visit) const
    {
        for (const Candidate<Id> &candidate : frontier_.items()) visit(candidate);
        for (const Candidate<Id> &candidate : cut_) visit(candidate);
    }
    VisitedSet &visited() { return visited_; }

private:
    // Takes over the neighbours of a node.
    void absorb(const Opened &opened)
    {
        for (const Candidate<Id> &neighbour : opened.neighbours) {
            if (neighbour.key < limit_)
                frontier_.push(neighbour);
            else if (retain_ == Retain::kAll)
                cut_.push(neighbour);
        }
        if (retain_ == Retain::kAll)
            for (const Candidate<Id> &neighbour : opened.beyond) beyond_.push(neighbour);
        if (frontier_.size() > 2 * room_) cut();
    }

    void cut()
    {
        limit_ = frontier_
                     .keep_first(room_,
                                 [&](const Candidate<Id> &candidate) {
                                     if (retain_ == Retain::kAll) cut_.push(candidate);
                                 })
                     .key;
    }

    // For a wider search: all that was put aside comes back.
    void make_room(Store &store, size_t width)
    {
        room_ = std::max(width, room_ < width ? 2 * room_ : room_);
        if (limit_ == kNoLimit) return;
        limit_ = kNoLimit;
        for (const Candidate<Id> &candidate : cut_) frontier_.push(candidate);
        for (const Candidate<Id> &candidate : beyond_)
            if (visited_.insert(store.key_of(candidate.id))) frontier_.push(candidate);
        cut_.clear();
        beyond_.clear();
        if (frontier_.size() > 2 * room_) cut();
    }

    struct Larger {
        bool operator()(float a, float b) const { return a > b; }
    };
    Heap<Candidate<Id>, Nearer<Id>> frontier_;
    Heap<float, Larger> best_;   // estimates of the most promising `width` opened nodes, worst first
    Vec<Candidate<Id>> cut_;     // from the frontier
    Vec<Candidate<Id>> beyond_;  // the limit when they were met; some were met again since, or twice
    VisitedSet visited_;
    size_t room_ = 0;  // the width that the limit is good for
    float limit_ = kNoLimit;
    Retain retain_ = Retain::kAll;
};

// Upper layers are walked with this width: with estimates, the single best candidate is too easily a wrong one, and a
// search that begins in the wrong cluster does not leave it (README.md).
inline constexpr size_t kDescentWidth = 8;

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
