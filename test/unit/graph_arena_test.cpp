// What is special to the arena: growth up to a limit, rows, metrics, several participants.
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <vector>

#include "graphs.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::unit;
using graph::ArenaShared;
using graph::ArenaStore;

constexpr uint32_t kDims = 32;
const quant::Space kSpace = rotated_space(quant::Metric::kL2, kDims);

double
inner_product(const Floats &a, const Floats &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
    return sum;
}

// The rows with the k largest inner products.
std::vector<uint64_t>
largest_products(const std::vector<Floats> &vectors, const Floats &query, size_t k)
{
    std::vector<uint64_t> order(vectors.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](uint64_t a, uint64_t b) {
        return inner_product(vectors[a], query) > inner_product(vectors[b], query);
    });
    order.resize(k);
    return order;
}

std::vector<uint64_t>
loose_rows(ArenaStore &store, graph::LooseRows list)
{
    std::vector<uint64_t> rows;
    for (uint32_t at = store.shared()->loose_rows[list]; at != graph::kNoRecord; at = store.row(at)->next)
        rows.push_back(store.row(at)->row);
    return rows;
}

// --- an arena of several processes: shared memory, from which blocks are cut one after the other ---

struct SharedMemory {
    static constexpr size_t kBytes = size_t{64} << 20;

    pthread_mutex_t mutex;
    pthread_barrier_t start;
    size_t used;
    ArenaShared arena;

    static SharedMemory *make(unsigned processes)
    {
        void *memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) abort();
        auto *shared = static_cast<SharedMemory *>(memory);
        shared->used = (sizeof(SharedMemory) + 63) / 64 * 64;
        pthread_mutexattr_t mutex_attributes;
        pthread_mutexattr_init(&mutex_attributes);
        pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
        pthread_mutex_init(&shared->mutex, &mutex_attributes);
        pthread_barrierattr_t barrier_attributes;
        pthread_barrierattr_init(&barrier_attributes);
        pthread_barrierattr_setpshared(&barrier_attributes, PTHREAD_PROCESS_SHARED);
        pthread_barrier_init(&shared->start, &barrier_attributes, processes);
        return shared;
    }
    graph::ArenaMemory participant()
    {
        auto lock = [](void *it) { pthread_mutex_lock(&static_cast<SharedMemory *>(it)->mutex); };
        auto unlock = [](void *it) { pthread_mutex_unlock(&static_cast<SharedMemory *>(it)->mutex); };
        auto allocate = [](void *it, size_t bytes) {
            auto *shared = static_cast<SharedMemory *>(it);
            if (shared->used + bytes > kBytes) abort();
            uint64_t handle = shared->used;
            shared->used += (bytes + 63) / 64 * 64;
            return handle;
        };
        auto resolve = [](void *it, uint64_t handle) { return static_cast<void *>(static_cast<char *>(it) + handle); };
        return {this, lock, unlock, allocate, resolve};
    }
};

// Looks at a shared arena with the eyes of expect_valid().
struct SharedView : ArenaGraph {
    SharedView(SharedMemory *memory, const GraphShape &shape) : ArenaGraph(shape)
    {
        store.attach(&memory->arena, memory->participant(), kSpace);
    }
};

// Inserts every `step`-th vector, from `first` on.
void
insert_share(SharedMemory *memory, const std::vector<Floats> &vectors, size_t first, size_t step)
{
    ArenaStore store;
    store.attach(&memory->arena, memory->participant(), kSpace);
    graph::InsertScratch<ArenaStore> scratch;
    Rng rng(first);
    pthread_barrier_wait(&memory->start);
    for (size_t i = first; i < vectors.size(); i += step) {
        int level = graph::draw_level(rng, 12);
        if (!store.begin(as_rotated(vectors[i]), i, level)) abort();
        graph::insert(store, level, 12, 48, scratch);
    }
}

// Runs insert_share() in so many processes at once.
void
insert_in_processes(SharedMemory *memory, const std::vector<Floats> &vectors, size_t processes)
{
    std::vector<pid_t> children;
    for (size_t first = 0; first < processes; ++first) {
        pid_t child = fork();
        if (child == 0) {
            insert_share(memory, vectors, first, processes);
            _exit(0);
        }
        children.push_back(child);
    }
    for (pid_t child : children) {
        int status = 1;
        waitpid(child, &status, 0);
        EXPECT_WITH(status == 0, "status %d", status);
    }
}

}  // namespace

