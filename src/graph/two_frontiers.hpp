// Best-first search on layer 0 under a filter. Two frontiers, of neighbours that pass and of neighbours that fail,
// both in the order of their estimates. Passing ones that would enter the answer are always opened first; beyond that
// each frontier lives while it has paid off recently, "recently" being a share of the work done up to its last success.
// So the search looks through failing nodes where passing ones are rare, and stops looking where that leads nowhere.
//
// A caller opens nodes one by one and counts what they cost it:
//     frontiers.clear(); frontiers.set_goal({rows, ef, share}); frontiers.enter(store, entry, passes);
//     while (frontiers.advance(store, id, opened) == Step::kOpened) { take it if opened.passes; mind the budget;
//         if (frontiers.wants_seeds()) draw a few passing rows, enter_seed() the nodes of the nearest two }
// and, for more rows, set_goal() with more of them and the same loop again.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/nth_smallest.hpp"
#include "graph/search.hpp"

namespace vhnsw::graph {

// Beyond what GraphStore asks for, Opened has
//     Vec<Candidate<Id>> failing;   neighbours `visited` did not hold before, and that fail the filter
//     bool passes;                  whether the opened node itself holds a row that passes
// `neighbours` are then only those that pass, as far as can be told before they are opened.
// Version 14 of clang-format cannot lay out requirements.
// clang-format off
template <typename S>
concept FilteredStore = GraphStore<S> && requires(typename S::Opened &opened) {
    { opened.failing } -> std::same_as<Vec<Candidate<typename S::Id>> &>;
    { opened.passes } -> std::same_as<bool &>;
};
// clang-format on

// The key of an opened node that passes, with a note of whose success it was.
struct PassingKey {
    float key;
    uint64_t note;
};
struct SmallerKey {
    bool operator()(const PassingKey &a, const PassingKey &b) const { return a.key < b.key; }
};
using PassingKeys = NthSmallest<PassingKey, SmallerKey>;

// The key of the rank, infinite while there are fewer keys than that.
inline float
ranked_key(const PassingKeys &keys)
{
    return keys.full() ? keys.value().key : std::numeric_limits<float>::infinity();
}

// What a filtered search is to find.
struct FilterGoal {
    size_t rows;   // so many that pass, 1 or more
    size_t ef;     // hnsw.ef_search: scales the width and all patience
    double share;  // of the rows of the index that pass, an estimate in (0, 1]
};

// How long a frontier may go on without success, at ef_search = 1 and up to ten rows. Measured; see README.md.
struct Patience {
    double ratio;          // of the nodes opened up to the last success
    double after_seeds;    // factor to it for passing nodes, once there were seeds: they may lie in many places
    double lease;          // nodes of the failing frontier in any case, times the share that passes
    double rows_exponent;  // more rows need less of all that for each
};
inline constexpr Patience kPatience{0.03, 2, 0.04, 0.6};

// A search for fewer rows is one for so many: patience that counts successes needs a few.
inline constexpr size_t kFewestRows = 10;

// Failing nodes are opened while they are nearer than this part of ef_search in passing ones: at the rim of the answer
// estimates are too coarse to stop there.
inline constexpr size_t kRimPart = 4;

// A search that has seen this part of the passing nodes it should have, or less, asks for seeds, once that many were to
// be expected.
inline constexpr double kSeedsFound = 1.0 / 3;
inline constexpr double kSeedsExpected = 8;

// What a filtered search has done so far. Nodes, not rows.
struct FilterCounts {
    size_t seen;            // by links or as entry points
    size_t seen_passing;    // of these, those that pass as far as could be told
    size_t found;           // opened and passing
    size_t opened_passing;  // from the passing frontier
    size_t opened_failing;  // from the failing frontier
    size_t opened_bridges;  // failing neighbours, opened at once
};

// The state of a filtered search on layer 0.
// Invariant: every id in a frontier is in `visited` and has not been opened. Nothing seen is ever dropped.
template <FilteredStore Store>
class TwoFrontiers {
public:
    using Id = typename Store::Id;
    using Opened = typename Store::Opened;
    using Goal = FilterGoal;
    using Counts = FilterCounts;

    enum class Step : uint8_t {
        kOpened,     // one node
        kSettled,    // neither frontier promises more for this goal
        kExhausted,  // all that links lead to has been opened
    };

    // Forgets the search and its goal; keeps the memory.
    void clear()
    {
        for (Frontier &frontier : frontiers_) frontier.clear();
        has_bridge_ = false;
        nearest_.clear();
        rim_.clear();
        wide_.clear();
        visited_.clear();
        counts_ = {};
        seeded_ = false;
    }

