// The repair pass of VACUUM: graph/repair.hpp on pages.
#include "am/vacuum.hpp"

#include <algorithm>

#include "am/link_list.hpp"
#include "am/overflow.hpp"
#include "am/page_edit.hpp"
#include "graph/repair.hpp"
#include "kernel/kernel.hpp"

namespace vhnsw::am {

namespace {

// Every node is copied from its page before it is looked at: nothing but that copy and the final edits needs a lock.
// Keys are squared distances, whatever the metric, as they are where a node admits a link (link_list.hpp).
class RepairStore {
public:
    using Id = uint64_t;  // an Address without marks

    struct Kept {
        float key;
        Id id;
        uint64_t row;
        uint32_t code_at;  // in kept_codes_
        bool is_shared;
        uint8_t hint[kMaxHintBytes];
    };

    void start(Vacuum &vacuum);

    // Makes a node, given as a copy, the owner. False when its code has gone, and it with it.
    bool begin(Id id, DiskNode *node);
    std::span<const Id> links() const { return links_.span(); }

    uint64_t key_of(Id id) const { return id; }
    bool may_be_dead(Id id) { return vacuum_->dead.may_contain(id); }
    graph::Fate expand(Id id, Vec<graph::Candidate<Id>> &neighbours);
    float between(uint32_t i, uint32_t j);
    bool keep(Id id, Kept &kept);
    void relink(std::span<const Id> lost, std::span<const Kept> offered);
    void link_back(const Kept &kept);

private:
    const quant::NodeShape &shape() const { return vacuum_->info.shape; }
    quant::NodeBody body() { return node_body(shape(), node()); }
    DiskNode *node() { return reinterpret_cast<DiskNode *>(tuple_.data()); }
    bool copy(Id id);
    bool decode_code(DiskNode *node, std::span<float> out);
    std::span<float> kept_code(const Kept &kept) { return {kept_codes_.data() + kept.code_at, shape().padded}; }

    Vacuum *vacuum_ = nullptr;
    Id owner_ = 0;
    DiskNode owner_head_{};
    uint8_t owner_hint_[kMaxHintBytes]{};
    Vec<Id> links_;
    Vec<float> owner_code_;

    // The node looked at last.
    Vec<uint8_t> tuple_;
    Vec<int8_t> pieced_code_;
    Vec<float> code_;
    quant::Query way_;  // from that node to the owner
    Vec<int32_t> sums_;

