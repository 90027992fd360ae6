#include "am/compact_links.hpp"

#include <algorithm>

#include "am/overflow.hpp"
#include "am/page_edit.hpp"
#include "graph/select.hpp"

namespace vhnsw::am {

namespace {

// How often a list is judged anew because somebody has changed it meanwhile.
constexpr int kTries = 4;

// A copy of a node's links, with the codes of the nodes they lead to; the list contract of graph::admit().
class CodedList {
public:
    CodedList(const IndexInfo &info) : info_(info) {}

    bool read(Relation index, const CodedNode &owner);
    // Keeps the links that are not lost, with their codes.
    void load(Relation index, const Revision &revision);
    void admit(const CodedNode &newcomer);
    bool is_unchanged(const DiskNode &node, const quant::NodeBody &body) const;
    void write(DiskNode *node, const quant::NodeBody &body) const;
    bool is_changed() const;
    void release();

    uint32_t size() const { return static_cast<uint32_t>(links_.size()); }
    uint32_t capacity() const { return info_.shape.capacity; }
    float key(uint32_t i) const { return links_[i].key; }
    float between(uint32_t i) const { return quant::pair_key(info_.space, codes_.code(links_[i].code), newcomer_); }
    bool dominated(uint32_t i) const { return links_[i].address & Address::kDominated; }
    void set_dominated(uint32_t i) { links_[i].address |= Address::kDominated; }

private:
    struct Link {
        uint64_t address;  // with its mark
        float key;
        CodePool::Place code;
    };

    Link keep(uint64_t address, const quant::Code &code);

    const IndexInfo &info_;
    quant::Code owner_{};
    quant::Code newcomer_{};
    Vec<uint64_t> found_;  // the list as it was read
    Vec<Link> links_;
    CodePool codes_;
};

bool
CodedList::read(Relation index, const CodedNode &owner)
{
    owner_ = owner.code;
    found_.clear();
    found_.reserve(capacity());
    Buffer buffer = read_recent(index, Address::block(owner.address));
    DiskNode *node = node_at(index, info_.shape, buffer, BufferGetPage(buffer), owner.address);
    if (node != nullptr) {
        quant::NodeBody body = node_body(info_.shape, node);
        for (uint32_t i = 0; i < node->link_count; i++) found_.push(body.address(i));
    }
    UnlockReleaseBuffer(buffer);
    return node != nullptr;
}

CodedList::Link
CodedList::keep(uint64_t address, const quant::Code &code)
{
    return {address, quant::pair_key(info_.space, owner_, code), codes_.add(code)};
}

void
CodedList::load(Relation index, const Revision &revision)
{
    NodeCode neighbour;
    links_.clear();
    codes_.clear();
    for (uint64_t address : found_) {
        CHECK_FOR_INTERRUPTS();
        uint64_t plain = Address::plain(address);
        if (std::find(revision.lost.begin(), revision.lost.end(), plain) != revision.lost.end()) continue;
        // What has gone leaves its place.
        if (neighbour.read(index, info_, plain)) links_.push(keep(address, neighbour.code()));
    }
    neighbour.bytes.release();
}

void
CodedList::admit(const CodedNode &newcomer)
{
    for (const Link &link : links_)
        if (Address::plain(link.address) == newcomer.address) return;
    newcomer_ = newcomer.code;
    Link fresh = keep(newcomer.address, newcomer.code);
    graph::Admission admission = graph::admit(*this, fresh.key);
    if (admission.slot == graph::kRefused) return;
    fresh.address |= admission.dominated ? Address::kDominated : 0;
    if (static_cast<uint32_t>(admission.slot) == size())
        links_.push(fresh);
    else
        links_[static_cast<size_t>(admission.slot)] = fresh;
}

bool
CodedList::is_unchanged(const DiskNode &node, const quant::NodeBody &body) const
{
    if (node.link_count != found_.size()) return false;
    for (uint32_t i = 0; i < node.link_count; i++)
        if (Address::plain(body.address(i)) != Address::plain(found_[i])) return false;
    return true;
}

bool
CodedList::is_changed() const
{
    if (links_.size() != found_.size()) return true;
    for (size_t i = 0; i < links_.size(); i++)
        if (links_[i].address != found_[i]) return true;
    return false;
}

void
CodedList::write(DiskNode *node, const quant::NodeBody &body) const
{
    for (uint32_t i = 0; i < size(); i++) body.set_address(i, links_[i].address);
    node->link_count = static_cast<uint16_t>(size());
}

void
CodedList::release()
{
    found_.release();
    links_.release();
    codes_.release();
}

// False when the list has changed since it was read.
bool
write_list(Relation index, const IndexInfo &info, uint64_t owner, const CodedList &list, bool building)
{
    PageEdit edit;
    edit.begin(index, building);
    Buffer buffer = read_recent(index, Address::block(owner), BUFFER_LOCK_EXCLUSIVE);
    DiskNode *node = node_at(index, info.shape, buffer, BufferGetPage(buffer), owner);
    bool unchanged = node != nullptr && list.is_unchanged(*node, node_body(info.shape, node));
    if (unchanged) {
        node = node_at(index, info.shape, buffer, edit.page(buffer), owner);
        list.write(node, node_body(info.shape, node));
        edit.finish();
    }
    UnlockReleaseBuffer(buffer);
    return unchanged || node == nullptr;
}

}  // namespace

bool
NodeCode::read(Relation index, const IndexInfo &info, uint64_t address)
{
    const quant::NodeShape &shape = info.shape;
    if (shape.code_inline) bytes.resize(shape.code_bytes());
    quant::CodeRef ref{};
    Buffer buffer = read_recent(index, Address::block(address));
    DiskNode *found = node_at(index, shape, buffer, BufferGetPage(buffer), address);
    if (found != nullptr) {
        node = *found;
        quant::NodeBody body = node_body(shape, found);
        if (shape.code_inline)
            memcpy(bytes.data(), body.code(), bytes.size());
        else
            ref = body.code_ref();
    }
    UnlockReleaseBuffer(buffer);
    if (found == nullptr) return false;
    return shape.code_inline || read_code(index, info, ref, node.stamp, bytes);
}

void
revise_links(Relation index, const IndexInfo &info, const Revision &revision, bool building)
{
    CodedList list(info);
    for (int tries = 0; tries < kTries; tries++) {
        CHECK_FOR_INTERRUPTS();
        if (!list.read(index, revision.owner)) break;
        list.load(index, revision);
        for (const CodedNode &newcomer : revision.offered) list.admit(newcomer);
        if (!list.is_changed() || write_list(index, info, revision.owner.address, list, building)) break;
    }
    list.release();
}

}  // namespace vhnsw::am
