// Binary heap over Vec. `Before(a, b)` says that a leaves the heap before b; it is a stateless function object.
#pragma once

#include <algorithm>

#include "core/vec.hpp"

namespace vhnsw {

template <typename T, typename Before>
class Heap {
public:
    size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    const T &top() const { return items_[0]; }
    // The one that leaves after top(). REQUIRES: size() > 1.
    const T &second() const { return items_.size() > 2 && Before{}(items_[2], items_[1]) ? items_[2] : items_[1]; }
    std::span<const T> items() const { return items_.span(); }

    void clear() { items_.clear(); }
    void reserve(size_t wanted) { items_.reserve(wanted); }
    void release() { items_.release(); }

    void push(T item)
    {
        items_.push(item);
        std::push_heap(items_.begin(), items_.end(), After{});
    }

    T pop()
    {
        std::pop_heap(items_.begin(), items_.end(), After{});
        T item = items_.back();
        items_.pop_back();
        return item;
    }

    // Keeps the `count` items that would leave first and returns the last of them; the others go to drop(item), in any
    // order. REQUIRES: 0 < count < size().
    template <typename Drop>
    T keep_first(size_t count, const Drop &drop)
    {
        T *kept_end = items_.begin() + count;
        std::nth_element(items_.begin(), kept_end - 1, items_.end(), Before{});
        T last = kept_end[-1];
        for (const T *item = kept_end; item != items_.end(); item++) drop(*item);
        items_.resize(count);
        std::make_heap(items_.begin(), items_.end(), After{});
        return last;
    }

private:
    // The std heap keeps the *largest* element first.
    struct After {
        bool operator()(const T &a, const T &b) const { return Before{}(b, a); }
    };
    Vec<T> items_;
};

}  // namespace vhnsw
