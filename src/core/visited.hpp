// Set of 64-bit keys by open addressing with linear probing, for "was this node seen before".
// Key 0 stands for an empty slot and cannot be inserted. clear() keeps the memory.
#pragma once

#include <cstdint>

#include "core/vec.hpp"

namespace vhnsw {

class VisitedSet {
public:
    size_t size() const { return count_; }

    // Afterwards `more` further insertions do not allocate.
    void reserve_more(size_t more)
    {
        size_t wanted = 2 * (count_ + more);
        if (wanted <= slots_.size()) return;
        size_t grown = slots_.size() == 0 ? 1024 : slots_.size();
        while (grown < wanted) grown *= 2;
        rehash(grown);
    }

    // Returns true when the key was not yet in the set. REQUIRES: key != 0.
    bool insert(uint64_t key)
    {
        reserve_more(1);
        uint64_t &slot = find(key);
        if (slot == key) return false;
        slot = key;
        ++count_;
        return true;
    }

    bool contains(uint64_t key) { return count_ != 0 && find(key) == key; }

    void clear()
    {
        if (count_ != 0) memset(slots_.data(), 0, slots_.size() * sizeof(uint64_t));
        count_ = 0;
    }

private:
    uint64_t &find(uint64_t key)
    {
        size_t mask = slots_.size() - 1;
        // Fibonacci hashing: neighbouring keys (slots of one page) spread over the table.
        size_t at = static_cast<size_t>((key * 0x9E3779B97F4A7C15ull) >> 20) & mask;
        while (slots_[at] != 0 && slots_[at] != key) at = (at + 1) & mask;
        return slots_[at];
    }

    void rehash(size_t grown)
    {
        Vec<uint64_t> fresh;
        fresh.resize(grown);  // may jump away: the set is still whole
        memset(fresh.data(), 0, grown * sizeof(uint64_t));
        Vec<uint64_t> old = slots_;
        slots_ = fresh;
        for (uint64_t key : old)
            if (key != 0) find(key) = key;
        old.release();
    }

    Vec<uint64_t> slots_;
    size_t count_ = 0;
};

}  // namespace vhnsw
