#include "quant/fused.hpp"

#include <algorithm>

#include "quant/rotation.hpp"

namespace vhnsw::quant {

namespace {

// Below this one bit a dimension steers too coarsely: SIFT (128 dims) loses .03 recall at one bit, .003 at two.
constexpr uint32_t kOneBitDims = 256;

// With fewer links than these a node leads nowhere, whatever m says; with precise sketches, down to this few will do.
constexpr uint32_t kEnoughLinks = 24;
constexpr uint32_t kFewLinks = 12;

// Lists of four links lose so many links to newcomers that the graph falls apart: with m = 2 and 10 000 nodes in 100
// clusters, 1 % of the nodes can be reached; with 8 to 16 links 94 to 99 %.
constexpr uint32_t kLeastLinks = 8;

// A sketch this long is precise enough, whatever the dimension: its noise falls with the square root of its own length.
constexpr uint32_t kSafeSketchDims = 1024;

uint32_t
node_room(const PageRoom &room, uint32_t nodes)
{
    uint32_t bytes = room.page_bytes / nodes - room.pointer_bytes;
    bytes -= bytes % room.alignment;
    return bytes > room.header_bytes ? bytes - room.header_bytes : 0;
}

uint32_t
links_within(const NodeShape &shape, uint32_t bytes)
{
    uint32_t fixed = shape.attribute_bytes + shape.code_bytes();
    return bytes > fixed ? (bytes - fixed) / shape.link_bytes() : 0;
}

// The most dimensions a sketch can have for `links` of them to fit.
uint32_t
sketch_dims_within(const NodeShape &shape, uint32_t bytes, uint32_t links)
{
    uint32_t fixed = shape.attribute_bytes + shape.code_bytes();
    uint32_t link_fixed = static_cast<uint32_t>(sizeof(LinkHead)) + shape.hint_bytes;
    uint32_t per_link = (bytes - fixed) / links;
    if (bytes <= fixed || per_link <= link_fixed) return 0;
    uint32_t dims = (per_link - link_fixed) / shape.sketch.planes * 8;
    return std::min(dims - dims % kDimsStep, shape.padded);
}

// Makes a node with `enough` links fit `page` bytes. False when that cannot be.
bool
fit_page(NodeShape &shape, uint32_t page, uint32_t enough)
{
    if (shape.kind == CodeKind::kBits) return links_within(shape, page) >= enough;
    uint32_t safe_dims = std::min(shape.padded, kSafeSketchDims);
    while (shape.sketch.planes > 1 && enough > kFewLinks && links_within(shape, page) < enough) enough--;
    if (links_within(shape, page) >= enough) return true;
    shape.sketch.dims = sketch_dims_within(shape, page, enough);
    if (shape.sketch.dims >= safe_dims) return true;
    shape.code_inline = false;
    do shape.sketch.dims = sketch_dims_within(shape, page, enough);
    while (shape.sketch.dims < safe_dims && enough-- > kLeastLinks);
    return shape.sketch.dims >= safe_dims;
}

// The most nodes of a page, up to `most`, that each have room for `links`; at least one.
uint32_t
nodes_with(const NodeShape &shape, const PageRoom &room, uint32_t links, uint32_t most)
{
    uint32_t nodes = 1;
    while (nodes < most && links_within(shape, node_room(room, nodes + 1)) >= links) nodes++;
    return nodes;
}

// Refines the codes of a shape that was chosen without. The room comes from the links while there are more than enough,
// then from their sketches: with 20 links instead of 28 and whole sketches, part of a clustered set is out of reach of
// every search (am/README.md).
void
refine_if_cheap(NodeShape &shape, uint32_t node_bytes, uint32_t wanted)
{
    NodeShape refined = shape;
    refined.refined = true;
    const uint32_t enough = std::min(shape.capacity, wanted + wanted / 6);
    if (links_within(refined, node_bytes) < enough)
        refined.sketch.dims = sketch_dims_within(refined, node_bytes, enough);
    refined.capacity = std::min(shape.capacity, links_within(refined, node_bytes));
    // Shorter ones steer too coarsely.
    if (shape.code_inline && 3 * refined.sketch.dims >= 2 * shape.sketch.dims) shape = refined;
}

// Nodes whose links have sketches. `wanted` links; False when no page has room for one.
bool
fit_with_sketches(NodeShape &shape, const PageRoom &room, uint32_t wanted, bool may_refine)
{
    if (!fit_page(shape, node_room(room, 1), std::min(wanted, kEnoughLinks))) return false;
    uint32_t nodes = nodes_with(shape, room, wanted, kMaxNodesPerPage);
    if (shape.attribute_bytes > 0) {
        // Otherwise four bytes of attributes would make an index of 384 dimensions a third larger.
        NodeShape plain = shape;
        plain.attribute_bytes = plain.hint_bytes = 0;
        nodes = nodes_with(shape, room, std::max(kLeastLinks, wanted - wanted / 8),
                           nodes_with(plain, room, wanted, kMaxNodesPerPage));
    }
    shape.capacity = std::min({2 * wanted, links_within(shape, node_room(room, nodes)), kMaxLinks});
    if (may_refine) refine_if_cheap(shape, node_room(room, nodes), wanted);
    return true;
}

// Nodes whose links are addresses.
void
fit_compact(NodeShape &shape, const PageRoom &room, uint32_t wanted)
{
    shape.sketch = {0, 0};
    uint32_t page = node_room(room, 1);
    shape.code_inline = shape.kind != CodeKind::kSparse;
    if (links_within(shape, page) < std::min(wanted, kEnoughLinks)) shape.code_inline = false;
    uint32_t most = links_within(shape, page);
    if (most < kLeastLinks) return;
    wanted = std::min({wanted, most, kMaxLinks});
    uint32_t nodes = nodes_with(shape, room, wanted, kMaxNodesPerPage);
    shape.capacity = std::min(links_within(shape, node_room(room, nodes)), wanted);
}

// Bits a dimension of a link's sketch.
uint32_t
planes_of(const ShapeWish &wish)
{
    if (wish.kind == CodeKind::kPlain) return 0;
    if (wish.link_bits != kAutoLinkBits) return wish.link_bits;
    return wish.kind == CodeKind::kRotated && wish.dims < kOneBitDims ? 2 : 1;
}

}  // namespace

NodeShape
choose_shape(const ShapeWish &wish, const PageRoom &room, const AttributeRoom &attributes)
{
    const uint32_t padded = padded_dims(wish.kind, wish.dims), planes = planes_of(wish);
    const bool refines = wish.kind == CodeKind::kRotated && wish.refine == Refine::kAlways;
    NodeShape shape{
        wish.kind, wish.dims, padded, {padded, planes}, 0, true, attributes.row_bytes, attributes.hint_bytes};
    shape.code_inline = wish.kind != CodeKind::kSparse;
    shape.refined = refines;

    const bool may_refine = wish.kind == CodeKind::kRotated && wish.refine == Refine::kIfCheap;
    const bool fits =
        planes > 0 && fit_with_sketches(shape, room, std::max(kLeastLinks, wish.m + wish.m / 2), may_refine);
    // Only bits have no shorter sketches.
    if (!fits && (planes == 0 || wish.kind == CodeKind::kBits))
        fit_compact(shape, room, std::max(kLeastLinks, 2 * wish.m));
    if (!refines || (shape.code_inline && shape.capacity > 0)) return shape;
    ShapeWish coarser = wish;
    coarser.refine = Refine::kNever;
    return choose_shape(coarser, room, attributes);
}

uint32_t
most_attribute_bytes(const ShapeWish &wish, const PageRoom &room, uint32_t hint_bytes)
{
    uint32_t bytes = room.page_bytes & ~1u;
    while (bytes > 0 && choose_shape(wish, room, {bytes, hint_bytes}).capacity == 0) bytes -= 2;
    return bytes;
}

}  // namespace vhnsw::quant
