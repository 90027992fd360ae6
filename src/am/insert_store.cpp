#include "am/insert_store.hpp"

#include "am/compact_links.hpp"
#include "am/free_space.hpp"
#include "pg/random.hpp"

namespace vhnsw::am {

// Rows in a list of a node from which on its first row says little of it: links are no longer told of a new one.
static constexpr uint32_t kFewRows = 16;

// Pages that are added to the index for each session that waits to add one.
static constexpr int kPagesForOthers = 4;

void
InsertStore::init(Relation index, const IndexInfo &info, const quant::SpaceQuery &query, bool building)
{
    PageStore::init(index, info, query, true);
    building_ = building;
    frames_.init(info);
    tuple_.resize(node_bytes(info.shape));
    sketch_.resize(info.shape.sketch.bytes());
}

void
InsertStore::begin(const quant::Prepared &vector, const NewRow &row)
{
    extend_hints(index_, RelationGetNumberOfBlocks(index_));
    MetaState meta = read_meta(index_);
    overflow_ = {meta.overflow_block, false};
    insert_block_ = meta.insert_block;
    row_ = row;
    stamp_ = random_stamp();
    code_.resize(quant::code_bytes_of(info_->space, vector));
    scalars_ = quant::encode(info_->space, vector, code_.data());
    frames_.set_owner(code());
    codes_.clear();
}

// An empty graph is answered to one inserter at a time: the heavyweight lock on the metapage makes the others wait
// until the first node is in place; an error releases it.
graph::EntryPoint<InsertStore::Id>
InsertStore::entry()
{
    MetaState meta = read_meta(index_);
    if (meta.entry_level < 0) {
        LockPage(index_, kMetaBlock, ExclusiveLock);
        meta = read_meta(index_);
        is_first_ = meta.entry_level < 0;
        if (!is_first_) UnlockPage(index_, kMetaBlock, ExclusiveLock);
    }
    return {meta.entry, meta.entry_level};
}

void
InsertStore::raise_entry(Id id, int level)
{
    am::raise_entry(index_, id, level, building_);
    if (is_first_) UnlockPage(index_, kMetaBlock, ExclusiveLock);
    is_first_ = false;
}

InsertStore::Kept
InsertStore::keep(Id id, const Opened &opened)
{
    Kept kept = {.key = opened.key,
                 .id = id,
                 .row = opened.node.row.value(),
                 .code =
                     codes_.add({opened.code.data(), static_cast<uint32_t>(opened.code.size()), opened.node.scalars}),
                 .is_dead = (opened.node.flags & kNodeDead) != 0,
                 .is_shared = is_shared(opened.node),
                 .hint = {}};
    make_hint(info_->attributes, opened.attributes.data(), kept.hint);
    return kept;
}

float
InsertStore::between(const Kept &a, const Kept &b)
{
    return quant::pair_key(info_->space, code_of(a), code_of(b));
}

bool
InsertStore::is_duplicate(const Kept &kept) const
{
    return quant::is_same(info_->space, code_of(kept), code());
}

// Tells the nodes that `target` is linked to of its first row, and that it has others. One page at a time. Whoever else
// has a link to the node takes it by a former first row until VACUUM comes by (vacuum_refresh.cpp).
void
InsertStore::refresh_links(Id target, std::span<const Id> owners)
{
    uint8_t hint[kMaxHintBytes];
    make_hint(info_->attributes, row_.attributes, hint);
    for (Id owner : owners) {
        CHECK_FOR_INTERRUPTS();
        PageEdit edit;
        edit.begin(index_, building_);
        Buffer buffer = read_recent(index_, Address::block(owner), BUFFER_LOCK_EXCLUSIVE);
        DiskNode *node = node_at(index_, info_->shape, buffer, BufferGetPage(buffer), owner);
        uint32_t i = node == nullptr ? kNoLink : find_link(info_->shape, node, target);
        if (i != kNoLink) {
            node = node_at(index_, info_->shape, buffer, edit.page(buffer), owner);
            refresh_link(info_->shape, node, i, row_.row, hint);
            edit.finish();
        }
        UnlockReleaseBuffer(buffer);
    }
}

// The new row becomes the first one: after an UPDATE it is the one that lives, and the one that links should speak for.
// The former first row goes to the list. False when the node has died meanwhile: it must get no more rows then (I4).
bool
InsertStore::add_row(const Kept &kept)
{
    const quant::NodeShape &shape = info_->shape;
    PageEdit edit;
    edit.begin(index_, building_);
    Buffer buffer = read_recent(index_, Address::block(kept.id), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index_, shape, buffer, BufferGetPage(buffer), kept.id);
    if (node == nullptr || (node->flags & kNodeDead)) {
        UnlockReleaseBuffer(buffer);
        return false;
    }
    node = node_at(index_, shape, buffer, edit.page(buffer), kept.id);
    node->scalars.error = Max(node->scalars.error, scalars_.error);
    quant::NodeBody body = node_body(shape, node);
    quant::share_refinement(info_->space, body.code(), code_.data());
    const bool was_shared = is_shared(*node);
    ListPlace place = {InvalidBuffer, 0};
    if (node->row.value() != Row::kNone)
        place = add_to_row_list(index_, edit, {shape, &node->more, node->stamp}, {node->row.value(), body.attributes()},
                                overflow_);
    node->row = Packed48::from(row_.row);
    copy_attributes(shape, body.attributes(), row_.attributes);
    Id owners[quant::kMaxLinks];
    uint32_t owner_count = 0;
    if (shape.has_sketches() && (!was_shared || place.capacity <= kFewRows))
        for (; owner_count < node->link_count; owner_count++)
            owners[owner_count] = Address::plain(body.address(owner_count));
    edit.finish();
    if (BufferIsValid(place.buffer)) UnlockReleaseBuffer(place.buffer);
    UnlockReleaseBuffer(buffer);
    refresh_links(kept.id, {owners, owner_count});
    return true;
}

InsertStore::Id
InsertStore::create(int layer, std::span<const Kept> links, std::span<const bool> dominated)
{
    const quant::NodeShape &shape = info_->shape;
    if (layer == 0 && !shape.code_inline) code_ref_ = store_code(index_, code_.span(), stamp_, building_);

    memset(tuple_.data(), 0, tuple_.size());
    auto *node = reinterpret_cast<DiskNode *>(tuple_.data());
    node->layer = static_cast<uint8_t>(layer);
    node->stamp = stamp_;
    node->scalars = scalars_;
    node->row = Packed48::from(row_.row);
    node->more = Packed48::from(layer == 0 ? Address::kNone : base_);
    node->below = Packed48::from(layer == 0 ? Address::kNone : below_);
    quant::NodeBody body = node_body(shape, node);
    copy_attributes(shape, body.attributes(), row_.attributes);
    if (shape.code_inline)
        memcpy(body.code(), code_.data(), code_.size());
    else
        memcpy(body.code(), &code_ref_, sizeof(code_ref_));
    for (const Kept &kept : links) {
        uint32_t i = node->link_count;
        frames_.set_neighbour(code_of(kept));
        NewLink link = frames_.sketch(sketch_.data());
        link.address = kept.id;
        link.row = kept.row;
        link.shared = kept.is_shared;
        memcpy(link.hint, kept.hint, sizeof(link.hint));
        write_link(shape, node, i, link, dominated[i]);
        node->link_count = static_cast<uint16_t>(i + 1);
    }
    below_ = place(node);
    if (layer == 0) base_ = below_;
    return below_;
}

// Puts the tuple into a free slot of a page, if it has one. The slot's version goes on counting.
bool
InsertStore::place_on(BlockNumber block, DiskNode *tuple, Id *id)
{
    const quant::NodeShape &shape = info_->shape;
    PageEdit edit;
    edit.begin(index_, building_);
    Buffer buffer = read_recent(index_, block, BUFFER_LOCK_EXCLUSIVE);
    Page page = BufferGetPage(buffer);
    OffsetNumber slot = InvalidOffsetNumber;
    const bool holds_nodes = page_tail(page)->kind == PageKind::kNodes;
    OffsetNumber last = holds_nodes ? PageGetMaxOffsetNumber(page) : InvalidOffsetNumber;
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last && slot == InvalidOffsetNumber; offset++) {
        DiskNode *node = node_in_slot(index_, shape, buffer, page, offset);
        if (node == nullptr || !(node->flags & kNodeFree)) continue;
        slot = offset;
        tuple->version = node->version;
    }
    const bool has_room = holds_nodes && last < quant::kMaxNodesPerPage && PageGetFreeSpace(page) >= node_bytes(shape);
    if (slot == InvalidOffsetNumber && !has_room) {
        UnlockReleaseBuffer(buffer);
        return false;
    }
    page = edit.page(buffer);
    if (slot != InvalidOffsetNumber) {
        memcpy(PageGetItem(page, PageGetItemId(page, slot)), tuple, node_bytes(shape));
    } else {
        tuple->version = 0;
        slot = add_item(page, tuple, node_bytes(shape));
    }
    edit.finish();
    UnlockReleaseBuffer(buffer);
    *id = Address::make(block, slot, tuple->version);
    return true;
}

