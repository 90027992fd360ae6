// RowSet against std::set on random input.
#include <map>
#include <set>
#include <vector>

#include "core/row_set.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;

constexpr uint32_t kTopBlock = 0xFFFFFFFEu;

uint64_t
row(uint32_t block, uint32_t offset)
{
    return uint64_t{block} << 16 | offset;
}

std::vector<uint64_t>
rows_of(RowSet &set)
{
    std::vector<uint64_t> rows;
    set.for_each_block([&](const RowSet::Block &block) {
        block.for_each_offset(RowSet::kOffsets, [&](uint32_t o) { rows.push_back(row(block.block, o)); });
    });
    return rows;
}

}  // namespace

UNIT_TEST(core_row_set_agrees_with_a_set)
{
    RowSet set;
    std::set<uint64_t> expected;
    Rng rng(7);
    for (int i = 0; i < 20000; ++i) {
        uint32_t block = static_cast<uint32_t>(rng.next() % 3000);
        if (rng.next() % 64 == 0) block = kTopBlock - block;
        uint32_t offset = static_cast<uint32_t>(rng.next() % 291) + 1;
        EXPECT(set.add(block, offset) == expected.insert(row(block, offset)).second);
    }
    EXPECT(set.count() == expected.size() && set.whole_blocks() == 0);

    size_t wrong = 0;
    for (uint64_t r : expected) wrong += !set.contains(r);
    for (int i = 0; i < 20000; ++i) {
        uint64_t r = row(static_cast<uint32_t>(rng.next() % 4000), static_cast<uint32_t>(rng.next() % 400));
        wrong += set.contains(r) != (expected.count(r) != 0);
    }
    EXPECT(wrong == 0);
    EXPECT(rows_of(set) == std::vector<uint64_t>(expected.begin(), expected.end()));
}

UNIT_TEST(core_row_set_is_empty_at_first)
{
    RowSet set;
    EXPECT(set.empty() && set.count() == 0 && set.blocks() == 0 && set.memory() == 0);
    EXPECT(!set.contains(row(0, 1)) && !set.contains(row(5, 0)));
    EXPECT(rows_of(set).empty());
}

UNIT_TEST(core_row_set_keeps_the_bounds_of_its_words)
{
    RowSet set;
    for (uint32_t offset : {1u, 64u, 65u, 128u, 129u, 291u, 320u}) {
        EXPECT(set.add(0, offset) && !set.add(0, offset));
        EXPECT(set.contains(row(0, offset)) && !set.contains(row(1, offset)));
    }
    EXPECT(set.count() == 7 && set.blocks() == 1);
    EXPECT(!set.contains(row(0, 0)) && !set.contains(row(0, 2)) && !set.contains(row(0, 319)));
    EXPECT(set.add_row(row(3, 17)) && set.contains(row(3, 17)) && !set.add_row(row(3, 17)));
}

UNIT_TEST(core_row_set_whole_blocks_hold_every_offset)
{
    RowSet set;
    set.add(9, 4);
    set.add(9, 5);
    set.add(10, 1);
    set.add_block(9);
    set.add_block(9);
    set.add_block(11);
    EXPECT(set.count() == 1 && set.blocks() == 3 && set.whole_blocks() == 2);
    EXPECT(set.contains(row(9, 1)) && set.contains(row(9, 2000)) && set.contains(row(11, 291)));
    EXPECT(!set.contains(row(10, 2)) && !set.contains(row(12, 1)));
    EXPECT(!set.add(9, 77) && set.count() == 1);

    size_t whole = 0;
    set.for_each_block([&](const RowSet::Block &block) { whole += block.whole(); });
    EXPECT(whole == 2);
}

// Pages larger than 8 kB have more rows than there are bits.
UNIT_TEST(core_row_set_offsets_beyond_its_words_make_a_block_whole)
{
    RowSet set;
    set.add(1, 7);
    EXPECT(set.add(1, 321) && !set.add(1, 500));
    EXPECT(set.count() == 0 && set.whole_blocks() == 1 && set.contains(row(1, 321)) && set.contains(row(1, 8)));
}

UNIT_TEST(core_row_set_draws_rows_evenly)
{
    RowSet set;
    std::map<uint64_t, int> drawn;
    for (uint32_t offset = 1; offset <= 190; ++offset) set.add(1, offset);
    for (uint32_t block = 2; block < 12; ++block) set.add(block * 1000, 300 - block);
    set.add_block(500);
    Rng rng(3);
    constexpr int kDraws = 200 * 200;
    for (int i = 0; i < kDraws; ++i) drawn[set.random_row(rng)]++;
    EXPECT(drawn.size() == 200);
    // 200 expected for each, standard deviation 14.
    int wrong = 0;
    for (const auto &[r, times] : drawn) wrong += !set.contains(r) || (r >> 16) == 500 || times < 120 || times > 280;
    EXPECT(wrong == 0);
}

UNIT_TEST(core_row_set_does_not_allocate_within_its_reserve)
{
    RowSet set;
    set.reserve(5000);
    size_t before = unit::allocations();
    for (uint32_t block = 0; block < 5000; ++block) set.add(block * 7, 1 + block % 291);
    EXPECT(unit::allocations() == before && set.count() == 5000);
    set.clear();
    EXPECT(set.empty() && set.count() == 0 && !set.contains(row(7, 2)) && rows_of(set).empty());
    set.add(1, 1);
    EXPECT(set.count() == 1);
}

UNIT_TEST(core_row_set_release_returns_the_memory)
{
    size_t before = unit::live_blocks();
    RowSet set;
    for (uint32_t block = 0; block < 1000; ++block) set.add(block, 1);
    size_t filled = unit::live_blocks();
    EXPECT(rows_of(set).size() == 1000 && set.memory() > 48000);
    EXPECT(unit::live_blocks() == filled);  // a visit keeps nothing
    set.release();
    EXPECT(unit::live_blocks() == before && set.empty() && set.memory() == 0 && !set.contains(row(1, 1)));
}
