// The rows that a bitmap of other indexes allows.
#pragma once

#include "core/row_set.hpp"
#include "pg/pg.hpp"

namespace vhnsw::plan {

class AllowedRows {
public:
    // `child` is the node that makes the bitmap. Once for a node.
    void init(PlanState *child);

    // Runs the child, unless what it said is still known.
    void read();
    // The child would say something else now. It will be rescanned.
    void forget();

    bool known() const { return known_; }
    RowSet &set() { return set_; }
    uint64_t lossy_blocks() const { return set_.whole_blocks(); }
    // Rows, a lossy block counted as `rows_per_block`.
    double count(double rows_per_block) const;

private:
    PlanState *child_;
    MemoryContext memory_;
    RowSet set_;
    bool known_;
};

}  // namespace vhnsw::plan
