#include "am/overflow.hpp"

#include <algorithm>

#include "am/free_space.hpp"

namespace vhnsw::am {

namespace {

constexpr uint32_t kFirstListRows = 4;

// Address::offset() has eight bits.
constexpr OffsetNumber kMaxItems = 255;

// The free space map may send us to pages of the other kind; so often we try again before the index grows.
constexpr int kMapTries = 4;

// The offset number the next item gets, or InvalidOffsetNumber. Those of removed items are used again: the stamp tells.
OffsetNumber
free_offset(Page page)
{
    OffsetNumber last = PageGetMaxOffsetNumber(page);
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++)
        if (!ItemIdIsUsed(PageGetItemId(page, offset))) return offset;
    return last < kMaxItems ? last + 1 : InvalidOffsetNumber;
}

bool
has_room(Page page, Size bytes)
{
    OffsetNumber offset = free_offset(page);
    Size pointer = offset > PageGetMaxOffsetNumber(page) ? sizeof(ItemIdData) : 0;
    return offset != InvalidOffsetNumber && PageGetExactFreeSpace(page) >= MAXALIGN(bytes) + pointer;
}

// REQUIRES: has_room().
OffsetNumber
put_item(Relation index, Buffer buffer, Page page, const void *item, Size bytes)
{
    OffsetNumber offset =
        PageAddItemExtended(page, static_cast<Item>(const_cast<void *>(item)), bytes, free_offset(page), PAI_OVERWRITE);
    if (offset == InvalidOffsetNumber)
        report_corruption(index, BufferGetBlockNumber(buffer), "no room where there should be");
    return offset;
}

// The page if it is an overflow page, exclusively locked and pinned; else InvalidBuffer. A page that was given a kind
// keeps it, so that the kind may be looked at before the lock is taken, which must never be that of a second node
// page.
Buffer
lock_overflow_page(Relation index, BlockNumber block)
{
    check_block(index, block);
    Buffer buffer = ReadBuffer(index, block);
    bool is_new = PageIsNew(BufferGetPage(buffer));  // the map outlived a crash that the page did not
    if (!is_new) check_page(index, buffer);
    if (!is_new && page_tail(BufferGetPage(buffer))->kind == PageKind::kOverflow) {
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        return buffer;
    }
    ReleaseBuffer(buffer);
    return InvalidBuffer;
}

Buffer
follow_map(Relation index, Size bytes)
{
    for (int tries = 0; tries < kMapTries; tries++) {
        BlockNumber block = find_overflow_room(index, bytes);
        if (block == InvalidBlockNumber) break;
        Buffer buffer = lock_overflow_page(index, block);
        if (buffer == InvalidBuffer) continue;
        // It becomes the target, which all find through the metapage, or the entry was wrong. What room there is beside
        // a large item waits for VACUUM to enter it again.
        record_nothing_free(index, block);
        if (has_room(BufferGetPage(buffer), bytes)) return buffer;
        UnlockReleaseBuffer(buffer);
    }
    return InvalidBuffer;
}

// A page with room for an item of `bytes`: pinned, exclusively locked, registered in the edit, initialised.
Buffer
take_room(Relation index, PageEdit &edit, Size bytes, OverflowTarget &target, Page *page)
{
    Size left = 0;
    if (BlockNumberIsValid(target.block)) {
        Buffer buffer = lock_overflow_page(index, target.block);
        if (buffer != InvalidBuffer && has_room(BufferGetPage(buffer), bytes)) {
            *page = edit.page(buffer);
            return buffer;
        }
        if (buffer != InvalidBuffer) {
            left = PageGetExactFreeSpace(BufferGetPage(buffer));
            UnlockReleaseBuffer(buffer);
        }
    }
    Buffer buffer = follow_map(index, bytes);
    bool is_new = buffer == InvalidBuffer;
    if (is_new) buffer = extend_index(index);
    *page = edit.page(buffer, is_new);
    if (is_new) init_page(*page, PageKind::kOverflow);
    // An item that fills a page of its own does not make the next ones leave a better one.
    if (PageGetExactFreeSpace(*page) > left + bytes) target = {BufferGetBlockNumber(buffer), true};
    return buffer;
}

void
write_row(const quant::NodeShape &shape, DiskRowList *list, uint32_t i, const NewRow &row)
{
    Packed48 *at = list_row(shape, list, i);
    *at = Packed48::from(row.row);
    copy_attributes(shape, at + 1, row.attributes);
}

// The rows of the first list of a chain.
uint32_t
first_list_rows(const quant::NodeShape &shape)
{
    return Min(kFirstListRows, max_list_rows(shape));
}

// A row list in memory of its own, ready to be put on a page.
struct NewRowList {
    PGAlignedBlock block;
    Size bytes;

