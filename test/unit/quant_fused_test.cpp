// The shape of nodes on pages of 8 kB, and what lies in a node.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/rng.hpp"
#include "quant/fused.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::quant;
using vhnsw::Rng;

// am/page.hpp: a page less its header and tail; line pointers; DiskNode; alignment of tuples.
constexpr PageRoom kNodeRoom = {8192 - 24 - 8, 4, 40, 8};

uint32_t
tuple_bytes(const NodeShape &shape)
{
    return (kNodeRoom.header_bytes + shape.body_bytes() + 7) / 8 * 8;
}

uint32_t
nodes_per_page(const NodeShape &shape)
{
    return kNodeRoom.page_bytes / (tuple_bytes(shape) + kNodeRoom.pointer_bytes);
}

NodeShape
shape_of(uint32_t dims, uint32_t m, uint32_t link_bits)
{
    return choose_shape({CodeKind::kRotated, dims, m, link_bits}, kNodeRoom);
}

// Everything up to 4096 dimensions, then samples.
std::vector<uint32_t>
all_dims()
{
    std::vector<uint32_t> dims;
    for (uint32_t n = 1; n <= 16000; n += n < 4096 ? 1 : 61) dims.push_back(n);
    dims.push_back(16000);
    return dims;
}

template <typename Action>
void
for_each_shape(const Action &action)
{
    for (uint32_t m : {2u, 8u, 16u, 32u, 64u, 100u})
        for (uint32_t link_bits : {kAutoLinkBits, 1u, 2u, 4u})
            for (uint32_t dims : all_dims()) action(dims, m, link_bits, shape_of(dims, m, link_bits));
}

uint32_t
wanted_links(uint32_t m)
{
    return std::max(8u, m + m / 2);
}

// Links that a node of index settings must have: 1.5 m, but not more than 24, or 12 where sketches have several bits.
uint32_t
least_links(uint32_t m, uint32_t planes)
{
    return std::min(wanted_links(m), planes > 1 ? 12u : 24u);
}

}  // namespace

UNIT_TEST(quant_fused_nodes_fit_their_pages)
{
    for_each_shape([](uint32_t dims, uint32_t m, uint32_t link_bits, const NodeShape &shape) {
        uint32_t nodes = nodes_per_page(shape);
        EXPECT_WITH(nodes >= 1 && nodes <= kMaxNodesPerPage, "%u dims, m = %u, %u bits: %u", dims, m, link_bits, nodes);
    });
}

UNIT_TEST(quant_fused_nodes_have_links_enough)
{
    for_each_shape([](uint32_t dims, uint32_t m, uint32_t link_bits, const NodeShape &shape) {
        uint32_t least = least_links(m, shape.sketch.planes);
        bool in_range = shape.capacity >= least && shape.capacity <= kMaxLinks && shape.capacity <= 2 * wanted_links(m);
        EXPECT_WITH(in_range, "%u dims, m = %u, %u bits: %u", dims, m, link_bits, shape.capacity);
    });
}

UNIT_TEST(quant_fused_sketches_cover_what_they_should)
{
    for_each_shape([](uint32_t dims, uint32_t m, uint32_t link_bits, const NodeShape &shape) {
        EXPECT_WITH(shape.dims == dims && shape.padded % 32 == 0 && shape.padded >= dims && shape.padded < dims + 32,
                    "%u dims: %u", dims, shape.padded);
        uint32_t planes = link_bits != kAutoLinkBits ? link_bits : dims < 256 ? 2 : 1;
        EXPECT_WITH(shape.sketch.planes == planes, "%u dims, %u bits: %u", dims, link_bits, shape.sketch.planes);
        bool whole = shape.sketch.dims == shape.padded;
        bool part = shape.sketch.dims % 32 == 0 && shape.sketch.dims < shape.padded && shape.sketch.dims >= 1024;
        EXPECT_WITH(whole || part, "%u dims, m = %u, %u bits: %u", dims, m, link_bits, shape.sketch.dims);
        // The code leaves the node only where it would cost the sketches their precision.
        EXPECT_WITH(shape.code_inline || dims > 1024, "%u dims, m = %u, %u bits", dims, m, link_bits);
    });
}

