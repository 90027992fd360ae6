// The repair pass of VACUUM: graph/repair.hpp on pages.
#include "am/vacuum.hpp"

#include <algorithm>

#include "am/compact_links.hpp"
#include "am/link_list.hpp"
#include "am/overflow.hpp"
#include "am/page_edit.hpp"
#include "graph/repair.hpp"

namespace vhnsw::am {

namespace {

// Every node is copied from its page before it is looked at: nothing but that copy and the final edits needs a lock.
// Keys are those by which links are admitted (quant::admission_key).
class RepairStore {
public:
    using Id = uint64_t;  // an Address without marks

    struct Kept {
        float key;
        Id id;
        uint64_t row;
        CodePool::Place code;  // in kept_codes_
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
    const IndexInfo &info() const { return vacuum_->info; }
    const quant::NodeShape &shape() const { return vacuum_->info.shape; }
    quant::NodeBody body() { return node_body(shape(), node()); }
    DiskNode *node() { return reinterpret_cast<DiskNode *>(tuple_.data()); }
    quant::Code owner_code() const
    {
        return {owner_code_.data(), static_cast<uint32_t>(owner_code_.size()), owner_head_.scalars};
    }
    quant::Code code_of(const Kept &kept) const { return kept_codes_.code(kept.code); }
    bool copy(Id id);
    bool code_of(DiskNode *node, quant::Code &code);
    void expand_sketches(Vec<graph::Candidate<Id>> &neighbours);
    void expand_codes(Vec<graph::Candidate<Id>> &neighbours);
    void relink_sketched(std::span<const Id> lost, std::span<const Kept> offered);

    Vacuum *vacuum_ = nullptr;
    Id owner_ = 0;
    DiskNode owner_head_{};
    uint8_t owner_hint_[kMaxHintBytes]{};
    Vec<Id> links_;
    Vec<uint8_t> owner_code_;

    // The node looked at last.
    Vec<uint8_t> tuple_;
    Vec<uint8_t> apart_code_;
    quant::WaySketches way_;  // from that node to the owner
    Vec<int32_t> sums_;
    // Without sketches: the codes of its neighbours.
    NodeCode neighbour_;
    Vec<CodePool::Place> near_;
    CodePool near_codes_;

