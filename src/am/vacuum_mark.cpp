// The pass of VACUUM that removes dead rows and marks nodes without any. See vacuum.hpp.
#include "am/vacuum.hpp"

#include "am/free_space.hpp"
#include "am/overflow.hpp"
#include "am/page_edit.hpp"

namespace vhnsw::am {

namespace {

// A node with row lists.
struct ListOwner {
    uint64_t address;
    uint64_t more;
    uint32_t stamp;
    bool has_first_row;
};

struct MarkPass {
    Vacuum *vacuum;
    BitFilter upper_blocks;  // pages with tuples of upper layers

    // Of the page being read. Reserved for all slots of a page.
    Vec<OffsetNumber> dead_rows;  // nodes whose first row is dead
    Vec<ListOwner> owners;
};

void
offer_entry(MarkPass &pass, uint64_t address, int layer)
{
    Vacuum &vacuum = *pass.vacuum;
    if (layer <= vacuum.best_layer) return;
    vacuum.best = address;
    vacuum.best_layer = layer;
}

void
add_dead(MarkPass &pass, BlockNumber block, OffsetNumber offset)
{
    pass.vacuum->dead.add(Address::make(block, offset, 0));
    pass.vacuum->any_dead = true;
}

// Looks at all nodes of a share-locked page and notes what is to be done.
void
look_at_page(MarkPass &pass, Buffer buffer)
{
    const Vacuum &vacuum = *pass.vacuum;
    Page page = BufferGetPage(buffer);
    BlockNumber block = BufferGetBlockNumber(buffer);
    OffsetNumber last = page_tail(page)->kind == PageKind::kNodes ? PageGetMaxOffsetNumber(page) : InvalidOffsetNumber;
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
        DiskNode *node = node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset);
        if (node == nullptr) continue;
        if (node->flags & kNodeFree) {
            pass.vacuum->dead.add(Address::make(block, offset, 0));
            continue;
        }
        if (node->layer > 0) pass.upper_blocks.add(block);
        if (node->flags & kNodeDead) add_dead(pass, block, offset);
        if (node->layer > 0 || (node->flags & kNodeDead)) continue;

        uint64_t row = node->row.value(), more = node->more.value();
        bool dead = row != Row::kNone && is_dead_row(*pass.vacuum, row);
        bool alive = row != Row::kNone && !dead;
        if (alive) {
            vacuum.stats->num_index_tuples++;
            offer_entry(pass, Address::make(block, offset, node->version), 0);
        }
        if (dead) {
            // What lists the node has is looked at again when the row is removed: an insertion may move it there first.
            pass.dead_rows.push(offset);
            more = Address::kNone;
        }
        if (is_shared(*node)) {
            pass.vacuum->shared.add(Address::make(block, offset, 0));
            pass.vacuum->any_shared = true;
        }
        if (more != Address::kNone)
            pass.owners.push({Address::make(block, offset, node->version), more, node->stamp, alive});
    }
}

// Takes the dead first rows of a page away. A node without row lists dies with its only row. One whose dead row has
// gone to a list meanwhile has a living one in its place.
void
remove_first_rows(MarkPass &pass, Buffer buffer)
{
    const Vacuum &vacuum = *pass.vacuum;
    PageEdit edit;
    edit.begin(vacuum.index, false);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    Page page = edit.page(buffer);
    for (OffsetNumber offset : pass.dead_rows) {
        DiskNode *node = node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset);
        uint64_t more = node->more.value();
        bool is_dead = is_dead_row(*pass.vacuum, node->row.value());
        if (is_dead) {
            node->row = Packed48::from(Row::kNone);
            vacuum.stats->tuples_removed++;
        }
        if (more != Address::kNone) {
            pass.owners.push(
                {Address::make(BufferGetBlockNumber(buffer), offset, node->version), more, node->stamp, !is_dead});
        } else if (is_dead) {
            node->flags |= kNodeDead;
            add_dead(pass, BufferGetBlockNumber(buffer), offset);
        }
    }
    edit.finish();
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