// No room for another node with 1.5 m links, nor for another link.
UNIT_TEST(quant_fused_pages_are_full)
{
    for_each_shape([](uint32_t dims, uint32_t m, uint32_t link_bits, const NodeShape &shape) {
        uint32_t nodes = nodes_per_page(shape), wanted = wanted_links(m);
        NodeShape more = shape;
        more.capacity++;
        bool most_links = shape.capacity == std::min(2 * wanted, kMaxLinks) || nodes_per_page(more) < nodes;
        EXPECT_WITH(most_links, "%u dims, m = %u, %u bits: %u links", dims, m, link_bits, shape.capacity);
        more.capacity = std::max(wanted, shape.capacity + 1);
        NodeShape fewest = shape;
        fewest.capacity = wanted;
        EXPECT_WITH(nodes_per_page(fewest) <= nodes || shape.capacity == wanted || nodes == kMaxNodesPerPage,
                    "%u dims, m = %u, %u bits: %u nodes", dims, m, link_bits, nodes);
    });
}

// More dimensions never make a node smaller, unless the code leaves it.
UNIT_TEST(quant_fused_nodes_grow_with_the_dimensions)
{
    for (uint32_t m : {2u, 8u, 16u, 32u, 64u, 100u})
        for (uint32_t link_bits : {1u, 2u, 4u}) {
            NodeShape before = shape_of(1, m, link_bits);
            for (uint32_t dims : all_dims()) {
                NodeShape shape = shape_of(dims, m, link_bits);
                bool code_leaves = before.code_inline && !shape.code_inline;
                EXPECT_WITH(code_leaves || nodes_per_page(shape) <= nodes_per_page(before), "%u dims, m = %u, %u bits",
                            dims, m, link_bits);
                EXPECT_WITH(before.code_inline || !shape.code_inline, "%u dims, m = %u, %u bits", dims, m, link_bits);
                before = shape;
            }
        }
}

// These sizes are on disk.
UNIT_TEST(quant_fused_shapes_of_well_known_dims)
{
    struct Known {
        uint32_t dims, m, link_bits, sketch_dims, planes, capacity, nodes;
        bool code_inline;
    };
    constexpr Known kKnown[] = {
        {128, 16, kAutoLinkBits, 128, 2, 29, 5, true},
        {384, 16, kAutoLinkBits, 384, 1, 24, 4, true},
        {768, 16, kAutoLinkBits, 768, 1, 28, 2, true},
        {784, 16, kAutoLinkBits, 800, 1, 27, 2, true},
        {1536, 16, kAutoLinkBits, 1536, 1, 31, 1, true},
        {3072, 16, kAutoLinkBits, 1536, 1, 24, 1, true},
        {16000, 16, kAutoLinkBits, 2528, 1, 24, 1, false},
        {3, 16, kAutoLinkBits, 32, 2, 25, 11, true},
        {128, 16, 4, 128, 4, 31, 3, true},
        {1536, 16, 4, 1056, 4, 12, 1, true},
        {16000, 100, 4, 1312, 4, 12, 1, false},
        {128, 2, 1, 128, 1, 8, 18, true},
        {768, 32, kAutoLinkBits, 768, 1, 64, 1, true},
        {128, 100, kAutoLinkBits, 128, 2, 128, 1, true},
    };
    for (const Known &known : kKnown) {
        NodeShape shape = shape_of(known.dims, known.m, known.link_bits);
        bool agrees = shape.sketch.dims == known.sketch_dims && shape.sketch.planes == known.planes &&
                      shape.capacity == known.capacity && nodes_per_page(shape) == known.nodes &&
                      shape.code_inline == known.code_inline;
        EXPECT_WITH(agrees, "%u dims, m = %u, %u bits: sketch %u x %u, %u links, %u nodes, %s", known.dims, known.m,
                    known.link_bits, shape.sketch.dims, shape.sketch.planes, shape.capacity, nodes_per_page(shape),
                    shape.code_inline ? "code inline" : "code apart");
    }
}

