// The repair pass of VACUUM: graph/repair.hpp on pages.
#include "am/vacuum.hpp"

#include <algorithm>

#include "am/link_list.hpp"
#include "am/overflow.hpp"
#include "am/page_edit.hpp"
#include "am/page_store.hpp"
#include "graph/repair.hpp"

namespace vhnsw::am {

namespace {

// Every node is copied from its page before it is looked at: nothing but that copy and the final edits needs a lock.
class RepairStore : public PageStore {
public:
    struct Kept {
        float key;
        Id id;
        uint64_t row;
        uint32_t place;  // in kept_codes_
    };

    void start(Vacuum &vacuum);

    // Makes a node, given as a copy, the owner. False when its code has gone, and it with it.
    bool begin(Id id, DiskNode *node);

    // The owner's links as candidates. Their keys are squared distances, whatever the metric.
    std::span<const graph::Candidate<Id>> links();

    bool may_be_dead(Id id) { return vacuum_->dead.may_contain(id); }
    graph::Fate expand(Id id, VisitedSet &visited, Vec<graph::Candidate<Id>> &found);
    bool keep(Id id, Kept &kept);
    void relink(std::span<const Id> lost, std::span<const Kept> offered);
    void link_back(const Kept &kept);

private:
    DiskNode *copy(Id id);
    std::span<float> kept_code(const Kept &kept) { return {kept_codes_.data() + kept.place, info_->shape.padded}; }

