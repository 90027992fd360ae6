// Index scans: a stream of rows, nearest first, that ends when every row of the index was returned.
//
// The search opens nodes in the order of their estimates (graph/search.hpp). A node that was opened has a hard lower
// bound of its rows' distance; rows leave in the order of those bounds, and the executor's reorder queue, which
// computes the true distance of each, puts them in exact order. hnsw.ef_search is the lead the search keeps over what
// it returns, never the number of rows. When the graph is exhausted, or reading on through it would cost more than
// reading all pages once, the rest is swept from the pages in their order; then come the rows that SQL sorts last:
// those without direction (cosine) and NULLs.
#include "am/page_store.hpp"

#include <limits>

#include "am/am.hpp"
#include "am/overflow.hpp"
#include "am/vector_input.hpp"
#include "pg/guc.hpp"

namespace vhnsw::am {

namespace {

enum class Phase { kStart, kGraph, kSwept, kZeroRows, kNullRows, kEnd };

// A node whose rows are yet to be returned.
struct Found {
    double bound;
    uint64_t address;
    uint64_t row;
    uint64_t more;
    XLogRecPtr lsn;  // of its page when it was read
    uint32_t stamp;
};

struct SmallerBound {
    bool operator()(const Found &a, const Found &b) const { return a.bound < b.bound; }
};

// Rows that came with one another and are returned as they are: those of one node, or of a list of the metapage.
struct RowBatch {
    Vec<uint64_t> rows;
    size_t next;
    uint64_t node;  // holds rows[0] when `list` is kNone
    uint64_t list;  // holds all rows
    uint64_t more;  // list to read after these
    ChainWalk walk;
    XLogRecPtr lsn;  // of the page of `node` or `list` when it was read
    uint32_t stamp;
    double bound;
    bool is_null;  // of the ORDER BY value
};

struct Scan {
    MemoryContext context;  // everything below; reset by rescan
    MemoryContext query_context;
    IndexInfo info;
    const OpclassInfo *opclass;

    Phase phase;
    bool unordered;  // query NULL or without direction: every row is as far as any other
    bool query_null;
    quant::Query query;
    PageStore store;
    graph::Beam<PageStore> beam;
    PageStore::Opened opened;
    MetaState meta;

    Heap<Found, SmallerBound> found;
    Heap<Found, SmallerBound>
        late;  // found after farther ones had been returned: kept for the end, so that order holds
    RowBatch batch;
    double last_bound;
    size_t width;
    size_t taken;  // nodes returned
    size_t opened_nodes;
    size_t sweep_after;  // opened nodes beyond which sweeping all pages is cheaper
};

Scan *
scan_of(IndexScanDesc desc)
{
    return static_cast<Scan *>(desc->opaque);
}

void
push_found(Scan *scan, uint64_t address)
{
    const DiskNode &node = scan->opened.node;
    // A link may be so stale that versions have come round: then it may lead to another layer.
    if ((node.flags & kNodeDead) || node.layer != 0) return;
    double bound = scan->unordered ? 0 : opened_bound(scan->info, scan->query, scan->opened);
    scan->found.push({bound, address, node.row.value(), node.more.value(), scan->opened.lsn, node.stamp});
}

// The search keeps ahead of what is returned by this factor. What it finds too late to be returned in order must wait
// for the end; at 3, the first 100 and the first 1000 rows at ef_search = 40 have recall .97 to .99 (1.5: .83 to .94;
// 2: .93 to .98).
constexpr size_t kLead = 3;

// Estimates are less sure than distances. Half as many nodes again make ef_search mean about what it does where every
// neighbour is measured exactly: tate384 at 80 has recall .978 without, .985 with them (exact distances: .984 to .991).
size_t
wanted_width(const Scan *scan)
{
    size_t ef = static_cast<size_t>(effective_ef(0));
    return Max(ef + ef / 2, kLead * scan->taken);
}

bool
may_open_more(const Scan *scan)
{
    return guc_max_scan_tuples == 0 || scan->opened_nodes < static_cast<size_t>(guc_max_scan_tuples);
}

void
explore(Scan *scan)
{
    scan->width = Max(scan->width, wanted_width(scan));
    uint64_t id;
    while (may_open_more(scan) && scan->beam.advance(scan->store, scan->width, id, scan->opened)) {
        scan->opened_nodes++;
        push_found(scan, id);
    }
}

// Collects every node that the search has not opened, page after page. The frontier was seen but not opened.
void
sweep(IndexScanDesc desc)
{
    Scan *scan = scan_of(desc);
    const quant::NodeShape &shape = scan->info.shape;
    VisitedSet unopened;
    for (const auto &candidate : scan->beam.frontier()) unopened.insert(candidate.id);
    Vec<uint8_t> copy;
    copy.resize(BLCKSZ);
    BlockNumber blocks = RelationGetNumberOfBlocks(desc->indexRelation);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        CHECK_FOR_INTERRUPTS();
        Buffer buffer = read_if_initialised(desc->indexRelation, block);
        if (buffer == InvalidBuffer) continue;
        memcpy(copy.data(), BufferGetPage(buffer), BLCKSZ);
        Page page = reinterpret_cast<Page>(copy.data());
        scan->opened.lsn = BufferGetLSNAtomic(buffer);
        // The copy is checked and scored without the lock; the pin keeps the block number for messages.
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
        OffsetNumber last = page_tail(page)->kind == PageKind::kNodes ? PageGetMaxOffsetNumber(page) : 0;
        for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
            DiskNode *node = node_in_slot(desc->indexRelation, shape, buffer, page, offset);
            if (node == nullptr || (node->flags & kNodeFree) || node->layer != 0) continue;
            uint64_t address = Address::make(block, offset, node->version);
            if (scan->beam.visited().contains(address) && !unopened.contains(address)) continue;
            scan->opened.node = *node;
            if (scan->unordered || scan->store.score_node(node_body(shape, node), scan->opened))
                push_found(scan, address);
        }
        ReleaseBuffer(buffer);
    }
    copy.release();
    scan->phase = Phase::kSwept;
}

