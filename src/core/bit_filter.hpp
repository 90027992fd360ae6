// A set of numbers, one bit each, in memory that is limited from the start. When there are more numbers than bits,
// several share one, and may_contain() is true for some that were never added: who asks has to look.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/vec.hpp"

namespace vhnsw {

class BitFilter {
public:
    // For numbers below `numbers`. Takes a word at least.
    void init(uint64_t numbers, uint64_t most_bytes)
    {
        words_.resize(std::max<uint64_t>(1, std::min(numbers / 64 + 1, most_bytes / sizeof(uint64_t))));
        memset(words_.data(), 0, bytes());
    }

    uint64_t bytes() const { return words_.size() * sizeof(uint64_t); }

    void add(uint64_t n) { word(n) |= bit(n); }
    bool may_contain(uint64_t n) { return (word(n) & bit(n)) != 0; }

private:
    uint64_t &word(uint64_t n) { return words_[n / 64 % words_.size()]; }
    static uint64_t bit(uint64_t n) { return uint64_t{1} << (n % 64); }

    Vec<uint64_t> words_;
};

}  // namespace vhnsw