// From now on new nodes of all inserters go to this page first.
void
InsertStore::move_to(BlockNumber block)
{
    insert_block_ = block;
    set_hints(index_, block, InvalidBlockNumber, building_);
}

BlockNumber
InsertStore::add_empty_page()
{
    PageEdit edit;
    edit.begin(index_, building_);
    Buffer buffer = extend_index(index_);
    init_page(edit.page(buffer, true), PageKind::kNodes);
    edit.finish();
    BlockNumber block = BufferGetBlockNumber(buffer);
    UnlockReleaseBuffer(buffer);
    return block;
}

// A page with free slots, for as long as nobody else finds it. Who adds one while others wait for that adds some for
// each of them, which they find in the map: as they all insert at the same rate, they would wait again and again.
BlockNumber
InsertStore::add_page()
{
    BlockNumber block = InvalidBlockNumber;
    if (!ConditionalLockRelationForExtension(index_, ExclusiveLock)) {
        LockRelationForExtension(index_, ExclusiveLock);
        block = find_free_slot(index_);
    }
    if (block == InvalidBlockNumber) {
        block = add_empty_page();
        // The count includes the holder.
        int more = kPagesForOthers * (RelationExtensionLockWaiterCount(index_) - 1);
        BlockNumber last = block;
        for (; more > 0; more--) record_free_slot(index_, last = add_empty_page());
        // Makes the entries known to searches of the map.
        if (last != block) FreeSpaceMapVacuumRange(index_, block, last + 1);
    }
    UnlockRelationForExtension(index_, ExclusiveLock);
    return block;
}