    NewRowList(const RowListOwner &owner, std::span<const NewRow> rows, uint32_t capacity)
        : bytes(sizeof(DiskRowList) + capacity * owner.shape.row_bytes())
    {
        auto *list = reinterpret_cast<DiskRowList *>(block.data);
        memset(list, 0, bytes);
        list->kind = ItemKind::kRowList;
        list->count = static_cast<uint16_t>(rows.size());
        list->capacity = static_cast<uint16_t>(capacity);
        list->next = *owner.head;
        list->stamp = owner.stamp;
        for (uint32_t i = 0; i < rows.size(); i++) write_row(owner.shape, list, i, rows[i]);
    }
};

// The target is read anew and stored at once: of several who find the same page full, one adds a page for all.
uint64_t
store_item(Relation index, std::span<const char> item, bool building)
{
    PageEdit edit;
    OverflowTarget target = {read_meta(index).overflow_block, false};
    edit.begin(index, building);
    Page page;
    Buffer buffer = take_room(index, edit, item.size(), target, &page);
    OffsetNumber offset = put_item(index, buffer, page, item.data(), item.size());
    edit.finish();
    uint64_t address = Address::make(BufferGetBlockNumber(buffer), offset, 0);
    UnlockReleaseBuffer(buffer);
    if (target.moved) set_hints(index, InvalidBlockNumber, target.block, building);
    return address;
}

}  // namespace

ListPlace
add_to_row_list(Relation index, PageEdit &edit, const RowListOwner &owner, const NewRow &row, OverflowTarget &target)
{
    const quant::NodeShape &shape = owner.shape;
    const uint64_t head = owner.head->value();
    uint32_t capacity = first_list_rows(shape);
    ChainWalk walk;
    for (uint64_t at = head; at != Address::kNone;) {
        walk.visit(index, at);
        Buffer buffer = lock_overflow_page(index, Address::block(at));
        DiskRowList *list = nullptr;
        if (buffer != InvalidBuffer)
            list = row_list_at(index, shape, buffer, BufferGetPage(buffer), Address::offset(at), owner.stamp);
        if (list == nullptr) report_corruption(index, Address::block(at), "missing row list");
        if (list->count < list->capacity) {
            list = row_list_at(index, shape, buffer, edit.page(buffer), Address::offset(at), owner.stamp);
            write_row(shape, list, list->count++, row);
            return {buffer, list->capacity};
        }
        if (at == head) capacity = std::clamp(2u * list->capacity, capacity, max_list_rows(shape));
        at = list->next.value();
        UnlockReleaseBuffer(buffer);
    }

    NewRowList list(owner, {&row, 1}, capacity);
    Page page;
    Buffer buffer = take_room(index, edit, list.bytes, target, &page);
    OffsetNumber offset = put_item(index, buffer, page, list.block.data, list.bytes);
    *owner.head = Packed48::from(Address::make(BufferGetBlockNumber(buffer), offset, 0));
    return {buffer, capacity};
}

uint64_t
store_row_list(Relation index, const RowListOwner &owner, std::span<const NewRow> rows, bool building)
{
    NewRowList list(owner, rows, Max(static_cast<uint32_t>(rows.size()), first_list_rows(owner.shape)));
    return store_item(index, {list.block.data, list.bytes}, building);
}

// The last piece comes first: each one leads to the next. Not to be interrupted: until the node is there, nothing leads
// to the pieces.
quant::CodeRef
store_code(Relation index, std::span<const uint8_t> code, uint32_t stamp, bool building)
{
    PGAlignedBlock block;
    auto *piece = reinterpret_cast<DiskCodePiece *>(block.data);
    uint64_t next = Address::kNone;
    size_t pieces = Max((code.size() + kMaxPieceBytes - 1) / kMaxPieceBytes, size_t{1});
    for (size_t i = pieces; i-- > 0;) {
        size_t from = i * kMaxPieceBytes, bytes = Min(code.size() - from, size_t{kMaxPieceBytes});
        *piece = {ItemKind::kCodePiece, 0, static_cast<uint16_t>(bytes), stamp, Packed48::from(next), 0};
        if (bytes > 0) memcpy(piece_code(piece), code.data() + from, bytes);
        next = store_item(index, {block.data, sizeof(DiskCodePiece) + bytes}, building);
    }
    return {Packed48::from(next), Packed48::from(code.size())};
}

