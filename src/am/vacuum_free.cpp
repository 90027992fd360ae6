// The pass of VACUUM that frees dead nodes. See vacuum.hpp.
#include "am/vacuum.hpp"

#include "am/free_space.hpp"
#include "am/overflow.hpp"
#include "am/page_edit.hpp"

namespace vhnsw::am {

namespace {

// What hangs on a dead layer-0 tuple.
struct Remains {
    uint64_t more;
    uint32_t stamp;
    uint64_t code;  // its first piece, where codes are kept apart
};

// Removes row lists and code pieces. The oldest list goes first: after a crash the others can still be found.
void
remove_remains(const Vacuum &vacuum, const Remains &remains)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    Vec<uint64_t> chain;
    ChainWalk walk;
    for (uint64_t at = remains.more; at != Address::kNone;) {
        walk.visit(vacuum.index, at);
        chain.push(at);
        at = read_row_list(vacuum.index, shape, at, remains.stamp, {});
    }
    for (size_t i = chain.size(); i-- > 0;) remove_item(vacuum.index, shape, chain[i], remains.stamp);
    chain.release();
    if (remains.code != Address::kNone) remove_code(vacuum.index, shape, remains.code, remains.stamp);
}

bool
is_to_free(const DiskNode *node, BlockNumber block, OffsetNumber offset, uint64_t kept)
{
    if (node == nullptr || !(node->flags & kNodeDead)) return false;
    return kept == Address::kNone || base_of(Address::make(block, offset, node->version), *node) != kept;
}

void
free_page(Vacuum &vacuum, BlockNumber block, uint64_t kept)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    Remains remains[quant::kMaxNodesPerPage];
    uint32_t count = 0, to_free = 0;
    Buffer buffer = read_for_vacuum(vacuum, block);
    Page page = BufferGetPage(buffer);
    if (PageIsNew(page) || page_tail(page)->kind != PageKind::kNodes) {
        UnlockReleaseBuffer(buffer);
        return;
    }
    OffsetNumber last = Min(PageGetMaxOffsetNumber(page), static_cast<OffsetNumber>(quant::kMaxNodesPerPage));
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
        DiskNode *node = node_in_slot(vacuum.index, shape, buffer, page, offset);
        if (!is_to_free(node, block, offset, kept)) continue;
        to_free++;
        if (node->layer > 0 || (shape.code_inline && node->more.value() == Address::kNone)) continue;
        uint64_t code = shape.code_inline ? Address::kNone : node_body(shape, node).code_ref().first.value();
        remains[count++] = {node->more.value(), node->stamp, code};
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
    if (to_free > 0) {
        for (uint32_t i = 0; i < count; i++) remove_remains(vacuum, remains[i]);
        PageEdit edit;
        edit.begin(vacuum.index, false);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        page = edit.page(buffer);
        for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
            DiskNode *node = node_in_slot(vacuum.index, shape, buffer, page, offset);
            if (!is_to_free(node, block, offset, kept)) continue;
            node->flags = kNodeFree;
            node->version = static_cast<uint8_t>((node->version + 1) % Address::kVersions);
            node->link_count = 0;
            node->row = node->more = node->below = Packed48::from(0);
        }
        edit.finish();
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
        record_free_slot(vacuum.index, block);
    }
    ReleaseBuffer(buffer);
}

}  // namespace

void
free_dead(Vacuum &vacuum, uint64_t kept)
{
    BlockNumber blocks = block_count(vacuum.index);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        if (!vacuum.dead.may_contain_any_of(block)) continue;
        vacuum_pause();
        free_page(vacuum, block, kept);
    }
    IndexFreeSpaceMapVacuum(vacuum.index);
}

}  // namespace vhnsw::am
