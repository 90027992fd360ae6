// The graph on index pages, for searching. One page is read per opened node: it holds the node's own code, which
// gives its accurate key, and the sketches of all its neighbours, which give theirs (D4 in the design of the layer,
// see README.md).
#pragma once

#include "am/index.hpp"
#include "am/row_filter.hpp"
#include "graph/search.hpp"

namespace vhnsw::am {

class PageStore {
public:
    using Id = uint64_t;  // an Address without marks

    struct Opened {
        float key;
        Vec<graph::Candidate<Id>> neighbours;  // with a filter: those that may pass it
        Vec<graph::Candidate<Id>> failing;     // and the others
        bool passes;                           // one of the node's rows passes the filter
        // What else the page said.
        DiskNode node;
        XLogRecPtr lsn;           // of the page, for marking rows killed later
        double dot;               // of the query and the code
        Vec<int8_t> code;         // only when codes are wanted
        Vec<uint8_t> attributes;  // likewise, and with a filter; of the first row
        Verdict first;            // of the filter, on the first row
    };

    // Allocates in the current context. `info` and `query` must outlive the store.
    void init(Relation index, const IndexInfo &info, const quant::Query &query, bool want_codes);

    // With the version: a link that leads nowhere must not hide the node that has its slot now.
    uint64_t key_of(Id id) const { return id; }
    bool open(Id id, VisitedSet &visited, Opened &opened);

    // From now on nodes and links are tested. Null: no more.
    void set_filter(const RowFilter *filter) { filter_ = filter; }

    void prefetch(Id id) const;
    Id below(Id, const Opened &opened) const { return opened.node.below.value(); }

    Relation index() const { return index_; }
    const IndexInfo &info() const { return *info_; }

    // Scores a node that was copied from its page: `body` may be that copy or lie in a share-locked page. False when
    // its code has gone. Fills dot, key and code of `opened`, whose node is set.
    bool score_node(const quant::NodeBody &body, Opened &opened);

    // Tests the rows of a node until one passes: sets first and passes of `opened`, whose node is set, and returns
    // passes. `attributes` are those of its first row. REQUIRES: no page locked.
    bool test_node(const uint8_t *attributes, Opened &opened);

protected:
    void score_links(const quant::NodeBody &body, VisitedSet &visited, Opened &opened);

    Relation index_ = nullptr;
    const IndexInfo *info_ = nullptr;
    const quant::Query *query_ = nullptr;
    bool want_codes_ = false;
    const RowFilter *filter_ = nullptr;
    Vec<uint8_t> body_copy_;  // of nodes whose code is kept apart
    Vec<int8_t> pieced_code_;
    Vec<int32_t> sums_;

private:
    bool test_listed_rows(const Opened &opened);
};

// The lower bound of the distance of an opened node's rows, in the unit of the SQL operator.
double opened_bound(const IndexInfo &info, const quant::Query &query, const PageStore::Opened &opened);

}  // namespace vhnsw::am
