// Growable array of trivially copyable elements, living in the host's memory.
// It has no destructor: its memory goes with the memory context, or with release().
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

#include "core/host.hpp"

namespace vhnsw {

template <typename T>
class Vec {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    size_t size() const { return size_; }
    size_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }

    T *data() { return data_; }
    const T *data() const { return data_; }
    T *begin() { return data_; }
    T *end() { return data_ + size_; }
    const T *begin() const { return data_; }
    const T *end() const { return data_ + size_; }
    T &operator[](size_t i) { return data_[i]; }
    const T &operator[](size_t i) const { return data_[i]; }
    T &back() { return data_[size_ - 1]; }
    std::span<T> span() { return {data_, size_}; }
    std::span<const T> span() const { return {data_, size_}; }

    void clear() { size_ = 0; }
    void pop_back() { --size_; }

    // Makes room for `wanted` elements in all; afterwards push() up to there does not allocate.
    void reserve(size_t wanted)
    {
        if (wanted <= capacity_) return;
        size_t grown = capacity_ + capacity_ / 2 + 8;
        if (grown < wanted) grown = wanted;
        T *fresh = static_cast<T *>(host_alloc(grown * sizeof(T)));
        if (size_ != 0) memcpy(fresh, data_, size_ * sizeof(T));
        host_free(data_);
        data_ = fresh;
        capacity_ = grown;
    }

    // Sets the size; elements beyond the old size are uninitialised.
    void resize(size_t wanted)
    {
        reserve(wanted);
        size_ = wanted;
    }

    // By value: the element may live in this very array.
    void push(T value)
    {
        if (size_ == capacity_) reserve(size_ + 1);
        data_[size_++] = value;
    }

    void release()
    {
        host_free(data_);
        *this = Vec();
    }

private:
    T *data_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

}  // namespace vhnsw
