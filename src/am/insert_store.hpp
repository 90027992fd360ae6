// The graph on index pages, for insertion of one row: aminsert, and CREATE INDEX once its memory is full.
#pragma once

#include "am/code_pool.hpp"
#include "am/link_list.hpp"
#include "am/overflow.hpp"
#include "am/page_store.hpp"
#include "graph/insert.hpp"

namespace vhnsw::am {

class InsertStore : public PageStore {
public:
    // An opened node.
    struct Kept {
        float key;
        Id id;
        uint64_t row;
        CodePool::Place code;  // in codes_
        bool is_dead;
        bool is_shared;
        uint8_t hint[kMaxHintBytes];
    };

    // `building`: CREATE INDEX owns the index and will log it whole.
    void init(Relation index, const IndexInfo &info, const quant::SpaceQuery &query, bool building);

    // The newcomer, which `query` is set to. The row's attributes must outlive the insertion.
    void begin(const quant::Prepared &vector, const NewRow &row);

    graph::EntryPoint<Id> entry();
    uint32_t capacity() const { return info_->shape.capacity; }
    Kept keep(Id id, const Opened &opened);
    float between(const Kept &a, const Kept &b);
    bool is_dead(const Kept &kept) const { return kept.is_dead; }
    bool is_duplicate(const Kept &kept) const;
    bool add_row(const Kept &kept);
    Id create(int layer, std::span<const Kept> links, std::span<const bool> dominated);
    void link_back(const Kept &kept, int layer, Id newcomer);
    void raise_entry(Id id, int level);

    // Stores back in the metapage where there is room for the next row list.
    void finish();

private:
    quant::Code code_of(const Kept &kept) const { return codes_.code(kept.code); }
    quant::Code code() const { return {code_.data(), static_cast<uint32_t>(code_.size()), scalars_}; }
    void refresh_links(Id target, std::span<const Id> owners);
    void move_to(BlockNumber block);
    Id place(DiskNode *tuple);
    bool place_on(BlockNumber block, DiskNode *tuple, Id *id);

    bool building_ = false;
    bool is_first_ = false;  // holds the heavyweight lock of the metapage
    NewRow row_{};
    uint32_t stamp_ = 0;
    Id base_ = 0;   // the newcomer's tuple on layer 0
    Id below_ = 0;  // and on the layer created last
    quant::CodeScalars scalars_{};
    Vec<uint8_t> code_;
    quant::CodeRef code_ref_{};  // where it is kept apart; all layers share it
    Frames frames_;
    CodePool codes_;
    Vec<uint8_t> tuple_;
    Vec<uint8_t> sketch_;
    OverflowTarget overflow_{};
    BlockNumber insert_block_ = InvalidBlockNumber;
};

}  // namespace vhnsw::am