bool
has_more_to_explore(const Scan *scan)
{
    return !scan->beam.exhausted() && may_open_more(scan);
}

// The next node in order. False when the present phase has none left.
bool
next_node(IndexScanDesc desc, Found *out)
{
    Scan *scan = scan_of(desc);
    for (;;) {
        if (scan->phase == Phase::kGraph) {
            explore(scan);
            if (scan->found.empty() && has_more_to_explore(scan)) {
                // Everything opened so far was dead or returned: look farther.
                scan->width += Max(scan->width / 2, 1);
                continue;
            }
            bool truncating = guc_iterative_scan == IterativeScan::kOff;
            if (truncating && (scan->found.empty() || scan->taken >= static_cast<size_t>(effective_ef(0))))
                return false;
            bool at_end = !has_more_to_explore(scan) || scan->opened_nodes > scan->sweep_after;
            if (!truncating && at_end && may_open_more(scan)) sweep(desc);
        }
        if (scan->found.empty()) break;
        *out = scan->found.pop();
        scan->taken++;
        if (out->bound < scan->last_bound && guc_iterative_scan == IterativeScan::kStrictOrder) {
            scan->late.push(*out);
            continue;
        }
        scan->last_bound = out->bound;
        return true;
    }
    if (scan->late.empty()) return false;
    *out = scan->late.pop();
    return true;
}

// Reads the next list of the batch's chain, if it has one.
bool
refill_from_list(IndexScanDesc desc, RowBatch &batch)
{
    while (batch.more != Address::kNone) {
        CHECK_FOR_INTERRUPTS();
        batch.walk.visit(desc->indexRelation, batch.more);
        batch.rows.clear();
        batch.next = 0;
        batch.list = batch.more;
        batch.more = read_row_list(desc->indexRelation, scan_of(desc)->info.shape, batch.list, batch.stamp,
                                   {.rows = &batch.rows, .lsn = &batch.lsn});
        if (!batch.rows.empty()) return true;
    }
    return false;
}

void
start_list_phase(Scan *scan, Phase phase, uint64_t head, bool is_null)
{
    scan->phase = phase;
    scan->batch.rows.clear();
    scan->batch.next = 0;
    scan->batch.more = head;
    scan->batch.walk = {};
    scan->batch.stamp = scan->meta.stamp;
    scan->batch.bound = std::numeric_limits<double>::quiet_NaN();
    scan->batch.is_null = is_null;
}