UNIT_TEST(graph_arena_full_refuses_and_stays_valid)
{
    Rng rng(131);
    std::vector<Floats> vectors = uniform_vectors(rng, 20000, kDims);
    for (uint64_t limit : {uint64_t{0}, uint64_t{300000}, uint64_t{1} << 20}) {
        ArenaGraph graph({.dims = kDims, .m = 4, .capacity = 8, .ef_construction = 16}, quant::Metric::kL2, limit);
        uint64_t taken = 0;
        while (taken < vectors.size() && graph.insert(vectors[taken], taken)) ++taken;
        EXPECT_WITH(taken > 100 && taken < vectors.size(), "limit %lu: %lu", limit, taken);
        // The first block of each kind is granted, however small the limit.
        EXPECT_WITH(graph.blocks.bytes <= std::max<uint64_t>(limit, 3 * 64 * 1024), "limit %lu: %zu", limit,
                    graph.blocks.bytes);
        expect_valid(graph);
        EXPECT_WITH(share_reached(graph, 0) > 0.95, "limit %lu: %.4f", limit, share_reached(graph, 0));
        size_t rows = 0;
        for (uint32_t node = 0; node < graph.node_count(); ++node) rows += graph.rows(node).size();
        EXPECT_WITH(rows == taken, "limit %lu: %zu of %lu", limit, rows, taken);
        // Asking again breaks nothing.
        for (uint64_t row = taken; row < taken + 20; ++row) graph.insert(vectors[row % vectors.size()], row);
        expect_valid(graph);
    }
}

UNIT_TEST(graph_arena_is_full_when_memory_gives_out)
{
    Rng rng(133);
    std::vector<Floats> vectors = uniform_vectors(rng, 20000, kDims);
    ArenaGraph graph({.dims = kDims, .m = 4, .capacity = 8, .ef_construction = 16}, quant::Metric::kL2, 1 << 20);
    graph.blocks.most = 300000;
    uint64_t taken = 0;
    while (taken < vectors.size() && graph.insert(vectors[taken], taken)) ++taken;
    EXPECT_WITH(taken > 100 && taken < vectors.size(), "%lu", taken);
    EXPECT(graph.store.shared()->bytes_used == graph.blocks.bytes);
    expect_valid(graph);
    graph.blocks.most = SIZE_MAX;
    EXPECT(graph.insert(vectors[taken], taken));
    expect_valid(graph);
}

// Upper layers may run out before nodes do: the record begun for the newcomer serves the next one.
UNIT_TEST(graph_arena_refuses_a_level_it_has_no_room_for)
{
    Rng rng(132);
    ArenaGraph graph({.dims = kDims, .m = 4, .capacity = 8, .ef_construction = 16}, quant::Metric::kL2, 0);
    std::vector<Floats> vectors = uniform_vectors(rng, 2000, kDims);
    uint64_t taken = 0;
    while (graph.insert(vectors[taken], taken, 8)) ++taken;
    EXPECT_WITH(taken > 10 && taken < 100, "%lu", taken);
    uint32_t before = graph.node_count();
    EXPECT(graph.insert(vectors[taken], taken, 0));
    EXPECT_WITH(graph.node_count() == before, "%u, then %u", before, graph.node_count());
    expect_valid(graph);
    EXPECT(share_reached(graph, 0) == 1);
}

// A newcomer whose row goes to another node leaves its record to the next one.
UNIT_TEST(graph_arena_duplicates_take_a_row_each)
{
    ArenaGraph graph({.dims = kDims}, quant::Metric::kL2, uint64_t{64} << 20);
    for (uint64_t row = 0; row < 10000; ++row) EXPECT(graph.insert(Floats(kDims, 1.0f), row));
    EXPECT_WITH(graph.node_count() <= 2, "%u nodes", graph.node_count());
    std::vector<uint64_t> rows = graph.rows(0);
    std::set<uint64_t> distinct(rows.begin(), rows.end());
    EXPECT(rows.size() == 10000 && distinct.size() == 10000 && *distinct.rbegin() == 9999);
    // A node of 32 dims takes about 300 bytes, a row 16.
    EXPECT_WITH(graph.blocks.bytes < 10000 * 16 + 5 * 64 * 1024, "%zu bytes", graph.blocks.bytes);
}

