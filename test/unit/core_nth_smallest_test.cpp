// NthSmallest against sorting.
#include <algorithm>
#include <vector>

#include "core/nth_smallest.hpp"
#include "core/rng.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;

struct Less {
    bool operator()(uint64_t a, uint64_t b) const { return a < b; }
};

}  // namespace

UNIT_TEST(core_nth_smallest_agrees_with_sorting)
{
    NthSmallest<uint64_t, Less> nth;
    std::vector<uint64_t> sorted;
    Rng rng(11);
    size_t rank = 1, wrong = 0;
    for (int i = 0; i < 5000; ++i) {
        if (rng.next() % 16 == 0) nth.set_rank(rank = rng.next() % 300 + 1);
        uint64_t value = rng.next() % 1000;
        bool within = sorted.size() < rank || value < sorted[rank - 1];
        wrong += nth.add(value) != within;
        sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
        wrong += nth.full() != (sorted.size() >= rank);
        if (nth.full()) wrong += nth.value() != sorted[rank - 1];
    }
    EXPECT(wrong == 0 && nth.count() == 5000);
}

UNIT_TEST(core_nth_smallest_clear_keeps_the_rank)
{
    NthSmallest<uint64_t, Less> nth;
    nth.set_rank(2);
    EXPECT(nth.add(5) && !nth.full() && nth.add(7) && nth.full() && nth.value() == 7);
    EXPECT(!nth.add(7) && nth.add(6) && nth.value() == 6);
    nth.clear();
    EXPECT(nth.count() == 0 && !nth.full());
    EXPECT(nth.add(9) && nth.add(8) && nth.value() == 9);
}
