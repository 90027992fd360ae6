// The n-th smallest of values that keep coming, for an n that may change at any time. All values are kept.
#pragma once

#include "core/heap.hpp"

namespace vhnsw {

// Before(a, b): a is smaller than b; a stateless function object.
template <typename T, typename Before>
class NthSmallest {
public:
    void clear()
    {
        within_.clear();
        beyond_.clear();
    }

    // Ranks count from 1. enters(value) is called for every value that is now of this rank or before it, and was not.
    template <typename Enters>
    void set_rank(size_t rank, const Enters &enters)
    {
        rank_ = rank;
        while (within_.size() > rank_) beyond_.push(within_.pop());
        while (within_.size() < rank_ && !beyond_.empty()) {
            enters(beyond_.top());
            within_.push(beyond_.pop());
        }
    }
    void set_rank(size_t rank)
    {
        set_rank(rank, [](const T &) {});
    }

    // Whether the value is of this rank or before it. Of equal values the first one comes first.
    bool add(T value)
    {
        if (full() && !Before{}(value, within_.top())) {
            beyond_.push(value);
            return false;
        }
        within_.push(value);
        if (within_.size() > rank_) beyond_.push(within_.pop());
        return true;
    }

    // There are as many values as that.
    bool full() const { return within_.size() >= rank_; }
    size_t count() const { return within_.size() + beyond_.size(); }
    // The one of this rank. REQUIRES: full().
    const T &value() const { return within_.top(); }

private:
    struct After {
        bool operator()(const T &a, const T &b) const { return Before{}(b, a); }
    };
    Heap<T, After> within_;   // the first `rank_`
    Heap<T, Before> beyond_;  // all others
    size_t rank_ = 1;
};

}  // namespace vhnsw
