// The rows of the table, as the query sees them: fetched by TID, the conditions evaluated once for each row and before
// its distance, which may have to read the vector from elsewhere.
#pragma once

#include "core/row_set.hpp"
#include "plan/results.hpp"

namespace vhnsw::plan {

enum class Tested : uint8_t {
    kRepeated,   // was tested before
    kInvisible,  // to this query
    kDead,       // to everyone
    kFailed,     // does not fulfil the conditions
    kPassed,
};

struct RowCounts {
    uint64_t tested;  // visible rows
    uint64_t passed;  // of them; each cost a distance
};

class RowReader {
public:
    // `conditions` may be null. `vector` is the indexed expression.
    void init(ScanState *scan, ExprState *conditions, ExprState *distance, ExprState *vector);

    // For a new query: no row was tested. The set grows in the current memory context, then and later.
    void restart();
    // What table_index_fetch_begin() returned.
    void set_fetch(IndexFetchTableData *fetch) { fetch_ = fetch; }

    // `row` is what an index has: the root of a chain of versions. Fills `result` for kPassed.
    Tested test(uint64_t row, Result *result);

    // The same for the row that a scan of the table has put into the slot: kRepeated, kFailed or kPassed.
    Tested test_slot(Result *result);

    // Puts a row that was tested into the slot. `row` is that of a Result.
    void store(uint64_t row);

    // The vector of such a row. In memory that lasts until the next row is tested. False: it is NULL.
    bool vector_of(uint64_t row, Datum *vector);

    // Since init().
    const RowCounts &counts() const { return counts_; }

private:
    Tested judge(Result *result);

    ScanState *scan_;
    ExprState *conditions_;
    ExprState *distance_;
    ExprState *vector_;
    IndexFetchTableData *fetch_;
    // Rows that were tested, by the root that indexes know and by the version that the query sees. The two cannot be
    // taken for one another: what lies at another row's root is part of that row.
    RowSet tested_;
    RowCounts counts_;
};

}  // namespace vhnsw::plan