    // To be called before the first advance(), and again whenever more rows are wanted or the share is known better.
    // A search that had settled may then go on, about as if it had had this goal from the start.
    void set_goal(const Goal &goal)
    {
        goal_ = goal;
        goal_.rows = std::max(goal.rows, kFewestRows);
        goal_.share = std::clamp(goal.share, 1e-9, 1.0);
        double rows = static_cast<double>(goal_.rows) / kFewestRows;
        double scale = static_cast<double>(goal_.ef) / std::pow(rows, kPatience.rows_exponent);
        ratio_ = kPatience.ratio * scale;
        lease_ = kPatience.lease / goal_.share * scale;
        nearest_.set_rank(goal_.rows, [&](const PassingKey &entering) { succeed(entering.note); });
        rim_.set_rank(std::max(goal_.rows, goal_.ef / kRimPart));
        wide_.set_rank(std::max(goal_.rows, goal_.ef));
    }

    // An entry point, on layer 0, and whether it passes.
    void enter(Store &store, Candidate<Id> candidate, bool passes)
    {
        if (visited_.insert(store.key_of(candidate.id))) see(candidate, passes, kPassing);
    }

    // Whether far fewer passing nodes were seen than the share lets expect: those near the query are not connected, or
    // all lie elsewhere. A few passing rows drawn at random then tell where. `pressed`: much of the caller's budget is
    // spent already; it then takes less to be sure.
    bool wants_seeds(bool pressed = false) const
    {
        double expected = goal_.share * static_cast<double>(counts_.seen);
        if (seeded_ || counts_.opened_failing == 0) return false;
        if (static_cast<double>(counts_.seen_passing) > kSeedsFound * expected) return false;
        return expected >= kSeedsExpected || (pressed && counts_.found < goal_.rows);
    }

    // A node at or near a row that was drawn because wants_seeds(). One that was seen already changes nothing.
    void enter_seed(Store &store, Candidate<Id> candidate, bool passes)
    {
        seeded_ = true;
        enter(store, candidate, passes);
    }

    // No seeds could be had; they are not asked for again.
    void forgo_seeds() { seeded_ = true; }

    // Opens the next node; `id` and `opened` tell which, less a failing neighbour that is opened next.
    // May jump away: REQUIRES no lock held.
    Step advance(Store &store, Id &id, Opened &opened)
    {
        for (;;) {
            Choice choice = choose();
            if (choice == Choice::kNone) return exhausted() ? Step::kExhausted : Step::kSettled;
            Waiting next = take(choice);
            host_check_interrupts();
            if (!store.open(next.candidate.id, visited_, kNoLimit, opened)) continue;
            absorb(choice, next, opened);
            prefetch(store);
            id = next.candidate.id;
            return Step::kOpened;
        }
    }

    bool exhausted() const
    {
        return !has_bridge_ && frontiers_[kPassing].waiting.empty() && frontiers_[kFailing].waiting.empty();
    }

    // All that was seen but not opened, in no order: visit(candidate, passes).
    template <typename Visit>
    void for_each_unopened(const Visit &visit) const
    {
        for (const Waiting &waiting : frontiers_[kPassing].waiting.items()) visit(waiting.candidate, true);
        for (const Waiting &waiting : frontiers_[kFailing].waiting.items()) visit(waiting.candidate, false);
        if (has_bridge_) visit(bridge_, false);
    }

    VisitedSet &visited() { return visited_; }
    const Counts &counts() const { return counts_; }

    // A node of a larger key cannot be in the answer; infinite while too few were found.
    float farthest_wanted() const { return ranked_key(nearest_); }

private:
    enum Side : uint8_t { kPassing, kFailing };
    enum class Choice : uint8_t { kNone, kPassing, kFailing, kBridge };

    // `seen_from`: the side whose success it will be if this node enters the answer.
    struct Waiting {
        Candidate<Id> candidate;
        Side seen_from;
    };
    struct NearerWaiting {
        bool operator()(const Waiting &a, const Waiting &b) const { return a.candidate.key < b.candidate.key; }
    };
    struct Frontier {
        Heap<Waiting, NearerWaiting> waiting;
        size_t opened;
        size_t last_success;  // value of `opened` when a node seen from here entered the answer

        void clear()
        {
            waiting.clear();
            opened = last_success = 0;
        }
        bool reaches(float key) const { return !waiting.empty() && waiting.top().candidate.key < key; }
        double since_success() const { return static_cast<double>(opened - last_success); }
    };

    void see(Candidate<Id> candidate, bool passes, Side from)
    {
        frontiers_[passes ? kPassing : kFailing].waiting.push({candidate, from});
        counts_.seen++;
        counts_.seen_passing += passes;
    }