// The same code with another scale is another vector.
UNIT_TEST(graph_arena_longer_copies_are_other_nodes)
{
    ArenaGraph graph({.dims = kDims});
    for (uint64_t row = 0; row < 50; ++row) graph.insert(Floats(kDims, static_cast<float>(1 + row % 5)), row);
    uint32_t nodes = 0;
    for (uint32_t node = 0; node < graph.node_count(); ++node) nodes += graph.rows(node).size() == 10;
    EXPECT_WITH(nodes == 5, "%u", nodes);
    expect_valid(graph);
}

// The largest error of its rows is the node's: the bound must hold for each.
UNIT_TEST(graph_arena_node_has_the_largest_error_of_its_rows)
{
    Rng rng(133);
    ArenaGraph graph({.dims = kDims});
    Floats base = uniform_vectors(rng, 1, kDims)[0];
    float largest = 0;
    uint64_t rows = 0;
    std::vector<int8_t> code(kDims), first(kDims);
    quant::CodeScalars node = quant::encode(base, first.data());
    for (int i = 0; i < 2000; ++i) {
        Floats near = base;
        for (float &value : near) value *= 1 + 2e-6f * (static_cast<float>(rng.uniform()) - 0.5f);
        quant::CodeScalars scalars = quant::encode(near, code.data());
        if (i > 0 && (code != first || scalars.scale != node.scale)) continue;
        graph.insert(i == 0 ? base : near, rows++);
        largest = std::max(largest, i == 0 ? node.error : scalars.error);
    }
    EXPECT_WITH(rows > 100 && graph.rows(0).size() == rows, "%lu", rows);
    EXPECT(largest > node.error && graph.store.node(0)->scalars.error == largest);
}

// Each row, whether first of its node, further one or outside of the graph.
UNIT_TEST(graph_arena_keeps_the_attributes_of_every_row)
{
    constexpr uint32_t kBytes = 10;
    auto attributes_of = [](uint64_t row) {
        std::vector<uint8_t> bytes(kBytes);
        for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(row * 7 + i);
        return bytes;
    };
    size_t checked = 0;
    auto check = [&](uint64_t row, const uint8_t *stored) {
        EXPECT_WITH(memcmp(stored, attributes_of(row).data(), kBytes) == 0, "row %lu", row);
        ++checked;
    };
    ArenaBlocks blocks;
    auto shared = std::make_unique<ArenaShared>();
    ArenaStore::init(shared.get(), kSpace, 12, uint64_t{16} << 20, kBytes);
    ArenaStore store;
    store.attach(shared.get(), blocks.memory(), kSpace);
    graph::InsertScratch<ArenaStore> scratch;
    Rng rng(134);
    std::vector<Floats> vectors = uniform_vectors(rng, 200, kDims);
    for (uint64_t row = 0; row < 1000; ++row) {
        int level = graph::draw_level(rng, 8);
        EXPECT(store.begin(as_rotated(vectors[row % 200]), row, level, attributes_of(row).data()));
        graph::insert(store, level, 8, 32, scratch);
    }
    for (uint64_t row = 1000; row < 1100; ++row)
        EXPECT(store.add_loose_row(graph::kNullRows, row, attributes_of(row).data()));

    for (uint32_t node = 0; node < store.node_count(); ++node) {
        if (!store.node(node)->published) continue;
        check(store.node(node)->row, store.attributes(store.node(node)));
        for (uint32_t at = store.node(node)->more_rows; at != graph::kNoRecord; at = store.row(at)->next)
            check(store.row(at)->row, store.attributes(store.row(at)));
    }
    for (uint32_t at = shared->loose_rows[graph::kNullRows]; at != graph::kNoRecord; at = store.row(at)->next)
        check(store.row(at)->row, store.attributes(store.row(at)));
    EXPECT_WITH(checked == 1100, "%zu", checked);
}

