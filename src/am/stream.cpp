#include "am/stream.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "am/vector_input.hpp"
#include "core/rng.hpp"
#include "pg/random.hpp"

namespace vhnsw::am {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr quant::Bounds kUnknownBounds = {kUnknown, std::numeric_limits<double>::infinity()};

// The plain search keeps ahead of what is taken by this factor. What it finds too late to be returned in order must
// wait for the end; at 3, the first 100 and the first 1000 rows at ef_search = 40 have recall .97 to .99 (1.5: .83 to
// .94; 2: .93 to .98).
constexpr double kLead = 3;

// A narrow search for few rows is wanted fast: with it shrinks the lead, down to this.
constexpr double kLeastLead = 1.2;
constexpr double kFullLeadEf = 40;
constexpr double kFullLeadRows = 30;

// Estimates are less sure than distances. Half as many nodes again make ef_search mean about what it does where every
// neighbour is measured exactly: tate384 at 80 has recall .978 without, .985 with them (exact distances: .984 to
// .991). `estimated`: neighbours are judged by sketches.
size_t
width_of(const graph::FilterGoal &goal, bool filtered, bool estimated)
{
    double nodes = static_cast<double>(goal.rows) / (filtered ? std::clamp(goal.share, 1e-9, 1.0) : 1);
    double part = Max(static_cast<double>(goal.ef) / kFullLeadEf, static_cast<double>(goal.rows) / kFullLeadRows);
    double lead = std::clamp(kLead * part, kLeastLead, kLead);
    return Max(estimated ? goal.ef + goal.ef / 2 : goal.ef, static_cast<size_t>(lead * Min(nodes, 1e9)));
}

// See RowFilter::trust_first_row.
constexpr double kManyPass = 0.3;

// Pages looked at for the share of rows that pass.
constexpr uint32_t kSamplePages = 12;

// Places to begin: the nearest of so many nodes that pass, from as many pages as that should take within these limits.
constexpr uint32_t kSeeds = 2;
constexpr uint32_t kSeedNodes = 16;
constexpr double kFewestSeedPages = 48;
constexpr double kMostSeedPages = 500;

// Any but the metapage.
BlockNumber
random_block(Rng &rng, BlockNumber blocks)
{
    return kMetaBlock + 1 + static_cast<BlockNumber>(rng.next() % (blocks - 1));
}

}  // namespace

void
Stream::open(Relation index, MemoryContext memory)
{
    index_ = index;
    memory_ = memory;
    info_ = read_info(index);
    opclass_ = opclass_info(index);
    layout_ = attribute_layout(index);
    reset();
}

void
Stream::reset()
{
    tail_ = Tail::kStart;
    query_ = {};
    filter_ = {};
    attribute_filter_ = {};
    store_ = {};
    opened_ = {};
    beam_ = {};
    width_ = 0;
    frontiers_ = {};
    plain_ = true;
    found_nodes_ = 0;
    found_ = {};
    batch_ = {};
    nodes_taken_ = opened_nodes_ = swept_pages_ = 0;
}

// --- a new query
// -----------------------------------------------------------------------------------------------------

void
Stream::read_query(IndexScanDesc desc)
{
    ScanKey key = desc->orderByData;
    VectorInput input = read_vector_input((key->sk_flags & SK_ISNULL) != 0, key->sk_argument, *opclass_);
    query_null_ = input.state == VectorState::kNull;
    unordered_ = input.state != VectorState::kVector;
    if (!query_null_ && input.vector.dims != info_.shape.dims) report_dims(input.vector.dims);
    quant::Preparation preparation;
    if (!unordered_) query_.set(info_.space, preparation.prepare(info_.space, input.vector));
}

// As the operator would.
void
Stream::report_dims(uint32_t dims) const
{
    if (opclass_->elements == quant::Elements::kBits)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different bit lengths %u and %u", info_.shape.dims, dims)));
    ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                    errmsg("different %s dimensions %u and %u", opclass_->type_name, info_.shape.dims, dims)));
}

// The vector itself can only be tested for NULL: such rows are in a list of their own.
void
Stream::read_null_tests(IndexScanDesc desc)
{
    only_nulls_ = no_nulls_ = false;
    for (int i = 0; i < desc->numberOfKeys; i++) {
        if (desc->keyData[i].sk_attno != 1) continue;
        only_nulls_ = only_nulls_ || (desc->keyData[i].sk_flags & SK_SEARCHNULL) != 0;
        no_nulls_ = no_nulls_ || (desc->keyData[i].sk_flags & SK_SEARCHNOTNULL) != 0;
    }
}

