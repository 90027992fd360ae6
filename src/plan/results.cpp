#include "plan/results.hpp"

namespace vhnsw::plan {

namespace {

enum SpilledColumn : AttrNumber { kDistanceColumn = 1, kRowColumn = 2, kSpilledColumns = 2 };

TupleDesc
spilled_descriptor()
{
    TupleDesc descriptor = CreateTemplateTupleDesc(kSpilledColumns);
    TupleDescInitEntry(descriptor, kDistanceColumn, "distance", FLOAT8OID, -1, 0);
    TupleDescInitEntry(descriptor, kRowColumn, "row", INT8OID, -1, 0);
    return descriptor;
}

}  // namespace

void
ResultQueue::start(bool keep_order)
{
    *this = ResultQueue{};
    keep_order_ = keep_order;
    in_memory_ = static_cast<size_t>(work_mem) * 1024 / sizeof(Result);
}

void
ResultQueue::end()
{
    if (spilled_ != nullptr) tuplesort_end(spilled_);
    spilled_ = nullptr;
}

bool
ResultQueue::add(const Result &result)
{
    if (is_late(result)) {
        late_.push(result);
        return false;
    }
    ready_.push(result);
    return nearest_.add(result.distance());
}

void
ResultQueue::add_rest(const Result &result)
{
    if (is_late(result))
        late_.push(result);
    else if (spilled_ == nullptr && ready_.size() < in_memory_)
        ready_.push(result);
    else
        spill(result);
}

void
ResultQueue::spill(const Result &result)
{
    if (spilled_ == nullptr) {
        TupleDesc descriptor = spilled_descriptor();
        AttrNumber columns[] = {kDistanceColumn, kRowColumn};
        Oid operators[] = {Float8LessOperator, Int8LessOperator};
        Oid collations[] = {InvalidOid, InvalidOid};
        bool nulls_first[] = {false, false};
        spilled_ = tuplesort_begin_heap(descriptor, kSpilledColumns, columns, operators, collations, nulls_first,
                                        work_mem, nullptr, TUPLESORT_NONE);
        spill_slot_ = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
        read_slot_ = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    }
    const Distance distance = result.distance();
    ExecClearTuple(spill_slot_);
    spill_slot_->tts_values[kDistanceColumn - 1] = Float8GetDatum(distance.value);
    spill_slot_->tts_isnull[kDistanceColumn - 1] = distance.is_null;
    spill_slot_->tts_values[kRowColumn - 1] = Int64GetDatum(static_cast<int64>(result.row()));
    spill_slot_->tts_isnull[kRowColumn - 1] = false;
    ExecStoreVirtualTuple(spill_slot_);
    tuplesort_puttupleslot(spilled_, spill_slot_);
}

void
ResultQueue::finish()
{
    if (spilled_ == nullptr) return;
    tuplesort_performsort(spilled_);
    read_spilled();
}

void
ResultQueue::read_spilled()
{
    has_spilled_ = tuplesort_gettupleslot(spilled_, true, false, read_slot_, nullptr);
    if (!has_spilled_) return;
    bool distance_is_null, row_is_null;
    Datum distance = slot_getattr(read_slot_, kDistanceColumn, &distance_is_null);
    Datum row = slot_getattr(read_slot_, kRowColumn, &row_is_null);
    next_spilled_ = Result::make({distance_is_null ? 0 : DatumGetFloat8(distance), distance_is_null},
                                 static_cast<uint64_t>(DatumGetInt64(row)));
}

bool
ResultQueue::pop(bool last_ones, Result *result)
{
    if (has_spilled_ && (ready_.empty() || NearerResult{}(next_spilled_, ready_.top()))) {
        *result = next_spilled_;
        read_spilled();
    } else if (!ready_.empty()) {
        *result = ready_.pop();
    } else if (last_ones && !late_.empty()) {
        *result = late_.pop();
        return true;
    } else {
        return false;
    }
    last_ = *result;
    popped_ = true;
    return true;
}

}  // namespace vhnsw::plan