UNIT_TEST(graph_arena_keeps_rows_outside_of_the_graph)
{
    ArenaGraph graph({.dims = kDims});
    for (uint64_t row = 0; row < 5000; ++row)
        EXPECT(graph.store.add_loose_row(row % 3 ? graph::kNullRows : graph::kZeroRows, row));
    std::vector<uint64_t> zero = loose_rows(graph.store, graph::kZeroRows);
    std::vector<uint64_t> null = loose_rows(graph.store, graph::kNullRows);
    EXPECT(zero.size() + null.size() == 5000 && graph.node_count() == 0);
    std::set<uint64_t> all(zero.begin(), zero.end());
    EXPECT(std::all_of(zero.begin(), zero.end(), [](uint64_t row) { return row % 3 == 0; }));
    all.insert(null.begin(), null.end());
    EXPECT(all.size() == 5000);

    ArenaGraph full({.dims = kDims}, quant::Metric::kL2, 0);
    uint64_t taken = 0;
    while (taken < 100000 && full.store.add_loose_row(graph::kNullRows, taken)) ++taken;
    EXPECT_WITH(taken > 100 && taken < 100000 && loose_rows(full.store, graph::kNullRows).size() == taken, "%lu",
                taken);
}

UNIT_TEST(graph_arena_knows_all_metrics)
{
    Rng rng(134);
    std::vector<Floats> vectors = uniform_vectors(rng, 2000, kDims), queries = uniform_vectors(rng, 40, kDims);
    ArenaGraph by_product({.dims = kDims}, quant::Metric::kInnerProduct);
    for (size_t i = 0; i < vectors.size(); ++i) by_product.insert(vectors[i], i);
    expect_valid(by_product);
    auto products = [&](const Floats &query) { return largest_products(vectors, query, 10); };
    double found = recall(by_product, queries, 80, products);
    EXPECT_WITH(found > 0.9, "%.4f", found);

    for (std::vector<Floats> *list : {&vectors, &queries})
        for (Floats &vector : *list) {
            float norm = static_cast<float>(std::sqrt(inner_product(vector, vector)));
            for (float &value : vector) value /= norm;
        }
    ArenaGraph by_angle({.dims = kDims}, quant::Metric::kCosine);
    for (size_t i = 0; i < vectors.size(); ++i) by_angle.insert(vectors[i], i);
    expect_valid(by_angle);
    found = recall(by_angle, queries, 80, products);
    EXPECT_WITH(found > 0.9, "%.4f", found);
}

// While one participant is about to make the first node, others wait for it.
UNIT_TEST(graph_arena_lets_one_participant_begin)
{
    Rng rng(136);
    std::vector<Floats> vectors = uniform_vectors(rng, 2, kDims);
    SharedMemory *memory = SharedMemory::make(1);
    ArenaStore::init(&memory->arena, kSpace, 24, SharedMemory::kBytes / 2);
    ArenaStore store;
    store.attach(&memory->arena, memory->participant(), kSpace);
    EXPECT(store.begin(as_rotated(vectors[0]), 0, 0) && store.entry().level == -1);
    pid_t child = fork();
    if (child == 0) {
        insert_share(memory, vectors, 1, 1);
        _exit(0);
    }
    int status = 1;
    bool waits = true;
    for (int i = 0; i < 1000; ++i) {
        waits = waits && waitpid(child, &status, WNOHANG) == 0;
        sched_yield();
    }
    EXPECT(waits);
    store.raise_entry(store.create(0, {}, {}), 0);
    waitpid(child, &status, 0);
    EXPECT_WITH(status == 0, "status %d", status);
    SharedView graph(memory, {.dims = kDims});
    expect_valid(graph);
    EXPECT(graph.links(0, 0).size() == 1 && graph.links(1, 0).size() == 1);
    munmap(memory, SharedMemory::kBytes);
}

