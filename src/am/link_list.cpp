#include "am/link_list.hpp"

#include <cmath>

#include "graph/select.hpp"
#include "kernel/kernel.hpp"

namespace vhnsw::am {

namespace {

// The list contract of graph::admit() on a node's links: keys are squared distances to the node, and the distance of
// a link to the newcomer follows from the angle between their sketches.
class LinkList {
public:
    LinkList(const quant::NodeShape &shape, DiskNode *node, const NewLink &newcomer)
        : shape_(shape), node_(node), body_(node_body(shape, node)), newcomer_(newcomer),
          newcomer_key_(quant::unpack(newcomer.scalars).norm2)
    {
    }

    uint32_t size() const { return node_->link_count; }
    uint32_t capacity() const { return shape_.capacity; }
    float newcomer_key() const { return newcomer_key_; }
    float key(uint32_t i) const { return quant::unpack(body_.head(i).scalars).norm2; }

    float between(uint32_t i) const
    {
        float link_key = key(i);
        float cosine = quant::sketch_cosine(shape_.sketch, body_.sketch(i), newcomer_.sketch);
        return link_key + newcomer_key_ - 2 * std::sqrt(link_key) * std::sqrt(newcomer_key_) * cosine;
    }

    bool dominated(uint32_t i) const { return body_.head(i).address.value() & Address::kDominated; }

    void set_dominated(uint32_t i)
    {
        quant::LinkHead head = body_.head(i);
        head.address = Packed48::from(head.address.value() | Address::kDominated);
        body_.set_head(i, head);
    }

private:
    const quant::NodeShape &shape_;
    DiskNode *node_;
    quant::NodeBody body_;
    const NewLink &newcomer_;
    float newcomer_key_;
};

}  // namespace

void
decode(std::span<const int8_t> code, float scale, float *out)
{
    kernel::active->decode_i8(code.data(), scale, code.size(), out);
}

NewLink
compute_link(const IndexInfo &info, std::span<const float> owner, std::span<const float> neighbour, float *scratch,
             uint8_t *sketch)
{
    quant::SketchScalars scalars =
        quant::encode_sketch(info.metric, info.shape.sketch, owner, neighbour, scratch, sketch);
    return {Address::kNone, Row::kNone, quant::pack(scalars), sketch};
}

void
write_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, const NewLink &link, bool dominated)
{
    uint64_t address = Address::plain(link.address) | (dominated ? Address::kDominated : 0);
    quant::NodeBody body = node_body(shape, node);
    body.set_head(i, {Packed48::from(address), Packed48::from(link.row), link.scalars});
    memcpy(body.sketch(i), link.sketch, shape.sketch.bytes());
    if (i == node->link_count) node->link_count++;
}

void
remove_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i)
{
    quant::NodeBody body = node_body(shape, node);
    uint32_t last = --node->link_count;
    if (i != last) memcpy(body.link(i), body.link(last), shape.link_bytes());
}

bool
admit_link(const quant::NodeShape &shape, DiskNode *node, const NewLink &link)
{
    quant::NodeBody body = node_body(shape, node);
    for (uint32_t i = 0; i < node->link_count; i++) {
        uint64_t present = body.head(i).address.value();
        if (Address::slot(present) != Address::slot(link.address)) continue;
        if (Address::plain(present) == Address::plain(link.address)) return false;
        remove_link(shape, node, i);
        break;
    }
    LinkList list(shape, node, link);
    graph::Admission admission = graph::admit(list, list.newcomer_key());
    if (admission.slot == graph::kRefused) return false;
    write_link(shape, node, static_cast<uint32_t>(admission.slot), link, admission.dominated);
    return true;
}

}  // namespace vhnsw::am
