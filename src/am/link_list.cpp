#include "am/link_list.hpp"

#include "graph/select.hpp"

namespace vhnsw::am {

namespace {

// The list contract of graph::admit() on a node's links.
class LinkList {
public:
    LinkList(const IndexInfo &info, DiskNode *node, const NewLink &newcomer)
        : info_(info), node_(node), body_(node_body(info.shape, node)), newcomer_{newcomer.scalars, newcomer.sketch}
    {
    }

    uint32_t size() const { return node_->link_count; }
    uint32_t capacity() const { return info_.shape.capacity; }
    float newcomer_key() const { return key_of(newcomer_); }
    float key(uint32_t i) const { return key_of(body_.view(i)); }
    float between(uint32_t i) const { return quant::between_links(info_.space, body_.view(i), newcomer_); }
    bool dominated(uint32_t i) const { return body_.address(i) & Address::kDominated; }
    void set_dominated(uint32_t i) { body_.set_address(i, body_.address(i) | Address::kDominated); }

private:
    float key_of(const quant::SketchView &link) const
    {
        return quant::link_key(info_.space, body_.code(), node_->scalars.norm, link);
    }

    const IndexInfo &info_;
    DiskNode *node_;
    quant::NodeBody body_;
    quant::SketchView newcomer_;
};

}  // namespace

void
Frames::init(const IndexInfo &info)
{
    space_ = &info.space;
    size_t floats = info.space.frame_bytes() / sizeof(float);
    owner_.resize(floats);
    neighbour_.resize(floats);
    scratch_.resize(floats);
}

void
Frames::unfold(const quant::Code &code, Vec<float> &frame)
{
    quant::unfold(*space_, code, fold_, reinterpret_cast<uint8_t *>(frame.data()));
}

NewLink
Frames::sketch_of(const Vec<float> &from, const Vec<float> &to, uint8_t *sketch)
{
    NewLink link{};
    link.sketch = sketch;
    if (space_->has_sketches())
        link.scalars = quant::make_sketch(*space_, reinterpret_cast<const uint8_t *>(from.data()),
                                          reinterpret_cast<const uint8_t *>(to.data()), scratch_.data(), sketch);
    return link;
}

NewLink
Frames::sketch(uint8_t *sketch)
{
    return sketch_of(owner_, neighbour_, sketch);
}

NewLink
Frames::sketch_back(uint8_t *sketch)
{
    return sketch_of(neighbour_, owner_, sketch);
}

void
Frames::set_way(quant::WaySketches &way)
{
    way.set(*space_, reinterpret_cast<const uint8_t *>(owner_.data()),
            reinterpret_cast<const uint8_t *>(neighbour_.data()), scratch_.data());
}

uint32_t
find_link(const quant::NodeShape &shape, DiskNode *node, uint64_t address)
{
    quant::NodeBody body = node_body(shape, node);
    for (uint32_t i = 0; i < node->link_count; i++)
        if (Address::plain(body.address(i)) == address) return i;
    return kNoLink;
}

void
write_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, const NewLink &link, bool dominated)
{
    uint64_t address = Address::plain(link.address) | (dominated ? Address::kDominated : 0);
    quant::NodeBody body = node_body(shape, node);
    if (shape.has_sketches()) {
        address |= link.shared ? Address::kShared : 0;
        body.set_head(i, {Packed48::from(address), Packed48::from(link.row), link.scalars});
        memcpy(body.hint(i), link.hint, shape.hint_bytes);
        memcpy(body.sketch(i), link.sketch, shape.sketch.bytes());
    } else {
        body.set_address(i, address);
    }
    if (i == node->link_count) node->link_count++;
}

void
refresh_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, uint64_t row, const uint8_t *hint)
{
    quant::NodeBody body = node_body(shape, node);
    quant::LinkHead head = body.head(i);
    head.address = Packed48::from(head.address.value() | Address::kShared);
    head.row = Packed48::from(row);
    body.set_head(i, head);
    memcpy(body.hint(i), hint, shape.hint_bytes);
}

void
remove_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i)
{
    quant::NodeBody body = node_body(shape, node);
    uint32_t last = --node->link_count;
    if (i != last) memcpy(body.link(i), body.link(last), shape.link_bytes());
}

bool
admit_link(const IndexInfo &info, DiskNode *node, const NewLink &link)
{
    const quant::NodeShape &shape = info.shape;
    quant::NodeBody body = node_body(shape, node);
    for (uint32_t i = 0; i < node->link_count; i++) {
        uint64_t present = body.address(i);
        if (Address::slot(present) != Address::slot(link.address)) continue;
        if (Address::plain(present) == Address::plain(link.address)) return false;
        remove_link(shape, node, i);
        break;
    }
    LinkList list(info, node, link);
    graph::Admission admission = graph::admit(list, list.newcomer_key());
    if (admission.slot == graph::kRefused) return false;
    write_link(shape, node, static_cast<uint32_t>(admission.slot), link, admission.dominated);
    return true;
}

}  // namespace vhnsw::am