    CodePool kept_codes_;
    Frames frames_;
    Vec<uint8_t> sketches_;
    Vec<NewLink> new_links_;
};

void
RepairStore::start(Vacuum &vacuum)
{
    vacuum_ = &vacuum;
    tuple_.resize(node_bytes(shape()));
    sums_.resize(shape().capacity);
    frames_.init(info());
}

// Copies a node. False when it has gone.
bool
RepairStore::copy(Id id)
{
    Buffer buffer = read_recent(vacuum_->index, Address::block(id));
    DiskNode *found = node_at(vacuum_->index, shape(), buffer, BufferGetPage(buffer), id);
    if (found != nullptr) memcpy(tuple_.data(), found, tuple_.size());
    UnlockReleaseBuffer(buffer);
    return found != nullptr;
}

// The code of a node that was copied; valid until the next call.
bool
RepairStore::code_of(DiskNode *node, quant::Code &code)
{
    return find_code(vacuum_->index, info(), *node, node_body(shape(), node), apart_code_, &code);
}

bool
RepairStore::begin(Id id, DiskNode *node)
{
    owner_ = id;
    owner_head_ = *node;
    kept_codes_.clear();
    links_.clear();
    quant::NodeBody body = node_body(shape(), node);
    make_hint(info().attributes, body.attributes(), owner_hint_);
    for (uint32_t i = 0; i < node->link_count; i++) links_.push(Address::plain(body.address(i)));
    quant::Code code;
    if (!code_of(node, code)) return false;
    owner_code_.resize(code.size);
    if (code.size > 0) memcpy(owner_code_.data(), code.bytes, code.size);
    frames_.set_owner(owner_code());
    return true;
}

void
RepairStore::expand_sketches(Vec<graph::Candidate<Id>> &neighbours)
{
    frames_.set_way(way_);
    const quant::Estimates estimates = way_.estimate(body().sketches(node()->link_count), sums_.data());
    for (uint32_t i = 0; i < node()->link_count; i++) {
        const quant::LinkHead head = body().head(i);
        neighbours.push({estimates.key(i, head.scalars), Address::plain(head.address.value())});
    }
}

void
RepairStore::expand_codes(Vec<graph::Candidate<Id>> &neighbours)
{
    near_.clear();
    near_codes_.clear();
    for (uint32_t i = 0; i < node()->link_count; i++) {
        vacuum_pause();
        Id id = Address::plain(body().address(i));
        if (!neighbour_.read(vacuum_->index, info(), id)) continue;
        quant::Code code = neighbour_.code();
        near_.push(near_codes_.add(code));
        neighbours.push({quant::admission_key(info().space, owner_code(), code), id});
    }
}

graph::Fate
RepairStore::expand(Id id, Vec<graph::Candidate<Id>> &neighbours)
{
    if (!copy(id)) return graph::Fate::kGone;
    if (!(node()->flags & kNodeDead)) return graph::Fate::kAlive;
    if (node()->link_count == 0) return graph::Fate::kDead;
    if (!shape().has_sketches()) {
        expand_codes(neighbours);
        return graph::Fate::kDead;
    }
    quant::Code code;
    if (!code_of(node(), code)) return graph::Fate::kGone;
    frames_.set_neighbour(code);
    expand_sketches(neighbours);
    return graph::Fate::kDead;
}

float
RepairStore::between(uint32_t i, uint32_t j)
{
    if (shape().has_sketches()) return quant::between_links(info().space, body().view(i), body().view(j));
    return quant::admission_key(info().space, near_codes_.code(near_[i]), near_codes_.code(near_[j]));
}

bool
RepairStore::keep(Id id, Kept &kept)
{
    quant::Code code;
    if (!copy(id) || (node()->flags & kNodeDead) || node()->layer != owner_head_.layer) return false;
    if (!code_of(node(), code)) return false;
    kept = {quant::admission_key(info().space, owner_code(), code),
            id,
            node()->row.value(),
            kept_codes_.add(code),
            is_shared(*node()),
            {}};
    make_hint(info().attributes, body().attributes(), kept.hint);
    return true;
}

// Links that inserters have added meanwhile stay; those they have evicted are no longer there to be removed.
void
RepairStore::relink(std::span<const Id> lost, std::span<const Kept> offered)
{
    if (shape().has_sketches()) return relink_sketched(lost, offered);
    Vec<CodedNode> newcomers;
    for (const Kept &kept : offered) newcomers.push({kept.id, code_of(kept)});
    revise_links(vacuum_->index, info(), {{owner_, owner_code()}, lost, newcomers.span()}, false);
    newcomers.release();
}

void
RepairStore::relink_sketched(std::span<const Id> lost, std::span<const Kept> offered)
{
    Relation index = vacuum_->index;
    sketches_.resize(offered.size() * shape().sketch.bytes());
    new_links_.clear();
    for (const Kept &kept : offered) {
        frames_.set_neighbour(code_of(kept));
        NewLink link = frames_.sketch(sketches_.data() + new_links_.size() * shape().sketch.bytes());
        link.address = kept.id;
        link.row = kept.row;
        link.shared = kept.is_shared;
        memcpy(link.hint, kept.hint, sizeof(link.hint));
        new_links_.push(link);
    }

    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_recent(index, Address::block(owner_), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index, shape(), buffer, edit.page(buffer), owner_);
    if (node == nullptr) report_corruption(index, Address::block(owner_), "a node vanished during VACUUM");
    for (uint32_t i = node->link_count; i-- > 0;) {
        Id present = Address::plain(node_body(shape(), node).address(i));
        if (std::find(lost.begin(), lost.end(), present) != lost.end()) remove_link(shape(), node, i);
    }
    for (const NewLink &link : new_links_) admit_link(info(), node, link);
    edit.finish();
    UnlockReleaseBuffer(buffer);
}

void
RepairStore::link_back(const Kept &kept)
{
    Relation index = vacuum_->index;
    if (!shape().has_sketches()) {
        const CodedNode offered = {owner_, owner_code()};
        revise_links(index, info(), {{kept.id, code_of(kept)}, {}, {&offered, 1}}, false);
        return;
    }
    sketches_.resize(shape().sketch.bytes());
    frames_.set_neighbour(code_of(kept));
    NewLink link = frames_.sketch_back(sketches_.data());
    link.address = owner_;
    link.row = owner_head_.row.value();
    link.shared = is_shared(owner_head_);
    memcpy(link.hint, owner_hint_, sizeof(link.hint));

    PageEdit edit;
    edit.begin(index, false);
    Buffer buffer = read_recent(index, Address::block(kept.id), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index, shape(), buffer, edit.page(buffer), kept.id);
    if (node != nullptr && admit_link(info(), node, link)) edit.finish();
    UnlockReleaseBuffer(buffer);
}

bool
needs_repair(Vacuum &vacuum, DiskNode *node)
{
    if (node == nullptr || (node->flags & (kNodeFree | kNodeDead))) return false;
    quant::NodeBody body = node_body(vacuum.info.shape, node);
    for (uint32_t i = 0; i < node->link_count; i++)
        if (vacuum.dead.may_contain(body.address(i))) return true;
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