uint64_t
read_row_list(Relation index, const quant::NodeShape &shape, uint64_t address, uint32_t stamp, const ListCopy &copy)
{
    // Nothing is allocated under the lock.
    const uint32_t most = max_list_rows(shape), bytes = shape.attribute_bytes;
    if (copy.rows != nullptr) copy.rows->reserve(copy.rows->size() + most);
    if (copy.attributes != nullptr) copy.attributes->reserve(copy.attributes->size() + size_t{most} * bytes);
    Buffer buffer = read_locked(index, Address::block(address), BUFFER_LOCK_SHARE);
    DiskRowList *list = row_list_at(index, shape, buffer, BufferGetPage(buffer), Address::offset(address), stamp);
    uint64_t next = Address::kNone;
    if (list != nullptr) next = list->next.value();
    for (uint32_t i = 0; list != nullptr && i < list->count; i++) {
        const Packed48 *row = list_row(shape, list, i);
        if (copy.rows != nullptr) copy.rows->push(row->value());
        if (copy.attributes == nullptr) continue;
        size_t at = copy.attributes->size();
        copy.attributes->resize(at + bytes);
        memcpy(copy.attributes->data() + at, row + 1, bytes);
    }
    if (copy.lsn != nullptr) *copy.lsn = BufferGetLSNAtomic(buffer);
    UnlockReleaseBuffer(buffer);
    return next;
}

// Appends a piece to `code`, if not null, as far as there is room without allocation. Returns the address of the next
// piece; `found` is false when this one has gone.
static uint64_t
read_piece(Relation index, uint64_t address, uint32_t stamp, Vec<uint8_t> *code, bool *found)
{
    Buffer buffer = read_recent(index, Address::block(address));
    DiskCodePiece *piece = code_piece_at(index, buffer, BufferGetPage(buffer), Address::offset(address), stamp);
    uint64_t next = Address::kNone;
    *found = piece != nullptr;
    if (*found) {
        next = piece->next.value();
        size_t at = code != nullptr ? code->size() : 0;
        if (code != nullptr && at + piece->bytes <= code->capacity() && piece->bytes > 0) {
            code->resize(at + piece->bytes);
            memcpy(code->data() + at, piece_code(piece), piece->bytes);
        }
    }
    UnlockReleaseBuffer(buffer);
    return next;
}

bool
read_code(Relation index, const IndexInfo &info, const quant::CodeRef &ref, uint32_t stamp, Vec<uint8_t> &code)
{
    uint64_t bytes = ref.bytes.value(), at = ref.first.value();
    const uint32_t fixed = info.space.code_bytes();
    if (bytes > quant::max_code_bytes(info.space) || (fixed > 0 && bytes != fixed))
        report_corruption(index, Address::block(at), "code of an impossible length");
    code.clear();
    code.reserve(bytes);  // nothing is allocated under a lock
    bool found = true;
    ChainWalk walk;
    while (found && at != Address::kNone) {
        CHECK_FOR_INTERRUPTS();
        walk.visit(index, at);
        at = read_piece(index, at, stamp, &code, &found);
    }
    return found && code.size() == bytes;
}

bool
find_code(Relation index, const IndexInfo &info, const DiskNode &node, const quant::NodeBody &body, Vec<uint8_t> &apart,
          quant::Code *code)
{
    *code = {body.code(), info.shape.code_bytes(), node.scalars};
    if (info.shape.code_inline) return true;
    if (!read_code(index, info, body.code_ref(), node.stamp, apart)) return false;
    *code = {apart.data(), static_cast<uint32_t>(apart.size()), node.scalars};
    return true;
}

void
remove_code(Relation index, const quant::NodeShape &shape, uint64_t first_piece, uint32_t stamp)
{
    Vec<uint64_t> chain;
    ChainWalk walk;
    bool found = true;
    for (uint64_t at = first_piece; at != Address::kNone && found;) {
        CHECK_FOR_INTERRUPTS();
        walk.visit(index, at);
        chain.push(at);
        at = read_piece(index, at, stamp, nullptr, &found);
    }
    for (size_t i = chain.size(); i-- > 0;) remove_item(index, shape, chain[i], stamp);
    chain.release();
}

void
remove_item(Relation index, const quant::NodeShape &shape, uint64_t address, uint32_t stamp)
{
    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_locked(index, Address::block(address), BUFFER_LOCK_EXCLUSIVE);
    Page page = BufferGetPage(buffer);
    OffsetNumber offset = Address::offset(address);
    if (row_list_at(index, shape, buffer, page, offset, stamp) == nullptr &&
        code_piece_at(index, buffer, page, offset, stamp) == nullptr) {
        UnlockReleaseBuffer(buffer);
        return;
    }
    page = edit.page(buffer);
    PageIndexTupleDeleteNoCompact(page, offset);
    // It gives back the line pointer of the very last item only; the largest items need all of them gone.
    for (OffsetNumber last = PageGetMaxOffsetNumber(page); last > 0 && !ItemIdIsUsed(PageGetItemId(page, last)); last--)
        reinterpret_cast<PageHeader>(page)->pd_lower -= sizeof(ItemIdData);
    Size room = PageGetExactFreeSpace(page);
    edit.finish();
    UnlockReleaseBuffer(buffer);
    record_overflow_room(index, Address::block(address), room);
}

}  // namespace vhnsw::am