InsertStore::Id
InsertStore::place(DiskNode *tuple)
{
    Id id;
    if (insert_block_ != InvalidBlockNumber && place_on(insert_block_, tuple, &id)) return id;

    // Of several who find the same page full, one adds a page for all.
    BlockNumber block = read_meta(index_).insert_block;
    if (block != insert_block_ && block != InvalidBlockNumber && place_on(block, tuple, &id)) {
        insert_block_ = block;
        return id;
    }

    // Pages with slots freed by VACUUM. What the map says is a hint: the page may be full again, or of the other kind.
    while ((block = find_free_slot(index_)) != InvalidBlockNumber) {
        if (place_on(block, tuple, &id)) {
            move_to(block);
            return id;
        }
        record_nothing_free(index_, block);
    }

    while (!place_on(block = add_page(), tuple, &id)) record_nothing_free(index_, block);
    move_to(block);
    return id;
}

// One page per link back, where links have sketches: which link a full neighbour gives up is decided from those on its
// page.
void
InsertStore::link_back(const Kept &kept, int, Id newcomer)
{
    const quant::NodeShape &shape = info_->shape;
    if (!shape.has_sketches()) {
        const CodedNode offered = {newcomer, code()};
        revise_links(index_, *info_, {{kept.id, code_of(kept)}, {}, {&offered, 1}}, building_);
        return;
    }
    frames_.set_neighbour(code_of(kept));
    NewLink link = frames_.sketch_back(sketch_.data());
    link.address = newcomer;
    link.row = row_.row;
    make_hint(info_->attributes, row_.attributes, link.hint);

    PageEdit edit;
    edit.begin(index_, building_);
    Buffer buffer = read_recent(index_, Address::block(kept.id), BUFFER_LOCK_EXCLUSIVE);
    if (node_at(index_, shape, buffer, BufferGetPage(buffer), kept.id) == nullptr) {
        UnlockReleaseBuffer(buffer);
        return;
    }
    DiskNode *node = node_at(index_, shape, buffer, edit.page(buffer), kept.id);
    admit_link(*info_, node, link);
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

void
InsertStore::finish()
{
    if (overflow_.moved) set_hints(index_, InvalidBlockNumber, overflow_.block, building_);
}

}  // namespace vhnsw::am
