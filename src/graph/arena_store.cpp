#include "graph/arena_store.hpp"

#include <bit>
#include <cstring>
#include <new>

#include "kernel/kernel.hpp"

namespace vhnsw::graph {

namespace {

constexpr uint64_t kLeastChunkBytes = 64 * 1024;
constexpr uint32_t kCodeUnit = 8;

// Tells the processor that this is a waiting loop.
void
pause()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

uint64_t
layered(uint32_t node, int layer)
{
    return static_cast<uint64_t>(layer) << 32 | node;
}

size_t
aligned(size_t bytes)
{
    return (bytes + 7) & ~size_t{7};
}

void
init_pool(ArenaPool &pool, size_t record_bytes, uint64_t chunk_bytes)
{
    pool.record_bytes = static_cast<uint32_t>(aligned(record_bytes));
    uint64_t records = chunk_bytes / pool.record_bytes;
    pool.chunk_shift = records <= 1 ? 0 : static_cast<uint32_t>(std::bit_width(records) - 1);
    pool.count.store(0, std::memory_order_relaxed);
    pool.chunks.store(0, std::memory_order_relaxed);
}

ArenaLink
make_link(uint32_t node, bool dominated, float key)
{
    return {node & 0x7FFFFFFFu, dominated, key};
}

// `from` may be null when there is nothing to copy.
void
copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (bytes > 0) memcpy(to, from, bytes);
}

// Starts loading a code that will be scored a little later.
void
start_loading(const void *from, size_t bytes)
{
    const char *p = static_cast<const char *>(from);
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(p + i);
}

}  // namespace

void
SpinLock::lock()
{
    while (taken_.exchange(1, std::memory_order_acquire) != 0)
        while (taken_.load(std::memory_order_relaxed) != 0) pause();
}

void
ArenaStore::init(ArenaShared *shared, const quant::Space &space, uint32_t capacity, uint64_t bytes_limit,
                 uint32_t attribute_bytes)
{
    memset(static_cast<void *>(shared), 0, sizeof(*shared));
    shared->code_bytes = space.code_bytes();
    shared->capacity = capacity;
    shared->attribute_bytes = attribute_bytes;
    shared->entry_level = -1;
    shared->loose_rows[0] = shared->loose_rows[1] = kNoRecord;
    shared->bytes_limit = bytes_limit;
    uint64_t chunk_bytes = std::max(kLeastChunkBytes, bytes_limit / 1024);
    init_pool(shared->nodes, sizeof(ArenaNode) + shared->code_bytes + capacity * sizeof(ArenaLink) + attribute_bytes,
              chunk_bytes);
    init_pool(shared->uppers, sizeof(ArenaUpper) + capacity * sizeof(ArenaLink), chunk_bytes / 4);
    init_pool(shared->rows, sizeof(ArenaRow) + attribute_bytes, chunk_bytes / 4);
    init_pool(shared->codes, kCodeUnit, std::max<uint64_t>(chunk_bytes, 2 * quant::max_code_bytes(space)));
}

void
ArenaStore::attach(ArenaShared *shared, ArenaMemory memory, const quant::Space &space)
{
    shared_ = shared;
    memory_ = memory;
    space_ = &space;
    Chunks **tables[] = {&node_chunks_, &upper_chunks_, &row_chunks_, &code_chunks_};
    for (Chunks **table : tables) {
        *table = static_cast<Chunks *>(host_alloc(sizeof(Chunks)));
        memset(*table, 0, sizeof(Chunks));
    }
    pending_.reserve(shared->capacity);
}

void
ArenaStore::map_chunk(ArenaPool &pool, Chunks *chunks, uint32_t chunk)
{
    chunks->base[chunk] = static_cast<char *>(memory_.resolve(memory_.context, pool.handles[chunk]));
}

bool
ArenaStore::grow(ArenaPool &pool, uint32_t wanted_chunks)
{
    uint64_t bytes = static_cast<uint64_t>(pool.record_bytes) << pool.chunk_shift;
    memory_.lock(memory_.context);
    bool enough = true;
    while (enough && pool.chunks.load(std::memory_order_relaxed) < wanted_chunks) {
        uint32_t chunk = pool.chunks.load(std::memory_order_relaxed);
        // The first chunk is always granted, however small the limit.
        enough = chunk < ArenaPool::kMaxChunks && (chunk == 0 || shared_->bytes_used + bytes <= shared_->bytes_limit);
        if (enough) pool.handles[chunk] = memory_.allocate(memory_.context, bytes);
        enough = enough && pool.handles[chunk] != 0;
        if (!enough) break;
        shared_->bytes_used += bytes;
        pool.chunks.store(chunk + 1, std::memory_order_release);
    }
    memory_.unlock(memory_.context);
    return enough;
}