void
Stream::begin(IndexScanDesc desc, const RowSet *rows, const graph::FilterGoal &goal)
{
    if (desc->numberOfOrderBys != 1) elog(ERROR, "cannot scan hnsw index without order");
    if (!IsMVCCSnapshot(desc->xs_snapshot)) elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
    pgstat_count_index_scan(index_);
    count_index_search(desc);

    MemoryContext old = MemoryContextSwitchTo(memory_);
    ignore_killed_ = desc->ignore_killed_tuples;
    read_query(desc);
    meta_ = read_meta(index_);
    blocks_ = RelationGetNumberOfBlocks(index_);
    extend_hints(index_, blocks_);
    tail_ = Tail::kSearching;
    filter_.rows = rows;
    if (desc->numberOfKeys > 0) {
        attribute_filter_.compile(index_, layout_, desc->keyData, desc->numberOfKeys);
        if (!attribute_filter_.empty()) filter_.attributes = &attribute_filter_;
    }
    read_null_tests(desc);
    store_.init(index_, info_, query_, false);
    goal_ = goal;
    if (attribute_filter_.impossible() || (only_nulls_ && no_nulls_)) {
        tail_ = Tail::kEnd;
    } else if (only_nulls_) {
        start_list(Tail::kNullRows, meta_.null_rows, true);
    } else if (unordered_) {
        sweep();
    } else {
        if (!filter_.empty() && goal_.share <= 0) goal_.share = estimate_share();
        filter_.trust_first_row = goal_.share < kManyPass;
        plain_ = !filter_.links_tell();
        width_ = width_of(goal_, !filter_.empty(), is_estimated());
        enter();
    }
    MemoryContextSwitchTo(old);
}

// The upper layers are walked without the filter: too few of their nodes may pass.
void
Stream::enter()
{
    if (meta_.entry_level < 0) return;
    auto nearest = graph::descend(store_, {meta_.entry, meta_.entry_level}, 0, beam_, opened_);
    beam_.clear(graph::Retain::kAll);
    if (!filter_.empty()) store_.set_filter(&filter_);
    if (plain_) {
        beam_.enter(store_, nearest);
    } else {
        frontiers_.clear();
        frontiers_.set_goal(goal_);
        frontiers_.enter(store_, nearest, false);
    }
}

void
Stream::set_goal(const graph::FilterGoal &goal)
{
    MemoryContext old = MemoryContextSwitchTo(memory_);
    double share = goal.share > 0 ? goal.share : goal_.share;
    goal_ = goal;
    goal_.share = share;
    width_ = Max(width_, width_of(goal_, !filter_.empty(), is_estimated()));
    if (!plain_) frontiers_.set_goal(goal_);
    MemoryContextSwitchTo(old);
}

// --- searching
// -------------------------------------------------------------------------------------------------------

Explored
Stream::explore()
{
    if (tail_ != Tail::kSearching) return Explored::kExhausted;
    MemoryContext old = MemoryContextSwitchTo(memory_);
    uint64_t id;
    Explored result = Explored::kOpened;
    if (plain_) {
        while (!beam_.advance(store_, width_, id, opened_)) {
            result = beam_.exhausted() ? Explored::kExhausted : Explored::kSettled;
            // Fewer pass than were thought to.
            if (result == Explored::kExhausted || filter_.empty() || found_nodes_ >= goal_.rows) break;
            width_ += width_;
            result = Explored::kOpened;
        }
    } else {
        if (filter_.attributes != nullptr && frontiers_.wants_seeds()) seed_from_pages();
        using Step = graph::TwoFrontiers<PageStore>::Step;
        Step step = frontiers_.advance(store_, id, opened_);
        if (step != Step::kOpened) result = step == Step::kSettled ? Explored::kSettled : Explored::kExhausted;
    }
    if (result == Explored::kOpened) {
        opened_nodes_++;
        if (opened_.passes) push_found(id);
    }
    MemoryContextSwitchTo(old);
    return result;
}

