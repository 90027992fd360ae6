// Writes the graph in build memory to pages, each page once and in sequence.
//
// Overflow items come first, for nodes need their addresses. Then all nodes on layer 0, then the nodes on upper
// layers. Since every page holds the same number of equal slots, the address of any node follows from its place in
// that order, and links can be written before their targets are.
#include "am/build.hpp"
#include "am/link_list.hpp"
#include "am/overflow.hpp"

namespace vhnsw::am {

namespace {

using graph::ArenaLink;
using graph::ArenaNode;
using graph::ArenaRow;
using graph::kNoRecord;

struct Writer {
    BuildState *state;
    const quant::NodeShape *shape;
    graph::ArenaStore *arena;
    uint32_t per_page;
    BlockNumber first_block;    // of the node pages
    Vec<uint32_t> order;        // layer 0: nodes in the order in which they are written
    Vec<uint32_t> place;        // inverse of order; kNoRecord for records given up
    Vec<uint32_t> upper_place;  // by upper record: place of that tuple, after all of layer 0
    Vec<uint64_t> more;         // by node: its row list
    Vec<quant::CodeRef> codes;  // by node, when codes are kept apart
    uint64_t stamp_seed;

    // The page being filled.
    Vec<uint8_t> page;
    Vec<uint8_t> tuple;
    Vec<uint8_t> sketch;
    Frames frames;
    uint32_t written;
};

uint32_t
stamp_of(const Writer &w, uint32_t node)
{
    return static_cast<uint32_t>(Rng(w.stamp_seed + node).next()) | 1u;
}

uint64_t
address_of_place(const Writer &w, uint32_t place)
{
    return Address::make(w.first_block + place / w.per_page, static_cast<OffsetNumber>(place % w.per_page + 1), 0);
}

uint64_t
address_of(Writer &w, uint32_t node, int layer)
{
    uint32_t place =
        layer == 0 ? w.place[node] : w.upper_place[w.arena->node(node)->upper + static_cast<uint32_t>(layer) - 1];
    return address_of_place(w, place);
}

// Breadth first from the entry point, so that nodes opened by the same search tend to share pages. What is not
// reached follows.
void
arrange(Writer &w)
{
    uint32_t count = w.arena->node_count();
    w.place.resize(count);
    for (uint32_t i = 0; i < count; i++) w.place[i] = kNoRecord;
    w.order.reserve(count);
    auto append = [&](uint32_t node) {
        if (w.place[node] != kNoRecord || !w.arena->node(node)->published) return;
        w.place[node] = static_cast<uint32_t>(w.order.size());
        w.order.push(node);
    };
    if (w.arena->shared()->entry_level >= 0) append(w.arena->shared()->entry_node);
    uint32_t next = 0;
    for (uint32_t rest = 0; rest < count; rest++) {
        CHECK_FOR_INTERRUPTS();
        for (; next < w.order.size(); next++)
            for (ArenaLink link : w.arena->links(w.order[next], 0)) append(link.node);
        append(rest);
    }

    w.upper_place.resize(w.arena->shared()->uppers.count);
    uint32_t place = static_cast<uint32_t>(w.order.size());
    for (uint32_t number : w.order) {
        ArenaNode *node = w.arena->node(number);
        for (uint32_t layer = 1; layer <= node->level; layer++) w.upper_place[node->upper + layer - 1] = place++;
    }
}

uint64_t
write_row_chain(Writer &w, uint32_t first, uint32_t stamp)
{
    const uint32_t most = max_list_rows(*w.shape);
    Vec<NewRow> rows;
    Packed48 head = Packed48::from(Address::kNone);
    while (first != kNoRecord) {
        CHECK_FOR_INTERRUPTS();
        ArenaRow *row = w.arena->row(first);
        rows.push({row->row, w.arena->attributes(row)});
        first = row->next;
        if (rows.size() < most && first != kNoRecord) continue;
        head = Packed48::from(store_row_list(w.state->index, {*w.shape, &head, stamp}, rows.span(), true));
        rows.clear();
    }
    rows.release();
    return head.value();
}

void
write_overflow(Writer &w)
{
    w.more.resize(w.arena->node_count());
    if (!w.shape->code_inline) w.codes.resize(w.arena->node_count());
    for (uint32_t number : w.order) {
        CHECK_FOR_INTERRUPTS();
        ArenaNode *node = w.arena->node(number);
        uint32_t stamp = stamp_of(w, number);
        w.more[number] = write_row_chain(w, node->more_rows, stamp);
        if (w.shape->code_inline) continue;
        const quant::Code code = w.arena->code(node);
        w.codes[number] = store_code(w.state->index, {code.bytes, code.size}, stamp, true);
    }
}

void
flush_page(Writer &w)
{
    Buffer buffer = extend_index(w.state->index);
    memcpy(BufferGetPage(buffer), w.page.data(), BLCKSZ);
    MarkBufferDirty(buffer);
    UnlockReleaseBuffer(buffer);
    CHECK_FOR_INTERRUPTS();
}

void
compose(Writer &w, uint32_t number, int layer)
{
    ArenaNode *from = w.arena->node(number);
    memset(w.tuple.data(), 0, w.tuple.size());
    auto *node = reinterpret_cast<DiskNode *>(w.tuple.data());
    node->layer = static_cast<uint8_t>(layer);
    node->stamp = stamp_of(w, number);
    node->scalars = from->scalars;
    node->row = Packed48::from(from->row);
    node->more = Packed48::from(layer == 0 ? w.more[number] : address_of(w, number, 0));
    node->below = Packed48::from(layer == 0 ? Address::kNone : address_of(w, number, layer - 1));
    const quant::Code code = w.arena->code(from);
    quant::NodeBody body = node_body(*w.shape, node);
    memcpy(body.attributes(), w.arena->attributes(from), w.shape->attribute_bytes);
    if (w.shape->code_inline)
        memcpy(body.code(), code.bytes, code.size);
    else
        memcpy(body.code(), &w.codes[number], sizeof(quant::CodeRef));

    w.frames.set_owner(code);
    uint32_t i = 0;
    for (ArenaLink arena_link : w.arena->links(number, layer)) {
        ArenaNode *to = w.arena->node(arena_link.node);
        w.frames.set_neighbour(w.arena->code(to));
        NewLink link = w.frames.sketch(w.sketch.data());
        link.address = address_of(w, arena_link.node, layer);
        link.row = to->row;
        link.shared = layer == 0 && to->more_rows != kNoRecord;
        make_hint(w.state->info.attributes, w.arena->attributes(to), link.hint);
        write_link(*w.shape, node, i, link, arena_link.dominated);
        node->link_count = static_cast<uint16_t>(++i);
    }
}

void
write_node(Writer &w, uint32_t number, int layer)
{
    auto page = reinterpret_cast<Page>(w.page.data());
    if (w.written % w.per_page == 0) init_page(page, PageKind::kNodes);
    compose(w, number, layer);
    add_item(page, w.tuple.data(), w.tuple.size());
    if (++w.written % w.per_page == 0) flush_page(w);
    if (w.state->is_leader) pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, w.written);
}

void
write_nodes(Writer &w)
{
    w.first_block = RelationGetNumberOfBlocks(w.state->index);
    for (uint32_t number : w.order) write_node(w, number, 0);
    for (uint32_t number : w.order)
        for (int layer = 1; layer <= w.arena->node(number)->level; layer++) write_node(w, number, layer);
    if (w.written % w.per_page != 0) flush_page(w);
}

// The index is ours alone: all of the metapage's changing part at once.
void
write_metapage(Writer &w)
{
    graph::ArenaShared *shared = w.arena->shared();
    uint32_t stamp = read_meta(w.state->index).stamp;
    uint64_t zero_rows = write_row_chain(w, shared->loose_rows[graph::kZeroRows], stamp);
    uint64_t null_rows = write_row_chain(w, shared->loose_rows[graph::kNullRows], stamp);

    PageEdit edit;
    edit.begin(w.state->index, true);
    Buffer buffer = read_locked(w.state->index, kMetaBlock, BUFFER_LOCK_EXCLUSIVE);
    auto *meta = reinterpret_cast<DiskMeta *>(PageGetContents(edit.page(buffer)));
    if (shared->entry_level >= 0) {
        meta->entry = Packed48::from(address_of(w, shared->entry_node, shared->entry_level));
        meta->entry_level_plus_1 = static_cast<uint8_t>(shared->entry_level + 1);
        meta->insert_block = w.first_block + (w.written - 1) / w.per_page;
    }
    meta->zero_rows = Packed48::from(zero_rows);
    meta->null_rows = Packed48::from(null_rows);
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

}  // namespace

void
write_graph(BuildState &state)
{
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw build pages", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    const quant::NodeShape &shape = state.info.shape;
    Writer w{};
    w.state = &state;
    w.shape = &shape;
    w.arena = &state.arena;
    w.per_page = kPageRoom / (node_bytes(shape) + static_cast<uint32_t>(sizeof(ItemIdData)));
    w.stamp_seed = Rng(state.info.seed).next();
    w.page.resize(BLCKSZ);
    w.tuple.resize(node_bytes(shape));
    w.sketch.resize(shape.sketch.bytes());
    w.frames.init(state.info);

    arrange(w);
    show_phase(state, kPhaseWrite, static_cast<int64>(w.order.size() + w.upper_place.size()));
    write_overflow(w);
    write_nodes(w);
    write_metapage(w);
    MemoryContextSwitchTo(old);
    MemoryContextDelete(context);
}

}  // namespace vhnsw::am
