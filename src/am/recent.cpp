// What a backend remembers of the pages of an index: in which buffers they were, and how many there are. A wrong hint
// costs a look at the buffer's tag and is replaced.
#include "am/index.hpp"

namespace vhnsw::am {

namespace {

// The buffer manager does not count a use of a page that was found by a hint: now and then a page is read the
// ordinary way, so that pages in use are not mistaken for idle ones and evicted.
constexpr uint32_t kCountedReads = 16;

// 64 MB of hints, for an index of 128 GB.
constexpr BlockNumber kMaxHints = 1u << 24;

IndexCache *
cache_of(Relation index)
{
    return static_cast<IndexCache *>(index->rd_amcache);
}

// An invalidation may have dropped the cache since the scan began.
Buffer *
hint_of(Relation index, BlockNumber block)
{
    IndexCache *cache = cache_of(index);
    return cache != nullptr && block < cache->blocks ? &cache->recent[block] : nullptr;
}

}  // namespace

// What ReadBuffer would say of files helps nobody to repair the index; and to InvalidBlockNumber it would add a page.
// Asking the file for its length is a call of the operating system, which takes longer than finding a cached page.
void
check_block(Relation index, BlockNumber block)
{
    IndexCache *cache = cache_of(index);
    if (cache != nullptr && block < cache->extent) return;
    const BlockNumber extent = RelationGetNumberOfBlocks(index);
    if (block >= extent) report_corruption(index, block, "beyond the end of the index");
    // It may have been dropped meanwhile.
    if ((cache = cache_of(index)) != nullptr) cache->extent = extent;
}

void
extend_hints(Relation index, BlockNumber blocks)
{
    IndexCache *old = cache_of(index);
    blocks = Min(blocks, kMaxHints);
    if (old == nullptr || old->blocks >= blocks) return;
    // A quarter more than needed: a growing index is not copied for every page.
    blocks = Min(blocks + blocks / 4, kMaxHints);
    auto *grown = static_cast<IndexCache *>(
        MemoryContextAllocZero(index->rd_indexcxt, offsetof(IndexCache, recent) + blocks * sizeof(Buffer)));
    memcpy(grown, old, offsetof(IndexCache, recent) + old->blocks * sizeof(Buffer));
    grown->blocks = blocks;
    index->rd_amcache = grown;
    pfree(old);
}

Buffer
read_recent(Relation index, BlockNumber block, int lock)
{
    Buffer *hint = hint_of(index, block);
    if (hint != nullptr && BufferIsValid(*hint) && ++cache_of(index)->reads % kCountedReads != 0 &&
        read_recent_buffer(index, block, *hint)) {
        Buffer buffer = *hint;
        pgstat_count_buffer_read(index);
        pgstat_count_buffer_hit(index);
        if (VacuumCostActive) VacuumCostBalance += VacuumCostPageHit;
        LockBuffer(buffer, lock);
        check_page(index, buffer);
        return buffer;
    }
    Buffer buffer = read_locked(index, block, lock);
    note_recent(index, block, buffer);
    return buffer;
}

void
note_recent(Relation index, BlockNumber block, Buffer buffer)
{
    Buffer *hint = hint_of(index, block);
    if (hint != nullptr) *hint = buffer;
}

void
prefetch_recent(Relation index, BlockNumber block, uint32_t from, uint32_t bytes)
{
    Buffer *hint = hint_of(index, block);
    if (hint == nullptr || !BufferIsValid(*hint) || BufferIsLocal(*hint)) return;
    const char *page = static_cast<const char *>(BufferGetBlock(*hint));
    __builtin_prefetch(GetBufferDescriptor(static_cast<uint32>(*hint - 1)));
    __builtin_prefetch(page);
    __builtin_prefetch(page + BLCKSZ - sizeof(DiskPageTail));
    for (uint32_t at = from; at < from + bytes; at += 64) __builtin_prefetch(page + at);
}

}  // namespace vhnsw::am