void
Stream::push_found(uint64_t address)
{
    const DiskNode &node = opened_.node;
    // A link may be so stale that versions have come round: then it may lead to another layer.
    if ((node.flags & kNodeDead) || node.layer != 0) return;
    found_nodes_++;
    const quant::Bounds bounds = unordered_ ? kUnknownBounds : opened_.bounds;
    found_.push({bounds, address, node.row.value(), node.more.value(), opened_.lsn, node.stamp,
                 static_cast<uint32_t>(opened_nodes_), opened_.first});
}

bool
Stream::wants_seeds() const
{
    return tail_ == Tail::kSearching && filter_.attributes == nullptr && frontiers_.wants_seeds();
}

float
Stream::key_of_vector(const quant::Prepared &vector)
{
    Vec<uint8_t> bytes;
    bytes.resize(quant::code_bytes_of(info_.space, vector));
    const quant::CodeScalars scalars = quant::encode(info_.space, vector, bytes.data());
    const quant::Code code = {bytes.data(), static_cast<uint32_t>(bytes.size()), scalars};
    float key = query_.key(code, query_.measure(code));
    bytes.release();
    return key;
}

void
Stream::enter_near(Datum vector)
{
    if (tail_ != Tail::kSearching || meta_.entry_level < 0) return;
    MemoryContext old = MemoryContextSwitchTo(memory_);
    VectorInput input = read_vector_input(false, vector, *opclass_);
    if (input.state == VectorState::kVector) {
        check_dims(input.vector, info_);
        quant::Preparation preparation;
        const quant::Prepared &there = preparation.prepare(info_.space, input.vector);
        quant::SpaceQuery query;
        query.set(info_.space, there);
        PageStore store;
        store.init(index_, info_, query, false);
        graph::Beam<PageStore> beam;
        PageStore::Opened opened;
        auto nearest = graph::descend(store, {meta_.entry, meta_.entry_level}, 0, beam, opened);
        nearest = graph::nearest_on_layer(store, nearest, beam, opened).node;
        frontiers_.enter_seed(store_, {key_of_vector(there), nearest.id}, true);
    }
    MemoryContextSwitchTo(old);
}

// --- reading pages instead
// -------------------------------------------------------------------------------------------

// Calls visit(address, body) for every node of the lowest layer on a page; opened_ holds its header. `copy` has
// BLCKSZ bytes. Nothing is locked then; a pin would keep the page, but nothing is wanted of it any more.
template <typename Visit>
void
Stream::visit_page(BlockNumber block, uint8_t *copy, Visit visit)
{
    CHECK_FOR_INTERRUPTS();
    swept_pages_++;
    Buffer buffer = read_if_initialised(index_, block);
    if (buffer == InvalidBuffer) return;
    memcpy(copy, BufferGetPage(buffer), BLCKSZ);
    Page page = reinterpret_cast<Page>(copy);
    opened_.lsn = BufferGetLSNAtomic(buffer);
    // The pin keeps the block number for messages.
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
    OffsetNumber last = page_tail(page)->kind == PageKind::kNodes ? PageGetMaxOffsetNumber(page) : 0;
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
        DiskNode *node = node_in_slot(index_, info_.shape, buffer, page, offset);
        if (node == nullptr || (node->flags & (kNodeFree | kNodeDead)) || node->layer != 0) continue;
        opened_.node = *node;
        visit(Address::make(block, offset, node->version), node_body(info_.shape, node));
    }
    ReleaseBuffer(buffer);
}

uint64_t
Stream::sweep_price() const
{
    const quant::NodeShape &shape = info_.shape;
    const double nodes_per_page = Max(kPageRoom / node_bytes(shape), 1u);
    double pages = blocks_;
    // Where nodes are small, those of a page take as long to be scored as another page takes to be read.
    if (!shape.has_sketches()) pages += blocks_;
    if (!shape.code_inline) pages += blocks_ * nodes_per_page;
    return static_cast<uint64_t>(pages / pages_of_opening(shape, info_.m));
}

