// Set of heap rows: per block a bitmap of offset numbers, found by open addressing. A row is block << 16 | offset, and
// offsets count from 1. A block can be in the set as a whole: then it holds every offset ("lossy"), and its rows are
// not counted.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/rng.hpp"
#include "core/vec.hpp"

namespace vhnsw {

class RowSet {
public:
    static constexpr uint32_t kNoBlock = 0xFFFFFFFFu;
    static constexpr size_t kWords = 5;
    // The heap page of 8 kB has at most 291 rows. A block with a higher offset becomes a whole one.
    static constexpr uint32_t kOffsets = kWords * 64;

    struct Block {
        uint32_t block;
        uint16_t rows;  // kWhole: all
        uint16_t unused;
        uint64_t bits[kWords];  // offset o is bit o - 1; all set in a whole block

        bool whole() const { return rows == kWhole; }
        // REQUIRES: offset is 1 to kOffsets.

        // visit(offset), in their order; those of a whole block up to `last`.
        template <typename Visit>
        void for_each_offset(uint32_t last, const Visit &visit) const
        {
            for (uint32_t word = 0; word < kWords; word++)
                for (uint64_t left = bits[word]; left != 0; left &= left - 1) {
                    uint32_t offset = word * 64 + static_cast<uint32_t>(std::countr_zero(left)) + 1;
                    if (whole() && offset > last) return;
                    visit(offset);
                }
        }
    };

    uint64_t count() const { return rows_; }  // without those of whole blocks
    size_t blocks() const { return used_; }
    size_t whole_blocks() const { return whole_; }
    bool empty() const { return used_ == 0; }

    // Afterwards `wanted` blocks in all fit without another allocation.
    void reserve(size_t wanted)
    {
        size_t grown = slots_.empty() ? 64 : slots_.size();
        while (grown < 2 * wanted) grown *= 2;
        if (grown > slots_.size()) rehash(grown);
    }

    // True when the row was not yet in the set. REQUIRES: offset > 0.
    bool add(uint32_t block, uint32_t offset)
    {
        Block &entry = insert(block);
        if (offset > kOffsets) return make_whole(entry);
        uint64_t bit = uint64_t{1} << ((offset - 1) % 64);
        uint64_t &word = entry.bits[(offset - 1) / 64];
        if (word & bit) return false;
        word |= bit;
        rows_++;
        largest_ = std::max(largest_, ++entry.rows);
        return true;
    }
    bool add_row(uint64_t row) { return add(static_cast<uint32_t>(row >> 16), row & 0xFFFF); }

    void add_block(uint32_t block) { make_whole(insert(block)); }

    bool contains(uint64_t row) const
    {
        if (slots_.empty()) return false;
        uint32_t block = static_cast<uint32_t>(row >> 16);
        const Block &entry = slots_[slot_of(block)];
        if (entry.block != block) return false;
        size_t bit = (row & 0xFFFF) - 1;
        if (bit >= kOffsets) return entry.whole();
        return (entry.bits[bit / 64] >> (bit % 64)) & 1;
    }

    // visit(const Block &), in the order of the blocks. The set must not change meanwhile. Allocates, in the memory
    // context of the caller, which may be shorter-lived than the set.
    template <typename Visit>
    void for_each_block(const Visit &visit) const
    {
        Vec<Place> order;
        order.reserve(used_);
        for (size_t i = 0; i < slots_.size(); i++)
            if (slots_[i].block != kNoBlock) order.push({slots_[i].block, static_cast<uint32_t>(i)});
        std::sort(order.begin(), order.end(), [](Place a, Place b) { return a.block < b.block; });
        for (const Place &place : order) visit(slots_[place.slot]);
        order.release();
    }

    // A row, each with the same probability; those of whole blocks never. REQUIRES: count() > 0.
    uint64_t random_row(Rng &rng) const
    {
        for (;;) {
            uint64_t bits = rng.next();
            const Block &entry = slots_[(bits >> 32) & (slots_.size() - 1)];
            if (entry.block == kNoBlock || entry.whole()) continue;
            // Blocks are drawn with the same probability, and kept by the number of their rows.
            uint64_t rank = (bits & 0xFFFFFFFF) * largest_ >> 32;
            if (rank < entry.rows) return (uint64_t{entry.block} << 16) | nth_offset(entry, rank);
        }
    }

    // Keeps the memory.
    void clear()
    {
        for (Block &entry : slots_) entry = Block{kNoBlock, 0, 0, {}};
        used_ = whole_ = 0;
        rows_ = 0;
        largest_ = 0;
    }

    void release()
    {
        slots_.release();
        *this = RowSet();
    }

    size_t memory() const { return slots_.capacity() * sizeof(Block); }

private:
    static constexpr uint16_t kWhole = 0xFFFF;

    struct Place {
        uint32_t block;
        uint32_t slot;
    };

    // Where the block is, or would be.
    size_t slot_of(uint32_t block) const
    {
        size_t mask = slots_.size() - 1;
        // Fibonacci hashing: neighbouring blocks spread over the table.
        size_t at = static_cast<size_t>((block * 0x9E3779B97F4A7C15ull) >> 32) & mask;
        while (slots_[at].block != block && slots_[at].block != kNoBlock) at = (at + 1) & mask;
        return at;
    }

    Block &insert(uint32_t block)
    {
        reserve(used_ + 1);
        Block &entry = slots_[slot_of(block)];
        if (entry.block == kNoBlock) {
            entry.block = block;
            used_++;
        }
        return entry;
    }

    bool make_whole(Block &entry)
    {
        if (entry.whole()) return false;
        rows_ -= entry.rows;
        entry.rows = kWhole;
        for (uint64_t &word : entry.bits) word = ~uint64_t{0};
        whole_++;
        return true;
    }

    static uint32_t nth_offset(const Block &entry, uint64_t rank)
    {
        for (uint32_t i = 0; i < kWords; i++) {
            uint64_t word = entry.bits[i];
            uint64_t here = static_cast<uint64_t>(std::popcount(word));
            if (rank >= here) {
                rank -= here;
                continue;
            }
            for (; rank > 0; rank--) word &= word - 1;
            return i * 64 + static_cast<uint32_t>(std::countr_zero(word)) + 1;
        }
        return 0;
    }

    void rehash(size_t grown)
    {
        Vec<Block> fresh;
        fresh.resize(grown);  // may jump away: the set is still whole
        for (Block &entry : fresh) entry = Block{kNoBlock, 0, 0, {}};
        Vec<Block> old = slots_;
        slots_ = fresh;
        for (const Block &entry : old)
            if (entry.block != kNoBlock) slots_[slot_of(entry.block)] = entry;
        old.release();
    }

    Vec<Block> slots_;  // at most half of them are used; a power of two
    size_t used_ = 0;
    size_t whole_ = 0;
    uint64_t rows_ = 0;
    uint16_t largest_ = 0;  // number of rows of a block that was ever reached
};

}  // namespace vhnsw
