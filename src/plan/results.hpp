// Rows that fulfil all conditions and whose distances are known, on their way out in the order of distance.
#pragma once

#include "pg/pg.hpp"

#include <cmath>
#include <limits>

#include "core/nth_smallest.hpp"

namespace vhnsw::plan {

// The order of ORDER BY: numbers, NaN, NULL.
struct Distance {
    double value;
    bool is_null;
};

struct SmallerDistance {
    bool operator()(const Distance &a, const Distance &b) const
    {
        if (a.is_null || b.is_null) return !a.is_null;
        return a.value < b.value || (std::isnan(b.value) && !std::isnan(a.value));
    }
};

// A row and its distance. `row` is a Row (am/page.hpp) of the very version that the query sees.
struct Result {
    static constexpr uint64_t kNullMark = uint64_t{1} << 63;

    double value;
    uint64_t marked_row;

    static Result make(Distance distance, uint64_t row)
    {
        return {distance.is_null ? 0 : distance.value, distance.is_null ? row | kNullMark : row};
    }
    Distance distance() const { return {value, (marked_row & kNullMark) != 0}; }
    uint64_t row() const { return marked_row & ~kNullMark; }
};

struct NearerResult {
    bool operator()(const Result &a, const Result &b) const
    {
        const SmallerDistance smaller;
        if (smaller(a.distance(), b.distance())) return true;
        return !smaller(b.distance(), a.distance()) && a.marked_row < b.marked_row;
    }
};

// Containers grow in the current memory context, which must be that of the query.
class ResultQueue {
public:
    // For a new query. `keep_order`: rows that come too late to be returned in order are kept for the end.
    void start(bool keep_order);
    // Gives back what is not memory.
    void end();

    // How many rows are wanted in all, those returned already included.
    void set_wanted(size_t rows) { nearest_.set_rank(rows); }
    // That many were added.
    bool full() const { return nearest_.full(); }
    // A row whose distance is `bound` or larger could be among those that are wanted.
    bool wants(double bound) const { return !full() || SmallerDistance{}(Distance{bound, false}, nearest_.value()); }

    // True when it is one of the rows wanted, as far as known.
    bool add(const Result &result);

    // The same for all rows that are left, in any number: what work_mem does not hold is sorted on disk. No add() after
    // the first of them, and no pop() before finish().
    void add_rest(const Result &result);
    void finish();

    // The next row in order. `last_ones`: no row will be added any more, so that those that were late follow.
    bool pop(bool last_ones, Result *result);

private:
    bool is_late(const Result &result) const
    {
        return keep_order_ && popped_ && SmallerDistance{}(result.distance(), last_.distance());
    }
    void spill(const Result &result);
    void read_spilled();

    Heap<Result, NearerResult> ready_;
    Heap<Result, NearerResult> late_;
    NthSmallest<Distance, SmallerDistance> nearest_;
    Result last_;  // popped
    bool popped_;
    bool keep_order_;
    size_t in_memory_;  // that ready_ may hold

    Tuplesortstate *spilled_;  // null: nothing was
    TupleTableSlot *spill_slot_;
    TupleTableSlot *read_slot_;
    bool has_spilled_;
    Result next_spilled_;
};

}  // namespace vhnsw::plan
