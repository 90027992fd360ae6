// Index scans: a stream of rows, nearest first, that ends when every row of the index was returned.
//
// Rows leave in the order of hard lower bounds of their distances, and the executor's reorder queue puts them in exact
// order. It computes the true distances for that, unless the bounds of a row are apart from those of its neighbours in
// that order. hnsw.ef_search is the lead the search keeps over what it
// returns, never the number of rows. When the graph is exhausted, or reading on through it would cost more than
// reading all pages once, the rest is swept from the pages in their order.
#include <cmath>
#include <limits>

#include "am/am.hpp"
#include "am/stream.hpp"
#include "pg/guc.hpp"

namespace vhnsw::am {

namespace {

struct SmallerBound {
    bool operator()(const StreamRow &a, const StreamRow &b) const { return a.bounds.lower < b.bounds.lower; }
};

struct Scan {
    MemoryContext context;        // everything below
    MemoryContext query_context;  // of it, what a rescan gives back
    Stream stream;
    graph::FilterGoal goal;
    Heap<StreamRow, SmallerBound>
        late;             // found after farther ones had been returned: kept for the end, so that order holds
    uint64_t late_nodes;  // that had rows for it
    uint64_t last_late;   // which of the nodes taken was the last of them
    double last_bound;    // what has a smaller one now is late
    double unsure_upto;   // rows whose order was left to the executor may be as far as this
    bool from_stream;     // the row returned last is the one taken last
};

Scan *
scan_of(IndexScanDesc desc)
{
    return static_cast<Scan *>(desc->opaque);
}

bool
may_open_more(const Scan *scan)
{
    return guc_max_scan_tuples == 0 || scan->stream.counts().opened < static_cast<uint64_t>(guc_max_scan_tuples);
}

// Reading on through the graph is allowed, and costs less than reading all pages.
bool
worth_searching(const Scan *scan)
{
    return may_open_more(scan) && scan->stream.counts().opened <= scan->stream.sweep_price();
}

// Without a filter the stream itself keeps a lead over what was taken. With one, every goal is an effort of its own,
// so goals are set for more than the next row. What is kept for the end does not count: a search that began in the
// wrong region finds hundreds of better nodes later, and would be widened for each of them.
constexpr size_t kFirstFilteredGoal = 16;

void
raise_goal(Scan *scan)
{
    size_t taken = scan->stream.nodes_taken() - scan->late_nodes;
    if (!scan->stream.filtered())
        scan->goal.rows = Max(scan->goal.rows, taken);
    else if (taken >= scan->goal.rows)
        scan->goal.rows = 2 * taken;
    scan->stream.set_goal(scan->goal);
}

// Lets the search get ahead of what was taken. False when the scan ends here.
bool
look_ahead(Scan *scan)
{
    Stream &stream = scan->stream;
    double bound;
    Explored state = Explored::kSettled;
    raise_goal(scan);
    for (;;) {
        while (worth_searching(scan) && (state = stream.explore()) == Explored::kOpened) {
        }
        if (stream.nearest(&bound) || state == Explored::kExhausted || !worth_searching(scan)) break;
        // Everything opened so far was dead or taken: look farther.
        scan->goal.rows += Max(scan->goal.rows / 2, 1);
        stream.set_goal(scan->goal);
    }
    if (guc_iterative_scan == IterativeScan::kOff)
        return stream.nearest(&bound) && stream.nodes_taken() < static_cast<uint64_t>(effective_ef(0));
    if (!may_open_more(scan)) return stream.nearest(&bound);
    if (state == Explored::kExhausted || !worth_searching(scan)) stream.sweep();
    return true;
}

void
put_aside(Scan *scan, const StreamRow &row)
{
    scan->late.push(row);
    if (scan->last_late == scan->stream.nodes_taken()) return;
    scan->last_late = scan->stream.nodes_taken();
    scan->late_nodes++;
}

// The next row in order. False at the end.
bool
next_row(Scan *scan, StreamRow *row)
{
    Stream &stream = scan->stream;
    double bound;
    scan->from_stream = false;
    for (;;) {
        if (!stream.within_node() && !stream.swept() && !look_ahead(scan)) break;
        // What has no distance comes after everything that has one.
        if (!scan->late.empty() && stream.nearest(&bound) && std::isnan(bound)) break;
        if (!stream.take(row)) {
            if (stream.swept() && !stream.nearest(&bound)) break;
            continue;
        }
        if (row->bounds.lower < scan->last_bound && guc_iterative_scan == IterativeScan::kStrictOrder) {
            put_aside(scan, *row);
            continue;
        }
        return scan->from_stream = true;
    }
    if (scan->late.empty()) return false;
    *row = scan->late.pop();
    return true;
}

// Whether the bounds of a row of the stream already say that it follows all rows that were returned and precedes all
// that were found. The executor then need not compute its distance.
bool
is_certain(const Scan *scan, const StreamRow &row)
{
    double next;
    if (!scan->from_stream || row.is_null || std::isinf(row.bounds.upper)) return false;
    if (scan->stream.nearest(&next) && next < row.bounds.upper) return false;
    return row.bounds.lower >= scan->unsure_upto && row.bounds.lower >= scan->last_bound;
}

// Notes what is returned; rows found later must not be nearer.
void
pass_row(Scan *scan, const StreamRow &row, bool certain)
{
    if (!scan->from_stream) return;
    scan->last_bound = Max(scan->last_bound, certain ? row.bounds.upper : row.bounds.lower);
    if (!certain) scan->unsure_upto = Max(scan->unsure_upto, row.bounds.upper);
}

}  // namespace

Stream &
stream_of(IndexScanDesc desc)
{
    return scan_of(desc)->stream;
}

extern "C" IndexScanDesc
am_begin_scan(Relation index, int keys, int order_bys)
{
    IndexScanDesc desc = RelationGetIndexScan(index, keys, order_bys);
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw scan", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    Scan *scan = static_cast<Scan *>(palloc0(sizeof(Scan)));
    scan->context = context;
    scan->query_context = AllocSetContextCreate(context, "hnsw scan query", ALLOCSET_DEFAULT_SIZES);
    scan->stream.open(index, scan->query_context);
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
    scan->stream.reset();
    scan->late = {};
    scan->late_nodes = scan->last_late = 0;
}

static void
start(IndexScanDesc desc)
{
    Scan *scan = scan_of(desc);
    scan->goal = {kFirstFilteredGoal, static_cast<size_t>(effective_ef(0)), 0};
    scan->last_bound = scan->unsure_upto = -std::numeric_limits<double>::infinity();
    scan->stream.begin(desc, nullptr, scan->goal);
    if (!scan->stream.filtered()) scan->goal.rows = 0;
}

extern "C" bool
am_get_tuple(IndexScanDesc desc, ScanDirection direction)
{
    Scan *scan = scan_of(desc);
    Assert(ScanDirectionIsForward(direction));
    if (!scan->stream.begun())
        start(desc);
    else if (desc->kill_prior_tuple && scan->from_stream)
        scan->stream.mark_killed();

    StreamRow row;
    MemoryContext old = MemoryContextSwitchTo(scan->query_context);
    bool found = next_row(scan, &row);
    MemoryContextSwitchTo(old);
    if (!found) return false;

    const bool certain = is_certain(scan, row);
    pass_row(scan, row, certain);
    desc->xs_heaptid = Row::tid(row.row);
    desc->xs_recheck = row.recheck;
    desc->xs_recheckorderby = !certain;
    desc->xs_orderbynulls[0] = row.is_null;
    desc->xs_orderbyvals[0] = row.is_null ? 0 : Float8GetDatum(row.bounds.lower);
    return true;
}

extern "C" void
am_end_scan(IndexScanDesc desc)
{
    MemoryContextDelete(scan_of(desc)->context);
    desc->opaque = nullptr;
}

}  // namespace vhnsw::am