// Takes the dead rows of a list away, in place. REQUIRES: the pages of the owner and of the list are exclusively
// locked.
void
compact_list(const MarkPass &pass, DiskRowList *list)
{
    const quant::NodeShape &shape = pass.vacuum->info.shape;
    uint16_t kept = 0;
    for (uint16_t i = 0; i < list->count; i++) {
        const Packed48 *row = list_row(shape, list, i);
        if (is_dead_row(*pass.vacuum, row->value())) continue;
        if (kept != i) memcpy(list_row(shape, list, kept), row, shape.row_bytes());
        kept++;
    }
    pass.vacuum->stats->tuples_removed += list->count - kept;
    list->count = kept;
}

// One list of a chain: counts its living rows and removes the dead. Returns the next one. No list vanishes under
// VACUUM, which alone removes them: the chain can be read without its owner's lock.
uint64_t
vacuum_list(MarkPass &pass, BlockNumber owner_block, uint64_t address, uint32_t stamp, uint32_t *living)
{
    Relation index = pass.vacuum->index;
    const quant::NodeShape &shape = pass.vacuum->info.shape;
    Buffer buffer = read_locked(index, Address::block(address), BUFFER_LOCK_SHARE);
    DiskRowList *list = row_list_at(index, shape, buffer, BufferGetPage(buffer), Address::offset(address), stamp);
    if (list == nullptr) report_corruption(index, Address::block(address), "missing row list");
    uint64_t next = list->next.value();
    *living = 0;
    for (uint32_t i = 0; i < list->count; i++) *living += !is_dead_row(*pass.vacuum, list_row(shape, list, i)->value());
    bool any_dead = *living < list->count;
    UnlockReleaseBuffer(buffer);
    if (!any_dead) return next;

    PageEdit edit;
    edit.begin(index, false);
    Buffer owner = read_locked(index, owner_block, BUFFER_LOCK_EXCLUSIVE);
    buffer = read_locked(index, Address::block(address), BUFFER_LOCK_EXCLUSIVE);
    list = row_list_at(index, shape, buffer, edit.page(buffer), Address::offset(address), stamp);
    compact_list(pass, list);
    *living = list->count;
    edit.finish();
    UnlockReleaseBuffer(buffer);
    UnlockReleaseBuffer(owner);
    return next;
}

// All lists of a chain. Returns the number of living rows.
uint64_t
vacuum_chain(MarkPass &pass, BlockNumber owner_block, uint64_t head, uint32_t stamp)
{
    uint64_t all = 0;
    ChainWalk walk;
    for (uint64_t at = head; at != Address::kNone;) {
        vacuum_pause();
        walk.visit(pass.vacuum->index, at);
        uint32_t living;
        at = vacuum_list(pass, owner_block, at, stamp, &living);
        all += living;
    }
    pass.vacuum->stats->num_index_tuples += static_cast<double>(all);
    return all;
}

bool
is_chain_empty(const Vacuum &vacuum, uint64_t head, uint32_t stamp)
{
    Relation index = vacuum.index;
    ChainWalk walk;
    for (uint64_t at = head; at != Address::kNone;) {
        walk.visit(index, at);
        Buffer buffer = read_locked(index, Address::block(at), BUFFER_LOCK_SHARE);
        DiskRowList *list =
            row_list_at(index, vacuum.info.shape, buffer, BufferGetPage(buffer), Address::offset(at), stamp);
        bool empty = list != nullptr && list->count == 0;
        at = empty ? list->next.value() : Address::kNone;
        UnlockReleaseBuffer(buffer);
        if (!empty) return false;
    }
    return true;
}