// Four processes at once, from the very first node on. Every third vector is the same.
UNIT_TEST(graph_arena_is_filled_by_several_processes)
{
    constexpr unsigned kProcesses = 4;
    constexpr GraphShape kShape = {.dims = kDims};
    for (uint64_t round = 0; round < 6; ++round) {
        Rng rng(140 + round);
        std::vector<Floats> vectors = uniform_vectors(rng, 900, kDims);
        for (size_t i = 0; i < vectors.size(); i += 3) vectors[i] = vectors[0];
        SharedMemory *memory = SharedMemory::make(kProcesses);
        ArenaStore::init(&memory->arena, kSpace, kShape.capacity, SharedMemory::kBytes / 2);
        insert_in_processes(memory, vectors, kProcesses);

        SharedView graph(memory, kShape);
        expect_valid(graph);
        EXPECT_WITH(share_reached(graph, 0) > 0.995, "round %lu: %.4f", round, share_reached(graph, 0));
        std::vector<size_t> seen(vectors.size());
        size_t nodes_of_the_copies = 0;
        for (uint32_t node = 0; node < graph.node_count(); ++node) {
            std::vector<uint64_t> rows = graph.rows(node);
            for (uint64_t row : rows) ++seen.at(row);
            nodes_of_the_copies += !rows.empty() && rows[0] % 3 == 0;
        }
        bool complete = std::all_of(seen.begin(), seen.end(), [](size_t times) { return times == 1; });
        EXPECT_WITH(complete, "round %lu", round);
        // Two that insert the same vector at the same time do not see each other.
        EXPECT_WITH(nodes_of_the_copies <= 2 * kProcesses, "round %lu: %zu", round, nodes_of_the_copies);
        std::vector<Floats> queries = uniform_vectors(rng, 20, kDims);
        double found = recall(graph, queries, 60, [&](const Floats &query) {
            std::vector<uint64_t> rows = nearest(vectors, query, 10);
            std::erase_if(rows, [](uint64_t row) { return row % 3 == 0; });
            return rows;
        });
        EXPECT_WITH(found > 0.9, "round %lu: %.4f", round, found);
        munmap(memory, SharedMemory::kBytes);
    }
}

// Codes of any length, some of none.
UNIT_TEST(graph_arena_keeps_sparse_codes)
{
    Rng rng(150);
    const quant::Space space = {
        quant::Metric::kL2, quant::CodeKind::kSparse, 5000, quant::kSparseFrame, {0, 0}, nullptr};
    ArenaBlocks blocks;
    auto shared = std::make_unique<ArenaShared>();
    ArenaStore::init(shared.get(), space, 16, uint64_t{64} << 20);
    ArenaStore store;
    store.attach(shared.get(), blocks.memory(), space);
    graph::InsertScratch<ArenaStore> scratch;
    std::vector<std::vector<int32_t>> indices(600);
    std::vector<Floats> values(600);
    for (size_t i = 0; i < indices.size(); ++i) {
        size_t count = i % 100 == 7 ? 2500 : rng.next() % 40;
        std::set<int32_t> distinct;
        while (distinct.size() < count) distinct.insert(static_cast<int32_t>(rng.next() % 5000));
        indices[i].assign(distinct.begin(), distinct.end());
        for (size_t j = 0; j < count; ++j) values[i].push_back(static_cast<float>(rng.uniform()));
    }
    auto insert = [&](size_t i, uint64_t row) {
        quant::Prepared vector;
        vector.indices = indices[i];
        vector.values = values[i];
        int level = graph::draw_level(rng, 8);
        EXPECT(store.begin(vector, row, level));
        graph::insert(store, level, 8, 40, scratch);
    };
    for (size_t i = 0; i < indices.size(); ++i) insert(i, i);
    for (size_t i = 0; i < indices.size(); i += 3) insert(i, 10000 + i);
    size_t rows = 0;
    for (uint32_t node = 0; node < store.node_count(); ++node) {
        graph::ArenaNode *at = store.node(node);
        if (!at->published) continue;
        const quant::Code code = store.code(at);
        const size_t i = at->row % 10000;
        size_t bytes = values[i].size() * sizeof(float);
        EXPECT_WITH(
            code.size == 2 * bytes &&
                std::equal(indices[i].begin(), indices[i].end(), reinterpret_cast<const int32_t *>(code.bytes)) &&
                std::equal(values[i].begin(), values[i].end(), reinterpret_cast<const float *>(code.bytes + bytes)),
            "vector %zu", i);
        rows++;
        for (uint32_t more = at->more_rows; more != graph::kNoRecord; more = store.row(more)->next) {
            size_t copy = store.row(more)->row % 10000;
            EXPECT_WITH(indices[copy] == indices[i] && values[copy] == values[i], "row %zu at vector %zu", copy, i);
            rows++;
        }
    }
    EXPECT_WITH(rows == 800, "%zu", rows);
}
