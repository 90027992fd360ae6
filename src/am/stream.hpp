// The rows of an index, nearest first as far as the index can tell: what index scans and the filtered scan node of
// the layer above are made of.
//
// The search opens nodes one at a time, when it is told to. Rows of opened nodes are taken in the order of hard lower
// bounds of their distances. Whoever takes them decides how far the search must be ahead.
#pragma once

#include "am/attributes.hpp"
#include "am/overflow.hpp"
#include "am/page_store.hpp"
#include "graph/two_frontiers.hpp"

namespace vhnsw::am {

struct StreamRow {
    uint64_t row;          // a Row
    quant::Bounds bounds;  // of the distance; lower NaN: unknown, it sorts behind all numbers
    bool is_null;          // the distance is NULL
    bool recheck;          // what the index keeps does not decide the scan keys for this row
    uint32_t opened;       // nodes that had been opened when its own was, that one included
};

enum class Explored : uint8_t {
    kOpened,     // one more node
    kSettled,    // nothing left that would improve what the goal asks for; a higher goal makes it go on
    kExhausted,  // every node within reach was opened; sweep() finds the others
};

struct StreamCounts {
    uint64_t opened;   // nodes
    uint64_t swept;    // pages read in their order
    uint64_t seen;     // neighbours estimated
    uint64_t passing;  // of them that may pass the filter
};

// Memory lives in the context of the scan; a rescan gives it back. REQUIRES, for every function: no page locked.
class Stream {
public:
    // Once for a scan. `memory` is reset with every rescan.
    void open(Relation index, MemoryContext memory);

    // Forgets the query; the next begin() starts another one.
    void reset();

    // A new query, after index_rescan(): reads the scan keys and the ORDER BY value. Only rows in `rows` will come
    // (null: all), and only rows that pass the scan keys. `rows` must stay as it is until the next query. A share of
    // 0 is estimated. Raises DATA_EXCEPTION for a vector with other dimensions than the index.
    void begin(IndexScanDesc desc, const RowSet *rows, const graph::FilterGoal &goal);
    bool begun() const { return tail_ != Tail::kStart; }

    // More rows, or another share: a settled search goes on. Nothing that was found is lost.
    void set_goal(const graph::FilterGoal &goal);

    Explored explore();

    // The smallest bound among the rows that were found and not yet taken. False: there is none.
    bool nearest(double *bound) const;
    // Takes the row with that bound; each row comes once. False: what has that bound has no row to give, ask nearest()
    // again. After sweep(), rows that SQL sorts last follow: those without direction (cosine), then those whose vector
    // is NULL.
    bool take(StreamRow *row);

    // Finds all rows that the search has not come to, reading all pages in their order.
    void sweep();
    bool swept() const { return tail_ >= Tail::kSwept; }
    // Opening as many nodes would cost more than a sweep.
    uint64_t sweep_price() const;

    // The search finds too little of what passes: it should also begin near some vectors of rows that do, once.
    bool wants_seeds() const;
    void enter_near(Datum vector);

    // Hints that the row taken last is dead to everyone.
    void mark_killed();
    // More rows of the node the last one was taken from may follow.
    bool within_node() const { return batch_.next < batch_.rows.size() || batch_.more != Address::kNone; }
    uint64_t nodes_taken() const { return nodes_taken_; }
    bool filtered() const { return !filter_.empty(); }
    StreamCounts counts() const;

private:
    // What take() draws from.
    enum class Tail : uint8_t { kStart, kSearching, kSwept, kZeroRows, kNullRows, kEnd };

    // A node whose rows are yet to be taken.
    struct Found {
        quant::Bounds bounds;
        uint64_t address;
        uint64_t row;
        uint64_t more;
        XLogRecPtr lsn;  // of its page when it was read
        uint32_t stamp;
        uint32_t opened;  // nodes, when it was
        Verdict first;    // on the first row
    };

    struct SmallerBound {
        bool operator()(const Found &a, const Found &b) const { return a.bounds.lower < b.bounds.lower; }
    };

    // Rows that came together: those of one node, or of a list of the metapage.
    struct RowBatch {
        Vec<uint64_t> rows;
        Vec<uint8_t> attributes;  // of these rows, when the filter asks for them
        size_t next;
        uint64_t node;       // holds rows[0] when `list` is kNone
        uint64_t first_row;  // of the node; may have gone to a list since it was read
        uint64_t list;       // holds all rows
        uint64_t more;       // list to read after these
        ChainWalk walk;
        XLogRecPtr lsn;  // of the page of `node` or `list` when it was read
        uint32_t stamp;
        uint32_t opened;
        quant::Bounds bounds;
        bool is_null;
        Verdict first;
    };

    void read_query(IndexScanDesc desc);
    [[noreturn]] void report_dims(uint32_t dims) const;
    // Neighbours are judged by sketches; those of bits are the neighbours themselves.
    bool is_estimated() const { return info_.shape.has_sketches() && info_.shape.kind != quant::CodeKind::kBits; }
    void read_null_tests(IndexScanDesc desc);
    void enter();
    void push_found(uint64_t address);
    bool next_batch();
    bool refill_from_list();
    void start_list(Tail tail, uint64_t head, bool is_null);
    Verdict verdict_on(size_t i) const;
    float key_of_vector(const quant::Prepared &vector);
    double estimate_share();
    void seed_from_pages();
    template <typename Visit>
    void visit_page(BlockNumber block, uint8_t *copy, Visit visit);

    Relation index_;
    MemoryContext memory_;
    IndexInfo info_;
    const OpclassInfo *opclass_;
    AttributeLayout layout_;

    Tail tail_;
    bool ignore_killed_;
    bool unordered_;  // query NULL or without direction: every row is as far as any other
    bool query_null_;
    bool only_nulls_, no_nulls_;  // the scan keys ask for vectors that are, or are not, NULL
    BlockNumber blocks_;
    MetaState meta_;
    quant::SpaceQuery query_;
    RowFilter filter_;
    AttributeFilter attribute_filter_;
    PageStore store_;
    PageStore::Opened opened_;
    bool plain_;                   // without a filter, or under one that links cannot tell:
    graph::Beam<PageStore> beam_;  // nodes are opened in the order of distance alone
    size_t width_;
    graph::TwoFrontiers<PageStore> frontiers_;  // otherwise
    graph::FilterGoal goal_;

    Heap<Found, SmallerBound> found_;
    RowBatch batch_;
    uint64_t nodes_taken_;
    uint64_t opened_nodes_;
    uint64_t found_nodes_;
    uint64_t swept_pages_;
};

// The stream behind an index scan, for those who drive it themselves instead of asking for tuples.
Stream &stream_of(IndexScanDesc desc);

}  // namespace vhnsw::am