void
Stream::sweep()
{
    if (tail_ != Tail::kSearching) return;
    MemoryContext old = MemoryContextSwitchTo(memory_);
    store_.set_filter(filter_.empty() ? nullptr : &filter_);
    // The frontiers were seen but not opened.
    VisitedSet unopened;
    auto add = [&](const graph::Candidate<uint64_t> &candidate, bool = true) { unopened.insert(candidate.id); };
    VisitedSet &visited = plain_ ? beam_.visited() : frontiers_.visited();
    if (plain_)
        beam_.for_each_unopened(add);
    else
        frontiers_.for_each_unopened(add);
    Vec<uint8_t> copy;
    copy.resize(BLCKSZ);
    BlockNumber blocks = RelationGetNumberOfBlocks(index_);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++)
        visit_page(block, copy.data(), [&](uint64_t address, const quant::NodeBody &body) {
            if (visited.contains(address) && !unopened.contains(address)) return;
            if (!store_.test_node(body.attributes(), opened_)) return;
            if (unordered_ || store_.score_node(body, opened_)) push_found(address);
        });
    copy.release();
    tail_ = Tail::kSwept;
    MemoryContextSwitchTo(old);
}

double
Stream::estimate_share()
{
    Rng rng(random_seed());
    Vec<uint8_t> copy;
    copy.resize(BLCKSZ);
    store_.set_filter(&filter_);
    double seen = 0, passing = 0;
    for (uint32_t i = 0; i < kSamplePages && blocks_ > 1; i++)
        visit_page(random_block(rng, blocks_), copy.data(), [&](uint64_t, const quant::NodeBody &body) {
            seen++;
            passing += store_.test_node(body.attributes(), opened_);
        });
    store_.set_filter(nullptr);
    copy.release();
    return (passing + 0.5) / (seen + 1);
}

// Nodes that pass, from random pages: the nearest of them are places to begin.
void
Stream::seed_from_pages()
{
    Rng rng(random_seed());
    Vec<uint8_t> copy;
    copy.resize(BLCKSZ);
    graph::Candidate<uint64_t> nearest[kSeeds];
    uint32_t nodes = 0, seeds = 0;
    const double per_page = Max(kPageRoom / node_bytes(info_.shape), 1u);
    const double pages = std::clamp(kSeedNodes / (goal_.share * per_page), kFewestSeedPages, kMostSeedPages);
    for (uint32_t i = 0; i < pages && nodes < kSeedNodes && blocks_ > 1; i++)
        visit_page(random_block(rng, blocks_), copy.data(), [&](uint64_t address, const quant::NodeBody &body) {
            if (!store_.test_node(body.attributes(), opened_) || !store_.score_node(body, opened_)) return;
            nodes++;
            graph::Candidate<uint64_t> candidate{opened_.key, address};
            for (uint32_t at = 0; at < seeds; at++)
                if (candidate.key < nearest[at].key) std::swap(candidate, nearest[at]);
            if (seeds < kSeeds) nearest[seeds++] = candidate;
        });
    copy.release();
    for (uint32_t at = 0; at < seeds; at++) frontiers_.enter_seed(store_, nearest[at], true);
    if (seeds == 0) frontiers_.forgo_seeds();
}

// --- taking rows
// -----------------------------------------------------------------------------------------------------

bool
Stream::nearest(double *bound) const
{
    if (within_node()) {
        *bound = batch_.bounds.lower;
        return true;
    }
    if (!found_.empty()) {
        *bound = found_.top().bounds.lower;
        return true;
    }
    *bound = kUnknown;
    return tail_ >= Tail::kSwept && tail_ < Tail::kEnd;
}

// Reads the next list of the batch's chain, if it has one.
bool
Stream::refill_from_list()
{
    RowBatch &batch = batch_;
    while (batch.more != Address::kNone) {
        CHECK_FOR_INTERRUPTS();
        batch.walk.visit(index_, batch.more);
        batch.rows.clear();
        batch.attributes.clear();
        batch.next = 0;
        batch.list = batch.more;
        batch.more =
            read_row_list(index_, info_.shape, batch.list, batch.stamp,
                          {&batch.rows, filter_.attributes != nullptr ? &batch.attributes : nullptr, &batch.lsn});
        if (!batch.rows.empty()) return true;
    }
    return false;
}

void
Stream::start_list(Tail tail, uint64_t head, bool is_null)
{
    tail_ = tail;
    batch_.rows.clear();
    batch_.next = 0;
    batch_.more = head;
    batch_.walk = {};
    batch_.stamp = meta_.stamp;
    batch_.bounds = kUnknownBounds;
    batch_.is_null = is_null;
    batch_.first_row = Row::kNone;
}