    Vec<float> kept_codes_;
    Vec<float> scratch_;
    Vec<uint8_t> sketches_;
    Vec<NewLink> new_links_;
};

void
RepairStore::start(Vacuum &vacuum)
{
    vacuum_ = &vacuum;
    owner_code_.resize(shape().padded);
    tuple_.resize(node_bytes(shape()));
    if (!shape().code_inline) pieced_code_.resize(shape().padded);
    code_.resize(shape().padded);
    sums_.resize(shape().capacity);
    scratch_.resize(shape().padded);
}

// Copies a node. False when it has gone.
bool
RepairStore::copy(Id id)
{
    Buffer buffer = read_locked(vacuum_->index, Address::block(id), BUFFER_LOCK_SHARE);
    DiskNode *found = node_at(vacuum_->index, shape(), buffer, BufferGetPage(buffer), id);
    if (found != nullptr) memcpy(tuple_.data(), found, tuple_.size());
    UnlockReleaseBuffer(buffer);
    return found != nullptr;
}

bool
RepairStore::decode_code(DiskNode *node, std::span<float> out)
{
    const int8_t *code = node_body(shape(), node).code();
    if (!shape().code_inline) {
        if (!read_code(vacuum_->index, shape(), code, node->stamp, pieced_code_.span())) return false;
        code = pieced_code_.data();
    }
    decode({code, shape().padded}, node->scalars.scale, out.data());
    return true;
}

bool
RepairStore::begin(Id id, DiskNode *node)
{
    owner_ = id;
    owner_head_ = *node;
    kept_codes_.clear();
    links_.clear();
    quant::NodeBody body = node_body(shape(), node);
    make_hint(vacuum_->info.attributes, body.attributes(), owner_hint_);
    for (uint32_t i = 0; i < node->link_count; i++) links_.push(Address::plain(body.head(i).address.value()));
    return decode_code(node, owner_code_.span());
}

// The owner takes the part of the query: |owner - neighbour|^2 = |way|^2 + |r|^2 - 2 <way, r>, see quant/sketch.hpp.
graph::Fate
RepairStore::expand(Id id, Vec<graph::Candidate<Id>> &neighbours)
{
    if (!copy(id)) return graph::Fate::kGone;
    if (!(node()->flags & kNodeDead)) return graph::Fate::kAlive;
    if (!decode_code(node(), code_.span())) return graph::Fate::kGone;
    uint32_t count = node()->link_count;
    if (count == 0) return graph::Fate::kDead;

    const quant::SketchShape &sketch = shape().sketch;
    float norm2 = kernel::active->difference(owner_code_.data(), code_.data(), shape().padded, scratch_.data());
    way_.set(scratch_.span(), sketch.dims);
    quant::EstimateBase base = quant::estimate_base(way_, norm2, sketch.planes);
    kernel::active->masked_sums({body().sketch(0), shape().link_bytes(), count, sketch.planes}, way_.high(),
                                sketch.dims, sums_.data());
    for (uint32_t i = 0; i < count; i++) {
        quant::LinkHead head = body().head(i);
        quant::SketchScalars scalars = quant::unpack(head.scalars);
        scalars.offset = 0;
        float key = quant::estimate_key(quant::Metric::kL2, base, scalars, sums_[i]);
        neighbours.push({key, Address::plain(head.address.value())});
    }
    return graph::Fate::kDead;
}

float
RepairStore::between(uint32_t i, uint32_t j)
{
    return link_distance(shape(), body(), i, j);
}

bool
RepairStore::keep(Id id, Kept &kept)
{
    if (!copy(id) || (node()->flags & kNodeDead) || node()->layer != owner_head_.layer) return false;
    uint32_t at = static_cast<uint32_t>(kept_codes_.size());
    kept_codes_.resize(at + shape().padded);
    kept = {0, id, node()->row.value(), at, is_shared(*node()), {}};
    make_hint(vacuum_->info.attributes, body().attributes(), kept.hint);
    if (!decode_code(node(), kept_code(kept))) return false;
    kept.key = kernel::active->l2_squared(owner_code_.data(), kept_code(kept).data(), shape().padded);
    return true;
}

// Links that inserters have added meanwhile stay; those they have evicted are no longer there to be removed.
void
RepairStore::relink(std::span<const Id> lost, std::span<const Kept> offered)
{
    Relation index = vacuum_->index;
    sketches_.resize(offered.size() * shape().sketch.bytes());
    new_links_.clear();
    for (const Kept &kept : offered) {
        uint8_t *sketch = sketches_.data() + new_links_.size() * shape().sketch.bytes();
        NewLink link = compute_link(vacuum_->info, owner_code_.span(), kept_code(kept), scratch_.data(), sketch);
        link.address = kept.id;
        link.row = kept.row;
        link.shared = kept.is_shared;
        memcpy(link.hint, kept.hint, sizeof(link.hint));
        new_links_.push(link);
    }

    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_locked(index, Address::block(owner_), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index, shape(), buffer, edit.page(buffer), owner_);
    if (node == nullptr) report_corruption(index, Address::block(owner_), "a node vanished during VACUUM");
    for (uint32_t i = node->link_count; i-- > 0;) {
        Id present = Address::plain(node_body(shape(), node).head(i).address.value());
        if (std::find(lost.begin(), lost.end(), present) != lost.end()) remove_link(shape(), node, i);
    }
    for (const NewLink &link : new_links_) admit_link(shape(), node, link);
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

void
RepairStore::link_back(const Kept &kept)
{
    Relation index = vacuum_->index;
    sketches_.resize(shape().sketch.bytes());
    NewLink link = compute_link(vacuum_->info, kept_code(kept), owner_code_.span(), scratch_.data(), sketches_.data());
    link.address = owner_;
    link.row = owner_head_.row.value();
    link.shared = is_shared(owner_head_);
    memcpy(link.hint, owner_hint_, sizeof(link.hint));

    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_locked(index, Address::block(kept.id), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index, shape(), buffer, edit.page(buffer), kept.id);
    if (node != nullptr && admit_link(shape(), node, link))
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
        vacuum_pause();
        Buffer buffer = read_for_vacuum(vacuum, block);
        bool found = copy_page_to_repair(vacuum, buffer, page);
        LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
        OffsetNumber last = found ? PageGetMaxOffsetNumber(page) : InvalidOffsetNumber;
        for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++) {
            DiskNode *node = node_in_slot(vacuum.index, vacuum.info.shape, buffer, page, offset);
            if (!needs_repair(vacuum, node)) continue;
            uint64_t id = Address::make(block, offset, node->version);
            if (store.begin(id, node)) graph::repair(store, id, store.links(), scratch);
            vacuum_pause();
        }
        ReleaseBuffer(buffer);
    }
}

}  // namespace vhnsw::am
