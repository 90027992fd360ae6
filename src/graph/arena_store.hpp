// The graph in build memory: codes and links in chunks of an arena that several processes may share. Candidates are
// scored exactly (code against code), so the estimates of this store are exact.
//
// Invariants
//  A1 A record never moves and is never freed; its number is its identity.
//  A2 Links and rows of a record are read and written under its spinlock, which is held for a few hundred nanoseconds
//     and never across anything that may jump away or allocate.
//  A3 Everything else of a record is written before its number is published: in a link, or as entry point.
#pragma once

#include <atomic>

#include "graph/insert.hpp"
#include "quant/space.hpp"

namespace vhnsw::graph {

// A lock for a few instructions; the holder may be another process.
class SpinLock {
public:
    void lock();
    void unlock() { taken_.store(0, std::memory_order_release); }

private:
    std::atomic<uint8_t> taken_{0};
};

struct ArenaLink {
    uint32_t node : 31;
    uint32_t dominated : 1;
    float key;
};

// The most links a node may have in any store.
inline constexpr uint32_t kMaxLinks = 128;
inline constexpr uint32_t kNoRecord = UINT32_MAX;

// Lists of rows outside of the graph.
enum LooseRows { kZeroRows = 0, kNullRows = 1 };

// Records of one size, kept in chunks of 2^chunk_shift.
struct ArenaPool {
    static constexpr uint32_t kMaxChunks = 1 << 12;

    uint32_t record_bytes;
    uint32_t chunk_shift;
    std::atomic<uint32_t> count;
    std::atomic<uint32_t> chunks;
    uint64_t handles[kMaxChunks];
};

// What all participants of a build share. Lives in one block; contains no pointers.
struct ArenaShared {
    uint32_t code_bytes;  // of every node; 0: codes vary and lie in `codes`
    uint32_t capacity;
    uint32_t attribute_bytes;
    SpinLock entry_lock;
    std::atomic<bool> first_claimed;
    uint32_t entry_node;
    int32_t entry_level;  // -1: empty
    SpinLock loose_lock;
    uint32_t loose_rows[2];  // heads of the lists of rows outside of the graph
    std::atomic<uint64_t> bytes_used;
    uint64_t bytes_limit;
    ArenaPool nodes;   // ArenaNode, code of fixed length, links of layer 0, attributes of the row
    ArenaPool uppers;  // ArenaUpper and links of one layer above 0; those of a node are consecutive
    ArenaPool rows;    // ArenaRow and attributes: further rows of duplicates
    ArenaPool codes;   // pieces of kCodeUnit bytes; those of a code lie in one chunk
};

// How chunks are had: private memory or shared segments.
struct ArenaMemory {
    void *context;
    // Mutual exclusion of growth among the participants.
    void (*lock)(void *context);
    void (*unlock)(void *context);
    // A zeroed block, or 0 when there is no more. May jump away.
    uint64_t (*allocate)(void *context, size_t bytes);
    // The address of a handle in this process.
    void *(*resolve)(void *context, uint64_t handle);
};

struct ArenaNode {
    quant::CodeScalars scalars;
    uint32_t code;       // first piece in `codes`, where codes vary
    uint32_t code_size;  // bytes
    uint32_t upper;      // first record in `uppers`, layer 1; kNoRecord for level 0
    uint32_t more_rows;  // first of the further rows
    uint64_t row;
    SpinLock lock;
    uint8_t level;
    bool published;  // false: given up, its row went to a duplicate
    uint16_t count;  // links on layer 0
};

struct ArenaUpper {
    uint16_t count;
    uint16_t unused;
};

struct ArenaRow {
    uint64_t row;
    uint32_t next;
};

// One participant's view.
class ArenaStore {
public:
    using Id = uint64_t;  // layer << 32 | node

    struct Opened {
        float key;
        Vec<Candidate<Id>> neighbours;
        Vec<Candidate<Id>> beyond;  // stays empty: here it is distances that cost
    };
    struct Kept {
        float key;
        Id id;
    };

    // `attribute_bytes` come with every row and are kept as they are.
    static void init(ArenaShared *shared, const quant::Space &space, uint32_t capacity, uint64_t bytes_limit,
                     uint32_t attribute_bytes = 0);
    // `space` is the one of init(), in this process; it must outlive the store.
    void attach(ArenaShared *shared, ArenaMemory memory, const quant::Space &space);

    // Makes a node of vector and row the newcomer. False when the arena is full: nothing has happened then.
    bool begin(const quant::Prepared &vector, uint64_t row, int level, const uint8_t *attributes = nullptr);

