// The graph on index pages, for searching. One page is read per opened node: it holds the node's own code, which
// gives its accurate key, and the sketches of all its neighbours, which give theirs. Where links have no sketches, the
// page of every neighbour that was not seen before is read as well. Codes that are kept apart take pages of their own.
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
        Vec<graph::Candidate<Id>> beyond;      // of no interest
        bool passes;                           // one of the node's rows passes the filter
        // What else the page said.
        DiskNode node;
        XLogRecPtr lsn;           // of the page, for marking rows killed later
        quant::Bounds bounds;     // of the distance of its rows; not when codes are wanted
        Vec<uint8_t> code;        // only then
        Vec<uint8_t> attributes;  // likewise, and with a filter; of the first row
        Verdict first;            // of the filter, on the first row
    };

    // Allocates in the current context. `info` and `query` must outlive the store.
    void init(Relation index, const IndexInfo &info, const quant::SpaceQuery &query, bool want_codes);

    // With the version: a link that leads nowhere must not hide the node that has its slot now.
    uint64_t key_of(Id id) const { return id; }
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened);

    // From now on nodes and links are tested. Null: no more.
    void set_filter(const RowFilter *filter) { filter_ = filter; }

    void prefetch(Id id) const;
    Id below(Id, const Opened &opened) const { return opened.node.below.value(); }

    Relation index() const { return index_; }
    const IndexInfo &info() const { return *info_; }

    // Scores a node that was copied from its page: `body` may be that copy or, where codes are inline, lie in a
    // share-locked page. False when its code has gone. Fills key, and bounds or code, of `opened`, whose node is set.
    bool score_node(const quant::NodeBody &body, Opened &opened);

    // Tests the rows of a node until one passes: sets first and passes of `opened`, whose node is set, and returns
    // passes. `attributes` are those of its first row. REQUIRES: no page locked.
    bool test_node(const uint8_t *attributes, Opened &opened);

protected:
    Relation index_ = nullptr;
    const IndexInfo *info_ = nullptr;
    const quant::SpaceQuery *query_ = nullptr;
    bool want_codes_ = false;

private:
    void score_links(const quant::NodeBody &body, VisitedSet &visited, float limit, Opened &opened);
    void open_neighbours(const quant::NodeBody &body, VisitedSet &visited, Opened &opened);
    bool look_at(Id id, float *key, bool *may_pass);
    bool test_listed_rows(const Opened &opened);

    const RowFilter *filter_ = nullptr;
    Vec<uint8_t> body_copy_;  // of nodes that are not done with while their page is locked
    Vec<uint8_t> neighbour_copy_;
    Vec<uint8_t> apart_code_;
    Vec<int32_t> sums_;
    Vec<Id> unseen_;
};

}  // namespace vhnsw::am
