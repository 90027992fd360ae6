#include "am/link_list.hpp"

#include <cmath>

#include "graph/select.hpp"
#include "kernel/kernel.hpp"

namespace vhnsw::am {

namespace {

// A link, as seen from its owner: how far the neighbour is, and in which direction.
struct Direction {
    float norm2;
    const uint8_t *sketch;
};

Direction
direction(const quant::NodeBody &body, uint32_t i)
{
    return {quant::unpack(body.head(i).scalars).norm2, body.sketch(i)};
}

// The squared distance between two neighbours of a node, by the law of cosines.
float
distance_between(const quant::SketchShape &shape, Direction a, Direction b)
{
    float cosine = quant::sketch_cosine(shape, a.sketch, b.sketch);
    return a.norm2 + b.norm2 - 2 * std::sqrt(a.norm2) * std::sqrt(b.norm2) * cosine;
}

// The list contract of graph::admit() on a node's links; keys are squared distances to the node.
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
        return distance_between(shape_.sketch, direction(body_, i), {newcomer_key_, newcomer_.sketch});
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
    return {Address::kNone, Row::kNone, false, quant::pack(scalars), sketch, {}};
}

float
link_distance(const quant::NodeShape &shape, const quant::NodeBody &body, uint32_t i, uint32_t j)
{
    return distance_between(shape.sketch, direction(body, i), direction(body, j));
}

uint32_t
find_link(const quant::NodeShape &shape, DiskNode *node, uint64_t address)
{
    quant::NodeBody body = node_body(shape, node);
    for (uint32_t i = 0; i < node->link_count; i++)
        if (Address::plain(body.head(i).address.value()) == address) return i;
    return kNoLink;
}

void
write_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, const NewLink &link, bool dominated)
{
    uint64_t address =
        Address::plain(link.address) | (dominated ? Address::kDominated : 0) | (link.shared ? Address::kShared : 0);
    quant::NodeBody body = node_body(shape, node);
    body.set_head(i, {Packed48::from(address), Packed48::from(link.row), link.scalars});
    memcpy(body.hint(i), link.hint, shape.hint_bytes);
    memcpy(body.sketch(i), link.sketch, shape.sketch.bytes());
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
