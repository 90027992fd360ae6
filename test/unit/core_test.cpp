// Vec, Heap, VisitedSet, BitFilter, Bloom filters and Rng.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <unordered_set>
#include <vector>

#include "core/bit_filter.hpp"
#include "core/bloom.hpp"
#include "core/heap.hpp"
#include "core/rng.hpp"
#include "core/vec.hpp"
#include "core/visited.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;

using MinHeap = Heap<uint64_t, std::less<uint64_t>>;

}  // namespace

UNIT_TEST(core_vec_keeps_elements_while_growing)
{
    Vec<uint64_t> vec;
    EXPECT(vec.empty() && vec.size() == 0 && vec.capacity() == 0);
    for (uint64_t i = 0; i < 10000; ++i) vec.push(i * i);
    EXPECT(vec.size() == 10000 && vec.back() == 9999u * 9999u);
    size_t wrong = 0;
    for (uint64_t i = 0; i < 10000; ++i) wrong += vec[i] != i * i;
    EXPECT(wrong == 0);
    EXPECT(vec.span().size() == 10000 && vec.span().data() == vec.data());
}

UNIT_TEST(core_vec_takes_an_element_of_its_own)
{
    Vec<uint64_t> vec;
    vec.push(42);
    for (int i = 0; i < 1000; ++i) vec.push(vec[0]);
    EXPECT(std::count(vec.begin(), vec.end(), 42u) == 1001);
}

UNIT_TEST(core_vec_does_not_allocate_within_its_reserve)
{
    Vec<int> vec;
    vec.reserve(1000);
    size_t before = unit::allocations();
    for (int i = 0; i < 1000; ++i) vec.push(i);
    vec.clear();
    vec.resize(1000);
    vec.reserve(10);
    EXPECT(unit::allocations() == before);
}

UNIT_TEST(core_vec_resize_keeps_the_front)
{
    Vec<int> vec;
    vec.push(1);
    vec.push(2);
    vec.resize(100);
    EXPECT(vec.size() == 100 && vec[0] == 1 && vec[1] == 2);
    vec.resize(1);
    EXPECT(vec.size() == 1 && vec[0] == 1);
    vec.pop_back();
    EXPECT(vec.empty());
}

UNIT_TEST(core_vec_release_returns_the_memory)
{
    size_t before = unit::live_blocks();
    Vec<int> vec;
    for (int i = 0; i < 1000; ++i) vec.push(i);
    EXPECT(unit::live_blocks() == before + 1);
    vec.release();
    EXPECT(unit::live_blocks() == before && vec.empty() && vec.capacity() == 0);
    vec.push(7);
    EXPECT(vec.size() == 1 && vec[0] == 7);
}

UNIT_TEST(core_vec_is_unchanged_when_memory_runs_out)
{
    Vec<int> vec;
    for (int i = 0; i < 100; ++i) vec.push(i);
    size_t capacity = vec.capacity();
    auto grow = [&] { vec.reserve(100000); };
    EXPECT(unit::jumps_at_allocation(1, grow));
    EXPECT(vec.size() == 100 && vec.capacity() == capacity && vec[99] == 99);
    EXPECT(!unit::jumps_at_allocation(2, grow));
    EXPECT(vec.size() == 100 && vec.capacity() >= 100000 && vec[99] == 99);
}

UNIT_TEST(core_heap_keeps_its_first)
{
    Rng rng(7);
    for (size_t n = 2; n < 60; ++n)
        for (size_t count = 1; count < n; ++count) {
            MinHeap heap;
            std::vector<uint64_t> want, dropped;
            for (size_t i = 0; i < n; ++i) {
                want.push_back(rng.next() % 20);
                heap.push(want.back());
            }
            std::sort(want.begin(), want.end());
            EXPECT(heap.keep_first(count, [&](uint64_t item) { dropped.push_back(item); }) == want[count - 1]);
            std::sort(dropped.begin(), dropped.end());
            EXPECT(std::equal(dropped.begin(), dropped.end(), want.begin() + static_cast<long>(count), want.end()));
            for (size_t i = 0; i < count; ++i) EXPECT(heap.pop() == want[i]);
            EXPECT(heap.empty());
            heap.release();
        }
}