// Codes are refined where a page keeps its nodes, nodes more than 1.5 m links, and sketches two thirds of their length.
UNIT_TEST(quant_fused_refines_codes_where_that_is_cheap)
{
    struct Known {
        uint32_t dims, capacity, sketch_dims;
        bool refined;
    };
    constexpr Known kKnown[] = {{128, 29, 96, true},     {384, 24, 256, true},    {768, 28, 544, true},
                                {784, 27, 544, true},    {832, 26, 576, true},    {1024, 41, 1024, true},
                                {1536, 28, 1280, true},  {2048, 24, 1856, false}, {3072, 24, 1536, false},
                                {16000, 24, 2528, false}};
    for (const Known &known : kKnown) {
        NodeShape shape =
            choose_shape({CodeKind::kRotated, known.dims, 16, kAutoLinkBits, Refine::kIfCheap}, kNodeRoom);
        EXPECT_WITH(shape.refined == known.refined && shape.capacity == known.capacity &&
                        shape.sketch.dims == known.sketch_dims,
                    "%u dims: %s, %u links of %u dims", known.dims, shape.refined ? "refined" : "not refined",
                    shape.capacity, shape.sketch.dims);
        EXPECT(nodes_per_page(shape) == nodes_per_page(shape_of(known.dims, 16, kAutoLinkBits)));
    }
    for (uint32_t link_bits : {kAutoLinkBits, 0u})
        for (uint32_t dims : all_dims()) {
            NodeShape shape = choose_shape({CodeKind::kRotated, dims, 16, link_bits, Refine::kAlways}, kNodeRoom);
            EXPECT_WITH(nodes_per_page(shape) >= 1 && shape.capacity >= 8, "%u dims", dims);
            EXPECT_WITH(shape.refined ? shape.code_inline : dims > 2000, "%u dims", dims);
        }
}

UNIT_TEST(quant_fused_packs_48_bits)
{
    Rng rng(81);
    for (int i = 0; i < 1000; ++i) {
        uint64_t value = rng.next() >> 16;
        EXPECT_WITH(Packed48::from(value).value() == value, "%lx", value);
    }
    EXPECT(Packed48::from(0).value() == 0 &&
           Packed48::from((uint64_t{1} << 48) - 1).value() == (uint64_t{1} << 48) - 1);
}

UNIT_TEST(quant_fused_parts_of_a_body_do_not_overlap)
{
    for (uint32_t dims : {5u, 384u, 1536u, 16000u}) {
        NodeShape shape = shape_of(dims, 16, kAutoLinkBits);
        std::vector<uint8_t> bytes(shape.body_bytes(), 0), owner(shape.body_bytes(), 0);
        NodeBody body(shape, bytes.data());
        auto claim = [&](const void *from, size_t size) {
            size_t at = static_cast<size_t>(static_cast<const uint8_t *>(from) - bytes.data());
            EXPECT_WITH(at + size <= owner.size(), "%u dims", dims);
            for (size_t i = at; i < at + size; ++i) EXPECT_WITH(owner[i]++ == 0, "%u dims, byte %zu", dims, i);
        };
        claim(body.code(), shape.code_bytes());
        for (uint32_t i = 0; i < shape.capacity; ++i) {
            claim(body.link(i), sizeof(LinkHead));
            claim(body.sketch(i), shape.sketch.bytes());
        }
        EXPECT_WITH(std::count(owner.begin(), owner.end(), 1) == shape.body_bytes(), "%u dims", dims);

        Rng rng(82);
        std::vector<LinkHead> heads(shape.capacity);
        for (uint32_t i = 0; i < shape.capacity; ++i) {
            heads[i] = {Packed48::from(rng.next() >> 16), Packed48::from(rng.next() >> 16), {{1, 2, 3, 4, 5, 6}}};
            body.set_head(i, heads[i]);
        }
        for (uint32_t i = 0; i < shape.capacity; ++i) {
            LinkHead head = body.head(i);
            EXPECT_WITH(memcmp(&head, &heads[i], sizeof head) == 0, "%u dims, link %u", dims, i);
        }
    }
}