// Fills the batch with the next rows of the stream. False at its end.
bool
next_batch(IndexScanDesc desc)
{
    Scan *scan = scan_of(desc);
    RowBatch &batch = scan->batch;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (refill_from_list(desc, batch)) return true;
        switch (scan->phase) {
            case Phase::kGraph:
            case Phase::kSwept: {
                Found found;
                if (!next_node(desc, &found)) {
                    bool truncated = guc_iterative_scan == IterativeScan::kOff || !may_open_more(scan);
                    if (truncated)
                        scan->phase = Phase::kEnd;
                    else
                        start_list_phase(scan, Phase::kZeroRows, scan->meta.zero_rows, scan->query_null);
                    continue;
                }
                batch.rows.clear();
                batch.next = 0;
                batch.node = found.address;
                batch.list = Address::kNone;
                batch.more = found.more;
                batch.walk = {};
                batch.lsn = found.lsn;
                batch.stamp = found.stamp;
                batch.bound = scan->unordered ? std::numeric_limits<double>::quiet_NaN() : found.bound;
                batch.is_null = scan->query_null;
                if (found.row == Row::kNone) continue;
                batch.rows.push(found.row);
                return true;
            }
            case Phase::kZeroRows: start_list_phase(scan, Phase::kNullRows, scan->meta.null_rows, true); continue;
            default: scan->phase = Phase::kEnd; return false;
        }
    }
}

// Hints that the row returned last is dead to everyone. As with other hints nothing is logged, and losing one is
// harmless. VACUUM may have removed the row since it was read, and its TID may be another row's by now, even in the
// same node: only a page that has not changed is marked.
void
mark_killed(IndexScanDesc desc)
{
    Scan *scan = scan_of(desc);
    RowBatch &batch = scan->batch;
    // The pages of an unlogged index do not tell whether they have changed.
    if (batch.next == 0 || !RelationNeedsWAL(desc->indexRelation)) return;
    uint64_t row = batch.rows[batch.next - 1];
    uint64_t holder = batch.list != Address::kNone ? batch.list : batch.node;
    Buffer buffer = read_locked(desc->indexRelation, Address::block(holder), BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(buffer);
    Packed48 *at = nullptr;
    if (BufferGetLSNAtomic(buffer) != batch.lsn) {
        UnlockReleaseBuffer(buffer);
        return;
    }
    if (batch.list == Address::kNone) {
        DiskNode *node = node_at(desc->indexRelation, scan->info.shape, buffer, page, holder);
        if (node != nullptr && node->row.value() == row) at = &node->row;
    } else {
        const quant::NodeShape &shape = scan->info.shape;
        DiskRowList *list = row_list_at(desc->indexRelation, shape, buffer, page, Address::offset(holder), batch.stamp);
        for (uint32_t i = 0; list != nullptr && i < list->count && at == nullptr; i++)
            if (list_row(shape, list, i)->value() == row) at = list_row(shape, list, i);
    }
    if (at != nullptr) {
        *at = Packed48::from(row | Row::kKilled);
        MarkBufferDirtyHint(buffer, true);
        // With checksums this may have logged the page, which changes nothing.
        batch.lsn = BufferGetLSNAtomic(buffer);
    }
    UnlockReleaseBuffer(buffer);
}

// Prepares the query and enters the graph.
void
start(IndexScanDesc desc)
{
    Scan *scan = scan_of(desc);
    if (desc->numberOfOrderBys != 1) elog(ERROR, "cannot scan hnsw index without order");
    if (!IsMVCCSnapshot(desc->xs_snapshot)) elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
    pgstat_count_index_scan(desc->indexRelation);
    count_index_search(desc);

    MemoryContext old = MemoryContextSwitchTo(scan->query_context);
    ScanKey key = desc->orderByData;
    VectorInput input =
        read_vector_input((key->sk_flags & SK_ISNULL) != 0, key->sk_argument, *scan->opclass, scan->info);
    if (input.state == VectorState::kVector && input.elements.size() != scan->info.shape.dims)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different %s dimensions %u and %zu", scan->opclass->type_name,
                                                         scan->info.shape.dims, input.elements.size())));
    scan->query_null = input.state == VectorState::kNull;
    scan->unordered = input.state != VectorState::kVector;
    scan->meta = read_meta(desc->indexRelation);
    scan->phase = Phase::kGraph;
    scan->last_bound = -std::numeric_limits<double>::infinity();
    BlockNumber blocks = RelationGetNumberOfBlocks(desc->indexRelation);
    scan->sweep_after = blocks;
    extend_hints(desc->indexRelation, blocks);

    float *rotated = static_cast<float *>(palloc(scan->info.shape.padded * sizeof(float)));
    if (scan->unordered)
        memset(rotated, 0, scan->info.shape.padded * sizeof(float));
    else
        rotation_of(scan->info).apply(input.elements, rotated);
    scan->query.set({rotated, scan->info.shape.padded}, scan->info.shape.sketch.dims);
    scan->store.init(desc->indexRelation, scan->info, scan->query, false);
    if (scan->unordered) {
        sweep(desc);
    } else if (scan->meta.entry_level >= 0) {
        auto nearest =
            graph::descend(scan->store, {scan->meta.entry, scan->meta.entry_level}, 0, scan->beam, scan->opened);
        scan->beam.clear(graph::Retain::kAll);
        scan->beam.enter(scan->store, nearest);
    }
    MemoryContextSwitchTo(old);
}

}  // namespace

