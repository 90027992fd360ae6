// The search behind the node: the rows of a query in the order of their distances, one at a time, until none is left.
// Decides how far the index is searched before a row is returned, and turns to another strategy where the present one
// does not pay. README.md, "Search", says why.
#pragma once

#include "plan/allowed.hpp"
#include "plan/index_access.hpp"
#include "plan/plan.hpp"
#include "plan/rows.hpp"

namespace vhnsw::plan {

// The values of a query's expressions about its rows.
struct SearchHints {
    double rows_wanted;  // by LIMIT and OFFSET; 0: unknown
    bool has_bound;      // there is a condition `distance < bound`
    bool nothing;        // which is NULL
    double bound;
};

class Search {
public:
    void init(ScanState *scan, const PlannedSearch &planned, IndexAccess *index, AllowedRows *allowed);
    RowReader &rows() { return rows_; }

    // Forgets the query. Before the first one, too.
    void reset();
    bool started() const { return phase_ != Phase::kIdle; }
    void start(const SearchHints &hints);

    // Puts the next row into the slot of the scan. False: there is none.
    bool next();

    SearchReport report() const;

private:
    enum class Phase : uint8_t {
        kIdle,
        kSearching,
        kComplete,  // all rows that are left are in results_
    };

    // What the present stream of the index has done for the present strategy.
    struct Progress {
        RowCounts counts_before;  // of rows_
        uint64_t last_success;    // nodes that had been opened when one came up that entered the answer
        double extra;             // spent on other things than nodes, in nodes
        bool settled;             // enough was opened for the goal
        bool exhausted;           // nothing is left to be opened
        bool final;               // nothing will be found that was not found yet
        bool stepwise;            // patience decides when it is enough, after every node
        bool seeded;
    };

    // choosing (search_strategy.cpp)
    void begin(Strategy strategy);
    void begin_stream(const RowSet *rows);
    void begin_with_bitmap();
    bool must_be_exact(double allowed) const;
    double search_price(double share) const;
    double exact_price(double allowed) const;
    void plan_spending();
    double rows_per_block() const;
    bool leave(const char *cause);
    bool stream_pays() const;
    double spent() const;

    // searching (search.cpp)
    void raise_goal();
    void set_goal(double rows);
    void work();
    void explore();
    bool stop_exploring();
    void take_rows();
    bool beyond_bound(double bound) const;
    bool is_sure() const;
    bool judge();
    void look_farther();
    void find_the_rest();
    double observed_pass_rate() const;
    double nodes_for(double rows) const;

    // others
    void draw_seeds();    // search_seeds.cpp
    void measure_rest();  // search_exact.cpp
    void measure_allowed();
    void measure_table();
    void close_stream();

    ScanState *scan_;
    PlannedSearch planned_;
    IndexAccess *index_;
    AllowedRows *allowed_;  // null: the plan has no bitmap
    MemoryContext memory_;  // of the query
    RowReader rows_;
    ResultQueue results_;

    Phase phase_;
    SearchHints hints_;
    Strategy strategy_;
    am::Stream *stream_;  // null: none is running
    Progress progress_;
    bool goal_met_;
    bool rows_known_;  // `wanted_` is what the query asks for
    bool unordered_;   // all distances are NULL
    size_t wanted_;    // rows, in all
    size_t returned_;
    size_t ef_;
    double goal_rows_;          // nodes the stream is to be sure of
    double share_;              // of the index's rows that pass the filter of the stream
    double prior_;              // of these, the share that fulfils all conditions, by the planner
    double budget_;             // for the stream, in nodes; infinite when nothing else may be tried
    double alternative_;        // price of what comes then
    uint64_t opened_before_;    // nodes, by earlier streams of this query
    uint64_t opened_at_start_;  // by earlier queries
    SearchReport report_;       // without the present stream
};

}  // namespace vhnsw::plan