namespace {

// Row bytes and hint bytes of indexes on few and many, short and long columns.
constexpr AttributeRoom kRooms[] = {{6, 6}, {40, 8}, {98, 6}, {250, 10}, {1000, 10}, {3000, 10}};

NodeShape
shape_with(uint32_t dims, uint32_t m, uint32_t link_bits, const AttributeRoom &attributes)
{
    return choose_shape({CodeKind::kRotated, dims, m, link_bits}, kNodeRoom, attributes);
}

}  // namespace

UNIT_TEST(quant_fused_attributes_fit_their_pages)
{
    for (const AttributeRoom &room : kRooms)
        for_each_shape([&](uint32_t dims, uint32_t m, uint32_t link_bits, const NodeShape &plain) {
            NodeShape shape = shape_with(dims, m, link_bits, room);
            bool fits = shape.capacity >= 8 && shape.capacity <= kMaxLinks && nodes_per_page(shape) >= 1;
            // Precise sketches of four bits are wide.
            bool may_refuse = room.row_bytes >= 3000 && link_bits == 4 && dims > 1000;
            EXPECT_WITH(fits || (may_refuse && shape.capacity == 0), "%u dims, m = %u, %u bits, %u bytes: %u links",
                        dims, m, link_bits, room.row_bytes, shape.capacity);
            EXPECT_WITH(shape.attribute_bytes == room.row_bytes && shape.hint_bytes == room.hint_bytes, "%u dims",
                        dims);
            bool is_precise = shape.sketch.dims >= std::min(shape.padded, 1024u);
            EXPECT_WITH(!fits || is_precise, "%u dims, m = %u, %u bits", dims, m, link_bits);
            EXPECT_WITH(nodes_per_page(plain) >= nodes_per_page(shape), "%u dims, m = %u, %u bits", dims, m, link_bits);
        });
}

// An index of four bytes more a row takes no page more, where seven eighths of the links leave the room.
UNIT_TEST(quant_fused_small_attributes_take_links_not_pages)
{
    for (uint32_t dims : {128u, 384u, 768u, 1536u}) {
        NodeShape plain = shape_of(dims, 16, kAutoLinkBits), shape = shape_with(dims, 16, kAutoLinkBits, {6, 6});
        EXPECT_WITH(nodes_per_page(shape) == nodes_per_page(plain), "%u dims", dims);
        EXPECT_WITH(shape.capacity >= 21 && shape.capacity <= plain.capacity, "%u dims: %u links", dims,
                    shape.capacity);
    }
}

UNIT_TEST(quant_fused_refuses_attributes_beyond_a_limit)
{
    for (uint32_t dims : {3u, 384u, 1536u, 16000u})
        for (uint32_t link_bits : {kAutoLinkBits, 4u}) {
            uint32_t most = most_attribute_bytes({CodeKind::kRotated, dims, 16, link_bits}, kNodeRoom, 10);
            NodeShape shape = shape_with(dims, 16, link_bits, {most, 10});
            EXPECT_WITH(most > 2000 && shape.capacity >= 8 && nodes_per_page(shape) == 1, "%u dims: %u", dims, most);
            for (uint32_t more : {most + 2, most + 1000, 9000u, 1000000u})
                EXPECT_WITH(shape_with(dims, 16, link_bits, {more, 10}).capacity == 0, "%u dims: %u", dims, more);
        }
}

