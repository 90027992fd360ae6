// The index of the node: its scan keys, whose values may be known only when the query runs, and the scan.
#pragma once

#include "am/stream.hpp"

namespace vhnsw::plan {

class IndexAccess {
public:
    // Opens the index and makes the scan keys of the conditions on its columns and of its ORDER BY operator, as core's
    // index scans do. The relation is locked already, and its index with it.
    void open(ScanState *scan, Oid index, List *conditions, List *order_by);
    void close();

    // For a new query: the values of the keys are to be evaluated again.
    void restart();

    // A scan of the index, with or without the conditions. What there was is given up.
    am::Stream &begin(bool with_conditions);
    bool has_conditions() const { return key_count_ > 0; }
    // The present or last one. REQUIRES: begin() or fetch() came first.
    IndexScanDesc scan() const { return desc_; }
    // For fetching rows by their TID.
    IndexFetchTableData *fetch();
    // Every distance of this query is NULL. REQUIRES: begin().
    bool query_is_null() const { return (order_by_->sk_flags & SK_ISNULL) != 0; }

private:
    void prepare(bool with_conditions);

    ScanState *scan_;
    Relation index_;
    ScanKey keys_;
    int key_count_;
    ScanKey order_by_;
    IndexRuntimeKeyInfo *runtime_keys_[2];  // of conditions and ORDER BY
    int runtime_count_[2];
    ExprContext *runtime_context_;  // their values live there
    bool evaluated_;
    IndexScanDesc desc_;  // null before the first query; EvalPlanQual makes nodes that never run
};

}  // namespace vhnsw::plan
