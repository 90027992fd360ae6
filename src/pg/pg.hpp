// The only includer of Postgres headers, and the only place that knows about Postgres versions. Include it first.
#pragma once

extern "C" {
#include "postgres.h"

#include "access/amapi.h"
#include "access/amvalidate.h"
#include "access/detoast.h"
#include "access/generic_xlog.h"
#include "access/genam.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/relation.h"
#include "access/relscan.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/explain.h"
#include "commands/progress.h"
#include "commands/vacuum.h"
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "executor/execExpr.h"
#include "executor/executor.h"
#include "executor/nodeIndexscan.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/subscripting.h"
#include "nodes/supportnodes.h"
#include "nodes/tidbitmap.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "optimizer/restrictinfo.h"
#include "parser/parse_coerce.h"
#include "parser/parse_expr.h"
#include "parser/parsetree.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "storage/condition_variable.h"
#include "storage/freespace.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"
#include "storage/spin.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/dsa.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/selfuncs.h"
#include "utils/snapmgr.h"
#include "utils/spccache.h"
#include "utils/syscache.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"
#include "utils/varbit.h"
}
#if PG_VERSION_NUM >= 160000
extern "C" {
#include "varatt.h"
}
#endif
#if PG_VERSION_NUM >= 180000
extern "C" {
#include "commands/explain_format.h"
#include "commands/explain_state.h"
}
#endif

// Before 16 there are no soft errors: input functions report every error at once.
#if PG_VERSION_NUM < 160000
#define ereturn(context, dummy_value, ...) \
    do {                                   \
        (void)(context);                   \
        ereport(ERROR, __VA_ARGS__);       \
        return dummy_value;                \
    } while (0)
#endif

// 18 adds members to structs that are initialised by position; what is left out is zero.
#if PG_VERSION_NUM >= 180000
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#ifdef PG_MODULE_MAGIC_EXT
#define VHNSW_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "vectorhnsw")
#else
#define VHNSW_MODULE_MAGIC PG_MODULE_MAGIC
#endif

namespace vhnsw {

// Pins the block if `buffer` still holds it.
inline bool
read_recent_buffer(Relation relation, BlockNumber block, Buffer buffer)
{
#if PG_VERSION_NUM >= 160000
    return ReadRecentBuffer(relation->rd_locator, MAIN_FORKNUM, block, buffer);
#else
    return ReadRecentBuffer(relation->rd_node, MAIN_FORKNUM, block, buffer);
#endif
}

// Counts a descent of the index for EXPLAIN, where the server has such a counter.
inline void
count_index_search([[maybe_unused]] IndexScanDesc desc)
{
#if PG_VERSION_NUM >= 180000
    if (desc->instrument) desc->instrument->nsearches++;
#endif
}

// Where VACUUM sleeps, to spare others, and can be cancelled. From 18 on it wants to know whether ANALYZE asks.
inline void
vacuum_pause()
{
#if PG_VERSION_NUM >= 180000
    vacuum_delay_point(false);
#else
    vacuum_delay_point();
#endif
}

// A new page at the end of a relation, pinned and exclusively locked.
inline Buffer
extend_relation(Relation relation)
{
#if PG_VERSION_NUM >= 160000
    return ExtendBufferedRel(BMR_REL(relation), MAIN_FORKNUM, nullptr, EB_LOCK_FIRST);
#else
    // Also when the relation is new and nobody else can see it: the workers of a parallel build do.
    LockRelationForExtension(relation, ExclusiveLock);
    Buffer buffer = ReadBuffer(relation, P_NEW);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    UnlockRelationForExtension(relation, ExclusiveLock);
    return buffer;
#endif
}

inline void
allow_parallel_build([[maybe_unused]] IndexAmRoutine *routine)
{
#if PG_VERSION_NUM >= 170000
    routine->amcanbuildparallel = true;
#endif
}

// From 18 on the number of disabled nodes counts before the cost. More than one: worse than any plan that settings
// disable.
inline void
disable_path([[maybe_unused]] Path *path)
{
#if PG_VERSION_NUM >= 180000
    path->disabled_nodes = 2;
#endif
}

// All relations that the query joins.
inline Relids
query_relations(const PlannerInfo *root)
{
#if PG_VERSION_NUM >= 160000
    return root->all_query_rels;
#else
    return root->all_baserels;
#endif
}

// An ordered scan of an index of `heap`.
inline IndexScanDesc
begin_index_scan(Relation heap, Relation index, Snapshot snapshot, int keys, int order_bys)
{
#if PG_VERSION_NUM >= 180000
    return index_beginscan(heap, index, snapshot, nullptr, keys, order_bys);
#else
    return index_beginscan(heap, index, snapshot, keys, order_bys);
#endif
}

// Whether index scans of this server forget the TIDs of rows that they have put into exact order: minor releases of all
// versions did, 15.18, 16.4, 17.0 and 18.3 among them; 15.20 does not. Tried rather than told by the release.
inline bool
index_scans_forget_tids()
{
    static constinit bool tried = false, forget = false;
    if (tried) return forget;
    TupleDesc descriptor = CreateTemplateTupleDesc(1);
    TupleDescInitEntry(descriptor, 1, "column", INT4OID, -1, 0);
    Datum value = 0;
    bool is_null = true;
    HeapTuple tuple = heap_form_tuple(descriptor, &value, &is_null);
    ItemPointerSet(&tuple->t_self, 0, FirstOffsetNumber);
    TupleTableSlot *slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsBufferHeapTuple);
    ExecForceStoreHeapTuple(tuple, slot, true);
    forget = !ItemPointerIsValid(&slot->tts_tid);
    ExecDropSingleTupleTableSlot(slot);
    tried = true;
    return forget;
}

// Calls visit(block, offsets, count) for the pages of a bitmap in their order; a negative count stands for the whole
// page.
template <typename Visit>
void
for_each_bitmap_page(TIDBitmap *bitmap, const Visit &visit)
{
#if PG_VERSION_NUM >= 180000
    TBMPrivateIterator *iterator = tbm_begin_private_iterate(bitmap);
    TBMIterateResult page;
    OffsetNumber offsets[TBM_MAX_TUPLES_PER_PAGE];
    while (tbm_private_iterate(iterator, &page)) {
        int count = page.lossy ? -1 : tbm_extract_page_tuple(&page, offsets, TBM_MAX_TUPLES_PER_PAGE);
        visit(page.blockno, offsets, count);
    }
    tbm_end_private_iterate(iterator);
#else
    TBMIterator *iterator = tbm_begin_iterate(bitmap);
    while (TBMIterateResult *page = tbm_iterate(iterator)) visit(page->blockno, page->offsets, page->ntuples);
    tbm_end_iterate(iterator);
#endif
}

}  // namespace vhnsw