    Vacuum *vacuum_ = nullptr;
    quant::Query query_of_owner_;
    Opened opened_;
    Vec<uint8_t> tuple_;
    Vec<graph::Candidate<Id>> links_;
    Id owner_ = 0;
    DiskNode owner_head_{};
    Vec<float> owner_code_;
    Vec<float> kept_codes_;
    Vec<float> scratch_;
    Vec<uint8_t> sketches_;
    Vec<NewLink> new_links_;
};

void
RepairStore::start(Vacuum &vacuum)
{
    const quant::NodeShape &shape = vacuum.info.shape;
    vacuum_ = &vacuum;
    init(vacuum.index, vacuum.info, query_of_owner_, true);
    tuple_.resize(node_bytes(shape));
    owner_code_.resize(shape.padded);
    scratch_.resize(shape.padded);
    opened_.code.resize(shape.padded);
    opened_.neighbours.reserve(shape.capacity);
}

// A private copy of a node, or null when it has gone.
DiskNode *
RepairStore::copy(Id id)
{
    Buffer buffer = read_locked(index_, Address::block(id), BUFFER_LOCK_SHARE);
    DiskNode *node = node_at(index_, info_->shape, buffer, BufferGetPage(buffer), id);
    if (node != nullptr) memcpy(tuple_.data(), node, tuple_.size());
    UnlockReleaseBuffer(buffer);
    return node == nullptr ? nullptr : reinterpret_cast<DiskNode *>(tuple_.data());
}

bool
RepairStore::begin(Id id, DiskNode *node)
{
    const quant::NodeShape &shape = info_->shape;
    quant::NodeBody body = node_body(shape, node);
    owner_ = id;
    owner_head_ = *node;
    kept_codes_.clear();
    links_.clear();
    for (uint32_t i = 0; i < node->link_count; i++) {
        quant::LinkHead head = body.head(i);
        links_.push({quant::unpack(head.scalars).norm2, Address::plain(head.address.value())});
    }
    std::span<int8_t> code = opened_.code.span();
    if (shape.code_inline)
        memcpy(code.data(), body.code(), code.size());
    else if (!read_code(index_, shape, body.code(), node->stamp, code))
        return false;
    decode(code, node->scalars.scale, owner_code_.data());
    query_of_owner_.set(owner_code_.span(), shape.sketch.dims);
    return true;
}

std::span<const graph::Candidate<RepairStore::Id>>
RepairStore::links()
{
    return links_.span();
}

graph::Fate
RepairStore::expand(Id id, VisitedSet &visited, Vec<graph::Candidate<Id>> &found)
{
    DiskNode *node = copy(id);
    if (node == nullptr) return graph::Fate::kGone;
    if (!(node->flags & kNodeDead)) return graph::Fate::kAlive;
    opened_.node = *node;
    quant::NodeBody body = node_body(info_->shape, node);
    if (!score_node(body, opened_)) return graph::Fate::kGone;
    score_links(body, visited, opened_);
    for (const auto &neighbour : opened_.neighbours) found.push(neighbour);
    return graph::Fate::kDead;
}

bool
RepairStore::keep(Id id, Kept &kept)
{
    DiskNode *node = copy(id);
    if (node == nullptr || (node->flags & kNodeDead) || node->layer != owner_head_.layer) return false;
    opened_.node = *node;
    if (!score_node(node_body(info_->shape, node), opened_)) return false;
    kept = {opened_.key, id, node->row.value(), static_cast<uint32_t>(kept_codes_.size())};
    kept_codes_.resize(kept_codes_.size() + info_->shape.padded);
    decode(opened_.code.span(), node->scalars.scale, kept_code(kept).data());
    return true;
}

// Links that inserters have added meanwhile stay; those they have evicted are no longer there to be removed.
void
RepairStore::relink(std::span<const Id> lost, std::span<const Kept> offered)
{
    const quant::NodeShape &shape = info_->shape;
    sketches_.resize(offered.size() * shape.sketch.bytes());
    new_links_.clear();
    for (const Kept &kept : offered) {
        uint8_t *sketch = sketches_.data() + new_links_.size() * shape.sketch.bytes();
        NewLink link = compute_link(*info_, owner_code_.span(), kept_code(kept), scratch_.data(), sketch);
        link.address = kept.id;
        link.row = kept.row;
        new_links_.push(link);
    }

    PageEdit edit;
    edit.begin(index_, false);
    Buffer buffer = read_locked(index_, Address::block(owner_), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index_, shape, buffer, edit.page(buffer), owner_);
    if (node == nullptr) report_corruption(index_, Address::block(owner_), "a node vanished during VACUUM");
    for (uint32_t i = node->link_count; i-- > 0;) {
        Id present = Address::plain(node_body(shape, node).head(i).address.value());
        if (std::find(lost.begin(), lost.end(), present) != lost.end()) remove_link(shape, node, i);
    }
    for (const NewLink &link : new_links_) admit_link(shape, node, link);
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

// Whatever led to the owner may have been dead: unless the nodes it now links to link back, it might be out of reach.
void
RepairStore::link_back(const Kept &kept)
{
    const quant::NodeShape &shape = info_->shape;
    sketches_.resize(shape.sketch.bytes());
    NewLink link = compute_link(*info_, kept_code(kept), owner_code_.span(), scratch_.data(), sketches_.data());
    link.address = owner_;
    link.row = owner_head_.row.value();

    PageEdit edit;
    edit.begin(index_, false);
    Buffer buffer = read_locked(index_, Address::block(kept.id), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index_, shape, buffer, edit.page(buffer), kept.id);
    if (node != nullptr && admit_link(shape, node, link))
        edit.finish();
    else
        edit.abort();
    UnlockReleaseBuffer(buffer);
}

bool
needs_repair(Vacuum &vacuum, DiskNode *node)
{
    if (node == nullptr || (node->flags & (kNodeFree | kNodeDead))) return false;
    quant::NodeBody body = node_body(vacuum.info.shape, node);
    for (uint32_t i = 0; i < node->link_count; i++)
        if (vacuum.dead.may_contain(body.head(i).address.value())) return true;
    return false;
}

// Copies the page to `copy` if a node on it may need repair.
bool
copy_page_to_repair(Vacuum &vacuum, Buffer buffer, char *copy)
{
    Page page = BufferGetPage(buffer);
    bool found = false;
    if (PageIsNew(page)) return false;
    check_page(vacuum.index, buffer);
    if (page_tail(page)->kind != PageKind::kNodes) return false;
    OffsetNumber last = PageGetMaxOffsetNumber(page);
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last && !found; offset++)
        found = needs_repair(vacuum, node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset));
    if (found) memcpy(copy, page, BLCKSZ);
    return found;
}

}  // namespace

void
repair_links(Vacuum &vacuum)
{
    RepairStore store;
    store.start(vacuum);
    graph::RepairScratch<RepairStore> scratch;
    char *page = static_cast<char *>(palloc(BLCKSZ));
    BlockNumber blocks = block_count(vacuum.index);
    for (BlockNumber block = kMetaBlock + 1; block < blocks; block++) {
        vacuum_delay_point();
        Buffer buffer = read_for_vacuum(vacuum, block);
        bool found = copy_page_to_repair(vacuum, buffer, page);
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
        OffsetNumber last = found ? PageGetMaxOffsetNumber(page) : InvalidOffsetNumber;
        for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
            DiskNode *node = node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset);
            if (!needs_repair(vacuum, node)) continue;
            uint64_t id = Address::make(block, offset, node->version);
            if (store.begin(id, node)) graph::repair(store, id, store.links(), scratch);
            vacuum_delay_point();
        }
        ReleaseBuffer(buffer);
    }
}

}  // namespace vhnsw::am