uint32_t
ArenaStore::append(ArenaPool &pool, uint32_t n, bool whole)
{
    uint32_t end = pool.count.load(std::memory_order_relaxed), first;
    do {
        first = end;
        // Numbers end before kNoRecord.
        if (uint64_t{first} + 2 * uint64_t{n} >= kNoRecord) return kNoRecord;
        uint32_t last_chunk = (first + n - 1) >> pool.chunk_shift;
        if (whole && first >> pool.chunk_shift != last_chunk) first = last_chunk << pool.chunk_shift;
        uint32_t wanted_chunks = last_chunk + 1;
        if (pool.chunks.load(std::memory_order_acquire) < wanted_chunks && !grow(pool, wanted_chunks)) return kNoRecord;
    } while (!pool.count.compare_exchange_weak(end, first + n, std::memory_order_relaxed));
    return first;
}

// Leaves the room in spare_code_.
bool
ArenaStore::make_room_for_code(uint32_t bytes)
{
    uint32_t pieces = std::max(1u, (bytes + kCodeUnit - 1) / kCodeUnit);
    if (spare_code_ != kNoRecord && spare_pieces_ >= pieces) return true;
    uint32_t fresh = append(shared_->codes, pieces, true);
    if (fresh == kNoRecord) return false;
    spare_code_ = fresh;
    spare_pieces_ = pieces;
    return true;
}

bool
ArenaStore::begin(const quant::Prepared &vector, uint64_t row, int level, const uint8_t *attributes)
{
    // A newcomer whose row went to a duplicate leaves its records to the next one.
    if (spare_row_ == kNoRecord && (spare_row_ = append(shared_->rows, 1)) == kNoRecord) return false;
    if (newcomer_ == kNoRecord) {
        newcomer_ = append(shared_->nodes, 1);
        if (newcomer_ == kNoRecord) return false;
        new (node(newcomer_)) ArenaNode{};
    }
    uint32_t upper = kNoRecord;
    if (level > 0) {
        upper = append(shared_->uppers, static_cast<uint32_t>(level));
        if (upper == kNoRecord) return false;
    }
    uint32_t code_size = quant::code_bytes_of(*space_, vector);
    if (shared_->code_bytes == 0 && !make_room_for_code(code_size)) return false;
    newcomer_node_ = node(newcomer_);
    newcomer_node_->code = spare_code_;
    newcomer_node_->code_size = code_size;
    newcomer_node_->upper = upper;
    newcomer_node_->more_rows = kNoRecord;
    newcomer_node_->row = row;
    newcomer_node_->level = static_cast<uint8_t>(level);
    newcomer_node_->count = 0;
    newcomer_node_->scalars = quant::encode(*space_, vector, code_bytes(newcomer_node_));
    newcomer_code_ = code(newcomer_node_);
    copy_bytes(this->attributes(newcomer_node_), attributes, shared_->attribute_bytes);
    return true;
}

ArenaStore::ListRef
ArenaStore::list(ArenaNode *node, int layer)
{
    if (layer == 0) return {&node->count, base_links(node)};
    auto *upper = static_cast<ArenaUpper *>(
        record(shared_->uppers, upper_chunks_, node->upper + static_cast<uint32_t>(layer) - 1));
    return {&upper->count, reinterpret_cast<ArenaLink *>(upper + 1)};
}

std::span<ArenaLink>
ArenaStore::links(uint32_t number, int layer)
{
    ListRef l = list(node(number), layer);
    return {l.links, *l.count};
}

void
ArenaStore::start_loading_code(uint32_t number)
{
    start_loading(node(number), sizeof(ArenaNode) + space_->compared_bytes());
}

bool
ArenaStore::open(Id id, VisitedSet &visited, float, Opened &opened)
{
    uint32_t number = node_of(id);
    int layer = layer_of(id);
    ArenaNode *at = node(number);
    ListRef l = list(at, layer);

    pending_.clear();
    at->lock.lock();
    for (uint32_t i = 0; i < *l.count; i++) pending_.push(l.links[i].node);
    at->lock.unlock();

    opened.key = key_to_newcomer(number);
    opened.neighbours.clear();
    uint32_t unseen = 0;
    for (uint32_t neighbour : pending_) {
        if (!visited.insert(key_of(layered(neighbour, layer)))) continue;
        pending_[unseen++] = neighbour;
        start_loading_code(neighbour);
    }
    for (uint32_t i = 0; i < unseen; i++)
        opened.neighbours.push({key_to_newcomer(pending_[i]), layered(pending_[i], layer)});
    return true;
}

// The rest of the node was loaded when it was scored.
void
ArenaStore::prefetch(Id id)
{
    start_loading(list(node(node_of(id)), layer_of(id)).links, capacity() * sizeof(ArenaLink));
}

