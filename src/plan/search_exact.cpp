// Measuring all rows that are left: those of the bitmap in the order of their blocks, or those of the table.
#include "plan/search.hpp"

#include "am/page.hpp"

namespace vhnsw::plan {

void
Search::measure_rest()
{
    close_stream();
    strategy_ = report_.used = Strategy::kExact;
    if (allowed_ != nullptr && allowed_->known())
        measure_allowed();
    else
        measure_table();
    results_.finish();
    phase_ = Phase::kComplete;
}

// Only chains of versions are fetched from a lossy block: a version in the middle of one is no root, and is refused.
void
Search::measure_allowed()
{
    rows_.set_fetch(index_->fetch());
    allowed_->set().for_each_block([&](const RowSet::Block &block) {
        block.for_each_offset(MaxHeapTuplesPerPage, [&](uint32_t offset) {
            CHECK_FOR_INTERRUPTS();
            Result result;
            if (rows_.test(uint64_t{block.block} << 16 | offset, &result) == Tested::kPassed) results_.add_rest(result);
        });
    });
}

void
Search::measure_table()
{
    TableScanDesc scan = table_beginscan(scan_->ss_currentRelation, scan_->ps.state->es_snapshot, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, scan_->ss_ScanTupleSlot)) {
        CHECK_FOR_INTERRUPTS();
        Result result;
        if (rows_.test_slot(&result) == Tested::kPassed) results_.add_rest(result);
    }
    table_endscan(scan);
}

}  // namespace vhnsw::plan