    // A node that entered the answer: seen from this side, when it had opened so many. An older one changes nothing.
    void succeed(uint64_t note)
    {
        Frontier &origin = frontiers_[note % 2];
        origin.last_success = std::max<size_t>(origin.last_success, note / 2);
    }

    bool passing_alive() const
    {
        const Frontier &passing = frontiers_[kPassing];
        if (passing.waiting.empty()) return false;
        double ratio = seeded_ ? ratio_ * kPatience.after_seeds : ratio_;
        return passing.reaches(ranked_key(wide_)) ||
               passing.since_success() <= ratio * static_cast<double>(passing.last_success);
    }

    // It may also spend a share of what the passing frontier has spent, so that neither can starve the other.
    bool failing_alive() const
    {
        const Frontier &failing = frontiers_[kFailing];
        if (failing.waiting.empty()) return false;
        if (counts_.found < goal_.rows) return true;
        double work = static_cast<double>(failing.last_success + frontiers_[kPassing].opened);
        return failing.reaches(ranked_key(rim_)) && failing.since_success() <= lease_ + ratio_ * work;
    }

    Choice choose() const
    {
        if (has_bridge_) return Choice::kBridge;
        // It would enter the answer: always worth its page.
        if (frontiers_[kPassing].reaches(ranked_key(nearest_))) return Choice::kPassing;
        bool passing = passing_alive(), failing = failing_alive();
        if (passing && failing)
            return frontiers_[kFailing].opened < frontiers_[kPassing].opened ? Choice::kFailing : Choice::kPassing;
        if (passing) return Choice::kPassing;
        return failing ? Choice::kFailing : Choice::kNone;
    }

    Waiting take(Choice choice)
    {
        if (choice == Choice::kPassing) return frontiers_[kPassing].waiting.pop();
        if (choice == Choice::kFailing) return frontiers_[kFailing].waiting.pop();
        has_bridge_ = false;
        return {bridge_, kPassing};
    }

    // Counts the opened node, judges its success, and takes over what its links say.
    void absorb(Choice choice, const Waiting &node, Opened &opened)
    {
        Side side = choice == Choice::kFailing ? kFailing : kPassing;
        if (choice == Choice::kBridge)
            counts_.opened_bridges++;
        else
            frontiers_[side].opened++;
        counts_.opened_passing = frontiers_[kPassing].opened;
        counts_.opened_failing = frontiers_[kFailing].opened;
        if (opened.passes) {
            counts_.found++;
            uint64_t note = frontiers_[node.seen_from].opened * 2 + node.seen_from;
            if (nearest_.add({opened.key, note})) succeed(note);
            rim_.add({opened.key, note});
            wide_.add({opened.key, note});
        }
        if (seeded_ && choice == Choice::kPassing) build_bridge(opened);
        for (const Candidate<Id> &neighbour : opened.neighbours) see(neighbour, true, side);
        for (const Candidate<Id> &neighbour : opened.failing) see(neighbour, false, side);
    }

    // The nearest failing neighbour is opened next: passing nodes far from the query are often connected by failing
    // ones alone, which are too far from it to be opened in their turn.
    void build_bridge(Opened &opened)
    {
        auto &failing = opened.failing;
        if (failing.empty()) return;
        auto nearest = std::min_element(failing.begin(), failing.end(), Nearer<Id>());
        bridge_ = *nearest;
        has_bridge_ = true;
        counts_.seen++;
        *nearest = failing.back();
        failing.pop_back();
    }

    void prefetch(Store &store) const
    {
        switch (choose()) {
            case Choice::kPassing: store.prefetch(frontiers_[kPassing].waiting.top().candidate.id); break;
            case Choice::kFailing: store.prefetch(frontiers_[kFailing].waiting.top().candidate.id); break;
            case Choice::kBridge: store.prefetch(bridge_.id); break;
            case Choice::kNone: break;
        }
    }

    Frontier frontiers_[2]{};
    Candidate<Id> bridge_{};  // to be opened next, when has_bridge_
    PassingKeys nearest_;     // over the passing nodes opened: of the last row wanted
    PassingKeys rim_;         // the same, of rank ef / 4 at least
    PassingKeys wide_;        // the same, of rank max(rows, ef)
    VisitedSet visited_;
    Goal goal_{1, 1, 1};
    Counts counts_{};
    double ratio_ = 0;  // patience for this goal
    double lease_ = 0;
    bool seeded_ = false;
    bool has_bridge_ = false;
};

}  // namespace vhnsw::graph