UNIT_TEST(quant_fused_attributes_do_not_overlap_the_rest)
{
    for (const AttributeRoom &room : kRooms)
        for (uint32_t dims : {5u, 384u, 1536u, 16000u}) {
            NodeShape shape = shape_with(dims, 16, kAutoLinkBits, room);
            std::vector<uint8_t> bytes(shape.body_bytes(), 0), owner(shape.body_bytes(), 0);
            NodeBody body(shape, bytes.data());
            auto claim = [&](const void *from, size_t size) {
                size_t at = static_cast<size_t>(static_cast<const uint8_t *>(from) - bytes.data());
                EXPECT_WITH(at + size <= owner.size(), "%u dims", dims);
                for (size_t i = at; i < at + size; ++i) owner[i]++;
            };
            claim(body.attributes(), shape.attribute_bytes);
            claim(body.code(), shape.code_bytes());
            for (uint32_t i = 0; i < shape.capacity; ++i) {
                claim(body.link(i), sizeof(LinkHead));
                claim(body.hint(i), shape.hint_bytes);
                claim(body.sketch(i), shape.sketch.bytes());
            }
            EXPECT_WITH(std::count(owner.begin(), owner.end(), 1) == shape.body_bytes(), "%u dims", dims);
            EXPECT_WITH(reinterpret_cast<uintptr_t>(body.link(1)) % 2 == reinterpret_cast<uintptr_t>(body.bytes()) % 2,
                        "%u dims", dims);
        }
}

// --- nodes whose links have no sketches ---

UNIT_TEST(quant_fused_compact_nodes_fit_their_pages)
{
    for (CodeKind kind : {CodeKind::kRotated, CodeKind::kPlain, CodeKind::kBits, CodeKind::kSparse})
        for (uint32_t m : {2u, 8u, 16u, 32u, 64u, 100u})
            for (uint32_t dims : {1u, 3u, 128u, 384u, 1536u, 4000u, 8000u, 16000u, 64000u, 1000000000u}) {
                bool is_large = dims > 16000;
                if (is_large && kind != CodeKind::kSparse && !(kind == CodeKind::kBits && dims == 64000)) continue;
                NodeShape shape = choose_shape({kind, dims, m, 0}, kNodeRoom);
                uint32_t nodes = nodes_per_page(shape);
                EXPECT_WITH(nodes >= 1 && !shape.has_sketches(), "%u dims, m = %u", dims, m);
                EXPECT_WITH(shape.capacity >= std::min(std::max(8u, 2 * m), 24u) && shape.capacity <= kMaxLinks,
                            "%u dims, m = %u: %u links", dims, m, shape.capacity);
                if (kind == CodeKind::kSparse || dims <= 4000)
                    EXPECT_WITH(shape.code_inline == (kind != CodeKind::kSparse), "%u dims, m = %u", dims, m);
                else if (m >= 16 && dims >= 64000)
                    EXPECT_WITH(!shape.code_inline, "%u dims, m = %u", dims, m);
            }
}

UNIT_TEST(quant_fused_bits_are_whole_or_not_there)
{
    for (uint32_t dims : {8u, 64u, 784u, 1536u, 2048u}) {
        NodeShape shape = choose_shape({CodeKind::kBits, dims, 16, kAutoLinkBits}, kNodeRoom);
        EXPECT_WITH(shape.sketch.planes == 1 && shape.sketch.dims == shape.padded && shape.capacity >= 24, "%u", dims);
        EXPECT_WITH(nodes_per_page(shape) >= 1, "%u", dims);
    }
    EXPECT(!choose_shape({CodeKind::kBits, 64000, 16, kAutoLinkBits}, kNodeRoom).has_sketches());
    EXPECT(!choose_shape({CodeKind::kPlain, 384, 16, kAutoLinkBits}, kNodeRoom).has_sketches());
}