    uint64_t key_of(Id id) const { return id + 1; }
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened);
    void prefetch(Id id);
    Id below(Id id, const Opened &) const { return id - (uint64_t{1} << 32); }
    EntryPoint<Id> entry();
    uint32_t capacity() const { return shared_->capacity; }
    Kept keep(Id id, const Opened &opened) const { return {opened.key, id}; }
    float between(const Kept &a, const Kept &b) { return key_between(node_of(a.id), node_of(b.id)); }
    bool is_dead(const Kept &) const { return false; }
    bool is_duplicate(const Kept &kept);
    bool add_row(const Kept &kept);
    Id create(int layer, std::span<const Kept> links, std::span<const bool> dominated);
    void link_back(const Kept &kept, int layer, Id newcomer);
    void raise_entry(Id id, int level);

    // Remembers a row that has no place in the graph. False when the arena is full.
    bool add_loose_row(LooseRows list, uint64_t row, const uint8_t *attributes = nullptr);

    // For writing the finished graph out.
    uint32_t node_count() const { return shared_->nodes.count.load(std::memory_order_relaxed); }
    ArenaNode *node(uint32_t i) { return static_cast<ArenaNode *>(record(shared_->nodes, node_chunks_, i)); }
    ArenaRow *row(uint32_t i) { return static_cast<ArenaRow *>(record(shared_->rows, row_chunks_, i)); }
    quant::Code code(ArenaNode *node) { return {code_bytes(node), node->code_size, node->scalars}; }
    uint8_t *attributes(ArenaNode *node) const
    {
        return reinterpret_cast<uint8_t *>(base_links(node) + shared_->capacity);
    }
    uint8_t *attributes(ArenaRow *row) const { return reinterpret_cast<uint8_t *>(row + 1); }
    std::span<ArenaLink> links(uint32_t node, int layer);
    ArenaShared *shared() const { return shared_; }

private:
    struct Chunks {
        char *base[ArenaPool::kMaxChunks];
    };
    struct ListRef {
        uint16_t *count;
        ArenaLink *links;
    };
    struct AdmitView;

    uint8_t *code_bytes(ArenaNode *node)
    {
        if (shared_->code_bytes > 0) return reinterpret_cast<uint8_t *>(node + 1);
        return static_cast<uint8_t *>(record(shared_->codes, code_chunks_, node->code));
    }
    ArenaLink *base_links(ArenaNode *node) const
    {
        return reinterpret_cast<ArenaLink *>(reinterpret_cast<char *>(node + 1) + shared_->code_bytes);
    }

    static uint32_t node_of(Id id) { return static_cast<uint32_t>(id); }
    static int layer_of(Id id) { return static_cast<int>(id >> 32); }

    void map_chunk(ArenaPool &pool, Chunks *chunks, uint32_t chunk);

    void *record(ArenaPool &pool, Chunks *chunks, uint32_t i)
    {
        uint32_t chunk = i >> pool.chunk_shift;
        if (chunks->base[chunk] == nullptr) map_chunk(pool, chunks, chunk);
        return chunks->base[chunk] + static_cast<size_t>(i & ((1u << pool.chunk_shift) - 1)) * pool.record_bytes;
    }

    // First of `n` consecutive new records, or kNoRecord. `whole`: all of them in one chunk.
    uint32_t append(ArenaPool &pool, uint32_t n, bool whole = false);
    bool make_room_for_code(uint32_t bytes);
    bool grow(ArenaPool &pool, uint32_t wanted_chunks);
    ListRef list(ArenaNode *node, int layer);
    void start_loading_code(uint32_t node);
    float key_between(uint32_t a, uint32_t b) { return quant::pair_key(*space_, code(node(a)), code(node(b))); }
    float key_to_newcomer(uint32_t a) { return quant::pair_key(*space_, newcomer_code_, code(node(a))); }

    ArenaShared *shared_ = nullptr;
    const quant::Space *space_ = nullptr;
    ArenaMemory memory_{};
    Chunks *node_chunks_ = nullptr;
    Chunks *upper_chunks_ = nullptr;
    Chunks *row_chunks_ = nullptr;
    Chunks *code_chunks_ = nullptr;
    uint32_t newcomer_ = kNoRecord;
    ArenaNode *newcomer_node_ = nullptr;
    quant::Code newcomer_code_{};
    uint32_t spare_row_ = kNoRecord;
    uint32_t spare_code_ = kNoRecord;  // room that a newcomer without a node of its own has left
    uint32_t spare_pieces_ = 0;
    Vec<uint32_t> pending_;  // neighbours of the node being opened
};

}  // namespace vhnsw::graph