EntryPoint<ArenaStore::Id>
ArenaStore::entry()
{
    for (;;) {
        shared_->entry_lock.lock();
        uint32_t number = shared_->entry_node;
        int level = shared_->entry_level;
        shared_->entry_lock.unlock();
        if (level >= 0) return {layered(number, level), level};
        if (!shared_->first_claimed.exchange(true)) return {0, -1};
        host_check_interrupts();
    }
}

void
ArenaStore::raise_entry(Id id, int level)
{
    shared_->entry_lock.lock();
    if (level > shared_->entry_level) {
        shared_->entry_level = level;
        shared_->entry_node = node_of(id);
    }
    shared_->entry_lock.unlock();
}

bool
ArenaStore::is_duplicate(const Kept &kept)
{
    return quant::is_same(*space_, code(node(node_of(kept.id))), code(newcomer_node_));
}

bool
ArenaStore::add_row(const Kept &kept)
{
    ArenaNode *other = node(node_of(kept.id));
    ArenaRow *fresh = row(spare_row_);
    fresh->row = newcomer_node_->row;
    copy_bytes(attributes(fresh), attributes(newcomer_node_), shared_->attribute_bytes);
    other->lock.lock();
    fresh->next = other->more_rows;
    other->more_rows = spare_row_;
    other->scalars.error = std::max(other->scalars.error, newcomer_node_->scalars.error);
    quant::share_refinement(*space_, code_bytes(other), code_bytes(newcomer_node_));
    other->lock.unlock();
    spare_row_ = kNoRecord;
    return true;
}

bool
ArenaStore::add_loose_row(LooseRows list, uint64_t loose, const uint8_t *attributes)
{
    uint32_t number = append(shared_->rows, 1);
    if (number == kNoRecord) return false;
    ArenaRow *fresh = row(number);
    fresh->row = loose;
    copy_bytes(this->attributes(fresh), attributes, shared_->attribute_bytes);
    shared_->loose_lock.lock();
    fresh->next = shared_->loose_rows[list];
    shared_->loose_rows[list] = number;
    shared_->loose_lock.unlock();
    return true;
}

ArenaStore::Id
ArenaStore::create(int layer, std::span<const Kept> links, std::span<const bool> dominated)
{
    ListRef l = list(newcomer_node_, layer);
    for (size_t i = 0; i < links.size(); i++) l.links[i] = make_link(node_of(links[i].id), dominated[i], links[i].key);
    // Upper layers may already be reached by links back; their lists start under the lock.
    newcomer_node_->lock.lock();
    *l.count = static_cast<uint16_t>(links.size());
    newcomer_node_->lock.unlock();
    newcomer_node_->published = true;
    uint32_t number = newcomer_;
    spare_code_ = kNoRecord;
    if (layer == newcomer_node_->level) newcomer_ = kNoRecord;
    return layered(number, layer);
}

struct ArenaStore::AdmitView {
    ArenaStore *store;
    ArenaLink *links;
    uint32_t count;

    uint32_t size() const { return count; }
    uint32_t capacity() const { return store->capacity(); }
    float key(uint32_t i) const { return links[i].key; }
    float between(uint32_t i) const { return store->key_to_newcomer(links[i].node); }
    bool dominated(uint32_t i) const { return links[i].dominated; }
    void set_dominated(uint32_t i) const { links[i].dominated = 1; }
};

// The list is judged on a copy, so that the lock is held for copying only. When another newcomer changed the list
// meanwhile, the slot it took may be overwritten: one of two equally good links is lost.
void
ArenaStore::link_back(const Kept &kept, int layer, Id newcomer)
{
    ArenaNode *owner = node(node_of(kept.id));
    ListRef l = list(owner, layer);
    ArenaLink copy[kMaxLinks];

    owner->lock.lock();
    uint32_t count = *l.count;
    memcpy(copy, l.links, count * sizeof(ArenaLink));
    owner->lock.unlock();

    for (uint32_t i = 0; i < count; i++)
        if (!copy[i].dominated || copy[i].key <= kept.key) start_loading_code(copy[i].node);
    AdmitView view{this, copy, count};
    Admission admission = admit(view, kept.key);

    owner->lock.lock();
    if (*l.count == count) {
        for (uint32_t i = 0; i < count; i++)
            if (l.links[i].node == copy[i].node) l.links[i].dominated = copy[i].dominated;
    }
    int slot = admission.slot;
    if (slot == static_cast<int>(count) && *l.count < capacity()) slot = (*l.count)++;
    if (slot >= 0 && slot < static_cast<int>(*l.count))
        l.links[slot] = make_link(node_of(newcomer), admission.dominated, kept.key);
    owner->lock.unlock();
}

}  // namespace vhnsw::graph