UNIT_TEST(core_heap_pops_in_order)
{
    Rng rng(31);
    for (size_t n : {0u, 1u, 2u, 3u, 10u, 1000u}) {
        MinHeap heap;
        std::vector<uint64_t> want;
        for (size_t i = 0; i < n; ++i) {
            want.push_back(rng.next() % 500);
            heap.push(want.back());
        }
        std::sort(want.begin(), want.end());
        EXPECT_WITH(heap.size() == n && heap.items().size() == n, "n = %zu", n);
        std::vector<uint64_t> got;
        while (!heap.empty()) {
            EXPECT(heap.top() == heap.items()[0]);
            if (heap.size() > 1) EXPECT(heap.second() == want[got.size() + 1]);
            got.push_back(heap.pop());
        }
        EXPECT_WITH(got == want, "n = %zu", n);
    }
}

// A heap of the k smallest: the largest of them is on top and makes room.
UNIT_TEST(core_heap_keeps_the_best_k)
{
    Rng rng(32);
    Heap<uint64_t, std::greater<uint64_t>> best;
    best.reserve(11);
    size_t before = unit::allocations();
    std::vector<uint64_t> all(1000);
    for (uint64_t &value : all) {
        value = rng.next();
        best.push(value);
        if (best.size() > 10) best.pop();
    }
    EXPECT(unit::allocations() == before);
    std::sort(all.begin(), all.end());
    for (size_t i = 10; i-- > 0;) EXPECT_WITH(best.pop() == all[i], "i = %zu", i);
    best.push(1);
    best.clear();
    EXPECT(best.empty());
}

UNIT_TEST(core_visited_set_agrees_with_the_standard_one)
{
    Rng rng(33);
    VisitedSet set;
    for (int round = 0; round < 3; ++round) {
        std::unordered_set<uint64_t> want;
        for (int i = 0; i < 20000; ++i) {
            // Slots of pages, as a scan sees them: many keys differ in their lowest bits only.
            uint64_t key = 1 + rng.next() % 1000 * 65536 + rng.next() % 12;
            EXPECT(set.contains(key) == want.contains(key));
            EXPECT(set.insert(key) == want.insert(key).second);
            EXPECT(set.contains(key));
        }
        EXPECT(set.size() == want.size());
        set.clear();
        EXPECT(set.size() == 0 && !set.contains(1));
    }
}

UNIT_TEST(core_visited_set_takes_extreme_keys)
{
    VisitedSet set;
    EXPECT(!set.contains(1));
    for (unsigned bit = 0; bit < 64; ++bit) {
        EXPECT_WITH(set.insert(uint64_t{1} << bit), "bit %u", bit);
        EXPECT_WITH(!set.insert(uint64_t{1} << bit), "bit %u", bit);
    }
    EXPECT(set.insert(UINT64_MAX) && !set.insert(UINT64_MAX));
    EXPECT(set.size() == 65);
}

UNIT_TEST(core_visited_set_does_not_allocate_within_its_reserve)
{
    for (size_t n : {1u, 511u, 512u, 513u, 5000u}) {
        VisitedSet set;
        set.reserve_more(n);
        size_t before = unit::allocations();
        for (uint64_t key = 1; key <= n; ++key) set.insert(key);
        EXPECT_WITH(unit::allocations() == before, "n = %zu", n);
        set.clear();
        for (uint64_t key = 1; key <= n; ++key) set.insert(key + n);
        EXPECT_WITH(unit::allocations() == before, "n = %zu", n);
    }
}

// First outputs for seed 1234567, as published with the algorithm's reference code.
UNIT_TEST(core_rng_is_splitmix64)
{
    Rng rng(1234567);
    EXPECT(rng.next() == 6457827717110365317u);
    EXPECT(rng.next() == 3203168211198807973u);
    EXPECT(rng.next() == 9817491932198370423u);
    EXPECT(rng.next() == 4593380528125082431u);
    EXPECT(rng.next() == 16408922859458223821u);
}