// A node in whose lists no row was found dies, unless it has been given one meanwhile.
void
mark_if_empty(MarkPass &pass, Buffer buffer, const ListOwner &owner)
{
    const Vacuum &vacuum = *pass.vacuum;
    PageEdit edit;
    edit.begin(vacuum.index, false);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node =
        node_in_slot(vacuum.index, vacuum.info.shape, buffer, BufferGetPage(buffer), Address::offset(owner.address));
    if (node->row.value() == Row::kNone && is_chain_empty(vacuum, node->more.value(), owner.stamp)) {
        node_in_slot(vacuum.index, vacuum.info.shape, buffer, edit.page(buffer), Address::offset(owner.address))
            ->flags |= kNodeDead;
        edit.finish();
        add_dead(pass, BufferGetBlockNumber(buffer), Address::offset(owner.address));
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

// A page that was added but never filled, because of a crash: it becomes an overflow page without items.
void
adopt_page(const Vacuum &vacuum, Buffer buffer)
{
    PageEdit edit;
    edit.begin(vacuum.index, false);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    if (PageIsNew(BufferGetPage(buffer))) {
        init_page(edit.page(buffer, true), PageKind::kOverflow);
        edit.finish();
        record_overflow_room(vacuum.index, BufferGetBlockNumber(buffer), kPageRoom);
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

void
mark_page(MarkPass &pass, BlockNumber block)
{
    pass.dead_rows.clear();
    pass.owners.clear();
    Buffer buffer = read_for_vacuum(*pass.vacuum, block);
    bool is_new = PageIsNew(BufferGetPage(buffer));
    if (!is_new) {
        check_page(pass.vacuum->index, buffer);
        look_at_page(pass, buffer);
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
    if (is_new) adopt_page(*pass.vacuum, buffer);
    if (!pass.dead_rows.empty()) remove_first_rows(pass, buffer);
    for (const ListOwner &owner : pass.owners) {
        uint64_t living = vacuum_chain(pass, block, owner.more, owner.stamp);
        if (living > 0)
            offer_entry(pass, owner.address, 0);
        else if (!owner.has_first_row)
            mark_if_empty(pass, buffer, owner);
    }
    ReleaseBuffer(buffer);
}

// The tuples of dead nodes on upper layers of one page are marked like those on layer 0.
void
mark_upper_tuples(MarkPass &pass, BlockNumber block)
{
    Vacuum &vacuum = *pass.vacuum;
    struct Upper {
        OffsetNumber offset;
        uint8_t version;
        uint8_t layer;
        uint64_t base;
    } uppers[quant::kMaxNodesPerPage];
    uint32_t count = 0;

    Buffer buffer = read_for_vacuum(vacuum, block);
    Page page = BufferGetPage(buffer);
    for (OffsetNumber offset = FirstOffsetNumber; offset <= Min(PageGetMaxOffsetNumber(page), quant::kMaxNodesPerPage);
         offset++) {
        DiskNode *node = node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset);
        if (node == nullptr || node->layer == 0 || (node->flags & (kNodeFree | kNodeDead))) continue;
        uppers[count++] = {offset, node->version, node->layer, node->more.value()};
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

    uint32_t dead = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (is_dead(vacuum, uppers[i].base))
            uppers[dead++] = uppers[i];
        else
            offer_entry(pass, Address::make(block, uppers[i].offset, uppers[i].version), uppers[i].layer);
    }
    if (dead > 0) {
        PageEdit edit;
        edit.begin(vacuum.index, false);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        page = edit.page(buffer);
        for (uint32_t i = 0; i < dead; i++) {
            node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, uppers[i].offset)->flags |= kNodeDead;
            add_dead(pass, block, uppers[i].offset);
        }
        edit.finish();
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
    }
    ReleaseBuffer(buffer);
}

}  // namespace

void
mark_dead(Vacuum &vacuum, bool report_progress)
{
    BlockNumber blocks = block_count(vacuum.index);
    MarkPass pass = {&vacuum, {}, {}, {}};
    pass.upper_blocks.init(blocks, filter_bytes());
    pass.dead_rows.reserve(quant::kMaxNodesPerPage);
    pass.owners.reserve(quant::kMaxNodesPerPage);
    if (report_progress) pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, blocks);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        vacuum_pause();
        mark_page(pass, block);
        if (report_progress) pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, block + 1);
    }
    MetaState meta = read_meta(vacuum.index);
    vacuum_chain(pass, kMetaBlock, meta.null_rows, meta.stamp);
    vacuum_chain(pass, kMetaBlock, meta.zero_rows, meta.stamp);

    if (!vacuum.any_dead) return;
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        if (!pass.upper_blocks.may_contain(block)) continue;
        vacuum_pause();
        mark_upper_tuples(pass, block);
    }
}

}  // namespace vhnsw::am
