#pragma once

#include "am/insert_store.hpp"
#include "am/vector_input.hpp"

namespace vhnsw::am {

// Inserts rows through the pages, one after the other. Reusable: what one row needed stays for the next one, in the
// context that is current, which must be the same for all.
class RowInserter {
public:
    // `building`: CREATE INDEX owns the index, and nothing is logged. Must stay where it is from now on.
    void init(Relation index, bool building);
    void insert(const VectorInput &input, const NewRow &row);
    const IndexInfo &info() const { return info_; }

private:
    void add_to_meta_list(VectorState state, const NewRow &row);

    Relation index_ = nullptr;
    bool building_ = false;
    IndexInfo info_{};
    uint32_t ef_construction_ = 0;
    Rng rng_{0};
    quant::Preparation preparation_;
    quant::SpaceQuery query_;
    InsertStore store_;
    graph::InsertScratch<InsertStore> scratch_;
};

}  // namespace vhnsw::am
