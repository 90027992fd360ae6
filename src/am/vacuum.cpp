// VACUUM: the callbacks, what the passes share, and the entry point. See vacuum.hpp.
#include "am/vacuum.hpp"

#include "am/am.hpp"
#include "am/page_edit.hpp"

namespace vhnsw::am {

void
SlotFilter::init(const quant::NodeShape &shape, BlockNumber blocks, uint64_t most_bytes)
{
    slots_per_page_ = kPageRoom / (node_bytes(shape) + sizeof(ItemIdData));
    filter_.init(slots_per_page_ * (uint64_t{blocks} + 1), most_bytes);
}

bool
SlotFilter::may_contain_any_of(BlockNumber block)
{
    for (uint64_t offset = FirstOffsetNumber; offset <= slots_per_page_; offset++)
        if (filter_.may_contain(block * slots_per_page_ + offset)) return true;
    return false;
}

uint64_t
filter_bytes()
{
    return static_cast<uint64_t>(maintenance_work_mem) * 1024 / 3;
}

Buffer
read_for_vacuum(const Vacuum &vacuum, BlockNumber block)
{
    Buffer buffer = ReadBufferExtended(vacuum.index, MAIN_FORKNUM, block, RBM_NORMAL, vacuum.strategy);
    note_recent(vacuum.index, block, buffer);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    return buffer;
}

BlockNumber
block_count(Relation index)
{
    // Who extends the index locks the new page before this lock is released.
    bool shared = !RELATION_IS_LOCAL(index);
    if (shared) LockRelationForExtension(index, ExclusiveLock);
    BlockNumber blocks = RelationGetNumberOfBlocks(index);
    if (shared) UnlockRelationForExtension(index, ExclusiveLock);
    return blocks;
}

uint64_t
base_of(uint64_t address, const DiskNode &node)
{
    return node.layer == 0 ? address : node.more.value();
}

bool
is_dead(Vacuum &vacuum, uint64_t address)
{
    if (!vacuum.dead.may_contain(address)) return false;
    Buffer buffer = read_recent(vacuum.index, Address::block(address));
    DiskNode *node = node_at(vacuum.index, vacuum.info.shape, buffer, BufferGetPage(buffer), address);
    bool dead = node == nullptr || (node->flags & kNodeDead);
    UnlockReleaseBuffer(buffer);
    return dead;
}

namespace {

// Makes `best` the entry point in the place of a dead one, unless somebody else has replaced it meanwhile.
void
replace_entry(Vacuum &vacuum, uint64_t dead)
{
    Relation index = vacuum.index;
    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_locked(index, kMetaBlock, BUFFER_LOCK_EXCLUSIVE);
    auto *meta = reinterpret_cast<DiskMeta *>(PageGetContents(edit.page(buffer)));
    if (meta->entry.value() == dead) {
        meta->entry = Packed48::from(vacuum.best);
        meta->entry_level_plus_1 = static_cast<uint8_t>(vacuum.best_layer + 1);
    }
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

// Sees to it that the graph is entered at a living node. When there is none, the dead one stays, so that inserts
// under way and to come remain connected, and its layer-0 address is returned: it must not be freed. Else
// Address::kNone.
uint64_t
keep_entry_alive(Vacuum &vacuum)
{
    MetaState meta = read_meta(vacuum.index);
    if (meta.entry_level < 0 || !is_dead(vacuum, meta.entry)) return Address::kNone;
    if (vacuum.best_layer >= 0) {
        replace_entry(vacuum, meta.entry);
        return Address::kNone;
    }
    Buffer buffer = read_locked(vacuum.index, Address::block(meta.entry), BUFFER_LOCK_SHARE);
    DiskNode *node = node_at(vacuum.index, vacuum.info.shape, buffer, BufferGetPage(buffer), meta.entry);
    uint64_t base = node == nullptr ? Address::kNone : base_of(meta.entry, *node);
    UnlockReleaseBuffer(buffer);
    return base;
}

}  // namespace

extern "C" IndexBulkDeleteResult *
am_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback,
               void *callback_state)
{
    if (stats == nullptr) stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(*stats)));
    stats->num_index_tuples = 0;

    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw vacuum", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    BlockNumber blocks = RelationGetNumberOfBlocks(info->index);
    Vacuum vacuum = {.index = info->index,
                     .info = read_info(info->index),
                     .strategy = info->strategy,
                     .callback = callback,
                     .callback_state = callback_state,
                     .stats = stats,
                     .dead = {},
                     .shared = {},
                     .any_dead = false,
                     .any_shared = false,
                     .best = Address::kNone,
                     .best_layer = -1};
    extend_hints(info->index, blocks);
    vacuum.dead.init(vacuum.info.shape, blocks, filter_bytes());
    vacuum.shared.init(vacuum.info.shape, blocks, filter_bytes());

    mark_dead(vacuum, info->report_progress);
    // Who only asks about rows (CREATE INDEX CONCURRENTLY) changes nothing.
    if (vacuum.any_shared && stats->tuples_removed > 0 && vacuum.info.shape.has_sketches()) refresh_links(vacuum);
    if (vacuum.any_dead) {
        uint64_t kept = keep_entry_alive(vacuum);
        repair_links(vacuum);
        free_dead(vacuum, kept);
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(context);
    stats->num_pages = RelationGetNumberOfBlocks(info->index);
    stats->estimated_count = false;
    return stats;
}

extern "C" IndexBulkDeleteResult *
am_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
    if (info->analyze_only) return stats;
    if (stats == nullptr) {
        // Nothing was deleted: not worth reading the index only to count.
        stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(*stats)));
        stats->num_index_tuples = info->num_heap_tuples;
        stats->estimated_count = true;
    }
    stats->num_pages = RelationGetNumberOfBlocks(info->index);
    return stats;
}

}  // namespace vhnsw::am