UNIT_TEST(core_rng_uniform_is_in_range_and_even)
{
    Rng rng(34);
    size_t tenths[10] = {};
    for (int i = 0; i < 100000; ++i) {
        double value = rng.uniform();
        EXPECT(value > 0 && value <= 1);
        ++tenths[std::min(static_cast<size_t>(value * 10), size_t{9})];
    }
    for (size_t count : tenths) EXPECT_WITH(count > 9500 && count < 10500, "%zu", count);
}

UNIT_TEST(core_bloom_never_forgets)
{
    Rng rng(11);
    for (size_t bytes : {2u, 4u, 29u, 94u, 8192u})
        for (unsigned per_hash : {1u, 2u, 3u, 4u}) {
            std::vector<uint8_t> filter(bytes, 0);
            std::vector<uint32_t> hashes;
            for (int i = 0; i < 20; ++i) {
                hashes.push_back(static_cast<uint32_t>(rng.next()));
                add_to_bloom(filter, hashes.back(), per_hash);
                for (uint32_t hash : hashes) EXPECT(bloom_may_contain(filter, hash, per_hash));
            }
        }
}

// n hashes of k bits in m bits leave (1 - exp(-kn / m))^k of the others in doubt.
UNIT_TEST(core_bloom_doubts_as_rarely_as_it_should)
{
    struct Case {
        size_t bytes;
        unsigned per_hash;
        int hashes;
    };
    for (Case c : {Case{94, 3, 40}, Case{94, 3, 100}, Case{2, 1, 3}, Case{4, 2, 3}}) {
        Rng rng(12);
        int doubts = 0, rounds = 400, asked = 100;
        for (int round = 0; round < rounds; ++round) {
            std::vector<uint8_t> filter(c.bytes, 0);
            for (int i = 0; i < c.hashes; ++i) add_to_bloom(filter, static_cast<uint32_t>(rng.next()), c.per_hash);
            // Hashes may be small numbers.
            for (int i = 0; i < asked; ++i)
                doubts += bloom_may_contain(filter, static_cast<uint32_t>(round * asked + i), c.per_hash);
        }
        double share = static_cast<double>(doubts) / (rounds * asked), k = c.per_hash;
        double want = std::pow(1 - std::exp(-k * c.hashes / (8.0 * static_cast<double>(c.bytes))), k);
        EXPECT_WITH(share < 1.2 * want + .005 && share > want / 1.3 - .005, "%zu bytes: %f, not %f", c.bytes, share,
                    want);
    }
}

// Bits on disk.
UNIT_TEST(core_bloom_bits_stay_where_they_are)
{
    std::vector<uint8_t> filter(8, 0);
    add_to_bloom(filter, 1, 3);
    add_to_bloom(filter, 0xDEADBEEF, 3);
    uint64_t bits;
    memcpy(&bits, filter.data(), sizeof bits);
    EXPECT_WITH(bits == 0x10000C0100000048, "%lx", bits);
}

UNIT_TEST(core_bit_filter_is_exact_where_it_has_the_memory)
{
    BitFilter filter;
    filter.init(1000, 1000);
    for (uint64_t n = 0; n < 1000; n += 3) filter.add(n);
    int wrong = 0;
    for (uint64_t n = 0; n < 1000; ++n) wrong += filter.may_contain(n) != (n % 3 == 0);
    EXPECT_WITH(wrong == 0, "%d", wrong);
}

// Whatever was added stays in; what shares its bit is all that comes with it.
UNIT_TEST(core_bit_filter_keeps_to_its_memory)
{
    BitFilter filter;
    filter.init(uint64_t{1} << 40, 1024);
    EXPECT_WITH(filter.bytes() == 1024, "%lu", filter.bytes());
    for (uint64_t n = 1; n < uint64_t{1} << 40; n *= 7) filter.add(n);
    uint64_t missed = 0, contained = 0;
    for (uint64_t n = 1; n < uint64_t{1} << 40; n *= 7) missed += !filter.may_contain(n);
    for (uint64_t n = 0; n < 8 * 1024; ++n) contained += filter.may_contain(n);
    EXPECT_WITH(missed == 0 && contained <= 15, "%lu missed, %lu bits", missed, contained);
    filter.init(10, 0);
    EXPECT(filter.bytes() == sizeof(uint64_t) && !filter.may_contain(5));
}
