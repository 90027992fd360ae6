#include "am/page.hpp"

namespace vhnsw::am {

void
init_page(Page page, PageKind kind)
{
    PageInit(page, BLCKSZ, sizeof(DiskPageTail));
    page_tail(page)->kind = kind;
    page_tail(page)->page_id = kPageId;
}

OffsetNumber
add_item(Page page, const void *item, Size bytes)
{
    OffsetNumber offset =
        PageAddItem(page, static_cast<Item>(const_cast<void *>(item)), bytes, InvalidOffsetNumber, false, false);
    if (offset == InvalidOffsetNumber) elog(ERROR, "failed to add an item of %zu bytes to an index page", bytes);
    return offset;
}

void
report_corruption(Relation index, BlockNumber block, const char *what)
{
    ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
                    errmsg("index \"%s\" is damaged at block %u: %s", RelationGetRelationName(index), block, what),
                    errhint("Please REINDEX it.")));
    pg_unreachable();
}

void
check_page(Relation index, Buffer buffer)
{
    Page page = BufferGetPage(buffer);
    BlockNumber block = BufferGetBlockNumber(buffer);
    if (PageIsNew(page)) report_corruption(index, block, "unexpected zero page");
    if (PageGetSpecialSize(page) != MAXALIGN(sizeof(DiskPageTail)) || page_tail(page)->page_id != kPageId)
        report_corruption(index, block, "not a page of this access method");
    const auto *header = reinterpret_cast<PageHeader>(page);
    if (header->pd_lower < SizeOfPageHeaderData || header->pd_lower > header->pd_upper ||
        header->pd_upper > header->pd_special)
        report_corruption(index, block, "impossible page header");
}

// The item behind a line pointer, or null. Never trusts an offset or a length from disk.
static char *
checked_item(Relation index, Buffer buffer, Page page, OffsetNumber offset, Size *length)
{
    if (offset < FirstOffsetNumber || offset > PageGetMaxOffsetNumber(page)) return nullptr;
    ItemId id = PageGetItemId(page, offset);
    if (!ItemIdIsNormal(id)) return nullptr;
    *length = ItemIdGetLength(id);
    if (ItemIdGetOffset(id) < SizeOfPageHeaderData || ItemIdGetOffset(id) + *length > BLCKSZ - sizeof(DiskPageTail))
        report_corruption(index, BufferGetBlockNumber(buffer), "item outside of the page");
    return reinterpret_cast<char *>(PageGetItem(page, id));
}

DiskNode *
node_in_slot(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, OffsetNumber offset)
{
    if (page_tail(page)->kind != PageKind::kNodes) return nullptr;
    Size length;
    auto *node = reinterpret_cast<DiskNode *>(checked_item(index, buffer, page, offset, &length));
    if (node == nullptr) return nullptr;
    if (length != node_bytes(shape)) report_corruption(index, BufferGetBlockNumber(buffer), "node of a wrong size");
    if (node->link_count > shape.capacity)
        report_corruption(index, BufferGetBlockNumber(buffer), "node with too many links");
    return node;
}

DiskNode *
node_at(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, uint64_t address)
{
    DiskNode *node = node_in_slot(index, shape, buffer, page, Address::offset(address));
    if (node == nullptr || (node->flags & kNodeFree) || node->version != Address::version(address)) return nullptr;
    return node;
}

DiskRowList *
row_list_at(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, OffsetNumber offset,
            uint32_t stamp)
{
    if (page_tail(page)->kind != PageKind::kOverflow) return nullptr;
    Size length;
    auto *list = reinterpret_cast<DiskRowList *>(checked_item(index, buffer, page, offset, &length));
    if (list == nullptr || length < sizeof(DiskRowList) || list->kind != ItemKind::kRowList || list->stamp != stamp)
        return nullptr;
    if (list->count > list->capacity || sizeof(DiskRowList) + list->capacity * shape.row_bytes() > length)
        report_corruption(index, BufferGetBlockNumber(buffer), "row list longer than its item");
    return list;
}

DiskCodePiece *
code_piece_at(Relation index, Buffer buffer, Page page, OffsetNumber offset, uint32_t stamp)
{
    if (page_tail(page)->kind != PageKind::kOverflow) return nullptr;
    Size length;
    auto *piece = reinterpret_cast<DiskCodePiece *>(checked_item(index, buffer, page, offset, &length));
    if (piece == nullptr || length < sizeof(DiskCodePiece) || piece->kind != ItemKind::kCodePiece ||
        piece->stamp != stamp)
        return nullptr;
    if (sizeof(DiskCodePiece) + piece->bytes > length)
        report_corruption(index, BufferGetBlockNumber(buffer), "code longer than its item");
    return piece;
}

}  // namespace vhnsw::am
