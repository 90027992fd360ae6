#include "plan/index_access.hpp"

namespace vhnsw::plan {

void
IndexAccess::open(ScanState *scan, Oid index, List *conditions, List *order_by)
{
    EState *estate = scan->ps.state;
    int lock = exec_rt_fetch(castNode(CustomScan, scan->ps.plan)->scan.scanrelid, estate)->rellockmode;
    int order_bys;

    *this = IndexAccess{};
    scan_ = scan;
    index_ = index_open(index, lock);
    runtime_context_ = CreateExprContext(estate);
    ExecIndexBuildScanKeys(&scan->ps, index_, conditions, false, &keys_, &key_count_, &runtime_keys_[0],
                           &runtime_count_[0], nullptr, nullptr);
    ExecIndexBuildScanKeys(&scan->ps, index_, order_by, true, &order_by_, &order_bys, &runtime_keys_[1],
                           &runtime_count_[1], nullptr, nullptr);
    if (order_bys != 1) elog(ERROR, "unexpected number of ordering operators: %d", order_bys);
}

void
IndexAccess::close()
{
    if (desc_ != nullptr) index_endscan(desc_);
    if (index_ != nullptr) index_close(index_, NoLock);
    *this = IndexAccess{};
}

void
IndexAccess::restart()
{
    if (runtime_context_ != nullptr) ResetExprContext(runtime_context_);
    evaluated_ = false;
}

// A scan with room for the keys that are wanted.
void
IndexAccess::prepare(bool with_conditions)
{
    int keys = with_conditions ? key_count_ : 0;
    if (desc_ != nullptr && desc_->numberOfKeys == keys) return;
    if (desc_ != nullptr) index_endscan(desc_);
    desc_ = nullptr;
    EState *estate = scan_->ps.state;
    MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
    desc_ = begin_index_scan(scan_->ss_currentRelation, index_, estate->es_snapshot, keys, 1);
    MemoryContextSwitchTo(old);
}

am::Stream &
IndexAccess::begin(bool with_conditions)
{
    if (!evaluated_)
        for (int i = 0; i < 2; i++) ExecIndexEvalRuntimeKeys(runtime_context_, runtime_keys_[i], runtime_count_[i]);
    evaluated_ = true;
    prepare(with_conditions);
    index_rescan(desc_, with_conditions ? keys_ : nullptr, desc_->numberOfKeys, order_by_, 1);
    return am::stream_of(desc_);
}

IndexFetchTableData *
IndexAccess::fetch()
{
    if (desc_ == nullptr) prepare(false);
    return desc_->xs_heapfetch;
}

}  // namespace vhnsw::plan
