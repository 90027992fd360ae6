#include "plan/allowed.hpp"

namespace vhnsw::plan {

namespace {

// A bitmap that outgrows work_mem forgets rows and keeps blocks. That makes a poor filter, so it may take more: as much
// again as the set of rows that it becomes.
constexpr int kMoreWorkMem = 4;

TIDBitmap *
run_with_more_memory(PlanState *child)
{
    int level = NewGUCNestLevel();
    int raised = static_cast<int>(Min(int64{work_mem} * kMoreWorkMem, int64{MAX_KILOBYTES}));
    char value[12];  // what pg_ltoa() needs
    pg_ltoa(raised, value);
    // Undone by the end of the level, or by the abort of the transaction.
    (void)set_config_option("work_mem", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    TIDBitmap *bitmap = reinterpret_cast<TIDBitmap *>(MultiExecProcNode(child));
    AtEOXact_GUC(true, level);
    if (bitmap == nullptr || !IsA(bitmap, TIDBitmap)) elog(ERROR, "unrecognized result from subplan");
    return bitmap;
}

}  // namespace

void
AllowedRows::init(PlanState *child)
{
    *this = AllowedRows{};
    child_ = child;
    memory_ = AllocSetContextCreate(child->state->es_query_cxt, "hnsw allowed rows", ALLOCSET_DEFAULT_SIZES);
}

void
AllowedRows::read()
{
    if (known_) return;
    MemoryContext old = MemoryContextSwitchTo(child_->state->es_query_cxt);
    TIDBitmap *bitmap = run_with_more_memory(child_);
    MemoryContextSwitchTo(memory_);
    for_each_bitmap_page(bitmap, [&](BlockNumber block, const OffsetNumber *offsets, int count) {
        CHECK_FOR_INTERRUPTS();
        if (count < 0) set_.add_block(block);
        for (int i = 0; i < count; i++) set_.add(block, offsets[i]);
    });
    MemoryContextSwitchTo(old);
    tbm_free(bitmap);
    known_ = true;
}

void
AllowedRows::forget()
{
    if (memory_ != nullptr) MemoryContextReset(memory_);
    set_ = RowSet{};
    known_ = false;
}

double
AllowedRows::count(double rows_per_block) const
{
    return static_cast<double>(set_.count()) + static_cast<double>(set_.whole_blocks()) * rows_per_block;
}

}  // namespace vhnsw::plan