// Fills the batch with the next rows. False when none were found.
bool
Stream::next_batch()
{
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (refill_from_list()) return true;
        if (!found_.empty()) {
            const Found found = found_.pop();
            nodes_taken_++;
            batch_.rows.clear();
            batch_.next = 0;
            batch_.node = found.address;
            batch_.list = Address::kNone;
            batch_.more = found.more;
            batch_.walk = {};
            batch_.lsn = found.lsn;
            batch_.stamp = found.stamp;
            batch_.opened = found.opened;
            batch_.bounds = found.bounds;
            batch_.is_null = query_null_;
            batch_.first = found.first;
            batch_.first_row = found.row & ~Row::kKilled;
            if (found.row == Row::kNone) continue;
            batch_.rows.push(found.row);
            return true;
        }
        switch (tail_) {
            case Tail::kSwept: start_list(Tail::kZeroRows, meta_.zero_rows, query_null_); continue;
            case Tail::kZeroRows:
                if (no_nulls_) break;
                start_list(Tail::kNullRows, meta_.null_rows, true);
                continue;
            case Tail::kNullRows: break;
            default: return false;
        }
        tail_ = Tail::kEnd;
        return false;
    }
}

Verdict
Stream::verdict_on(size_t i) const
{
    if (filter_.empty()) return Verdict::kPasses;
    if (batch_.list == Address::kNone) return batch_.first;
    const uint8_t *attributes = batch_.attributes.data() + i * info_.shape.attribute_bytes;
    return filter_.test(batch_.rows[i], attributes);
}

bool
Stream::take(StreamRow *row)
{
    MemoryContext old = MemoryContextSwitchTo(memory_);
    bool taken = false;
    if (batch_.next == batch_.rows.size()) (void)next_batch();
    while (!taken && batch_.next < batch_.rows.size()) {
        size_t i = batch_.next++;
        uint64_t at = batch_.rows[i];
        if (ignore_killed_ && (at & Row::kKilled)) continue;
        if (batch_.list != Address::kNone && (at & ~Row::kKilled) == batch_.first_row) continue;
        Verdict verdict = verdict_on(i);
        if (verdict == Verdict::kFails) continue;
        *row = {at & ~Row::kKilled, batch_.bounds, batch_.is_null, verdict == Verdict::kRecheck, batch_.opened};
        taken = true;
    }
    MemoryContextSwitchTo(old);
    return taken;
}

// As with other hints nothing is logged, and losing one is harmless. VACUUM may have removed the row since it was
// read, and its TID may be another row's by now, even in the same node: only a page that has not changed is marked.
void
Stream::mark_killed()
{
    RowBatch &batch = batch_;
    // The pages of an unlogged index do not tell whether they have changed.
    if (batch.next == 0 || !RelationNeedsWAL(index_)) return;
    uint64_t row = batch.rows[batch.next - 1];
    uint64_t holder = batch.list != Address::kNone ? batch.list : batch.node;
    Buffer buffer = read_locked(index_, Address::block(holder), BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(buffer);
    Packed48 *at = nullptr;
    if (BufferGetLSNAtomic(buffer) != batch.lsn) {
        UnlockReleaseBuffer(buffer);
        return;
    }
    if (batch.list == Address::kNone) {
        DiskNode *node = node_at(index_, info_.shape, buffer, page, holder);
        if (node != nullptr && node->row.value() == row) at = &node->row;
    } else {
        DiskRowList *list = row_list_at(index_, info_.shape, buffer, page, Address::offset(holder), batch.stamp);
        for (uint32_t i = 0; list != nullptr && i < list->count && at == nullptr; i++)
            if (list_row(info_.shape, list, i)->value() == row) at = list_row(info_.shape, list, i);
    }
    if (at != nullptr) {
        *at = Packed48::from(row | Row::kKilled);
        MarkBufferDirtyHint(buffer, true);
        // With checksums this may have logged the page, which changes nothing.
        batch.lsn = BufferGetLSNAtomic(buffer);
    }
    UnlockReleaseBuffer(buffer);
}

StreamCounts
Stream::counts() const
{
    return {opened_nodes_, swept_pages_, frontiers_.counts().seen, frontiers_.counts().seen_passing};
}

}  // namespace vhnsw::am