extern "C" IndexScanDesc
am_begin_scan(Relation index, int keys, int order_bys)
{
    IndexScanDesc desc = RelationGetIndexScan(index, keys, order_bys);
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw scan", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    Scan *scan = static_cast<Scan *>(palloc0(sizeof(Scan)));
    scan->context = context;
    scan->query_context = AllocSetContextCreate(context, "hnsw scan query", ALLOCSET_DEFAULT_SIZES);
    scan->info = read_info(index);
    scan->opclass = opclass_info(index);
    scan->phase = Phase::kStart;
    MemoryContextSwitchTo(old);
    desc->opaque = scan;
    desc->xs_orderbyvals = static_cast<Datum *>(palloc0(sizeof(Datum) * static_cast<size_t>(Max(order_bys, 1))));
    desc->xs_orderbynulls = static_cast<bool *>(palloc0(sizeof(bool) * static_cast<size_t>(Max(order_bys, 1))));
    return desc;
}

extern "C" void
am_rescan(IndexScanDesc desc, ScanKey keys, int, ScanKey order_bys, int)
{
    Scan *scan = scan_of(desc);
    if (keys != nullptr && desc->numberOfKeys > 0)
        memmove(desc->keyData, keys, static_cast<size_t>(desc->numberOfKeys) * sizeof(ScanKeyData));
    if (order_bys != nullptr && desc->numberOfOrderBys > 0)
        memmove(desc->orderByData, order_bys, static_cast<size_t>(desc->numberOfOrderBys) * sizeof(ScanKeyData));

    MemoryContextReset(scan->query_context);
    scan->phase = Phase::kStart;
    scan->query = {};
    scan->store = {};
    scan->beam = {};
    scan->opened = {};
    scan->found = {};
    scan->late = {};
    scan->batch = {};
    scan->width = scan->taken = scan->opened_nodes = 0;
}

extern "C" bool
am_get_tuple(IndexScanDesc desc, ScanDirection direction)
{
    Scan *scan = scan_of(desc);
    Assert(ScanDirectionIsForward(direction));
    if (scan->phase == Phase::kStart)
        start(desc);
    else if (desc->kill_prior_tuple && scan->phase != Phase::kEnd)
        mark_killed(desc);

    MemoryContext old = MemoryContextSwitchTo(scan->query_context);
    RowBatch &batch = scan->batch;
    bool found = true;
    uint64_t row;
    do {
        found = batch.next < batch.rows.size() || next_batch(desc);
        if (!found) break;
        row = batch.rows[batch.next++];
    } while (desc->ignore_killed_tuples && (row & Row::kKilled));
    MemoryContextSwitchTo(old);
    if (!found) return false;

    desc->xs_heaptid = Row::tid(row);
    desc->xs_recheck = false;
    desc->xs_recheckorderby = true;
    desc->xs_orderbynulls[0] = batch.is_null;
    desc->xs_orderbyvals[0] = batch.is_null ? 0 : Float8GetDatum(batch.bound);
    return true;
}

extern "C" void
am_end_scan(IndexScanDesc desc)
{
    MemoryContextDelete(scan_of(desc)->context);
    desc->opaque = nullptr;
}

}  // namespace vhnsw::am
