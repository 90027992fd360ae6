// The pass of VACUUM that tells links of the rows their targets have now. See vacuum.hpp.
//
// A link carries row and hint of its target's first row, as it was when the link was made. An insertion that gives the
// target another first row tells those that the target is linked to itself (InsertStore::refresh_links); here the
// others learn of it, once the row they speak for is dead, or when they do not know yet that there are several.
#include "am/vacuum.hpp"

#include "am/link_list.hpp"
#include "am/page_edit.hpp"

namespace vhnsw::am {

namespace {

struct StaleLink {
    OffsetNumber owner;
    uint64_t target;
    uint64_t row;
    bool found;  // the target, alive
    uint8_t hint[kMaxHintBytes];
};

bool
is_stale(Vacuum &vacuum, const quant::LinkHead &head)
{
    uint64_t address = head.address.value();
    if (!vacuum.shared.may_contain(address) || vacuum.dead.may_contain(address)) return false;
    uint64_t row = head.row.value();
    return !(address & Address::kShared) || row == Row::kNone || is_dead_row(vacuum, row);
}

// Notes the stale links of a share-locked page. REQUIRES: room in `stale` for all links of a page.
void
collect(Vacuum &vacuum, Buffer buffer, Vec<StaleLink> &stale)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    Page page = BufferGetPage(buffer);
    if (PageIsNew(page)) return;
    check_page(vacuum.index, buffer);
    OffsetNumber last = page_tail(page)->kind == PageKind::kNodes ? PageGetMaxOffsetNumber(page) : InvalidOffsetNumber;
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
        DiskNode *node = node_in_slot(vacuum.index, shape, buffer, page, offset);
        if (node == nullptr || node->layer > 0 || (node->flags & kNodeFree)) continue;
        quant::NodeBody body = node_body(shape, node);
        for (uint32_t i = 0; i < node->link_count && stale.size() < stale.capacity(); i++)
            if (is_stale(vacuum, body.head(i)))
                stale.push({offset, Address::plain(body.head(i).address.value()), Row::kNone, false, {}});
    }
}

void
look_up(Vacuum &vacuum, StaleLink &link)
{
    Buffer buffer = read_recent(vacuum.index, Address::block(link.target));
    DiskNode *node = node_at(vacuum.index, vacuum.info.shape, buffer, BufferGetPage(buffer), link.target);
    link.found = node != nullptr && is_shared(*node) && !(node->flags & kNodeDead);
    if (link.found) {
        link.row = node->row.value() & ~Row::kKilled;
        make_hint(vacuum.info.attributes, node_body(vacuum.info.shape, node).attributes(), link.hint);
    }
    UnlockReleaseBuffer(buffer);
}

// REQUIRES: the page is pinned and not locked.
void
write_back(Vacuum &vacuum, Buffer buffer, std::span<const StaleLink> stale)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    PageEdit edit;
    edit.begin(vacuum.index, false);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    Page page = edit.page(buffer);
    for (const StaleLink &link : stale) {
        if (!link.found) continue;
        DiskNode *node = node_in_slot(vacuum.index, shape, buffer, page, link.owner);
        uint32_t i = node == nullptr ? kNoLink : find_link(shape, node, link.target);
        if (i != kNoLink) refresh_link(shape, node, i, link.row, link.hint);
    }
    edit.finish();
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

}  // namespace

void
refresh_links(Vacuum &vacuum)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    Vec<StaleLink> stale;
    stale.reserve(kPageRoom / (node_bytes(shape) + sizeof(ItemIdData)) * shape.capacity);
    BlockNumber blocks = block_count(vacuum.index);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        vacuum_pause();
        stale.clear();
        Buffer buffer = read_for_vacuum(vacuum, block);
        collect(vacuum, buffer, stale);
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
        bool any_found = false;
        for (StaleLink &link : stale) {
            vacuum_pause();
            look_up(vacuum, link);
            any_found |= link.found;
        }
        if (any_found) write_back(vacuum, buffer, stale.span());
        ReleaseBuffer(buffer);
    }
    stale.release();
}

}  // namespace vhnsw::am
