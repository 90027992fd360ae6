#include "plan/rows.hpp"

#include "am/page.hpp"

namespace vhnsw::plan {

using am::Row;

void
RowReader::init(ScanState *scan, ExprState *conditions, ExprState *distance, ExprState *vector)
{
    *this = RowReader{};
    scan_ = scan;
    conditions_ = conditions;
    distance_ = distance;
    vector_ = vector;
}

void
RowReader::restart()
{
    tested_ = RowSet{};
}

Tested
RowReader::test(uint64_t row, Result *result)
{
    if (!tested_.add_row(row)) return Tested::kRepeated;
    // The fetch overwrites it with the TID of the visible version.
    ItemPointerData tid = Row::tid(row);
    bool call_again = false, all_dead = false;
    TupleTableSlot *slot = scan_->ss_ScanTupleSlot;
    if (!table_index_fetch_tuple(fetch_, &tid, scan_->ps.state->es_snapshot, slot, &call_again, &all_dead))
        return all_dead ? Tested::kDead : Tested::kInvisible;
    uint64_t version = Row::from(slot->tts_tid);
    if (version != row) tested_.add_row(version);
    return judge(result);
}

Tested
RowReader::test_slot(Result *result)
{
    if (!tested_.add_row(Row::from(scan_->ss_ScanTupleSlot->tts_tid))) return Tested::kRepeated;
    return judge(result);
}

Tested
RowReader::judge(Result *result)
{
    ExprContext *context = scan_->ps.ps_ExprContext;
    counts_.tested++;
    ResetExprContext(context);
    context->ecxt_scantuple = scan_->ss_ScanTupleSlot;
    if (!ExecQual(conditions_, context)) {
        InstrCountFiltered1(&scan_->ps, 1);
        return Tested::kFailed;
    }
    counts_.passed++;
    bool is_null;
    Datum distance = ExecEvalExprSwitchContext(distance_, context, &is_null);
    *result =
        Result::make({is_null ? 0 : DatumGetFloat8(distance), is_null}, Row::from(scan_->ss_ScanTupleSlot->tts_tid));
    return Tested::kPassed;
}

void
RowReader::store(uint64_t row)
{
    ItemPointerData tid = Row::tid(row);
    Snapshot snapshot = scan_->ps.state->es_snapshot;
    // What a snapshot sees, it goes on seeing, at the same place.
    if (!table_tuple_fetch_row_version(scan_->ss_currentRelation, &tid, snapshot, scan_->ss_ScanTupleSlot))
        elog(ERROR, "could not fetch row (%u,%u) of relation \"%s\" again", ItemPointerGetBlockNumber(&tid),
             ItemPointerGetOffsetNumber(&tid), RelationGetRelationName(scan_->ss_currentRelation));
}

bool
RowReader::vector_of(uint64_t row, Datum *vector)
{
    store(row);
    ExprContext *context = scan_->ps.ps_ExprContext;
    ResetExprContext(context);
    context->ecxt_scantuple = scan_->ss_ScanTupleSlot;
    bool is_null;
    *vector = ExecEvalExprSwitchContext(vector_, context, &is_null);
    return !is_null;
}

}  // namespace vhnsw::plan
